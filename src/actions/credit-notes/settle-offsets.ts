import { offsetsOfNotes } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { lockInvoices } from '../../store/invoices.ts'
import type { Caller } from '../context.ts'
import { settleInvoices } from '../payments/invoice-payment-status.ts'

/**
 * Takes what final credit notes offset off the amounts that are due of their invoices
 * (docs/rules/credit-notes.md). The caller has locked the customers.
 */
export async function settleOffsets(tx: Tx, caller: Caller, noteIds: readonly string[]): Promise<void> {
  const offsets = await offsetsOfNotes(tx, noteIds)
  if (offsets.length === 0) return
  const invoices = await lockInvoices(tx, [...new Set(offsets.map(({ invoiceId }) => invoiceId))])
  await settleInvoices(
    tx,
    caller,
    invoices,
    offsets.map((offset) => ({ kind: 'offset', ...offset })),
  )
}
