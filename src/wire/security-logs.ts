import type { SecurityLogRow } from '../store/security-logs.ts'
import { isoSeconds } from './times.ts'

/** An entry of the security log. */
export function toWireSecurityLog(row: SecurityLogRow): object {
  return {
    log_id: row.id,
    log_type: row.logType,
    log_event: row.logEvent,
    user_email: row.userEmail,
    resources: row.resources,
    device_info: { ip_address: row.ipAddress, user_agent: row.userAgent },
    logged_at: isoSeconds(row.loggedAt),
    created_at: isoSeconds(row.createdAt),
  }
}
