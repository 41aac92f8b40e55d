import { Decimal } from '../../core/amounts/decimal.ts'
import { creditsOfCents } from '../../core/wallets/credits.ts'
import { addConsumptions, outboundRow, type WalletRows } from '../../store/billing/wallet-rows.ts'
import { creditNoteViews } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { insertMovements, lockPurchaseOfInvoice } from '../../store/wallet-transactions.ts'
import { findWallet } from '../../store/wallets.ts'
import type { Caller } from '../context.ts'
import { announceWallets } from './announce-wallets.ts'
import { failPurchase } from './settle-purchase.ts'

/**
 * What new credit notes on an invoice do to the credits that it sells (docs/rules/wallets.md#buying-credits): refunded
 * ones leave the wallet, and offset ones never enter it. The caller has locked the customer and the invoice.
 */
export async function followPurchase(
  tx: Tx,
  caller: Caller,
  invoice: InvoiceRow,
  creditNoteIds: readonly string[],
): Promise<void> {
  const purchase = await lockPurchaseOfInvoice(tx, invoice.id)
  const wallet = purchase && (await findWallet(tx, { id: purchase.walletId }))
  if (!wallet) return
  const notes = await creditNoteViews(tx, creditNoteIds)
  if (notes.some(({ offsetAmountCents }) => offsetAmountCents > 0n)) await failPurchase(tx, caller, purchase)
  const head = { organizationId: caller.organizationId, at: caller.now }
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  const rows: WalletRows = { walletTransactions: [], walletTransactionConsumptions: [] }
  for (const { id: creditNoteId, refundAmountCents: amountCents } of notes) {
    if (amountCents === 0n) continue
    const credits = creditsOfCents(amountCents, unit).toString()
    const row = outboundRow(head, { id: newId(), walletId: wallet.id, amountCents, credits })
    rows.walletTransactions.push({ ...row, creditNoteId })
    addConsumptions(rows, head, row.id, [{ inboundId: purchase.id, amountCents }])
  }
  if (rows.walletTransactions.length === 0) return
  await insertMovements(tx, rows)
  await announceWallets(tx, caller, [wallet.id], 'wallet.updated')
}
