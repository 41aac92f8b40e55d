import { addMs, HOUR_MS, type Instant, instant, type Period } from '../calendar/instant.ts'

/** How long after the hour its events are checked. */
const WAIT_MS = 5 * 60_000

/**
 * When events created at an instant are checked: five minutes into the next hour
 * (docs/rules/events.md#reports-of-bad-events).
 */
export function validationDueAt(createdAt: Instant): Instant {
  return addMs(hourOf(createdAt), HOUR_MS + WAIT_MS)
}

/** When the next check runs: the next time it is five minutes past the hour. */
export function nextValidationAt(now: Instant): Instant {
  return validationDueAt(addMs(now, -WAIT_MS))
}

/** The clock hour, half-open, whose events are checked then (docs/rules/events.md#reports-of-bad-events). */
export function validatedHour(dueAt: Instant): Period {
  const to = hourOf(dueAt)
  return { from: addMs(to, -HOUR_MS), to }
}

function hourOf(at: Instant): Instant {
  return instant(Math.floor(at / HOUR_MS) * HOUR_MS)
}
