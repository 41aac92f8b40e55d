import { DAY_MS } from '../../core/calendar/instant.ts'
import { gone, notFound } from '../../core/refusal.ts'
import {
  findPasswordReset,
  insertPasswordReset,
  type PasswordResetView,
  usePasswordReset,
} from '../../store/password-resets.ts'
import { insertSecurityLogsOfUser } from '../../store/security-logs.ts'
import { deleteSessionsOf } from '../../store/sessions.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { updatePassword } from '../../store/users.ts'
import type { Context } from '../context.ts'
import { queueResetMail, type ResetRequest } from '../mails/user-mails.ts'
import type { Sender } from '../security-logs/sender.ts'
import { openSession } from '../sessions/open-session.ts'
import { newResetToken } from './link-tokens.ts'
import { hashPassword } from './passwords.ts'

const LIFE_MS = DAY_MS

/** Makes a link with which a user sets a new password within a day; gives its URL, which is shown only here. */
export async function createResetLink(context: Context, userId: string): Promise<string> {
  const token = newResetToken()
  const now = context.systemNow()
  await inSystemTransaction(context.database, (tx) =>
    insertPasswordReset(tx, { token, userId, now, voidBefore: now }),
  )
  return `${context.settings.frontUrl}/reset-password/${token}`
}

/**
 * Answers the request of somebody who has forgotten a password: with a mail to the user of the address, if there is one
 * and the installation mails users, and with a note in the security log of the user's organizations, whose admins can
 * give them a link. The mail is queued once for each request, however often its job is begun again.
 */
export async function answerPasswordReset(context: Context, request: ResetRequest): Promise<void> {
  const user = await queueResetMail(context, request)
  if (user) await logPassword(context, user, 'user.password_reset_requested', request)
}

/** The user of a link. 404 for an unknown link, 410 for one that was used, or is older than a day. */
export async function readPasswordReset(context: Context, token: string): Promise<PasswordResetView> {
  const reset = await findPasswordReset(context.database.system, token)
  if (!reset) throw notFound('password_reset')
  if (reset.usedAt !== null || context.systemNow() - reset.madeAt > LIFE_MS) {
    throw gone('password_reset_expired')
  }
  return reset
}

/**
 * Sets a new password by a link, ends every session of the user, and signs in; gives the token of the session. 404 and
 * 410 as `readPasswordReset`.
 */
export async function resetPassword(
  context: Context,
  token: string,
  password: string,
  sender: Sender,
): Promise<string> {
  const user = await readPasswordReset(context, token)
  const passwordHash = await hashPassword(password)
  await inSystemTransaction(context.database, async (tx) => {
    if (!(await usePasswordReset(tx, token, context.systemNow()))) throw gone('password_reset_expired')
    await updatePassword(tx, user.id, passwordHash)
    await deleteSessionsOf(tx, user.id, { exceptId: null })
  })
  await logPassword(context, user, 'user.password_edited', sender)
  return openSession(context, user.id, sender)
}

async function logPassword(
  context: Context,
  user: { readonly id: string; readonly email: string },
  event: 'user.password_reset_requested' | 'user.password_edited',
  { ipAddress, userAgent }: Sender,
): Promise<void> {
  await insertSecurityLogsOfUser(context.database, {
    ...{ event, userId: user.id, userEmail: user.email, apiKeyId: null, resources: {} },
    ...{ ipAddress, userAgent },
    now: context.systemNow(),
  })
}
