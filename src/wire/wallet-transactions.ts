import { Decimal } from '../core/amounts/decimal.ts'
import { toWireCents } from '../core/amounts/json-text.ts'
import { fromCents } from '../core/amounts/rounding.ts'
import { creditsOfCents } from '../core/wallets/credits.ts'
import type { SelectedSection } from '../store/invoice-custom-sections.ts'
import type { ConsumptionView, WalletTransactionView } from '../store/wallet-transactions.ts'
import type { NamedWallet } from '../store/wallets.ts'
import { centsOrNull } from './coupons.ts'
import { toWireSelectedSection } from './invoice-custom-sections.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'
import { toWirePaymentMethod, toWireWalletBase } from './wallets.ts'

/** A transaction of a wallet. */
export function toWireWalletTransaction(view: WalletTransactionView): object {
  const remaining = view.remainingAmountCents
  return {
    lago_id: view.id,
    lago_wallet_id: view.walletId,
    lago_invoice_id: view.invoiceId,
    lago_credit_note_id: view.creditNoteId,
    lago_voided_invoice_id: view.voidedInvoiceId,
    billing_entity_code: view.billingEntityCode,
    status: view.status,
    source: view.source,
    transaction_status: view.transactionStatus,
    transaction_type: view.transactionType,
    amount: fromCents(view.amountCents, view.currency).toWire(),
    credit_amount: Decimal.of(view.creditAmount).toWire(),
    remaining_amount_cents: centsOrNull(remaining),
    remaining_credit_amount: remaining === null ? null : creditsOfCents(remaining, unitOf(view)).toWire(),
    priority: view.priority,
    purchase_order_number: view.purchaseOrderNumber ?? view.walletPurchaseOrderNumber,
    settled_at: isoSecondsOrNull(view.settledAt),
    failed_at: isoSecondsOrNull(view.failedAt),
    created_at: isoSeconds(view.createdAt),
    invoice_requires_successful_payment: view.invoiceRequiresSuccessfulPayment,
    metadata: view.metadata,
    name: view.name,
    payment_method: toWirePaymentMethod(view),
  }
}

/** A transaction by itself, with the sections that its invoice prints. */
export function toWireShownWalletTransaction(
  view: WalletTransactionView,
  sections: readonly SelectedSection[],
): object {
  return {
    ...toWireWalletTransaction(view),
    applied_invoice_custom_sections: sections.map(toWireSelectedSection),
  }
}

/** A transaction as webhooks show it. */
export function toWireAnnouncedWalletTransaction(view: WalletTransactionView, wallet: NamedWallet): object {
  return { ...toWireWalletTransaction(view), wallet: toWireWalletBase(wallet) }
}

/** What a transaction took from another one, or gave to it. */
export function toWireConsumption({ id, amountCents, createdAt, transaction }: ConsumptionView): object {
  return {
    lago_id: id,
    amount_cents: toWireCents(amountCents),
    credit_amount: creditsOfCents(amountCents, unitOf(transaction)).toWire(),
    created_at: isoSeconds(createdAt),
    wallet_transaction: toWireWalletTransaction(transaction),
  }
}

function unitOf({ currency, rateAmount }: WalletTransactionView) {
  return { currency, rate: Decimal.of(rateAmount) }
}
