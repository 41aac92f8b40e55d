import { DEFAULT_PRIORITY } from '../../core/wallets/wallet.ts'
import type { NewWalletTransactionRow } from '../../store/billing/wallet-rows.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { insertMovements, spentOnInvoice } from '../../store/wallet-transactions.ts'
import type { Caller } from '../context.ts'
import { announceMovements } from './announce-wallets.ts'

/**
 * Grants back what a voided invoice took from wallets that are still active
 * (docs/rules/wallets.md#voided-invoices). The caller has locked the customer.
 */
export async function recreditInvoice(tx: Tx, caller: Caller, invoiceId: string): Promise<void> {
  const { organizationId, now } = caller
  const spent = await spentOnInvoice(tx, invoiceId)
  const rows = spent.map(
    ({ walletId, amountCents, creditAmount }): NewWalletTransactionRow => ({
      organizationId,
      id: newId(),
      walletId,
      transactionType: 'inbound',
      transactionStatus: 'granted',
      status: 'settled',
      source: 'manual',
      amountCents,
      creditAmount,
      remainingAmountCents: amountCents,
      priority: DEFAULT_PRIORITY,
      name: null,
      purchaseOrderNumber: null,
      billingEntityId: null,
      invoiceId: null,
      creditNoteId: null,
      voidedInvoiceId: invoiceId,
      invoiceRequiresSuccessfulPayment: false,
      metadata: [],
      skipInvoiceCustomSections: false,
      paymentMethodType: 'provider',
      paymentMethodId: null,
      settledAt: now,
      failedAt: null,
      createdAt: now,
      updatedAt: now,
    }),
  )
  await insertMovements(tx, { walletTransactions: rows, walletTransactionConsumptions: [] })
  await announceMovements(tx, caller, rows)
}
