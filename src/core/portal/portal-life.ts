import { addMs, HOUR_MS, type Instant } from '../calendar/instant.ts'

/** How long a link opens the portal. */
export const LINK_MS = 12 * HOUR_MS
/** How long a session lasts that a link has opened. */
export const SESSION_MS = 24 * HOUR_MS
/** A customer is mailed so many new links within an hour, whoever asks. */
export const LINK_MAILS_OF_HOUR = 3

/** When a link to the portal stops to open it. */
export function linkEnd(madeAt: Instant): Instant {
  return addMs(madeAt, LINK_MS)
}

/** When a session of the portal ends. */
export function portalSessionEnd(openedAt: Instant): Instant {
  return addMs(openedAt, SESSION_MS)
}
