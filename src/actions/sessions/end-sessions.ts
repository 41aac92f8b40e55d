import { notFound } from '../../core/refusal.ts'
import { insertSecurityLogsOfUser } from '../../store/security-logs.ts'
import { deleteSessions, type SessionOfUser } from '../../store/sessions.ts'
import type { Context } from '../context.ts'
import type { Sender } from '../security-logs/sender.ts'

/** Signs out: the session ends at once. */
export async function signOut(context: Context, session: SessionOfUser, sender: Sender): Promise<void> {
  await deleteSessions(context.database, session.userId, { id: session.id })
  await insertSecurityLogsOfUser(context.database, {
    event: 'user.signed_out',
    userId: session.userId,
    userEmail: session.email,
    apiKeyId: null,
    resources: {},
    ...sender,
    now: context.systemNow(),
  })
}

/** Ends a session of the same user; 404 when there is none with the id. */
export async function endSession(context: Context, session: SessionOfUser, id: string): Promise<void> {
  if ((await deleteSessions(context.database, session.userId, { id })) === 0) throw notFound('session')
}

/** Ends every other session of the user; gives how many there were. */
export async function endOtherSessions(context: Context, session: SessionOfUser): Promise<number> {
  return deleteSessions(context.database, session.userId, { exceptId: session.id })
}
