// What WEIR_PROVIDER_HOSTS says of a provider: the address of a server that acts as it in a test, and, after a hash, how
// long it is waited for. `http://127.0.0.1:4010#timeout=500` is for one that leaves many calls without an answer.

const TIMEOUT = /#timeout=(\d+)$/

/** The address of a fake without anything behind it; null for a provider itself. */
export function addressOf(host: string | null): string | null {
  return host === null ? null : host.replace(TIMEOUT, '').replace(/\/$/, '')
}

/** How long a call is waited for in ms: as long as usual, but for a fake that says less. */
export function patienceWith(host: string | null, usualMs: number): number {
  const [, told] = TIMEOUT.exec(host ?? '') ?? []
  return told === undefined ? usualMs : Math.min(Number(told), usualMs)
}
