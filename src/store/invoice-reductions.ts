import type { Instant } from '../core/calendar/instant.ts'
import type { Reduction } from '../core/invoicing/reduction.ts'
import type { Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

/** Writes the reductions of an invoice. */
export async function insertInvoiceReductions(
  tx: Tx,
  invoice: { readonly organizationId: string; readonly invoiceId: string; readonly now: Instant },
  reductions: readonly Reduction[],
): Promise<void> {
  if (reductions.length === 0) return
  const { organizationId, invoiceId, now } = invoice
  await tx
    .insertInto('invoiceReductions')
    .values(
      reductions.map((reduction) => ({
        organizationId,
        id: newId(),
        invoiceId,
        ...reduction,
        createdAt: ts(now),
      })),
    )
    .execute()
}
