import { hasEInvoicing } from '../../store/billing-entities.ts'
import type { Tx } from '../../store/database.ts'
import { type DocumentKind, type DocumentReason, freezeSubjects } from '../../store/documents.ts'
import type { Caller } from '../context.ts'
import { queueMails } from '../mails/queue-mails.ts'

const MAIL_OF = { invoice_pdf: 'invoice', credit_note_pdf: 'credit_note', receipt_pdf: 'receipt' } as const

/**
 * Freezes what the documents of invoices, credit notes or receipts that have just become final say, and queues their
 * rendering, in the transaction that makes them final. Where PDFs are switched off only e-invoices are made, and the
 * mails go out at once.
 */
export async function freezeDocuments(
  tx: Tx,
  caller: Caller,
  kind: DocumentKind,
  subjectIds: readonly string[],
  reason: DocumentReason = 'issued',
): Promise<void> {
  if (!caller.makesDocuments && reason === 'issued') await queueMails(tx, caller, MAIL_OF[kind], subjectIds)
  if (!caller.makesDocuments && !(await hasEInvoicing(tx))) return
  const { organizationId, now } = caller
  await freezeSubjects(tx, kind, subjectIds, {
    organizationId,
    reason,
    now,
    isAnnounced: reason !== 'asked',
    makesPdfs: caller.makesDocuments,
  })
}
