import { exponentOf } from '../../amounts/currency.ts'
import { alreadyPaidCents, type FixedPrice, lessPaid, priceFixedCharge } from '../../fixed-charges/price.ts'
import { unitsOfPeriod } from '../../fixed-charges/units.ts'
import { type FeeDraft, fixedChargeFeeDraft, isWorthStoring } from '../../invoicing/fee-draft.ts'
import { type BillWindows, currentFixedChargesWindow, type UsageWindow } from '../../subscriptions/windows.ts'
import { type BilledSubscription, momentOf } from '../billed-subscription.ts'
import { type BilledFixedFee, type FixedChargeFacts, isSamePeriod } from '../fixed-charges.ts'
import { adjustedUnits } from './adjusted-lines.ts'

/** A fixed charge on a bill, and the window that it is billed for. */
export type FixedChargeAsked = { readonly charge: FixedChargeFacts; readonly open: UsageWindow }

/**
 * The fixed charges that a bill of a subscription carries (docs/rules/fixed-charges.md#when): those in arrears for the
 * window that it closes, those in advance for the one that is open, unless the subscription has ended.
 */
export function fixedChargesAsked(
  billed: BilledSubscription,
  windows: BillWindows,
): readonly FixedChargeAsked[] {
  if (billed.fixedCharges.length === 0) return []
  const arrears = arrearsWindow(billed, windows)
  const advance = advanceWindow(billed, windows)
  return billed.fixedCharges.flatMap((charge): FixedChargeAsked[] => {
    const open = charge.payInAdvance ? advance : arrears
    return open === null ? [] : [{ charge, open }]
  })
}

/** The fees of fixed charges, given what was billed in advance before; those of nothing are left out. */
export function fixedChargeLines(
  billed: BilledSubscription,
  asked: readonly FixedChargeAsked[],
  earlier: readonly BilledFixedFee[],
): readonly FeeDraft[] {
  const { subscription } = billed
  // What came after a draft says nothing about it.
  const before = earlier.filter(({ billedAt }) => billedAt <= billed.at)
  return asked.flatMap(({ charge, open }): FeeDraft[] => {
    if (charge.payInAdvance && isPaid(charge, open, before)) return []
    const price = priceOf(billed, charge, open, before)
    if (price === null) return []
    const computed = fixedChargeFeeDraft({
      key: `${subscription.id}/${charge.id}`,
      subscriptionId: subscription.id,
      fixedChargeId: charge.id,
      addOnId: charge.addOnId,
      price,
      payInAdvance: charge.payInAdvance,
      period: open.window,
    })
    const fee = adjustedUnits(billed, charge, computed)
    return isWorthStoring(fee) ? [fee] : []
  })
}

/** A bill at a start closes nothing. */
function arrearsWindow(billed: BilledSubscription, windows: BillWindows): UsageWindow | null {
  const window = windows.fixedCharges
  if (billed.reason === 'subscription_starting' || window === null || window.from >= window.to) return null
  return { window, durationDays: windows.fixedChargesDurationDays }
}

function advanceWindow(billed: BilledSubscription, windows: BillWindows): UsageWindow | null {
  if (billed.reason === 'subscription_terminating') return null
  // A long period that begins in the middle is paid for when the subscription starts.
  if (windows.fixedCharges === null && billed.reason !== 'subscription_starting') return null
  const moment = momentOf(billed)
  // As if the subscription were active: what ended after the bill does not shorten what it was made for.
  const active = { ...moment.subscription, terminatedAt: null, endedBy: null }
  return currentFixedChargesWindow({ ...moment, subscription: active })
}

/** A window is paid for once, also when the bill at the end of a trial comes after that of the start. */
function isPaid(
  charge: FixedChargeFacts,
  { window }: UsageWindow,
  earlier: readonly BilledFixedFee[],
): boolean {
  return earlier.some(
    (fee) =>
      fee.isOwn && fee.rootId === charge.rootId && fee.amountCents !== 0n && isSamePeriod(fee.period, window),
  )
}

function priceOf(
  billed: BilledSubscription,
  charge: FixedChargeFacts,
  { window, durationDays }: UsageWindow,
  earlier: readonly BilledFixedFee[],
): FixedPrice | null {
  const { zone, createdAt, subscription } = billed
  // What changes after a bill in advance is billed as a difference, and not again when a draft is made anew.
  const records = charge.payInAdvance
    ? charge.records.filter((record) => record.createdAt <= createdAt)
    : charge.records
  const units = unitsOfPeriod(records, { window, durationDays, zone, prorated: charge.prorated })
  if (units === null) return null
  const price = priceFixedCharge(charge, units, exponentOf(subscription.plan.currency))
  const isFirst = billed.history.periods.length === 0
  if (!charge.payInAdvance || !charge.prorated || !isFirst) return price
  const paidCents = earlier
    .filter(
      (fee) =>
        !fee.isOwn &&
        fee.addOnId === charge.addOnId &&
        fee.period.from <= window.from &&
        window.from <= fee.period.to,
    )
    .reduce((sum, fee) => sum + alreadyPaidCents(fee, window, zone), 0n)
  return lessPaid(price, paidCents)
}
