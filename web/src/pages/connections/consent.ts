/** A connection that is being made by giving Weir access on a page of GoCardless, which leads back to this browser. */
export type BegunConsent = {
  readonly slug: string
  /** Proves that the answer belongs to what was asked here. */
  readonly state: string
  readonly name: string
  readonly code: string
}

const KEY = 'weir-gocardless-consent'

/** Keeps what was begun until GoCardless leads back, in this window alone. */
export function keepConsent(begun: BegunConsent): void {
  sessionStorage.setItem(KEY, JSON.stringify(begun))
}

/** What was begun with a state; null when it was begun in another window, or not at all. */
export function readConsent(state: string | undefined): BegunConsent | null {
  const kept = sessionStorage.getItem(KEY)
  const begun = kept === null ? null : (JSON.parse(kept) as BegunConsent)
  return begun !== null && begun.state === state ? begun : null
}

/** Forgets what was begun: each answer is for one exchange. */
export function forgetConsent(): void {
  sessionStorage.removeItem(KEY)
}
