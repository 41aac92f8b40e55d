import { addMs, DAY_MS, type Instant, instant, MINUTE_MS } from '../calendar/instant.ts'

/** A session ends after so long without a request, and in any case after so long. */
export const IDLE_MS = 7 * DAY_MS
export const LIFE_MS = 30 * DAY_MS
/** How long a password counts as just given. */
export const CONFIRMED_MS = 10 * MINUTE_MS

type Times = { readonly createdAt: Instant; readonly lastUsedAt: Instant }

/** When a session ends unless it is used again. */
export function sessionEnd({ createdAt, lastUsedAt }: Times): Instant {
  return instant(Math.min(addMs(createdAt, LIFE_MS), addMs(lastUsedAt, IDLE_MS)))
}

/** Until when keys may be made without asking for the password again. */
export function confirmationEnd(confirmedAt: Instant): Instant {
  return addMs(confirmedAt, CONFIRMED_MS)
}
