import { send } from '../api/client.ts'

const KEY = 'weir-portal-renewal'

/**
 * What was kept of the last session in this browser: it opens nothing, but its customer can ask for a new link with it.
 * Browsers that keep nothing have nothing.
 */
export function keptRenewal(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

/** Keeps it; null forgets it, as when somebody signs out or a member looks. */
export function keepRenewal(token: string | null): void {
  try {
    if (token === null) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, token)
  } catch {
    // A browser that keeps nothing shows the page without the offer.
  }
}

/** Whether this server sends mails at all; no when it does not tell. */
export async function sendsMails(): Promise<boolean> {
  type Answer = { readonly installation: { readonly has_smtp: boolean } }
  try {
    return (await send<Answer>('GET', '/api/weir/v1/installation')).installation.has_smtp
  } catch {
    return false
  }
}

/** Asks that the customer of a link is mailed a new one. The answer never tells whether there is one. */
export async function askForLink(token: string): Promise<void> {
  await send('POST', '/api/weir/v1/portal/link_requests', { token })
}
