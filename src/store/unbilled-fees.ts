import type { Selectable } from 'kysely'
import type { Reads } from './database.ts'
import type { UnbilledFees } from './rows.ts'

/** A fee that is too large for its invoice, or for any invoice. */
export type UnbilledFeeRow = Selectable<UnbilledFees>

/** The fees that did not fit on these invoices. */
export async function unbilledFeesOf(reads: Reads, invoiceIds: readonly string[]): Promise<UnbilledFeeRow[]> {
  return reads
    .selectFrom('unbilledFees')
    .selectAll()
    .where('invoiceId', 'in', [...invoiceIds])
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}
