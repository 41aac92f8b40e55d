import { Refusal } from '../../core/refusal.ts'
import { confirmSession, type SessionOfUser } from '../../store/sessions.ts'
import { findUserByEmail } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { isPasswordOf } from '../users/passwords.ts'
import { beginAttempt } from './attempts.ts'

/** Notes in a session that its user has given the password again. 401 and 429 as at the sign-in. */
export async function confirmPassword(
  context: Context,
  session: SessionOfUser,
  password: string,
  ipAddress: string,
): Promise<void> {
  const attempt = await beginAttempt(context, session.email, ipAddress)
  const user = await findUserByEmail(context.database, session.email)
  if (!(await isPasswordOf(password, user?.passwordHash ?? null))) {
    throw new Refusal({ kind: 'unauthorized', code: 'invalid_credentials' })
  }
  await attempt.succeeded()
  await confirmSession(context.database, session.id, context.systemNow())
}
