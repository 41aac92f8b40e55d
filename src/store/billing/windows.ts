import type { Instant } from '../../core/calendar/instant.ts'
import type { Window } from '../../core/subscriptions/windows.ts'

/** Two columns as a window; null unless both are set. */
export function windowOrNull(from: Instant | null, to: Instant | null): Window | null {
  return from === null || to === null ? null : { from, to }
}
