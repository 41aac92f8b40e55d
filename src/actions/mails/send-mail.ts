import { instant } from '../../core/calendar/instant.ts'
import { afterAttempt, waitMs } from '../../core/mails/attempts.ts'
import { type MailKind, mailContent, mailText } from '../../core/mails/mail-content.ts'
import { ALERT_MAIL, PORTAL_MAIL } from '../../core/mails/portal-mail-content.ts'
import { isUserMailKind } from '../../core/mails/user-mail-content.ts'
import { Refusal } from '../../core/refusal.ts'
import { mailHtml } from '../../gateways/mail/mail-html.ts'
import { type MailAttachment, type MailMessage, messageIdOf } from '../../gateways/mail/message.ts'
import { insertActivities, type NewActivity } from '../../store/activity-logs.ts'
import type { Reads } from '../../store/database.ts'
import { type FoundFile, newestFiles, readBlob } from '../../store/document-files.ts'
import { hasPendingDocuments } from '../../store/documents.ts'
import { invoicesOfReceipt, mailSubjects, readMailModel } from '../../store/mail-subjects.ts'
import {
  findMail,
  lockMail,
  type MailJob,
  type MailRow,
  queueMail,
  recordAttempt,
  skipMail,
} from '../../store/mails.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Caller, type Context, callerOfPresent } from '../context.ts'
import { plainFileName } from '../documents/file-links.ts'
import { bytesOf } from '../documents/open-file.ts'
import { openRequestPage } from '../payments/open-request-page.ts'
import { logoOf, senderOf } from './mail-parts.ts'
import { portalMessageOf } from './portal-message.ts'
import { userMessageOf } from './user-message.ts'

/** More than this in all is not attached; the link opens it. */
const ATTACHED_BYTES_MAX = 10_000_000

/**
 * Makes one attempt to send a mail, and writes down what came of it. The server is talked to outside of any
 * transaction. A mail waits a while for files that are still being made. One that fails is queued again for later,
 * until it is given up; one that was sent is never sent again, unless the process dies before that is written down.
 */
export async function sendMail(context: Context, job: MailJob): Promise<void> {
  const { organizationId, mailId, attempt } = job
  const mail = await context.database.read(organizationId, (reads) => findMail(reads, mailId))
  if (!mail || !['queued', 'retrying'].includes(mail.status) || mail.attempts !== attempt - 1) return
  const isToUser = isUserMailKind(mail.kind)
  const isOfDocument = !isToUser && mail.kind !== PORTAL_MAIL && mail.kind !== ALERT_MAIL
  if (isOfDocument && (await hasToWait(context, mail, job))) return
  const caller = await inTransaction(context.database, organizationId, (tx) =>
    callerOfPresent(context, tx, organizationId),
  )
  const message = isOfDocument
    ? await messageOf(context, caller, mail)
    : isToUser
      ? await userMessageOf(context, mail)
      : await portalMessageOf(context, caller, mail)
  if ('problem' in message) {
    await inTransaction(context.database, organizationId, (tx) => skipMail(tx, mailId, message.problem))
    return
  }
  // What a sandbox tells its customers stays here; its users are people.
  const send = caller.organization.isSandbox && !isToUser ? context.mail.sink : context.mail.send
  const answer = await send(message)
  const { status, delayMs } = afterAttempt(answer, attempt)
  const nextAttemptAt = delayMs === null ? null : instant(context.systemNow() + delayMs)
  const isRecorded = await inTransaction(context.database, organizationId, async (tx) => {
    if (!(await lockMail(tx, mailId, attempt - 1))) return false
    await recordAttempt(tx, mailId, { answer, status, nextAttemptAt, now: caller.now })
    if (nextAttemptAt !== null) await queueMail(tx, { ...job, attempt: attempt + 1 }, nextAttemptAt)
    if (status !== 'retrying' && !isToUser) {
      await insertActivities(tx, organizationId, [activityOf(mail, caller, status)])
    }
    return true
  })
  if (!isRecorded || status === 'retrying') return
  context.counts.mailEnded(mail.kind, status)
  if (status === 'failed') {
    context.log.warn({ organizationId, mailId, code: answer.code, text: answer.text }, 'a mail was given up')
  }
}

const RESOURCES = {
  invoice: 'Invoice',
  credit_note: 'CreditNote',
  receipt: 'PaymentReceipt',
  payment_request: 'PaymentRequest',
  [PORTAL_MAIL]: 'Customer',
  [ALERT_MAIL]: 'Customer',
} as const

function activityOf(mail: MailRow, { now }: Caller, status: 'sent' | 'failed'): NewActivity {
  const { id, kind, subjectId, customerId, recipients, title } = mail
  return {
    type: status === 'sent' ? 'email.sent' : 'email.failed',
    resourceType: RESOURCES[kind as keyof typeof RESOURCES],
    resourceId: subjectId ?? customerId ?? '',
    object: JSON.stringify({ lago_id: id, kind, to: recipients, subject: title }),
    source: 'system',
    apiKeyId: null,
    userEmail: null,
    now,
  }
}

/** Puts a mail off whose files are still being made; false when they are there, or when it has waited enough. */
async function hasToWait(context: Context, mail: MailRow, job: MailJob): Promise<boolean> {
  const delayMs = waitMs(job.waits)
  if (delayMs === null) return false
  return inTransaction(context.database, mail.organizationId, async (tx) => {
    if (!(await hasPendingDocuments(tx, await subjectsOf(tx, mail)))) return false
    await queueMail(tx, { ...job, waits: job.waits + 1 }, instant(context.systemNow() + delayMs))
    return true
  })
}

/** The mail's own subject, and the invoices that a receipt is for. */
async function subjectsOf(reads: Reads, mail: MailRow): Promise<readonly string[]> {
  const own = mail.subjectId ?? ''
  return mail.kind === 'receipt' ? [own, ...(await invoicesOfReceipt(reads, own))] : [own]
}

async function messageOf(context: Context, caller: Caller, mail: MailRow): Promise<MailMessage> {
  const kind = mail.kind as MailKind
  const subjectId = mail.subjectId ?? ''
  const found = await context.database.read(caller, async (reads) => {
    const [[subject], model, ids] = await Promise.all([
      mailSubjects(reads, kind, [subjectId]),
      readMailModel(reads, kind, subjectId),
      subjectsOf(reads, mail),
    ])
    if (!subject || !model) throw new Error(`the subject of mail ${mail.id} is gone`)
    const hash = model.seller.logo
    const [files, logo] = await Promise.all([newestFiles(reads, ids), hash && readBlob(reads, hash)])
    return { subject, model, files: files.filter((file) => isAttached(kind, file)), logo: logo || null }
  })
  const { subject, model, logo } = found
  const own = found.files.find((file) => file.subjectId === subjectId && file.kind.endsWith('_pdf'))
  const attached = await attachmentsOf(context, mail, found.files)
  const sender = senderOf(context, caller, subject)
  const content = mailContent(model, {
    url:
      kind === 'payment_request'
        ? await payUrl(context, caller, subjectId)
        : own
          ? caller.mailLinks.fileUrl(own)
          : null,
    hasAttachment: attached.some(({ contentType }) => contentType === 'application/pdf'),
    replyTo: subject.entityEmail ?? sender.address,
  })
  return {
    id: mail.id,
    kind,
    language: mail.locale,
    messageId: messageIdOf(mail.id, context.settings.apiUrl),
    from: sender,
    replyTo: subject.entityEmail === null ? null : { name: sender.name, address: subject.entityEmail },
    to: mail.recipients,
    cc: mail.cc,
    bcc: mail.bcc,
    title: mail.title,
    text: mailText(content),
    html: await mailHtml(content, mail.title, logo !== null),
    writtenAt: new Date(mail.createdAt),
    attachments: [...attached, ...(logo === null ? [] : [logoOf(logo)])],
  }
}

/** Where a payment request is paid; null where it cannot be paid on a page, or the provider does not make one now. */
async function payUrl(context: Context, caller: Caller, requestId: string): Promise<string | null> {
  try {
    return (await openRequestPage(context, caller, requestId)).page.url
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.problem.kind === 'third_party' || error.problem.kind === 'throttled')
      context.log.warn({ err: error, requestId }, 'a reminder goes out without a link to pay')
    return null
  }
}

/** PDFs of the subject and of the invoices of a receipt; of an invoice also its XML. */
function isAttached(kind: MailKind, file: FoundFile): boolean {
  return file.kind.endsWith('_pdf') || (kind === 'invoice' && file.kind === 'invoice_xml')
}

async function attachmentsOf(
  context: Context,
  mail: MailRow,
  files: readonly FoundFile[],
): Promise<readonly MailAttachment[]> {
  const size = files.reduce((sum, { byteSize }) => sum + (byteSize ?? 0), 0)
  if (size > ATTACHED_BYTES_MAX) return []
  // The mail's own document comes first.
  const ordered = [...files].sort(
    (a, b) => Number(b.subjectId === mail.subjectId) - Number(a.subjectId === mail.subjectId),
  )
  return Promise.all(
    ordered.map(async (file) => ({
      fileName: plainFileName(`${file.kind.replace(/_(pdf|xml)$/, '')}-${file.fileName}`),
      contentType: file.kind.endsWith('_xml') ? 'application/xml' : 'application/pdf',
      bytes: await bytesOf(context, mail.organizationId, file),
    })),
  )
}
