import { Refusal } from '../../core/refusal.ts'
import { insertSecurityLogsOfUser } from '../../store/security-logs.ts'
import { hasSessionOfDevice, type UserRow } from '../../store/sessions.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { findUserByEmail, updatePassword } from '../../store/users.ts'
import type { Context } from '../context.ts'
import type { Sender } from '../security-logs/sender.ts'
import { hashPassword, isOutdated, isPasswordOf } from '../users/passwords.ts'
import { beginAttempt } from './attempts.ts'
import { openSession } from './open-session.ts'

/**
 * Signs a user in; gives the token of the new session. 401 `invalid_credentials` for a wrong password and for an
 * unknown address alike, in the same time; 429 `locked` after too many failures.
 */
export async function signIn(
  context: Context,
  { email, password }: { readonly email: string; readonly password: string },
  sender: Sender,
): Promise<string> {
  const attempt = await beginAttempt(context, email, sender.ipAddress)
  const user = await findUserByEmail(context.database, email)
  if (!(await isPasswordOf(password, user?.passwordHash ?? null)) || !user) {
    // Not waited for: the time of the answer must not tell whether the address is known.
    if (user) void logFailure(context, user, sender)
    throw new Refusal({ kind: 'unauthorized', code: 'invalid_credentials' })
  }
  await attempt.succeeded()
  if (user.passwordHash !== null && isOutdated(user.passwordHash)) {
    const passwordHash = await hashPassword(password)
    await inSystemTransaction(context.database, (tx) => updatePassword(tx, user.id, passwordHash))
  }
  const isKnown = await hasSessionOfDevice(context.database, user.id, sender.userAgent)
  const token = await openSession(context, user.id, sender)
  await logSignIn(context, user, isKnown ? 'user.signed_in' : 'user.new_device_logged_in', sender)
  return token
}

async function logFailure(context: Context, user: UserRow, sender: Sender): Promise<void> {
  await logSignIn(context, user, 'user.sign_in_failed', sender).catch((error: unknown) => {
    context.log.warn({ err: error }, 'a failed sign-in could not be logged')
  })
}

async function logSignIn(
  context: Context,
  user: UserRow,
  event: 'user.sign_in_failed' | 'user.signed_in' | 'user.new_device_logged_in',
  sender: Sender,
): Promise<void> {
  await insertSecurityLogsOfUser(context.database, {
    event,
    userId: user.id,
    userEmail: user.email,
    apiKeyId: null,
    resources: {},
    ...sender,
    now: context.systemNow(),
  })
}
