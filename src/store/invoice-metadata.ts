import type { Instant } from '../core/calendar/instant.ts'
import type { Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

/** A metadata entry as sent; `id` refers to an existing entry of the invoice. */
export type InvoiceMetadataEntry = {
  readonly id: string | null
  readonly key: string
  readonly value: string
}

/**
 * Replaces an invoice's metadata; keys are distinct. An entry with an existing id keeps its id and creation time;
 * entries not listed are deleted. All are deleted before any is inserted, so that entries may swap keys.
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
    // An id is used for one entry only, even if the request repeats it.
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
