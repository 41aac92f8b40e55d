import { inboundRow } from '../../store/billing/wallet-rows.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { insertMovements, spentOnInvoices } from '../../store/wallet-transactions.ts'
import type { Caller } from '../context.ts'
import { announceMovements } from './announce-wallets.ts'

/**
 * Grants back what a voided invoice took from wallets that are still active
 * (docs/rules/wallets.md#voided-invoices). The caller has locked the customer.
 */
export async function recreditInvoice(tx: Tx, caller: Caller, invoiceId: string): Promise<void> {
  const { organizationId, now } = caller
  const spent = await spentOnInvoices(tx, [invoiceId])
  const rows = spent.map(({ walletId, amountCents, creditAmount }) => {
    const of = { id: newId(), walletId, amountCents, credits: creditAmount }
    return { ...inboundRow({ organizationId, at: now }, of, 'granted'), voidedInvoiceId: invoiceId }
  })
  await insertMovements(tx, { walletTransactions: rows, walletTransactionConsumptions: [] })
  await announceMovements(tx, caller, rows)
}
