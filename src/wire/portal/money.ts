import { Decimal } from '../../core/amounts/decimal.ts'
import { toWireCents } from '../../core/amounts/json-text.ts'
import { creditNoteNumber } from '../../core/credit-notes/number.ts'
import { payeeAccount } from '../../core/documents/bank-account.ts'
import { type PricedFee, printedPrice } from '../../core/documents/fee-rows.ts'
import type { FrozenSeller } from '../../core/documents/frozen.ts'
import type { Locale } from '../../core/documents/words.ts'
import { groupedIban } from '../../core/organizations/iban.ts'
import { dueCents } from '../../core/payments/payment-input.ts'
import { creditsOfCents } from '../../core/wallets/credits.ts'
import type { CreditNoteView } from '../../store/credit-notes.ts'
import type { InvoiceView } from '../../store/invoice-views.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import type { PaymentReceiptView } from '../../store/payment-receipts.ts'
import type { PaymentView } from '../../store/payments.ts'
import type { WalletTransactionView } from '../../store/wallet-transactions.ts'
import type { WalletView } from '../../store/wallets.ts'
import { centsOrNull } from '../coupons.ts'
import { namesOfFee } from '../fees.ts'
import type { InvoiceLinks } from '../invoices.ts'
import { isoSeconds, isoSecondsOrNull } from '../times.ts'

/** An invoice in the list of its customer; `can_be_paid` tells that something is left to pay on a page. */
export function toWireOwnInvoice(invoice: InvoiceRow, canPay: boolean): object {
  const due = dueCents(invoice)
  const isOpen = invoice.status === 'finalized' && invoice.paymentStatus !== 'succeeded' && due > 0n
  return {
    id: invoice.id,
    number: invoice.number,
    kind: invoice.invoiceType,
    status: invoice.status,
    payment_status: invoice.paymentStatus,
    is_overdue: invoice.paymentOverdue,
    issuing_date: invoice.issuingDate,
    payment_due_date: invoice.paymentDueDate,
    currency: invoice.currency,
    total_amount_cents: toWireCents(invoice.totalAmountCents),
    due_amount_cents: toWireCents(invoice.status === 'finalized' ? due : 0n),
    can_be_paid: canPay && isOpen && !invoice.selfBilled,
  }
}

/** What tells a customer how to pay. */
export type PaymentWays = {
  readonly canPayOnPage: boolean
  readonly payee: Pick<FrozenSeller, 'name' | 'legalName' | 'bankAccount'>
}

/** What is left to pay of an invoice and how it is transferred; null when there is no account or nothing to pay. */
function transferOf(invoice: InvoiceRow, payee: PaymentWays['payee']): object | null {
  if (invoice.status !== 'finalized' || invoice.paymentStatus === 'succeeded') return null
  const { selfBilled: isSelfBilled, invoiceType, number: reference } = invoice
  const account = payeeAccount(payee, { isSelfBilled, invoiceType, cents: dueCents(invoice) })
  if (!account) return null
  return { holder: account.holder, iban: groupedIban(account.iban), bic: account.bic, reference }
}

/** An invoice with its lines, taxes, totals and payments. */
export function toWireOwnInvoiceInFull(
  view: InvoiceView,
  payments: readonly PaymentView[],
  { canPayOnPage, payee }: PaymentWays,
  prices: { readonly locale: Locale; readonly ofFees: ReadonlyMap<string, PricedFee> },
): object {
  const { invoice } = view
  return {
    ...toWireOwnInvoice(invoice, canPayOnPage),
    bank_transfer: transferOf(invoice, payee),
    purchase_order_number: invoice.purchaseOrderNumber,
    fees: view.fees.map((fee) => ({
      id: fee.id,
      ...namesOfFee(fee),
      units: Decimal.of(fee.units).toWire(),
      unit_amount: Decimal.of(fee.preciseUnitAmount).toWire(),
      ...toWirePrice(prices.ofFees.get(fee.id), { locale: prices.locale, currency: fee.currency }),
      amount_cents: toWireCents(fee.amountCents),
      taxes_rate: Decimal.of(fee.taxesRate).toWire(),
      from: isoSecondsOrNull(fee.fromAt),
      to: isoSecondsOrNull(fee.toAt),
    })),
    taxes: view.taxes.map((tax) => ({
      name: tax.taxName,
      rate: Decimal.of(tax.taxRate).toWire(),
      amount_cents: toWireCents(tax.amountCents),
    })),
    fees_amount_cents: toWireCents(invoice.feesAmountCents),
    progressive_billing_credit_amount_cents: toWireCents(invoice.progressiveBillingCreditAmountCents),
    coupons_amount_cents: toWireCents(invoice.couponsAmountCents),
    taxes_amount_cents: toWireCents(invoice.taxesAmountCents),
    credit_notes_amount_cents: toWireCents(invoice.creditNotesAmountCents),
    prepaid_credit_amount_cents: toWireCents(invoice.prepaidCreditAmountCents),
    paid_amount_cents: toWireCents(invoice.totalPaidAmountCents),
    has_e_invoice: view.eFile !== null && view.eFile.refusal === null,
    payments: payments.map(toWireOwnPayment),
  }
}

/** The price of a fee as its document prints it, in a language. */
function toWirePrice(
  fee: PricedFee | undefined,
  setting: { readonly locale: Locale; readonly currency: string },
): object {
  if (!fee) throw new Error('a fee without its price')
  const { units, price, parts } = printedPrice(fee, setting)
  return { printed: { units, price }, parts }
}

function toWireOwnPayment(payment: PaymentView): object {
  const next = (payment.nextAction ?? {}) as {
    redirect_to_url?: { url?: unknown }
    display_bank_transfer_instructions?: { hosted_instructions_url?: unknown }
  }
  const page = next.redirect_to_url?.url
  const url = page ?? next.display_bank_transfer_instructions?.hosted_instructions_url
  const isAsked = payment.state === 'action_required' && typeof url === 'string'
  return {
    id: payment.id,
    amount_cents: toWireCents(payment.amountCents),
    currency: payment.amountCurrency,
    payment_status: payment.paymentStatus,
    paid_at: isoSeconds(payment.paidAt),
    action_url: isAsked ? url : null,
    action_kind: isAsked ? (page === undefined ? 'transfer' : 'confirm') : null,
  }
}

/** A credit note of a customer. */
export function toWireOwnCreditNote(note: CreditNoteView): object {
  return {
    id: note.id,
    number: creditNoteNumber(note.invoiceNumber, note.sequentialId),
    invoice_number: note.invoiceNumber,
    issuing_date: note.issuingDate,
    currency: note.currency,
    total_amount_cents: toWireCents(note.totalAmountCents),
    credit_amount_cents: toWireCents(note.creditAmountCents),
    refund_amount_cents: toWireCents(note.refundAmountCents),
    offset_amount_cents: toWireCents(note.offsetAmountCents),
    balance_amount_cents: toWireCents(note.balanceAmountCents),
    has_e_invoice: note.eFile !== null && note.eFile.refusal === null,
  }
}

/** A receipt of a customer's payment, with its file once there is one. */
export function toWireOwnReceipt(receipt: PaymentReceiptView, links: Pick<InvoiceLinks, 'fileUrl'>): object {
  const { payment } = receipt
  return {
    id: receipt.id,
    number: receipt.number,
    invoice_numbers: payment.invoices.map(({ number }) => number),
    amount_cents: toWireCents(payment.amountCents),
    currency: payment.amountCurrency,
    paid_at: isoSeconds(payment.paidAt),
    file_url: receipt.file === null ? null : links.fileUrl(receipt.file),
  }
}

/** A wallet of a customer, with the limits and the rules of its top-ups. */
export function toWireOwnWallet(wallet: WalletView): object {
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  return {
    id: wallet.id,
    name: wallet.name,
    status: wallet.status,
    currency: wallet.currency,
    rate_amount: unit.rate.toWire(),
    credits_balance: Decimal.of(wallet.creditsBalance).toWire(),
    balance_cents: toWireCents(wallet.balanceCents),
    credits_ongoing_balance: creditsOfCents(wallet.ongoingBalanceCents, unit).toWire(),
    ongoing_balance_cents: toWireCents(wallet.ongoingBalanceCents),
    expires_at: isoSecondsOrNull(wallet.expirationAt),
    top_up_min_cents: centsOrNull(wallet.paidTopUpMinAmountCents),
    top_up_max_cents: centsOrNull(wallet.paidTopUpMaxAmountCents),
    rules: wallet.rules.map((rule) => ({
      trigger: rule.trigger,
      interval: rule.interval,
      threshold_credits: Decimal.of(rule.thresholdCredits).toWire(),
      paid_credits: Decimal.of(rule.paidCredits).toWire(),
      granted_credits: Decimal.of(rule.grantedCredits).toWire(),
      target_balance:
        rule.targetOngoingBalance === null ? null : Decimal.of(rule.targetOngoingBalance).toWire(),
    })),
  }
}

/** What entered or left a wallet. */
export function toWireOwnTransaction(view: WalletTransactionView): object {
  return {
    id: view.id,
    name: view.name,
    direction: view.transactionType,
    kind: view.transactionStatus,
    status: view.status,
    credits: Decimal.of(view.creditAmount).toWire(),
    amount_cents: toWireCents(view.amountCents),
    currency: view.currency,
    invoice_id: view.invoiceId,
    created_at: isoSeconds(view.createdAt),
  }
}
