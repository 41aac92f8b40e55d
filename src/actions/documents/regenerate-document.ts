import { notFound } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { addDocumentVersion, currentParties } from '../../store/documents.ts'
import { lockInvoiceAfterCustomer, organizationOfInvoice } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Caller, type Context, callerOfPresent } from '../context.ts'
import { freezeDocuments } from './freeze-documents.ts'

/**
 * Makes another version of the PDF of a final invoice of any organization, from what was frozen of it, and announces
 * it. 404 `invoice_not_found` for one that is neither finalized nor voided.
 *
 * @param options `refreshParties`: the names, addresses, logo, footer and language are read anew
 */
export async function regenerateDocument(
  context: Context,
  invoiceId: string,
  options: { readonly refreshParties: boolean },
): Promise<void> {
  const organizationId = await organizationOfInvoice(context.database, invoiceId)
  if (organizationId === undefined) throw notFound('invoice')
  await inTransaction(context.database, organizationId, async (tx) => {
    // Locked, so that no other version is made meanwhile.
    const invoice = await lockInvoiceAfterCustomer(tx, invoiceId)
    if (!invoice || !['finalized', 'voided'].includes(invoice.status)) throw notFound('invoice')
    const caller = await callerOfPresent(context, tx, organizationId)
    if (caller.makesDocuments) await addVersion(tx, caller, invoiceId, options)
  })
  if (!options.refreshParties) return
  context.log.info({ organizationId, invoiceId }, 'the parties of a document were read anew')
}

async function addVersion(
  tx: Tx,
  caller: Caller,
  invoiceId: string,
  { refreshParties }: { readonly refreshParties: boolean },
): Promise<void> {
  const { organizationId, now } = caller
  const made = { organizationId, reason: 'admin', isAnnounced: true, now } as const
  const changes = refreshParties ? await currentParties(tx, invoiceId) : {}
  // The PDF carries the e-invoice, so both say the same.
  await addDocumentVersion(tx, 'invoice_xml', invoiceId, { ...made, isAnnounced: false }, changes)
  if (await addDocumentVersion(tx, 'invoice_pdf', invoiceId, made, changes)) return
  await freezeDocuments(tx, caller, 'invoice_pdf', [invoiceId], 'admin')
}
