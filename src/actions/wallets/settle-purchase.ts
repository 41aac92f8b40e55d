import type { InvoicePaymentStatus } from '../../core/invoicing/payment-status.ts'
import type { Tx } from '../../store/database.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { failTransaction, lockPurchaseOfInvoice, settleTransaction } from '../../store/wallet-transactions.ts'
import type { Caller } from '../context.ts'
import { finalizeOpenInvoice } from '../invoices/finalize-open-invoice.ts'
import { announceTransactions, announceWallets } from './announce-wallets.ts'

/**
 * What a new payment status of an invoice does to the credits that it sells (docs/rules/wallets.md#buying-credits):
 * once it is paid they are in the wallet, and an open invoice becomes final. A failed payment leaves them out, until
 * one succeeds. Credits in the wallet stay there. To be called wherever the payment status of an invoice changes; does
 * nothing for other invoices. The caller has locked the customer and the invoice.
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
  if (status === 'failed') {
    if (purchase.status === 'failed') return
    await failTransaction(tx, purchase.id, caller.now)
    await announceTransactions(tx, caller, [purchase], 'wallet_transaction.updated')
    return
  }
  await settleTransaction(tx, purchase.id, caller.now)
  await announceTransactions(tx, caller, [purchase], 'wallet_transaction.updated')
  await announceWallets(tx, caller, [purchase.walletId], 'wallet.updated')
  if (invoice.status === 'open') await finalizeOpenInvoice(tx, caller, invoice)
}
