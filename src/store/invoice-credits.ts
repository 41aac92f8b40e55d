import type { Instant } from '../core/calendar/instant.ts'
import type { Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

/** Writes what progressive invoices take off an invoice, before taxes. */
export async function insertInvoiceCredits(
  tx: Tx,
  invoice: { readonly organizationId: string; readonly invoiceId: string; readonly now: Instant },
  credits: readonly { readonly progressiveInvoiceId: string; readonly amountCents: bigint }[],
): Promise<void> {
  if (credits.length === 0) return
  await tx
    .insertInto('invoiceCredits')
    .values(
      credits.map((credit) => ({
        organizationId: invoice.organizationId,
        id: newId(),
        invoiceId: invoice.invoiceId,
        progressiveInvoiceId: credit.progressiveInvoiceId,
        amountCents: credit.amountCents,
        beforeTaxes: true,
        createdAt: ts(invoice.now),
      })),
    )
    .execute()
}
