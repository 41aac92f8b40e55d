/**
 * The address to go to after signing in: `next` of the page's address when it is one of ours, else home. What a browser
 * makes of it counts, not how it is written: browsers drop tabs, so `/<tab>/example.com` is an address of others.
 */
export function safeNext(next: string | null, origin: string): string {
  const home = `${origin}/`
  if (next === null || !URL.canParse(next, origin)) return home
  const url = new URL(next, origin)
  return url.origin === origin && !url.pathname.startsWith('/login') ? url.href : home
}
