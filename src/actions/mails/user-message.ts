import { utcDate } from '../../core/calendar/calendar-date.ts'
import { addMs, DAY_MS } from '../../core/calendar/instant.ts'
import { localeOf } from '../../core/documents/words.ts'
import { invitationEnd } from '../../core/invitations/invitation-life.ts'
import { mailText } from '../../core/mails/mail-content.ts'
import { type UserMailModel, userMailContent } from '../../core/mails/user-mail-content.ts'
import { mailHtml } from '../../gateways/mail/mail-html.ts'
import { type MailMessage, messageIdOf } from '../../gateways/mail/message.ts'
import { insertInviteLink } from '../../store/invitations.ts'
import type { MailRow } from '../../store/mails.ts'
import { insertPasswordReset } from '../../store/password-resets.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { findInvitationSubject, findUserName } from '../../store/user-mail-subjects.ts'
import type { Context } from '../context.ts'
import { newInvitationToken, newResetToken } from '../users/link-tokens.ts'

/**
 * The message of a mail to a user, or why there is no reason to send it any more. Each attempt makes a link of its own,
 * of which only the hash is stored; those of earlier attempts, which may have arrived after all, keep opening.
 */
export async function userMessageOf(
  context: Context,
  mail: MailRow,
): Promise<MailMessage | { problem: string }> {
  const { settings } = context
  const address = settings.mail.fromEmail
  if (address === null || !settings.sendsMail) return { problem: 'smtp_not_configured' }
  const model =
    mail.kind === 'invitation' ? await invitationModel(context, mail) : await resetModel(context, mail)
  if ('problem' in model) return model
  const content = userMailContent(model)
  return {
    id: mail.id,
    kind: mail.kind,
    language: mail.locale,
    messageId: messageIdOf(mail.id, settings.apiUrl),
    from: { name: 'Weir', address },
    replyTo: null,
    ...{ to: mail.recipients, cc: [], bcc: [], title: mail.title },
    text: mailText(content),
    html: await mailHtml(content, mail.title, false),
    writtenAt: new Date(mail.createdAt),
    attachments: [],
  }
}

async function invitationModel(
  context: Context,
  mail: MailRow,
): Promise<UserMailModel | { problem: string }> {
  const { organizationId } = mail
  const inviteId = mail.inviteId ?? ''
  const now = context.systemNow()
  const subject = await findInvitationSubject(context.database.system, { organizationId, inviteId })
  if (!subject?.isOpen || invitationEnd(subject.invitedAt) <= now) return { problem: 'invitation_closed' }
  const token = newInvitationToken()
  await inSystemTransaction(context.database, (tx) =>
    insertInviteLink(tx, { organizationId, inviteId, token, now }),
  )
  return {
    kind: 'invitation',
    ...subject,
    ...baseOf(context, mail, `invitation/${token}`),
    // The last day that is whole: the time of day is not told.
    untilOn: utcDate(addMs(invitationEnd(subject.invitedAt), -DAY_MS)),
  }
}

async function resetModel(context: Context, mail: MailRow): Promise<UserMailModel | { problem: string }> {
  const userId = mail.userId ?? ''
  const recipient = await findUserName(context.database.system, userId)
  if (recipient === undefined) return { problem: 'user_gone' }
  const token = newResetToken()
  const now = context.systemNow()
  await inSystemTransaction(context.database, (tx) =>
    insertPasswordReset(tx, { token, userId, now, voidBefore: addMs(now, -DAY_MS) }),
  )
  return { kind: 'password_reset', recipient, ...baseOf(context, mail, `reset-password/${token}`) }
}

function baseOf({ settings }: Context, mail: MailRow, path: string) {
  const { frontUrl } = settings
  return { locale: localeOf(mail.locale), url: `${frontUrl}/${path}`, dashboardUrl: frontUrl }
}
