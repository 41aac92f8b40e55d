import { createHash } from 'node:crypto'
import { addMs, DAY_MS, type Instant, instant } from '../../core/calendar/instant.ts'
import { localeOf } from '../../core/documents/words.ts'
import { userMailSubject } from '../../core/mails/user-mail-content.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import type { InviteRow } from '../../store/invitations.ts'
import { countLinkMails, insertLinkMail } from '../../store/mails.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import { inSystemTransaction } from '../../store/transaction.ts'
import { lockResetSubject, queueResetRequest } from '../../store/user-mail-subjects.ts'
import type { Context } from '../context.ts'
import type { Sender } from '../security-logs/sender.ts'

/** An organization sends so many invitations within a day; the links of others are only shown. */
const INVITATIONS_OF_DAY = 100
/** A user gets so many links for a new password within an hour, whoever asks. */
const RESETS_OF_HOUR = 3
const HOUR_MS = 3_600_000

/**
 * Queues the mail of an invitation in the transaction that makes it. Nothing is sent where the installation mails no
 * users, nor from a sandbox, whose mails go nowhere; the link is shown in any case. Gives whether there will be a mail.
 */
export async function queueInvitationMail(
  context: Context,
  tx: Tx,
  organization: Pick<OrganizationRow, 'id' | 'name' | 'documentLocale' | 'isSandbox'>,
  invite: Pick<InviteRow, 'id' | 'email'>,
): Promise<boolean> {
  if (!context.settings.sendsMail || organization.isSandbox) return false
  const now = context.systemNow()
  const { id: organizationId, name, documentLocale } = organization
  const sent = await countLinkMails(tx, { organizationId, kind: 'invitation' }, addMs(now, -DAY_MS))
  const locale = localeOf(documentLocale)
  const problem = sent >= INVITATIONS_OF_DAY ? 'too_many_invitations' : null
  const mail = {
    ...{ organizationId, id: newId(), kind: 'invitation' as const, subjectId: invite.id },
    ...{ recipients: [invite.email], locale, title: userMailSubject('invitation', locale, name) },
    problem,
  }
  await insertLinkMail(tx, mail, now)
  return problem === null
}

/** A request for a new password as a job has it. */
export type ResetRequest = Sender & { readonly requestId: string; readonly email: string }

/**
 * Queues the answer to a request for a new password. Known and unknown addresses make the same work, so that not even
 * the time tells them apart; requests for one address that wait at the same time are one.
 */
export async function queuePasswordReset(context: Context, email: string, sender: Sender): Promise<void> {
  const hash = createHash('sha256').update(email.toLowerCase()).digest('hex')
  const payload = { requestId: newId(), email, ...sender }
  await inSystemTransaction(context.database, (tx) =>
    queueResetRequest(tx, { key: `password_reset:${hash}`, payload }),
  )
}

/**
 * Queues the mail with the link for a new password, once for each request; nothing for an address of nobody, after
 * three within an hour, and where the installation mails no users. Gives the user, if there is one.
 */
export async function queueResetMail(
  context: Context,
  { requestId, email }: ResetRequest,
): Promise<{ readonly id: string; readonly email: string } | null> {
  return inSystemTransaction(context.database, async (tx) => {
    const subject = await lockResetSubject(tx, email)
    if (!subject) return null
    const user = { id: subject.userId, email: subject.email }
    const now = context.systemNow()
    if (!context.settings.sendsMail || (await hasEnough(tx, subject, now))) return user
    const locale = localeOf(subject.locale)
    const mail = {
      ...{ organizationId: subject.organizationId, id: requestId, kind: 'password_reset' as const },
      ...{ subjectId: subject.userId, recipients: [subject.email], locale },
      ...{ title: userMailSubject('password_reset', locale, ''), problem: null },
    }
    await insertLinkMail(tx, mail, now)
    return user
  })
}

async function hasEnough(
  tx: Tx,
  { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
  now: Instant,
): Promise<boolean> {
  const since = instant(now - HOUR_MS)
  const subject = { organizationId, kind: 'password_reset', subjectId: userId } as const
  return (await countLinkMails(tx, subject, since)) >= RESETS_OF_HOUR
}
