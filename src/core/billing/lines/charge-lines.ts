import { exponentOf } from '../../amounts/currency.ts'
import { Decimal } from '../../amounts/decimal.ts'
import { chargeFeeDraft, type FeeDraft, isWorthStoring, trueUpFeeDraft } from '../../invoicing/fee-draft.ts'
import { windowDays } from '../../metering/proration.ts'
import { trueUpFee } from '../../pricing/minimum.ts'
import { majorUnits, minorUnits, PRICING_UNIT_EXPONENT } from '../../pricing/rated-fee.ts'
import { isLeftToSuccessor } from '../../rating/carried-over.ts'
import type { RatedCharge } from '../../rating/charge.ts'
import type { UsageAsked } from '../../rating/rate-subscription.ts'
import type { RatedUsage } from '../../rating/rate-usage.ts'
import { type BillWindows, currentChargesWindow, type Window } from '../../subscriptions/windows.ts'
import type { BilledSubscription } from '../billed-subscription.ts'
import { adjustedAmount, adjustedUsage, withAddedUsages } from './adjusted-lines.ts'

/** Usage fees of a bill: those on the invoice, and renewals that are not invoiced, which are kept even at zero. */
export type ChargeLines = { readonly invoiced: readonly FeeDraft[]; readonly uninvoiced: readonly FeeDraft[] }

/** The usage that a subscription's bill prices; null when it carries none. */
export function chargesAsked(billed: BilledSubscription, windows: BillWindows): UsageAsked | null {
  const { subscription, zone } = billed
  const window = windows.charges
  if (billed.skipCharges || window === null || window.from >= window.to) return null
  return {
    subscription,
    charges: subscription.charges.filter((charge) => isBilled(charge, billed)),
    window,
    durationDays: windows.chargesDurationDays,
    zone,
    purpose: 'billing',
  }
}

/** The fees for priced usage, with each charge topped up to its minimum. */
export function chargeLines(
  billed: BilledSubscription,
  asked: UsageAsked,
  rated: readonly RatedUsage[],
): ChargeLines {
  const byCharge = usagesByCharge(rated)
  const invoiced: FeeDraft[] = []
  const uninvoiced: FeeDraft[] = []
  for (const charge of asked.charges) {
    const usages = withAddedUsages(billed, charge, byCharge.get(charge.id) ?? [])
    const fees = usages.map((usage, n) =>
      adjustedUsage(billed, usage, lineOf(billed, usage, asked.window, n)),
    )
    if (charge.payInAdvance && !charge.invoiceable) uninvoiced.push(...fees)
    else invoiced.push(...withMinimum(charge, fees, billed, asked))
  }
  return { invoiced, uninvoiced }
}

function usagesByCharge(rated: readonly RatedUsage[]): ReadonlyMap<string, readonly RatedUsage[]> {
  const byCharge = new Map<string, RatedUsage[]>()
  for (const usage of rated) {
    const own = byCharge.get(usage.charge.id)
    if (own) own.push(usage)
    else byCharge.set(usage.charge.id, [usage])
  }
  return byCharge
}

/**
 * Whether a bill carries a charge: one in arrears that is invoiceable, and the renewal of a recurring one in advance.
 * At an upgrade, a recurring quantity that the new plan also charges is left to the new plan.
 */
function isBilled(charge: RatedCharge, { subscription, reason }: BilledSubscription): boolean {
  const { endedBy } = subscription.billing
  const isEnding = reason === 'subscription_terminating'
  if (charge.payInAdvance) {
    if (!charge.metric.recurring) return false
    return !(isEnding && (endedBy === 'upgrade' || endedBy === 'termination'))
  }
  if (!charge.invoiceable) return false
  return !(isEnding && endedBy === 'upgrade' && isLeftToSuccessor(charge, subscription.successorMetricIds))
}

function lineOf(billed: BilledSubscription, rated: RatedUsage, window: Window, n: number): FeeDraft {
  const { subscription, zone, at } = billed
  const isRenewal = rated.charge.payInAdvance
  // Treat the subscription as active: a downgrade executed with this bill has just ended it.
  const active = { ...subscription.billing, terminatedAt: null, endedBy: null }
  const paid = isRenewal
    ? currentChargesWindow({ plan: subscription.plan, subscription: active, at, zone }).window
    : window
  return chargeFeeDraft({
    key: `${subscription.id}/${rated.charge.id}/${n}`,
    subscriptionId: subscription.id,
    rated,
    // A renewal on an invoice is billed like a charge in arrears, and its fee is marked accordingly.
    payInAdvance: isRenewal && !rated.charge.invoiceable,
    period: paid,
    chargesWindow: window,
  })
}

function withMinimum(
  charge: RatedCharge,
  fees: readonly FeeDraft[],
  billed: BilledSubscription,
  asked: UsageAsked,
): FeeDraft[] {
  const trueUp = charge.minAmountCents > 0n ? trueUpOf(charge, fees, billed, asked) : null
  return trueUp === null
    ? fees.filter(isWorthStoring)
    : [...fees.filter((fee) => isWorthStoring(fee) || fee.key === trueUp.trueUpParentKey), trueUp]
}

function trueUpOf(
  charge: RatedCharge,
  fees: readonly FeeDraft[],
  billed: BilledSubscription,
  { window, durationDays }: UsageAsked,
): FeeDraft | null {
  const { subscription, reason, zone } = billed
  // The fee of the default bucket carries the true-up, even when it is zero.
  const parent = fees.find((fee) => fee.chargeFilterId === null) ?? fees[0]
  if (!parent) return null
  const exponent = exponentOf(subscription.plan.currency)
  const used = fees.map((fee) => pricedCents(charge, fee, exponent))
  const usedCents = used.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const usedPreciseCents = Decimal.sum(used.map(({ preciseAmountCents }) => preciseAmountCents))
  const endedByUpgrade = reason === 'subscription_terminating' && subscription.billing.endedBy === 'upgrade'
  const trueUp = trueUpFee(
    {
      minAmountCents: charge.minAmountCents,
      usedCents,
      usedPreciseCents,
      fullDays: durationDays,
      days: windowDays({ ...window, chargesDurationDays: durationDays, endedByUpgrade, zone }),
    },
    {
      exponent,
      conversionRate: charge.pricingUnit?.conversionRate ?? null,
    },
  )
  if (trueUp === null) return null
  const fee = trueUpFeeDraft(`${parent.key}/minimum`, parent, trueUp, charge.pricingUnit)
  return adjustedAmount(billed, { kind: 'true_up', rootChargeId: charge.rootId }, fee)
}

/** A fee's amounts in what its charge is priced in; the price of an adjusted fee is in the currency. */
function pricedCents(
  { pricingUnit }: RatedCharge,
  fee: FeeDraft,
  exponent: number,
): Pick<FeeDraft, 'amountCents' | 'preciseAmountCents'> {
  if (fee.pricingUnit !== null) return fee.pricingUnit
  if (pricingUnit === null) return fee
  const major = majorUnits(fee.preciseAmountCents, exponent).dividedBy(pricingUnit.conversionRate)
  const cents = minorUnits(major, PRICING_UNIT_EXPONENT)
  return { amountCents: cents.round().toBigInt(), preciseAmountCents: cents }
}
