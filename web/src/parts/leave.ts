let isLeaving = false

// A browser may show the page again as it was left.
globalThis.addEventListener?.('pageshow', () => {
  isLeaving = false
})

/** Goes to the page to sign in, which is not part of the dashboard, and from there to `back`. No form holds it up. */
export function goToSignIn(back?: string): void {
  isLeaving = true
  location.assign(back === undefined ? '/login' : `/login?next=${encodeURIComponent(back)}`)
}

/** Goes to a page of somebody else that leads back here. No form holds it up. */
export function goElsewhere(url: string): void {
  isLeaving = true
  location.assign(url)
}

/** Whether the dashboard is being left on purpose, such as to sign in: whoever comes back finds what was typed. */
export const isLeavingToSignIn = (): boolean => isLeaving
