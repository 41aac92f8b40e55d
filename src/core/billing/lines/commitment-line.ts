import { Decimal } from '../../amounts/decimal.ts'
import { fromCents } from '../../amounts/rounding.ts'
import { periodContaining } from '../../calendar/boundaries.ts'
import { addMs, type Instant, instant } from '../../calendar/instant.ts'
import { endOfDay, localDate, startOfDay, type TimeZone } from '../../calendar/zone.ts'
import { commitmentFeeDraft, type FeeDraft } from '../../invoicing/fee-draft.ts'
import { type CommitmentFees, commitmentEnd, commitmentTrueUp } from '../../subscriptions/commitment.ts'
import { ZONE_CHANGE_MAX_MS } from '../../subscriptions/open-window.ts'
import { periodRule } from '../../subscriptions/subscription.ts'
import type { BillWindows, Window } from '../../subscriptions/windows.ts'
import type { BilledSubscription } from '../billed-subscription.ts'
import { adjustedAmount } from './adjusted-lines.ts'

/** The period over which a minimum commitment is reconciled, in the zone it was billed in. */
export type ReconciledPeriod = {
  /** The full period, as if the subscription had been active throughout. */
  readonly period: Window
  /** The part of it that was billed. */
  readonly billed: Window
  readonly zone: TimeZone
}

/**
 * The period over which a bill reconciles the minimum commitment of the plan: in arrears the one that the bill
 * closes, in advance the one before it. Only invoices that may carry a subscription fee reconcile one; null for the
 * others.
 */
export function reconciledPeriod(
  billed: BilledSubscription,
  windows: BillWindows,
  hasSubscriptionFee: boolean,
): ReconciledPeriod | null {
  const { commitment, plan } = billed.subscription
  if (commitment === null) return null
  if (plan.payInAdvance) return previousPeriod(billed, windows)
  return hasSubscriptionFee ? reconciled(billed, windows.subscription, billed.zone) : null
}

/**
 * The fee that tops a subscription up to its plan's minimum commitment; null when the minimum is met.
 *
 * @param earlier fees on earlier bills that count towards the period
 */
export function commitmentLine(
  subject: BilledSubscription,
  covered: ReconciledPeriod,
  fees: readonly FeeDraft[],
  earlier: CommitmentFees,
): FeeDraft | null {
  const { subscription } = subject
  const { commitment, plan } = subscription
  if (commitment === null) return null
  const { period, billed, zone } = covered
  // A renewal on this bill pays for the new period; fees in arrears pay for the reconciled one.
  const counted = fees.filter(
    (fee) =>
      (!plan.payInAdvance || fee.feeType === 'charge' || fee.feeType === 'fixed_charge') &&
      fee.period !== null &&
      fee.period.from <= billed.to &&
      fee.period.to < addMs(period.to, ZONE_CHANGE_MAX_MS),
  )
  const trueUp = commitmentTrueUp(
    commitment.amountCents,
    { period, billedFrom: billed.from, billedTo: billed.to, zone },
    {
      amountCents: counted.reduce((sum, fee) => sum + fee.amountCents, earlier.amountCents),
      preciseAmountCents: Decimal.sum(counted.map((fee) => fee.preciseAmountCents)).plus(
        earlier.preciseAmountCents,
      ),
    },
  )
  if (trueUp === null) return null
  const fee = commitmentFeeDraft({
    key: `${subscription.id}/commitment`,
    subscriptionId: subscription.id,
    commitmentId: commitment.id,
    displayName: commitment.invoiceDisplayName,
    amountCents: trueUp.amountCents,
    preciseAmountCents: trueUp.preciseAmountCents,
    unitAmount: fromCents(trueUp.amountCents, plan.currency),
    period: billed,
  })
  return adjustedAmount(subject, { kind: 'commitment' }, fee)
}

/** The period of the latest earlier subscription fee; null when there is none (first invoice, or a trial). */
function previousPeriod(billed: BilledSubscription, windows: BillWindows): ReconciledPeriod | null {
  if (billed.reason === 'subscription_starting') return null
  const counting = billed.history.subscriptionFees.filter((fee) => !fee.isClosed)
  const last = counting.reduce<(typeof counting)[number] | undefined>(
    (latest, fee) => ((fee.period?.from ?? 0) > (latest?.period?.from ?? -1) ? fee : latest),
    undefined,
  )
  if (!last?.period) return null
  const { terminatedAt } = billed.subscription.billing
  // Its end may overlap the next period's start when the customer has moved east in between.
  const isPast = last.period.to < addMs(windows.subscription.from, ZONE_CHANGE_MAX_MS)
  return isPast || terminatedAt !== null ? reconciled(billed, last.period, last.zone) : null
}

function reconciled(billed: BilledSubscription, window: Window, zone: TimeZone): ReconciledPeriod {
  const { billing, plan } = billed.subscription
  const period = wholePeriod(billed, window.from, zone)
  const closedAt = billed.reason === 'subscription_terminating' ? billing.terminatedAt : null
  const end = commitmentEnd(window.to, period.to, closedAt)
  const startDay = startOfDay(localDate(billing.startedAt, zone), zone)
  const from = instant(Math.max(window.from, period.from, startDay))
  return { period, billed: { from, to: plan.payInAdvance ? end : earlier(end, window.to) }, zone }
}

function wholePeriod({ subscription }: BilledSubscription, at: Instant, zone: TimeZone): Window {
  const rule = periodRule(subscription.billing, subscription.plan.interval, zone)
  const period = periodContaining(localDate(at, zone), rule)
  return { from: startOfDay(period.start, zone), to: endOfDay(period.end, zone) }
}

function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b
}
