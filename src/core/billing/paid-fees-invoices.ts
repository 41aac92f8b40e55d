import { Decimal } from '../amounts/decimal.ts'
import { addDays } from '../calendar/calendar-date.ts'
import { localDate } from '../calendar/zone.ts'
import { billWindows, type Window } from '../subscriptions/windows.ts'
import type { AppliedInvoiceTax } from '../taxes/apply.ts'
import type { InvoicePlan } from './bill-plan.ts'
import type { BillRequest } from './bill-request.ts'
import type { BillingSnapshot, CustomerFacts, PaidFee, SubscriptionFacts } from './snapshot.ts'
import type { InvoiceTotals } from './totals.ts'

/** Rate decimals on a paid-fees invoice. */
const RATE_SCALE = 2

/**
 * Invoices of usage fees that were paid one by one: `advance_charges` invoices whose amounts and taxes are the
 * sums of their fees, one for each currency, billing entity and purchase order number. A renewal leaves out fees of a
 * window that is still open.
 */
export function buildPaidFeesInvoices(
  snapshot: BillingSnapshot,
  customer: CustomerFacts,
  request: BillRequest,
): readonly InvoicePlan[] {
  const paid = snapshot.paidFees.get(customer.id)
  if (!paid) return []
  const isRenewal = request.entries.every(({ reason }) => reason === 'subscription_periodic')
  const fees = paid.fees.filter(
    ({ chargesTo }) => !isRenewal || chargesTo === null || chargesTo <= request.at,
  )
  const groups = new Map<string, PaidFee[]>()
  for (const fee of fees) {
    const subscription = paid.subscriptions.get(fee.subscriptionId)
    if (!subscription) continue
    const billingEntity = subscription.billingEntityId ?? customer.billingEntityId
    const key = JSON.stringify([fee.currency, billingEntity, subscription.purchaseOrderNumber])
    const own = groups.get(key)
    if (own) own.push(fee)
    else groups.set(key, [fee])
  }
  return [...groups.values()].flatMap((own) => {
    const ids = new Set(own.map((fee) => fee.subscriptionId))
    const subscriptions = [...paid.subscriptions.values()].filter(({ id }) => ids.has(id))
    return buildPaidFeesInvoice(snapshot, customer, request, subscriptions, own)
  })
}

function buildPaidFeesInvoice(
  snapshot: BillingSnapshot,
  customer: CustomerFacts,
  request: BillRequest,
  subscriptions: readonly SubscriptionFacts[],
  fees: readonly PaidFee[],
): readonly InvoicePlan[] {
  const [first] = subscriptions
  const [fee] = fees
  if (!first || !fee) return []
  const billingEntity = snapshot.billingEntities.get(first.billingEntityId ?? customer.billingEntityId)
  if (!billingEntity) throw new Error(`the billing entity of subscription ${first.id} is not in the snapshot`)
  const issuingOn = localDate(request.at, customer.zone)
  const window = paidFeesWindow(subscriptions, customer, request)
  const windows = {
    subscription: window,
    charges: window,
    fixedCharges: window,
    chargesDurationDays: 0,
    fixedChargesDurationDays: 0,
  }
  const totals = totalsOf(fees)
  // A paid-fees invoice of nothing is kept or skipped as any other invoice of nothing.
  const keepsZero =
    customer.zeroInvoices === 'inherit'
      ? billingEntity.keepsZeroInvoices
      : customer.zeroInvoices === 'finalize'
  const isClosed = totals.feesAmountCents === 0n && !keepsZero
  return [
    {
      customer,
      billingEntity,
      invoiceType: 'advance_charges',
      currency: fee.currency,
      zone: customer.zone,
      purchaseOrderNumber: first.purchaseOrderNumber,
      billingAt: request.at,
      createdAt: request.createdAt,
      replaces: null,
      dates: {
        issuingOn,
        paymentDueOn: addDays(issuingOn, customer.issuing.netPaymentTermDays),
        expectedFinalizationOn: issuingOn,
      },
      settings: customer.issuing,
      outcome: isClosed
        ? { status: 'closed' }
        : { status: 'finalized', finalizedAt: request.createdAt, overdueAt: null },
      paymentStatus: 'succeeded',
      customSections: null,
      skipsPayment: false,
      paidCents: totals.totalAmountCents,
      periods: subscriptions.map(({ id }) => ({
        subscriptionId: id,
        reason: 'in_advance_charge_periodic',
        windows,
      })),
      fees: [],
      attachedFeeIds: fees.map(({ id }) => id),
      reductions: [],
      creditNotes: [],
      totals,
      unbilled: [],
      reached: null,
    },
  ]
}

function totalsOf(fees: readonly PaidFee[]): InvoiceTotals {
  const feesCents = fees.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const taxesCents = fees.reduce((sum, { taxesAmountCents }) => sum + taxesAmountCents, 0n)
  const rate =
    feesCents === 0n
      ? Decimal.zero
      : Decimal.of(taxesCents).times(Decimal.hundred).dividedBy(Decimal.of(feesCents), RATE_SCALE)
  return {
    feesAmountCents: feesCents,
    progressiveCreditAmountCents: 0n,
    couponsAmountCents: 0n,
    subTotalExcludingTaxesAmountCents: feesCents,
    taxes: { appliedTaxes: taxLinesOf(fees), taxesAmountCents: taxesCents, taxesRate: rate },
    subTotalIncludingTaxesAmountCents: feesCents + taxesCents,
    creditNotesAmountCents: 0n,
    prepaidCreditAmountCents: 0n,
    totalAmountCents: feesCents + taxesCents,
  }
}

/** The taxes of the fees, as they were when the fees were made, summed by tax and in the order of their codes. */
function taxLinesOf(fees: readonly PaidFee[]): readonly AppliedInvoiceTax[] {
  const lines = new Map<string, AppliedInvoiceTax>()
  for (const fee of fees) {
    for (const { tax, amountCents } of fee.taxes) {
      const key = JSON.stringify([tax.id, tax.code, tax.name, tax.description, tax.rate.toString()])
      const line = lines.get(key)
      const base = Decimal.of(fee.amountCents)
      lines.set(key, {
        tax: line?.tax ?? tax,
        amountCents: (line?.amountCents ?? 0n) + amountCents,
        feesAmountCents: line ? line.feesAmountCents.plus(base) : base,
      })
    }
  }
  return [...lines.values()].sort((a, b) => (a.tax.code < b.tax.code ? -1 : a.tax.code > b.tax.code ? 1 : 0))
}

/** The one window of a paid-fees invoice: the charges period of the subscription that started last. */
function paidFeesWindow(
  subscriptions: readonly SubscriptionFacts[],
  customer: CustomerFacts,
  request: BillRequest,
): Window {
  const last = subscriptions.reduce((a, b) => (b.billing.startedAt >= a.billing.startedAt ? b : a))
  const windows = billWindows({
    plan: last.plan,
    subscription: last.billing,
    at: request.at,
    zone: customer.zone,
    current: false,
  })
  return windows.charges ?? windows.subscription
}
