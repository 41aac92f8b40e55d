import type { Instant } from '../core/calendar/instant.ts'
import type { Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

/** An entry of metadata as it was sent; `id` names one that the invoice has. */
export type InvoiceMetadataEntry = {
  readonly id: string | null
  readonly key: string
  readonly value: string
}

/**
 * Gives an invoice exactly these entries of metadata, whose keys differ. An entry that names one of the
 * invoice's keeps its id and time of creation; what is not listed goes. All are taken out before any is put
 * in, so that entries may exchange their keys.
 */
export async function replaceInvoiceMetadata(
  tx: Tx,
  invoice: { readonly organizationId: string; readonly id: string },
  entries: readonly InvoiceMetadataEntry[],
  now: Instant,
): Promise<void> {
  const removed = await tx
    .deleteFrom('invoiceMetadata')
    .where('invoiceId', '=', invoice.id)
    .returningAll()
    .execute()
  if (entries.length === 0) return
  const earlier = new Map(removed.map((row) => [row.id, row]))
  const rows = entries.map(({ id, key, value }) => {
    const kept = id === null ? undefined : earlier.get(id.toLowerCase())
    // An id serves one entry, also when a request repeats it.
    if (kept) earlier.delete(kept.id)
    return {
      organizationId: invoice.organizationId,
      id: kept?.id ?? newId(),
      invoiceId: invoice.id,
      key,
      value,
      createdAt: ts(kept?.createdAt ?? now),
    }
  })
  await tx.insertInto('invoiceMetadata').values(rows).execute()
}
