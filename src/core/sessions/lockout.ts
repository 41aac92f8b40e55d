import { addMs, DAY_MS, type Instant, MINUTE_MS } from '../calendar/instant.ts'

/** Failed sign-ins of one address or one sender. */
export type Failures = { readonly failures: number; readonly failedAt: Instant }

/** How many failures are free. Many people may share the address of a sender. */
const FREE = { address: 5, sender: 30 } as const
export type FailureKind = keyof typeof FREE

const LOCK_FIRST_MS = MINUTE_MS
const LOCK_MAX_MS = 15 * MINUTE_MS
/** Failures are forgotten after so long without another one. */
export const FORGOTTEN_MS = DAY_MS

/** The failures that count at an instant: none after a day without one. */
function counted(known: Failures | undefined, now: Instant): number {
  return known === undefined || now - known.failedAt >= FORGOTTEN_MS ? 0 : known.failures
}

/** The failures after one more. */
export function oneMoreFailure(known: Failures | undefined, now: Instant): Failures {
  return { failures: counted(known, now) + 1, failedAt: now }
}

/**
 * Until when nobody is let in: a minute after the last free failure, twice as long after each further one, and at most
 * fifteen minutes. Null when the next attempt is allowed.
 */
export function lockedUntil(known: Failures | undefined, kind: FailureKind, now: Instant): Instant | null {
  const beyond = counted(known, now) - FREE[kind]
  if (known === undefined || beyond < 0) return null
  const until = addMs(known.failedAt, Math.min(LOCK_MAX_MS, LOCK_FIRST_MS * 2 ** Math.min(beyond, 10)))
  return until > now ? until : null
}
