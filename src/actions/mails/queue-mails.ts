import { localeOf } from '../../core/documents/words.ts'
import { type MailKind, mailSubject } from '../../core/mails/mail-content.ts'
import { addressesOf, type Recipients } from '../../core/mails/resend-input.ts'
import type { Tx } from '../../store/database.ts'
import type { DocumentRow } from '../../store/documents.ts'
import { type MailSubject, mailSubjects } from '../../store/mail-subjects.ts'
import { insertMail } from '../../store/mails.ts'
import type { Caller } from '../context.ts'

/**
 * Queues the mails that events send by themselves, one for each subject, in the transaction of the event: to customers
 * with an e-mail address, from billing entities that have one and send mails of the kind. Invoices without fees are not
 * sent.
 */
export async function queueMails(
  tx: Tx,
  caller: Caller,
  kind: MailKind,
  subjectIds: readonly string[],
): Promise<void> {
  if (subjectIds.length === 0) return
  for (const subject of await mailSubjects(tx, kind, subjectIds)) {
    const to = addressesOf(subject.customerEmail)
    if (!subject.isEnabled || subject.entityEmail === null || to.length === 0) continue
    if (kind === 'invoice' && subject.feesCents === 0n) continue
    const recipients = { to, cc: [], bcc: subject.bccEmails }
    await writeMail(tx, caller, kind, subject, { recipients, isResent: false })
  }
}

/** Queues the mail of a document that was issued and whose file has just been made. */
export async function queueMailOfDocument(tx: Tx, caller: Caller, document: DocumentRow): Promise<void> {
  // What the operator makes again is announced, but sent to nobody.
  if (document.reason !== 'issued' && document.reason !== 'retry') return
  const { invoiceId, creditNoteId, paymentReceiptId } = document
  if (invoiceId !== null) await queueMails(tx, caller, 'invoice', [invoiceId])
  if (creditNoteId !== null) await queueMails(tx, caller, 'credit_note', [creditNoteId])
  if (paymentReceiptId !== null) await queueMails(tx, caller, 'receipt', [paymentReceiptId])
}

/** Writes one mail down; where no mail server is configured it is skipped, and says so. */
export async function writeMail(
  tx: Tx,
  caller: Caller,
  kind: MailKind,
  subject: MailSubject,
  { recipients, isResent }: { readonly recipients: Recipients; readonly isResent: boolean },
): Promise<void> {
  const { organizationId, now, sendsMails } = caller
  const locale = localeOf(subject.locale)
  const title = mailSubject(kind, { locale, number: subject.number, seller: subject.sellerName })
  const problem = sendsMails ? null : 'smtp_not_configured'
  const mail = { organizationId, kind, subjectId: subject.id, isResent, recipients, title, locale, problem }
  await insertMail(tx, mail, now)
}
