import { addMs, type Instant, instant } from '../../src/core/calendar/instant.ts'
import { localDate } from '../../src/core/calendar/zone.ts'
import { firstBillingAt, nextBillingAt } from '../../src/core/subscriptions/due.ts'
import { startingBill } from '../../src/core/subscriptions/starting-bill.ts'
import type { BillingSubscription, BillMoment } from '../../src/core/subscriptions/subscription.ts'
import { trialEndAt } from '../../src/core/subscriptions/trial.ts'
import {
  type BillWindows,
  billWindows,
  periodicWindows,
  terminationWindows,
} from '../../src/core/subscriptions/windows.ts'
import { atOf, type Lived } from './core-values.ts'

export type BillReason = 'subscription_starting' | 'subscription_periodic' | 'subscription_terminating'

/** A bill that a subscription must have had, from its dates alone. */
export type ExpectedBill = {
  readonly reason: BillReason
  /** The instant as of which it is computed. */
  readonly at: Instant
  readonly moment: BillMoment
  readonly windows: BillWindows
}

/** The bills of a subscription up to `now`, in their order. */
export function expectedBills(lived: Lived, now: number): ExpectedBill[] {
  const { subscription } = lived
  const end = subscription.terminatedAt ?? instant(now + 1)
  const periodic = billingDays(lived, end)
  const starting = startingBills(lived, end, periodic)
  const closing =
    subscription.terminatedAt === null ? [] : [terminating(lived, subscription.terminatedAt, periodic)]
  const regular = [...starting, ...periodic.map((at) => periodicBill(lived, at))]
  return [...regular.sort((a, b) => a.at - b.at), ...closing]
}

/** The subscription as it was while it was active. */
function active({ subscription }: Lived): BillingSubscription {
  return { ...subscription, status: 'active', terminatedAt: null, endedBy: null }
}

function billingDays(lived: Lived, end: Instant): Instant[] {
  const { plan, zone } = lived
  const subscription = active(lived)
  const found: Instant[] = []
  let next = firstBillingAt(plan, subscription, zone)
  // A billing day that was over when a later start made the subscription active is none of it.
  while (next !== null && (next < end || (next === end && isEndedByRequest(lived)))) {
    found.push(next)
    next = nextBillingAt(plan, subscription, next, zone)
  }
  return found
}

/**
 * Whether a request ended the subscription. What is due at an instant is done before a request of that instant is sent, so a
 * request on a billing day finds the bill of that day made; a planned end makes its closing bill in place of it.
 */
function isEndedByRequest({ wire, subscription }: Lived): boolean {
  const { endedBy, terminatedAt } = subscription
  if (terminatedAt === null || endedBy === 'downgrade') return false
  return wire.ending_at === null || atOf(wire.ending_at) !== terminatedAt
}

function periodicBill(lived: Lived, at: Instant): ExpectedBill {
  const moment = { plan: lived.plan, subscription: active(lived), at, zone: lived.zone }
  return { reason: 'subscription_periodic', at, moment, windows: billWindows({ ...moment, current: false }) }
}

/** The bill at the start, or the one at the end of a trial; none for a start in the past. */
function startingBills(lived: Lived, end: Instant, periodic: readonly Instant[]): ExpectedBill[] {
  const { plan, zone, wire } = lived
  const subscription = active(lived)
  const billAt = (at: Instant): ExpectedBill[] => {
    const moment = { plan, subscription, at, zone }
    return [
      { reason: 'subscription_starting', at, moment, windows: billWindows({ ...moment, current: false }) },
    ]
  }
  const isBackdated = isBackdatedStart(lived)
  const atStart = startingBill({ plan, subscription, at: activationOf(lived) })
  // A subscription that follows another one shares its closing bill, also with fixed charges alone.
  const isBilledAtStart = atStart === 'full' || (atStart !== 'none' && subscription.startedBy !== 'creation')
  const starting = !isBackdated && isBilledAtStart ? billAt(subscription.startedAt) : []
  if (!isBackdated && atStart === 'full') return starting
  const trialEnd = trialEndAt(plan, subscription)
  if (!plan.payInAdvance || trialEnd === null || wire.trial_ended_at === null) return starting
  const at = atOf(wire.trial_ended_at)
  const isBilledThatDay = periodic.some((day) => day <= at && localDate(day, zone) === localDate(at, zone))
  return at > end || isBilledThatDay ? starting : [...starting, ...billAt(at)]
}

/** Whether a start bills fixed charges alone, on an invoice of their own. */
export function startsWithUnits(lived: Lived): boolean {
  const { plan, subscription } = lived
  if (subscription.startedBy !== 'creation' || isBackdatedStart(lived)) return false
  return startingBill({ plan, subscription: active(lived), at: activationOf(lived) }) === 'fixed_charges'
}

function isBackdatedStart({ subscription, zone }: Lived): boolean {
  return (
    subscription.startedBy === 'creation' &&
    localDate(subscription.subscriptionAt, zone) < localDate(subscription.createdAt, zone) &&
    subscription.startedAt < subscription.createdAt
  )
}

function activationOf({ wire, subscription }: Lived): Instant {
  return wire.activated_at === null ? subscription.startedAt : atOf(wire.activated_at)
}

function terminating(lived: Lived, at: Instant, periodic: readonly Instant[]): ExpectedBill {
  const { plan, subscription, zone } = lived
  const moment = { plan, subscription: { ...subscription, status: 'terminated' as const }, at, zone }
  const reason = 'subscription_terminating'
  if (subscription.endedBy !== 'termination') {
    return { reason, at, moment, windows: billWindows({ ...moment, current: false }) }
  }
  const closed = periodicWindows(moment).subscription
  const hasPeriodicBill = periodic
    .map((day) => periodicBill(lived, day).windows.subscription)
    .some(({ from, to }) => from === closed.from && to === closed.to)
  return { reason, at, moment, windows: terminationWindows(moment, hasPeriodicBill) }
}

/** A window in whole seconds, as the API shows it. */
export function shownWindows({ subscription, charges }: BillWindows): string {
  const seconds = (at: Instant | undefined) => (at === undefined ? '-' : String(Math.floor(at / 1000)))
  return [subscription.from, subscription.to, charges?.from, charges?.to].map(seconds).join(' ')
}

/** The instant after a window. */
export function afterWindow(to: Instant): Instant {
  return addMs(to, 1)
}
