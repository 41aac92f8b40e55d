import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { MailAnswer } from '../core/mails/attempts.ts'
import { MAIL_KINDS, type MailKind } from '../core/mails/mail-content.ts'
import type { ALERT_MAIL, PORTAL_MAIL } from '../core/mails/portal-mail-content.ts'
import type { Recipients } from '../core/mails/resend-input.ts'
import type { UserMailKind } from '../core/mails/user-mail-content.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { Mails } from './rows.ts'
import { ts, tsOrNull } from './values.ts'

export type MailRow = Selectable<Mails>

export const MAIL_STATUSES = ['queued', 'retrying', 'sent', 'failed', 'skipped'] as const
export type MailStatus = (typeof MAIL_STATUSES)[number]

/** The texts that the answer of a mail server is cut to. */
const SMTP_TEXT_MAX = 500
/** A job that is interrupted is begun again so often; one that fails queues the next attempt itself. */
const INTERRUPTIONS_MAX = 25

const COLUMNS: Readonly<Record<MailKind, string>> = {
  invoice: 'invoice_id',
  credit_note: 'credit_note_id',
  receipt: 'payment_receipt_id',
  payment_request: 'payment_request_id',
}

/** A mail to be written down. */
export type NewMail = {
  readonly organizationId: string
  readonly kind: MailKind
  readonly subjectId: string
  readonly isResent: boolean
  readonly recipients: Recipients
  readonly title: string
  readonly locale: string
  /** Why it is not sent; null when it is. */
  readonly problem: string | null
}

/**
 * Writes a mail down and queues it, unless it is not to be sent. Of an event there is one mail, whoever writes it
 * first; gives null when it is there already.
 */
export async function insertMail(tx: Tx, mail: NewMail, now: Instant): Promise<string | null> {
  const { recipients } = mail
  const { rows } = await sql<{ id: string }>`
    insert into mails (organization_id, id, kind, ${sql.ref(COLUMNS[mail.kind])}, is_resent, recipients, cc, bcc, title,
      locale, status, problem, created_at)
    values (${mail.organizationId}, ${newId()}, ${mail.kind}, ${mail.subjectId}, ${mail.isResent},
      ${[...recipients.to]}, ${[...recipients.cc]}, ${[...recipients.bcc]}, ${mail.title}, ${mail.locale},
      ${mail.problem === null ? 'queued' : 'skipped'}, ${mail.problem}, ${ts(now)})
    on conflict (organization_id, subject_id) where not is_resent do nothing
    returning id`.execute(tx)
  const id = rows[0]?.id
  if (id === undefined) return null
  if (mail.problem === null) {
    await queueMail(tx, { organizationId: mail.organizationId, mailId: id, attempt: 1, waits: 0 }, null)
  }
  return id
}

/** Mails with a link that is made when they are sent. */
export type LinkMailKind = UserMailKind | typeof PORTAL_MAIL | typeof ALERT_MAIL

/** The column of what each of them is about. */
const LINK_COLUMNS = {
  invitation: 'inviteId',
  password_reset: 'userId',
  portal_link: 'customerId',
  portal_alert: 'customerId',
} as const satisfies Readonly<Record<LinkMailKind, string>>

/** A mail with a link that is to be written down. */
export type NewLinkMail = {
  readonly organizationId: string
  /** Given by who asks, so that asking again for the same writes nothing. */
  readonly id: string
  readonly kind: LinkMailKind
  /** The invitation, the user whose password it is, or the customer. */
  readonly subjectId: string
  /** What was raised that it tells of. */
  readonly triggeredAlertId?: string
  readonly recipients: readonly string[]
  readonly title: string
  readonly locale: string
  /** Why it is not sent; null when it is. */
  readonly problem: string | null
}

/** Writes a mail with a link down and queues it, unless it is not to be sent, or was written down before. */
export async function insertLinkMail(tx: Tx, mail: NewLinkMail, now: Instant): Promise<void> {
  const { organizationId, id, kind, subjectId, recipients, title, locale, problem } = mail
  const { triggeredAlertId = null } = mail
  const made = await tx
    .insertInto('mails')
    .values({
      ...{ organizationId, id, kind, isResent: true, recipients: [...recipients], title, locale, problem },
      [LINK_COLUMNS[kind]]: subjectId,
      triggeredAlertId,
      status: problem === null ? 'queued' : 'skipped',
      createdAt: ts(now),
    })
    .onConflict((oc) => oc.columns(['organizationId', 'id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made && problem === null) {
    await queueMail(tx, { organizationId, mailId: id, attempt: 1, waits: 0 }, null)
  }
}

/** How many mails of a kind an organization has, or one of its users or customers, since an instant. */
export async function countLinkMails(
  reads: Reads,
  { organizationId, kind, subjectId }: { organizationId: string; kind: LinkMailKind; subjectId?: string },
  since: Instant,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from mails
    where organization_id = ${organizationId} and kind = ${kind} and created_at > ${ts(since)}
      and ${subjectId === undefined ? sql`true` : sql`${sql.ref(LINK_COLUMNS[kind])} = ${subjectId}`}`.execute(
    reads,
  )
  return rows[0]?.count ?? 0
}

/** Gives a mail up that there is no reason to send any more. */
export async function skipMail(tx: Tx, id: string, problem: string): Promise<void> {
  await sql`update mails set status = 'skipped', problem = ${problem}, next_attempt_at = null
    where id = ${id} and status in ('queued', 'retrying')`.execute(tx)
}

/** One attempt to send a mail, counted from 1, and how often it has waited for files. */
export type MailJob = {
  readonly organizationId: string
  readonly mailId: string
  readonly attempt: number
  readonly waits: number
}

/** Queues an attempt, at once or at a time of the system's clock. */
export async function queueMail(tx: Tx, job: MailJob, at: Instant | null): Promise<void> {
  const key = `mail:${job.mailId}:${job.attempt}:${job.waits}`
  const jobs = [{ payload: job, key, run_at: at === null ? null : new Date(at).toISOString() }]
  await sql`select weir_enqueue_jobs('send_mail', ${JSON.stringify(jobs)}::json, ${INTERRUPTIONS_MAX}::int)`.execute(
    tx,
  )
}

export async function findMail(reads: Reads, id: string): Promise<MailRow | undefined> {
  return reads.selectFrom('mails').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Locks a mail that is still to be sent after so many attempts; false when somebody else went on with it. */
export async function lockMail(tx: Tx, id: string, attempts: number): Promise<boolean> {
  const { rows } = await sql`
    select 1 from mails where id = ${id} and attempts = ${attempts} and status in ('queued', 'retrying')
    for no key update`.execute(tx)
  return rows.length > 0
}

/** Writes down what came of an attempt. */
export async function recordAttempt(
  tx: Tx,
  id: string,
  result: {
    readonly answer: MailAnswer
    readonly status: 'sent' | 'retrying' | 'failed'
    readonly nextAttemptAt: Instant | null
    readonly now: Instant
  },
): Promise<void> {
  const { answer, status, nextAttemptAt, now } = result
  await sql`
    update mails set status = ${status}, attempts = attempts + 1, next_attempt_at = ${tsOrNull(nextAttemptAt)},
      smtp_code = ${answer.code}, smtp_text = ${answer.text.slice(0, SMTP_TEXT_MAX)},
      rejected = ${[...answer.rejected]}::text[], sent_at = ${tsOrNull(status === 'sent' ? now : null)}
    where id = ${id}`.execute(tx)
}

/** How often a subject was sent again since an instant. */
export async function countResent(reads: Reads, subjectId: string, since: Instant): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from mails
    where subject_id = ${subjectId} and is_resent and created_at > ${ts(since)}`.execute(reads)
  return rows[0]?.count ?? 0
}

/** One page of the mails to customers, the latest first. */
export async function listMails(
  reads: Reads,
  filters: {
    readonly kind?: MailKind | undefined
    readonly status?: MailStatus | undefined
    readonly subjectId?: string | undefined
  },
  slice: Slice,
): Promise<Listed<MailRow>> {
  let query = reads.selectFrom('mails').selectAll()
  query = query.where('kind', 'in', filters.kind === undefined ? [...MAIL_KINDS] : [filters.kind])
  if (filters.status !== undefined) query = query.where('status', '=', filters.status)
  if (filters.subjectId !== undefined) query = query.where('subjectId', '=', filters.subjectId)
  return pageOf(query.orderBy('createdAt', 'desc').orderBy('id'), slice)
}
