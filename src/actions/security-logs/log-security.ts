import type { SecurityEvent } from '../../core/security-logs/security-event.ts'
import type { Tx } from '../../store/database.ts'
import { insertSecurityLog } from '../../store/security-logs.ts'
import type { Context } from '../context.ts'
import type { Sender } from './sender.ts'

/** Who does something that the security log tells of: a member by session, an API key, or the operator (neither). */
export type Actor = Sender & {
  readonly userId: string | null
  readonly userEmail: string | null
  readonly apiKeyId: string | null
}

/** Whoever runs commands on the server. */
export const OPERATOR: Actor = {
  ...{ userId: null, userEmail: null, apiKeyId: null },
  ...{ ipAddress: 'local', userAgent: 'weir' },
}

/** Logs an event in the transaction of the change. `resources` says what it was about: names, never secrets. */
export async function logSecurity(
  context: Context,
  tx: Tx,
  organizationId: string,
  event: SecurityEvent,
  actor: Actor,
  resources: object,
): Promise<void> {
  await insertSecurityLog(tx, organizationId, { event, ...actor, resources, now: context.systemNow() })
}
