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

/** Whether the dashboard is being left to sign in: whoever comes back finds drafts of what was typed. */
export const isLeavingToSignIn = (): boolean => isLeaving
