import type { Tx } from '../../store/database.ts'
import { addDocumentVersion } from '../../store/documents.ts'
import type { Caller } from '../context.ts'

/** A new version of the PDF of a voided invoice, which says so; its first version stays as it is. */
export async function voidDocument(tx: Tx, caller: Caller, invoiceId: string): Promise<void> {
  if (!caller.makesDocuments) return
  const { organizationId, now } = caller
  const made = { organizationId, reason: 'voided', isAnnounced: false, now } as const
  await addDocumentVersion(tx, 'invoice_pdf', invoiceId, made, { voidedAt: now })
}
