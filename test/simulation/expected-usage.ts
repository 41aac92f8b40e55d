import { exponentOf } from '../../src/core/amounts/currency.ts'
import { Decimal } from '../../src/core/amounts/decimal.ts'
import type { Instant } from '../../src/core/calendar/instant.ts'
import type { AdvanceState } from '../../src/core/metering/advance-state.ts'
import { groupId } from '../../src/core/metering/grouping.ts'
import { windowDays } from '../../src/core/metering/proration.ts'
import { type RawEvent, summarizeEvents, usageOf } from '../../src/core/metering/reference.ts'
import type { UsageGroup, UsageQuery } from '../../src/core/metering/usage.ts'
import { trueUpFee } from '../../src/core/pricing/minimum.ts'
import { isLeftToSuccessor } from '../../src/core/rating/carried-over.ts'
import type { RatedCharge } from '../../src/core/rating/charge.ts'
import { planEvent } from '../../src/core/rating/event-plan.ts'
import { rateEvent, stepOfEvent } from '../../src/core/rating/rate-event.ts'
import { type RatedUsage, type RatingContext, rateBucket } from '../../src/core/rating/rate-usage.ts'
import { planUsage } from '../../src/core/rating/usage-plan.ts'
import { currentChargesWindow, usagePeriod, type Window } from '../../src/core/subscriptions/windows.ts'
import type { AcceptedEvent, Book } from './book.ts'
import { type Lived, livedSubscriptions } from './core-values.ts'
import type { ExpectedBill } from './expected-bills.ts'

/** A usage fee that must be there. */
export type ExpectedFee = {
  /** Charge, filter, group, and the event of a charge in advance. */
  readonly key: string
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly units: Decimal
  readonly eventsCount: number
}

export function feeKey(
  chargeId: string,
  filterId: string | null,
  group: Readonly<Record<string, string | null>>,
  about: string,
): string {
  return JSON.stringify([chargeId, filterId, groupId(group), about])
}

/** The usage fees of a bill, on it and beside it, from the events that had been accepted. */
export function expectedChargeFees(
  book: Book,
  lived: Lived,
  bill: ExpectedBill,
  accepted: number,
): ExpectedFee[] {
  const window = bill.windows.charges
  const isOpening = bill.reason === 'subscription_starting'
  if (isOpening || window === null || window.from >= window.to) return []
  const events = book.events.slice(0, accepted).map(({ raw }) => raw)
  const { endedBy } = bill.moment.subscription
  const context: RatingContext = {
    purpose: 'billing',
    window,
    durationDays: bill.windows.chargesDurationDays,
    endedByUpgrade: endedBy === 'upgrade',
    zone: lived.zone,
    exponent: exponentOf(book.life.currency),
    advanceStateOf: () => null,
  }
  return lived.charges
    .filter((charge) => isBilled(charge, lived, bill))
    .flatMap((charge) => {
      const rated = ratedUsage(lived, charge, window, events, context)
      return withMinimum(charge, rated.map(feeOf), context)
    })
}

/** The fees of a progressive invoice: the whole usage of the open period that is billed in arrears. */
export function expectedProgressiveFees(
  book: Book,
  lived: Lived,
  at: Instant,
  accepted: number,
): ExpectedFee[] {
  const { plan, subscription, zone } = lived
  const open = currentChargesWindow({ plan, subscription, at, zone })
  const events = book.events.slice(0, accepted).map(({ raw }) => raw)
  const context: RatingContext = {
    purpose: 'current',
    window: open.window,
    durationDays: open.durationDays,
    endedByUpgrade: false,
    zone,
    exponent: exponentOf(book.life.currency),
    advanceStateOf: () => null,
  }
  return lived.charges
    .filter((charge) => !charge.payInAdvance)
    .flatMap((charge) => ratedUsage(lived, charge, open.window, events, context).map(feeOf))
    .filter(isWorth)
}

function isBilled(charge: RatedCharge, lived: Lived, bill: ExpectedBill): boolean {
  const { endedBy } = bill.moment.subscription
  if (charge.payInAdvance)
    return charge.metric.recurring && endedBy !== 'upgrade' && endedBy !== 'termination'
  return !(endedBy === 'upgrade' && isLeftToSuccessor(charge, lived.successorMetricIds))
}

function ratedUsage(
  lived: Lived,
  charge: RatedCharge,
  window: Window,
  events: readonly RawEvent[],
  context: RatingContext,
): readonly RatedUsage[] {
  const period = usagePeriod(window, lived.isFollowedAtOnce ? lived.subscription.terminatedAt : null)
  if (period === null) return []
  return planUsage(charge, lived.wire.external_id, period).flatMap((bucket) =>
    rateBucket(charge, bucket, { groups: usageOf(events, bucket.query), presentation: [] }, context),
  )
}

function feeOf({ charge, filter, groupedBy, fee, eventsCount }: RatedUsage): ExpectedFee {
  const { amountCents, preciseAmountCents, units } = fee
  return {
    key: feeKey(charge.id, filter?.id ?? null, groupedBy, ''),
    amountCents,
    preciseAmountCents,
    units,
    eventsCount,
  }
}

/** Fees that say something, and what lifts the charge to its minimum. */
function withMinimum(
  charge: RatedCharge,
  fees: readonly ExpectedFee[],
  context: RatingContext,
): ExpectedFee[] {
  const isRenewalApart = charge.payInAdvance && !charge.invoiceable
  const worth = fees.filter((fee) => isRenewalApart || isWorth(fee))
  if (charge.minAmountCents === 0n) return worth
  const trueUp = trueUpFee(
    {
      minAmountCents: charge.minAmountCents,
      usedCents: fees.reduce((sum, fee) => sum + fee.amountCents, 0n),
      usedPreciseCents: Decimal.sum(fees.map((fee) => fee.preciseAmountCents)),
      fullDays: context.durationDays,
      days: windowDays({ ...context.window, chargesDurationDays: context.durationDays, ...context }),
    },
    { exponent: context.exponent, conversionRate: null },
  )
  const parent = fees.find(({ key }) => JSON.parse(key)[1] === null) ?? fees[0]
  if (!trueUp || !parent) return worth
  const [chargeId, , group] = JSON.parse(parent.key)
  const { amountCents, preciseAmountCents, units } = trueUp
  const lifted = {
    key: JSON.stringify([chargeId, null, group, 'minimum']),
    amountCents,
    preciseAmountCents,
    units,
    eventsCount: 0,
  }
  return [...fees.filter((fee) => isWorth(fee) || fee === parent), lifted]
}

function isWorth({ units, amountCents, eventsCount }: ExpectedFee): boolean {
  return !units.isZero() || amountCents !== 0n || eventsCount > 0
}

/** What a charge in advance remembers, by charge, filter, group and start of the period. */
export type AdvanceStates = ReadonlyMap<string, AdvanceState>

/** The fees of all charges in advance in the order in which their events were accepted, and what is remembered. */
export function expectedAdvanceFees(book: Book, accepted = book.events.length) {
  const states = new Map<string, AdvanceState>()
  const fees = new Map<string, ExpectedFee>()
  const raw: RawEvent[] = []
  for (const event of book.events.slice(0, accepted)) {
    raw.push(event.raw)
    const lived = subscriptionOf(book, event)
    if (!lived) continue
    for (const charge of lived.charges) {
      if (!charge.payInAdvance || charge.metric.code !== event.raw.code) continue
      const fee = advanceFee(book, lived, charge, event.raw, raw, states)
      if (fee) fees.set(`${lived.wire.lago_id} ${fee.key}`, fee)
    }
  }
  return { fees, states: states as AdvanceStates }
}

/** The subscription that an event belongs to, among those that were there when it was accepted. */
function subscriptionOf(book: Book, { raw, subscriptions }: AcceptedEvent): Lived | undefined {
  const own = subscriptions.filter((each) => each.external_id === raw.externalSubscriptionId)
  const candidates = livedSubscriptions(book, own).filter(
    ({ subscription: { startedAt, terminatedAt } }) =>
      startedAt <= raw.at && (terminatedAt === null || terminatedAt >= raw.at),
  )
  const endOf = ({ subscription }: Lived) => subscription.terminatedAt ?? Number.POSITIVE_INFINITY
  return candidates.sort(
    (a, b) => endOf(b) - endOf(a) || b.subscription.startedAt - a.subscription.startedAt,
  )[0]
}

function advanceFee(
  book: Book,
  lived: Lived,
  charge: RatedCharge,
  event: RawEvent,
  before: readonly RawEvent[],
  states: Map<string, AdvanceState>,
): ExpectedFee | null {
  const { plan: billingPlan, subscription, zone } = lived
  const open = currentChargesWindow({ plan: billingPlan, subscription, at: event.at, zone })
  const plan = planEvent(charge, event, open.window.from)
  if (plan === null) return null
  // A key without a value cannot be matched: the query groups by it, and the group without values is the event's own.
  const isOwn = ({ groupedBy }: UsageGroup) => Object.values(groupedBy).every((value) => value === null)
  const one = (query: UsageQuery) => usageOf(before, query).find(isOwn) ?? summarizeEvents({}, [], query)
  const answer = { withEvent: one(plan.withEvent), before: plan.before && one(plan.before) }
  const context = {
    ...open,
    zone,
    exponent: exponentOf(book.life.currency),
    isRenewed: open.window.from > subscription.startedAt,
  }
  const id = stateKey(charge.id, plan.filter?.id ?? null, plan.groupedBy, open.window.from)
  const step = stepOfEvent(plan, answer, states.get(id) ?? null, context)
  states.set(id, step.state)
  const { fee } = rateEvent(plan, answer, step, context)
  const { amountCents, preciseAmountCents, units } = fee
  const key = feeKey(charge.id, plan.filter?.id ?? null, plan.shownGroup, event.transactionId)
  return { key, amountCents, preciseAmountCents, units, eventsCount: 1 }
}

export function stateKey(
  chargeId: string,
  filterId: string | null,
  group: Readonly<Record<string, string | null>>,
  from: number,
): string {
  return JSON.stringify([chargeId, filterId, groupId(group), from])
}
