import { instant } from '../../core/calendar/instant.ts'
import type { Input } from '../../core/input/fields.ts'
import type { MailKind } from '../../core/mails/mail-content.ts'
import { readRecipients } from '../../core/mails/resend-input.ts'
import { accepted, notAllowed, notFound, Refusal } from '../../core/refusal.ts'
import { findCreditNote } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { findInvoice } from '../../store/invoices.ts'
import { mailSubjects } from '../../store/mail-subjects.ts'
import { countResent } from '../../store/mails.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { writeMail } from './queue-mails.ts'

/** A subject may be sent again so often within an hour. */
const RESENT_MAX = 20
const HOUR_MS = 3_600_000

/**
 * Sends an invoice, a credit note or a receipt by mail once more (docs/api/mails.md). 404 when it is not there or still
 * a draft; 405 for an invoice that is not final, and for a billing entity that sends no mails of the kind; 422 with
 * every problem of the addresses; 429 after twenty within an hour.
 */
export async function resendMail(
  context: Context,
  caller: Caller,
  kind: Exclude<MailKind, 'payment_request'>,
  id: string,
  input: Input,
): Promise<void> {
  // Lago names a receipt that is not there an invoice.
  const missing = notFound(kind === 'credit_note' ? 'credit_note' : 'invoice')
  if (!isId(id)) throw missing
  await inTransaction(context.database, caller, async (tx) => {
    if (!(await isShown(tx, kind, id))) throw missing
    const [subject] = await mailSubjects(tx, kind, [id])
    if (!subject) throw missing
    if (kind === 'invoice' && subject.invoiceStatus !== 'finalized') throw notAllowed('invoice_not_finalized')
    if (!subject.isEnabled) throw notAllowed('email_settings_disabled')
    const recipients = accepted(readRecipients(input, subject))
    const since = instant(caller.now - HOUR_MS)
    if ((await countResent(tx, id, since)) >= RESENT_MAX) {
      throw new Refusal({ kind: 'too_many_requests', retryAfterSeconds: HOUR_MS / 1000 })
    }
    await writeMail(tx, caller, kind, subject, { recipients, isResent: true })
  })
}

async function isShown(tx: Tx, kind: MailKind, id: string): Promise<boolean> {
  if (kind === 'invoice') return (await findInvoice(tx, id)) !== undefined
  return kind === 'credit_note' ? (await findCreditNote(tx, id)) !== undefined : true
}
