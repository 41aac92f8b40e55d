import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { AdjustedFee } from '../invoicing/adjusted-fee.ts'
import { type BilledWindow, continuedWindow, ZONE_CHANGE_MAX_MS } from '../subscriptions/open-window.ts'
import type { BillMoment } from '../subscriptions/subscription.ts'
import {
  type BillWindows,
  billWindows,
  periodicWindows,
  terminationWindows,
  type Window,
} from '../subscriptions/windows.ts'
import type { BillEntry, BillRequest } from './bill-request.ts'
import type { FixedChargeFacts } from './fixed-charges.ts'
import type { BilledPeriod, BillingHistory, SubscriptionFacts } from './snapshot.ts'

/** One subscription on a bill, with the part of its history that the bill considers. */
export type BilledSubscription = {
  readonly subscription: SubscriptionFacts
  readonly fixedCharges: readonly FixedChargeFacts[]
  readonly history: BillingHistory
  readonly reason: BillEntry['reason']
  readonly at: Instant
  readonly zone: TimeZone
  readonly skipCharges: boolean
  readonly createdAt: Instant
  /** True for a draft being rebuilt. */
  readonly isRemade: boolean
  /** What was changed by hand on the draft being rebuilt, by `adjustedKey`. */
  readonly adjusted: ReadonlyMap<string, AdjustedFee>
}

const NOT_ADJUSTED: ReadonlyMap<string, AdjustedFee> = new Map()

/**
 * A subscription as a bill sees it. A draft being rebuilt ignores itself and all later bills. Progressive invoices
 * are ignored too: they bill usage early and do not count as payment for a period.
 */
export function billedSubscription(
  request: BillRequest,
  reason: BillEntry['reason'],
  facts: Pick<BilledSubscription, 'subscription' | 'fixedCharges' | 'history'>,
  zone: TimeZone,
): BilledSubscription {
  const { at, createdAt, skipCharges, draft } = request
  const { subscription, fixedCharges, history } = facts
  const isSeen = (invoiceId: string) => draft === null || invoiceId !== draft.invoiceId
  const periods = history.periods.filter(
    (period) =>
      period.invoiceType !== 'progressive_billing' &&
      isSeen(period.invoiceId) &&
      (draft === null || period.billingAt <= at),
  )
  const subscriptionFees = history.subscriptionFees.filter((fee) => isSeen(fee.invoiceId))
  return {
    subscription: asBilled(subscription, reason, at),
    fixedCharges,
    history: { periods, subscriptionFees },
    reason,
    at,
    zone,
    createdAt,
    isRemade: draft !== null,
    adjusted: draft?.adjusted ?? NOT_ADJUSTED,
    skipCharges: draft === null ? skipCharges : reason === 'subscription_starting',
  }
}

/**
 * The subscription as a bill finds it. A periodic bill is of an active one: a request that ends it at the very instant
 * of the bill comes after the bill, also where its draft is rebuilt later.
 */
function asBilled(
  subscription: BilledSubscription['subscription'],
  reason: BillEntry['reason'],
  at: Instant,
): BilledSubscription['subscription'] {
  const { billing } = subscription
  if (reason !== 'subscription_periodic' || billing.terminatedAt !== at) return subscription
  return { ...subscription, billing: { ...billing, status: 'active', terminatedAt: null, endedBy: null } }
}

/** The subscription at the instant its windows are computed for. */
export function momentOf({ subscription, reason, at, zone }: BilledSubscription): BillMoment {
  const { terminatedAt, startedAt } = subscription.billing
  // An upgrade is billed one second after it happens, but its windows end and begin at the upgrade itself.
  const isClosing = reason === 'subscription_terminating' && terminatedAt !== null
  const isOpening = reason === 'subscription_starting' && at - startedAt <= 1000
  const moment = isClosing ? terminatedAt : isOpening && at > startedAt ? startedAt : at
  return { plan: subscription.plan, subscription: subscription.billing, at: moment, zone }
}

/** The windows of a subscription that a bill covers. */
export function windowsOf(billed: BilledSubscription): BillWindows {
  return withContinuedCharges(ownWindows(billed), billed)
}

function ownWindows(billed: BilledSubscription): BillWindows {
  const moment = momentOf(billed)
  const isTermination = billed.subscription.billing.endedBy === 'termination'
  if (billed.reason !== 'subscription_terminating' || !isTermination) {
    return billWindows({ ...moment, current: false })
  }
  const { subscription } = periodicWindows(moment)
  return terminationWindows(
    moment,
    billed.history.periods.some((period) => isBillOf(period, subscription, billed.zone)),
  )
}

/** Whether a periodic bill covered a window. If the zone changed since, its end may differ by the offset change. */
function isBillOf(period: BilledPeriod, { from, to }: Window, zone: TimeZone): boolean {
  const { subscription } = period
  if (!period.isPeriodic) return false
  return period.zone === zone
    ? subscription?.from === from && subscription.to === to
    : subscription !== null && Math.abs(subscription.to - to) < ZONE_CHANGE_MAX_MS
}

/** After a zone change, a window continues where the last billed window ended. */
function withContinuedCharges(windows: BillWindows, { history, zone }: BilledSubscription): BillWindows {
  const billedOf = (part: 'charges' | 'fixedCharges') =>
    history.periods.flatMap((period): BilledWindow[] => {
      const window = period[part]
      return period.isPeriodic && window !== null ? [{ ...window, zone: period.zone }] : []
    })
  const { charges, fixedCharges } = windows
  return {
    ...windows,
    charges: charges && continuedWindow(charges, billedOf('charges'), zone),
    fixedCharges: fixedCharges && continuedWindow(fixedCharges, billedOf('fixedCharges'), zone),
  }
}
