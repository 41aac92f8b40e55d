import { addMs, DAY_MS, type Instant } from '../calendar/instant.ts'

const LIFE_MS = 14 * DAY_MS

/** When an invitation can no longer be accepted. */
export function invitationEnd(createdAt: Instant): Instant {
  return addMs(createdAt, LIFE_MS)
}
