import { exponentOf } from '../../core/amounts/currency.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import {
  chargeFeeDraft,
  type FeeDraft,
  isWorthStoring,
  trueUpFeeDraft,
} from '../../core/invoicing/fee-draft.ts'
import { windowDays } from '../../core/metering/proration.ts'
import { trueUpFee } from '../../core/pricing/minimum.ts'
import { isLeftToSuccessor } from '../../core/rating/carried-over.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import { type BillWindows, currentChargesWindow, type Window } from '../../core/subscriptions/windows.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { rateSubscription } from '../usage/rate-subscription.ts'
import type { SubscriptionToBill } from './bill.ts'

/**
 * The usage fees of a bill with their minimums (subscriptions-and-invoicing §2.6 "Usage charges on an invoice",
 * metering-and-rating §3.12 "Renewal", §3.13). `apart` are renewals of charges that are not invoiceable: fees
 * without an invoice, kept even when they are zero.
 */
export async function computeChargeFees(
  reads: Reads,
  entry: SubscriptionToBill,
  windows: BillWindows,
): Promise<{ invoiced: FeeDraft[]; apart: FeeDraft[] }> {
  const window = windows.charges
  const nothing = { invoiced: [], apart: [] }
  if (entry.skipCharges || window === null || window.from >= window.to) return nothing
  const charges = entry.subscription.charges.filter((charge) => isBilled(charge, entry))
  const rated = await rateSubscription(reads, {
    subscription: entry.subscription,
    charges,
    window,
    durationDays: windows.chargesDurationDays,
    zone: entry.zone,
    purpose: 'billing',
  })
  const invoiced: FeeDraft[] = []
  const apart: FeeDraft[] = []
  for (const charge of charges) {
    const own = rated.filter((usage) => usage.charge.id === charge.id)
    const fees = own.map((usage) => draftOf(entry, usage, window))
    if (charge.payInAdvance && !charge.invoiceable) apart.push(...fees)
    else invoiced.push(...withMinimum(charge, fees, entry, window, windows.chargesDurationDays))
  }
  return { invoiced, apart }
}

function isBilled(charge: RatedCharge, entry: SubscriptionToBill): boolean {
  const { endedBy } = entry.subscription.billing
  const isEnding = entry.reason === 'subscription_terminating'
  if (charge.payInAdvance) {
    if (!charge.metric.recurring) return false
    return !(isEnding && (endedBy === 'upgrade' || endedBy === 'termination'))
  }
  if (!charge.invoiceable) return false
  return !(isEnding && endedBy === 'upgrade' && isLeftToSuccessor(charge, entry.successorMetricIds))
}

function draftOf(entry: SubscriptionToBill, rated: RatedUsage, window: Window): FeeDraft {
  const { subscription, zone } = entry
  const isRenewal = rated.charge.payInAdvance
  // As if the subscription were active: a downgrade that comes with the bill has just ended it.
  const active = { ...subscription.billing, terminatedAt: null, endedBy: null }
  const moment = { plan: subscription.billingPlan, subscription: active, at: entry.at, zone }
  const paid = isRenewal ? currentChargesWindow(moment).window : window
  return chargeFeeDraft({
    id: newId(),
    subscriptionId: subscription.row.id,
    rated,
    // A renewal on an invoice is billed like a charge in arrears, and its fee says so (§4.2).
    payInAdvance: isRenewal && !rated.charge.invoiceable,
    period: paid,
    chargesWindow: window,
  })
}

function withMinimum(
  charge: RatedCharge,
  fees: readonly FeeDraft[],
  entry: SubscriptionToBill,
  window: Window,
  durationDays: number,
): FeeDraft[] {
  const trueUp = charge.minAmountCents > 0n ? trueUpOf(charge, fees, entry, window, durationDays) : null
  return trueUp === null
    ? fees.filter(isWorthStoring)
    : [...fees.filter((fee) => isWorthStoring(fee) || fee.id === trueUp.trueUpParentFeeId), trueUp]
}

function trueUpOf(
  charge: RatedCharge,
  fees: readonly FeeDraft[],
  entry: SubscriptionToBill,
  window: Window,
  durationDays: number,
): FeeDraft | null {
  // The fee of the default bucket carries the true-up, even when it is zero (§3.13).
  const parent = fees.find((fee) => fee.chargeFilterId === null) ?? fees[0]
  if (!parent) return null
  const usedCents = fees.reduce((sum, fee) => sum + (fee.pricingUnit?.amountCents ?? fee.amountCents), 0n)
  const usedPreciseCents = Decimal.sum(
    fees.map((fee) => fee.pricingUnit?.preciseAmountCents ?? fee.preciseAmountCents),
  )
  const trueUp = trueUpFee(
    {
      minAmountCents: charge.minAmountCents,
      usedCents,
      usedPreciseCents,
      fullDays: durationDays,
      days: windowDays({
        ...window,
        chargesDurationDays: durationDays,
        endedByUpgrade:
          entry.reason === 'subscription_terminating' && entry.subscription.billing.endedBy === 'upgrade',
        zone: entry.zone,
      }),
    },
    {
      exponent: exponentOf(entry.subscription.plan.amountCurrency),
      conversionRate: charge.pricingUnit?.conversionRate ?? null,
    },
  )
  return trueUp && trueUpFeeDraft(newId(), parent, trueUp, charge.pricingUnit)
}
