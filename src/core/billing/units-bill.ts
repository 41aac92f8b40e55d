import { exponentOf } from '../amounts/currency.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { type FixedPrice, priceMoreUnits, remainingDays } from '../fixed-charges/price.ts'
import { unitsOfPeriod } from '../fixed-charges/units.ts'
import { type FeeDraft, fixedChargeFeeDraft } from '../invoicing/fee-draft.ts'
import { billWindows, currentFixedChargesWindow, type UsageWindow } from '../subscriptions/windows.ts'
import type { SpendableWallet } from '../wallets/spend.ts'
import { assembleInvoice } from './assemble-invoice.ts'
import type { BillPlan } from './bill-plan.ts'
import { type BilledFixedFee, type FixedChargeFacts, isSamePeriod } from './fixed-charges.ts'
import type { AppliedCouponFacts } from './reductions/applied-coupon.ts'
import { availableCoupons } from './reductions/coupons.ts'
import type { CreditNoteFacts } from './reductions/credit-note-facts.ts'
import { availableWallets } from './reductions/prepaid.ts'
import type { BillingEntityFacts, CustomerFacts, SubscriptionFacts, TaxesByOwner } from './snapshot.ts'

/** A subscription whose units are billed, with what its invoice depends on. */
export type UnitsBill = {
  readonly customer: CustomerFacts
  readonly billingEntity: BillingEntityFacts
  readonly subscription: SubscriptionFacts
  /** The fixed charges in advance that are billed. */
  readonly charges: readonly FixedChargeFacts[]
  /** What they were billed before. */
  readonly earlier: readonly BilledFixedFee[]
  readonly taxes: TaxesByOwner
  /** The active coupons of the customer, oldest first. */
  readonly coupons: readonly AppliedCouponFacts[]
  /** Its credit notes with something left, oldest first. */
  readonly creditNotes: readonly CreditNoteFacts[]
  /** Its active wallets with something to spend. */
  readonly wallets: readonly SpendableWallet[]
  /** When the units changed. */
  readonly at: Instant
  readonly createdAt: Instant
  /** Whether the start that is billed waits for the payment. */
  readonly awaitsPayment: boolean
}

/** The window that fixed charges in advance pay for at an instant. */
export function unitsWindow(bill: Pick<UnitsBill, 'customer' | 'subscription' | 'at'>): UsageWindow {
  return currentFixedChargesWindow(momentIn(bill))
}

/**
 * The invoice of units that count at once (docs/rules/fixed-charges.md#units-that-change-at-once): those that are more
 * than what was paid for the open window. Fewer units make a fee of zero, and give nothing back.
 */
export function unitsBill(bill: UnitsBill): BillPlan {
  const { customer, billingEntity, subscription, at, createdAt } = bill
  const invoice = assembleInvoice(
    {
      head: {
        customer,
        billingEntity,
        invoiceType: 'subscription',
        currency: subscription.plan.currency,
        zone: customer.zone,
        purchaseOrderNumber: subscription.purchaseOrderNumber,
        billingAt: at,
        createdAt,
      },
      periods: [
        {
          subscriptionId: subscription.id,
          reason: 'in_advance_charge',
          windows: billWindows({ ...momentIn(bill), current: false }),
        },
      ],
      fees: bill.charges.map((charge) => feeOf(bill, charge)),
      planIds: new Map([[subscription.id, subscription.plan.id]]),
      hasGrace: false,
      draft: null,
      reached: null,
      awaitsPayment: bill.awaitsPayment,
    },
    bill.taxes,
    {
      progressive: new Map(),
      coupons: availableCoupons(bill.coupons, subscription.plan.currency, [subscription]),
      creditNotes: { notes: bill.creditNotes, currency: subscription.plan.currency },
      wallets: availableWallets(bill.wallets, subscription.plan.currency, [subscription]),
    },
  )
  return { customerId: customer.id, documents: [{ kind: 'invoice', invoice }], nextBillings: [] }
}

function feeOf(bill: UnitsBill, charge: FixedChargeFacts): FeeDraft {
  const { subscription } = bill
  return fixedChargeFeeDraft({
    key: `${subscription.id}/${charge.id}`,
    subscriptionId: subscription.id,
    fixedChargeId: charge.id,
    addOnId: charge.addOnId,
    price: priceOf(bill, charge),
    payInAdvance: true,
    period: unitsWindow(bill).window,
  })
}

function priceOf(bill: UnitsBill, charge: FixedChargeFacts): FixedPrice {
  const { customer, subscription, earlier, at } = bill
  const { window, durationDays } = unitsWindow(bill)
  const { zone } = customer
  const wanted =
    unitsOfPeriod(charge.records, { window, durationDays, zone, prorated: false })?.full ?? Decimal.zero
  const paid = earlier.filter(
    ({ isOwn, rootId, period }) => isOwn && rootId === charge.rootId && isSamePeriod(period, window),
  )
  const units = wanted.minus(Decimal.sum(paid.map((fee) => fee.units)))
  const part = charge.prorated
    ? { days: remainingDays(at, window, zone), of: durationDays }
    : { days: 1, of: 1 }
  return priceMoreUnits(charge, { units, ...part }, exponentOf(subscription.plan.currency))
}

function momentIn({ customer, subscription, at }: Pick<UnitsBill, 'customer' | 'subscription' | 'at'>) {
  return { plan: subscription.plan, subscription: subscription.billing, at, zone: customer.zone }
}
