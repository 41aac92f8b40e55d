import { addMs, DAY_MS } from '../../core/calendar/instant.ts'
import { SECURITY_LOG_DAYS } from '../../core/security-logs/security-event.ts'
import { dropEndedPortalSessions } from '../../store/portal.ts'
import { deleteOldSecurityLogs } from '../../store/security-logs.ts'
import { dropEndedSessions } from '../../store/sessions.ts'
import type { Context } from '../context.ts'

/** Deletes the security log after 90 days, and sessions, of the portal too, that have ended by themselves. */
export async function dropOldSecurity(context: Context): Promise<void> {
  const now = context.systemNow()
  await deleteOldSecurityLogs(context.database, addMs(now, -SECURITY_LOG_DAYS * DAY_MS))
  await dropEndedSessions(context.database, now)
  await dropEndedPortalSessions(context.database, now)
}
