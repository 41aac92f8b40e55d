import { type DatePeriod, nextPeriod, periodContaining } from '../calendar/boundaries.ts'
import { addMs, type Instant, instant } from '../calendar/instant.ts'
import { endOfDay, localDate, startOfDay, type TimeZone } from '../calendar/zone.ts'
import { activationAt, endingBillAt, firstBillingAt, nextBillingAt, startTiming } from './due.ts'
import { startingBill } from './starting-bill.ts'
import {
  type BillingPlan,
  type BillingSubscription,
  type BillMoment,
  billingDaysInterval,
  periodRule,
} from './subscription.ts'
import { type FeeHistory, isSubscriptionFeeDue } from './subscription-fee.ts'
import { isInTrial, trialEndAt } from './trial.ts'
import { billWindows, periodicWindows, terminationWindows, type Window } from './windows.ts'

/** A subscription that somebody thinks of. */
export type WishedSubscription = {
  readonly plan: BillingPlan
  readonly billingTime: BillingSubscription['billingTime']
  readonly subscriptionAt: Instant
  readonly endingAt: Instant | null
}

/** One bill of it: when, the window of the plan's price, and that of the usage; null where it has none. */
export type BillAhead = {
  readonly at: Instant
  readonly price: Window | null
  readonly usage: Window | null
}

/** A period before the first bills of which something is never billed. */
export type UnbilledPeriod = DatePeriod & { readonly hasPrice: boolean; readonly hasUsage: boolean }

export type BillingDays = {
  readonly startsAt: Instant
  readonly bills: readonly BillAhead[]
  /** Newest first. */
  readonly unbilled: readonly UnbilledPeriod[]
}

const FIRST: FeeHistory = {
  hasFeeOnIssuingDay: false,
  hasEarlierFee: false,
  isFirstInvoice: true,
  isOnlyStartingInvoice: false,
  invoiceCreatedAt: instant(0),
}

/**
 * The first bills of a subscription that does not exist yet, at most `count`, and the periods before them that are
 * never billed because it starts in the past (docs/rules/periods.md#billing-days, docs/rules/subscriptions.md#start).
 */
export function billingDays(
  wish: WishedSubscription,
  now: Instant,
  zone: TimeZone,
  count: number,
): BillingDays {
  const timing = startTiming(wish.subscriptionAt, now, zone)
  const startsAt = timing === 'future' ? activationAt(wish.subscriptionAt, zone) : wish.subscriptionAt
  const subscription = started(wish, startsAt, now)
  const moment = { plan: wish.plan, subscription, zone, at: startsAt }
  const bills: BillAhead[] = []
  if (timing !== 'past' && startingBill(moment) !== 'none') {
    const windows = billWindows({ ...moment, current: false })
    const history = { ...FIRST, isOnlyStartingInvoice: true }
    bills.push({ at: startsAt, price: priceOf(moment, windows.subscription, history), usage: null })
  }
  for (const each of periodicBills(moment, count)) {
    bills.push({ ...each, price: priceAfter(bills, moment, each) })
  }
  const trial = trialBill(moment, timing === 'past' ? now : startsAt, bills)
  const ending = endingBill(moment, wish.endingAt)
  const all = [...bills, ...(trial ? [trial] : []), ...(ending && bills.length < count ? [ending] : [])]
  const ordered = all.sort((a, b) => a.at - b.at)
  return {
    startsAt,
    bills: ordered.slice(0, count),
    unbilled: timing === 'past' ? unbilledBefore(moment, now, ordered) : [],
  }
}

function started(wish: WishedSubscription, startedAt: Instant, createdAt: Instant): BillingSubscription {
  return {
    status: 'active',
    billingTime: wish.billingTime,
    subscriptionAt: wish.subscriptionAt,
    startedAt,
    initialStartedAt: startedAt,
    createdAt,
    terminatedAt: null,
    endingAt: wish.endingAt,
    trialEndedAt: null,
    startedBy: 'creation',
    endedBy: null,
  }
}

/** The bills of its billing days, with the whole window of the price. */
function periodicBills(
  { plan, subscription, zone }: BillMoment,
  count: number,
): readonly (BillAhead & { readonly price: Window })[] {
  const found: (BillAhead & { readonly price: Window })[] = []
  let at = firstBillingAt(plan, subscription, zone)
  while (at !== null && found.length < count) {
    const windows = periodicWindows({ plan, subscription, at, zone })
    found.push({ at, price: windows.subscription, usage: windows.charges })
    at = nextBillingAt(plan, subscription, at, zone)
  }
  return found
}

function priceAfter(
  before: readonly BillAhead[],
  moment: BillMoment,
  { at, price }: { readonly at: Instant; readonly price: Window },
): Window | null {
  const hasEarlierFee = before.some((bill) => bill.price !== null)
  return priceOf({ ...moment, at }, price, { ...FIRST, hasEarlierFee, isFirstInvoice: before.length === 0 })
}

/** What of a window the price is billed for: not the days of a trial, and nothing when the bill has no price. */
function priceOf(moment: BillMoment, window: Window, history: FeeHistory): Window | null {
  if (!isSubscriptionFeeDue(moment, history)) return null
  const trialEnd = trialEndAt(moment.plan, moment.subscription)
  if (trialEnd === null || trialEnd <= window.from) return window
  return trialEnd >= window.to ? null : { from: trialEnd, to: window.to }
}

/** The bill of the price of a plan in advance when its trial ends, unless a bill of that day has it. */
function trialBill(moment: BillMoment, earliest: Instant, bills: readonly BillAhead[]): BillAhead | null {
  const { plan, subscription, zone } = moment
  const end = trialEndAt(plan, subscription)
  if (!plan.payInAdvance || end === null || !isInTrial(moment)) return null
  const at = instant(Math.max(end, earliest))
  const { endingAt } = subscription
  if (endingAt !== null && endingBillAt(endingAt, zone) <= at) return null
  if (bills.some((bill) => bill.at <= at && localDate(bill.at, zone) === localDate(at, zone))) return null
  const then = { plan, subscription, zone, at }
  const { subscription: window } = billWindows({ ...then, current: false })
  const hasEarlierFee = bills.some((bill) => bill.price !== null && bill.at < at)
  const price = priceOf(then, window, { ...FIRST, hasEarlierFee })
  return price && { at, price, usage: null }
}

function endingBill(moment: BillMoment, endingAt: Instant | null): BillAhead | null {
  if (endingAt === null) return null
  const { plan, zone } = moment
  const at = endingBillAt(endingAt, zone)
  const subscription: BillingSubscription = {
    ...moment.subscription,
    status: 'terminated',
    terminatedAt: at,
    endedBy: 'termination',
  }
  const ended = { plan, subscription, zone, at }
  const windows = terminationWindows(ended, false)
  const price = priceOf(ended, windows.subscription, { ...FIRST, invoiceCreatedAt: at })
  return { at, price, usage: windows.charges }
}

/** The periods between the start and now of which the price or the usage is on no bill. */
function unbilledBefore(
  { plan, subscription, zone }: BillMoment,
  now: Instant,
  bills: readonly BillAhead[],
): readonly UnbilledPeriod[] {
  const rule = periodRule(subscription, billingDaysInterval(plan), zone)
  const today = localDate(now, zone)
  const trialEnd = trialEndAt(plan, subscription)
  const found: UnbilledPeriod[] = []
  let period = periodContaining(localDate(subscription.startedAt, zone), rule)
  while (period.start <= today) {
    const window = {
      from: instant(Math.max(startOfDay(period.start, zone), subscription.startedAt)),
      to: endOfDay(period.end, zone),
    }
    const isFree = trialEnd !== null && trialEnd >= window.to
    const hasPrice = isFree || bills.some(({ price }) => price !== null && isWithin(window, price))
    const hasUsage = bills.some(({ usage }) => usage !== null && isWithin(window, usage))
    const start = localDate(window.from, zone)
    if (!hasPrice || !hasUsage) found.push({ start, end: period.end, hasPrice, hasUsage })
    period = nextPeriod(period.start, rule)
  }
  return found.reverse()
}

/** Whether two windows share any time. */
const isWithin = (inner: Window, outer: Window): boolean =>
  inner.from < addMs(outer.to, 1) && outer.from <= inner.to
