import { Refusal } from '../../core/refusal.ts'
import { insertSecurityLogsOfUser } from '../../store/security-logs.ts'
import { deleteSessionsOf, type SessionOfUser } from '../../store/sessions.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { findUserByEmail, renameUser, updatePassword } from '../../store/users.ts'
import type { Context } from '../context.ts'
import type { Sender } from '../security-logs/sender.ts'
import { beginAttempt } from '../sessions/attempts.ts'
import { hashPassword, isPasswordOf } from './passwords.ts'

/** Changes the user's own name; null removes it. */
export async function renameOwn(
  context: Context,
  session: SessionOfUser,
  name: string | null,
): Promise<void> {
  await inSystemTransaction(context.database, (tx) => renameUser(tx, session.userId, name))
}

/**
 * Changes the user's own password and ends all other sessions. 401 `invalid_credentials` when the present password is
 * wrong, 429 `locked` after too many failures.
 */
export async function changeOwnPassword(
  context: Context,
  session: SessionOfUser,
  { current, password }: { readonly current: string; readonly password: string },
  sender: Sender,
): Promise<void> {
  const { userId, email } = session
  const attempt = await beginAttempt(context, email, sender.ipAddress)
  const user = await findUserByEmail(context.database, email)
  if (!(await isPasswordOf(current, user?.passwordHash ?? null))) {
    throw new Refusal({ kind: 'unauthorized', code: 'invalid_credentials' })
  }
  await attempt.succeeded()
  const passwordHash = await hashPassword(password)
  await inSystemTransaction(context.database, async (tx) => {
    await updatePassword(tx, userId, passwordHash)
    await deleteSessionsOf(tx, userId, { exceptId: session.id })
  })
  await insertSecurityLogsOfUser(context.database, {
    ...{ event: 'user.password_edited', userId, userEmail: email, apiKeyId: null, resources: {} },
    ...sender,
    now: context.systemNow(),
  })
}
