import { addMs, HOUR_MS, type Instant, instant, type Period } from '../calendar/instant.ts'

/** How long after an hour its events are looked at. */
const WAIT_MS = 5 * 60_000

/**
 * When the events that are created at an instant are looked at: five minutes into the next hour
 * (docs/rules/events.md#reports-of-bad-events).
 */
export function validationDueAt(createdAt: Instant): Instant {
  return addMs(hourOf(createdAt), HOUR_MS + WAIT_MS)
}

/** When events are looked at next: the first fifth minute of an hour that is still ahead. */
export function nextValidationAt(now: Instant): Instant {
  return validationDueAt(addMs(now, -WAIT_MS))
}

/**
 * The full clock hour, half-open, whose events are looked at then
 * (docs/rules/events.md#reports-of-bad-events).
 */
export function validatedHour(dueAt: Instant): Period {
  const to = hourOf(dueAt)
  return { from: addMs(to, -HOUR_MS), to }
}

function hourOf(at: Instant): Instant {
  return instant(Math.floor(at / HOUR_MS) * HOUR_MS)
}
