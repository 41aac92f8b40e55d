import type { InvoicePaymentStatus } from '../../core/invoicing/payment-status.ts'
import type { Tx } from '../../store/database.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { readNotedAmounts } from '../../store/noted-invoices.ts'
import {
  failTransaction,
  lockPurchaseOfInvoice,
  settleTransaction,
  type WalletTransactionRow,
} from '../../store/wallet-transactions.ts'
import type { Caller } from '../context.ts'
import { finalizeOpenInvoice } from '../invoices/finalize-open-invoice.ts'
import { announceTransactions, announceWallets } from './announce-wallets.ts'

/**
 * What a new payment status of an invoice does to the credits that it sells (docs/rules/wallets.md#buying-credits):
 * once it is paid they are in the wallet, and an open invoice becomes final. A failed payment leaves them out, until
 * one succeeds. Credits in the wallet stay there, and an invoice that a credit note has offset adds none. To be called
 * wherever the payment status of an invoice changes; does nothing for other invoices. The caller has locked the
 * customer and the invoice.
 */
export async function settlePurchase(
  tx: Tx,
  caller: Caller,
  invoice: InvoiceRow,
  status: InvoicePaymentStatus,
): Promise<void> {
  if (invoice.invoiceType !== 'credit' || status === 'pending') return
  const purchase = await lockPurchaseOfInvoice(tx, invoice.id)
  if (!purchase || purchase.status === 'settled') return
  const { offsetCents } = (await readNotedAmounts(tx, [invoice.id])).get(invoice.id) ?? { offsetCents: 0n }
  if (status === 'failed' || offsetCents > 0n) {
    await failPurchase(tx, caller, purchase)
    return
  }
  await settleTransaction(tx, purchase.id, caller.now)
  await announceTransactions(tx, caller, [purchase], 'wallet_transaction.updated')
  await announceWallets(tx, caller, [purchase.walletId], 'wallet.updated')
  if (invoice.status === 'open') await finalizeOpenInvoice(tx, caller, invoice)
}

/** Marks a purchase as failed that is neither paid nor failed. */
async function failPurchase(tx: Tx, caller: Caller, purchase: WalletTransactionRow): Promise<void> {
  if (purchase.status !== 'pending') return
  await failTransaction(tx, purchase.id, caller.now)
  await announceTransactions(tx, caller, [purchase], 'wallet_transaction.updated')
}
