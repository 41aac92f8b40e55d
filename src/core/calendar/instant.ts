/**
 * A moment in UTC as whole milliseconds since the epoch. Plain numbers keep period arithmetic cheap;
 * calendar questions go through the zone-aware functions beside this file.
 */
export type Instant = number & { readonly __instant: unique symbol }

/** Milliseconds since the epoch as an instant; throws when not a whole number. */
export function instant(ms: number): Instant {
  if (!Number.isSafeInteger(ms)) throw new Error(`not an instant: ${ms}`)
  return ms as Instant
}

/** A half-open span of time `[from, to)`, in milliseconds since the epoch. */
export type Period = { readonly from: Instant; readonly to: Instant }

export const SECOND_MS = 1000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** The start of the second containing an instant. */
export function floorToSecond(at: Instant): Instant {
  return instant(Math.floor(at / SECOND_MS) * SECOND_MS)
}

export function addMs(at: Instant, ms: number): Instant {
  return instant(at + ms)
}
