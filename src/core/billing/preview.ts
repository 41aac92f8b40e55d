import { Decimal } from '../amounts/decimal.ts'
import { addMs, DAY_MS, type Instant, instant, SECOND_MS } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { FeeDraft } from '../invoicing/fee-draft.ts'
import { type Outcome, outcome, refusedFields } from '../problems.ts'
import { planChangeKind } from '../subscriptions/change.ts'
import { activationAt, endingBillAt, nextBillingAt, startTiming } from '../subscriptions/due.ts'
import { startingBill } from '../subscriptions/starting-bill.ts'
import type { EndCause, StartCause } from '../subscriptions/subscription.ts'
import type { BillEntry, BillRequest } from './bill-request.ts'
import { type BilledSubscription, billedSubscription, windowsOf } from './billed-subscription.ts'
import { subscriptionLine } from './lines/subscription-line.ts'
import type { BilledPeriod, BillingHistory, CustomerFacts, PlanParts, SubscriptionFacts } from './snapshot.ts'
import type { BillAnswers, BillQuestions, OpenBill } from './usage-questions.ts'

/** A bill that is shown and not made: the subscriptions as they will be then, and what is asked for. */
export type PreviewedBill = {
  readonly subscriptions: readonly SubscriptionFacts[]
  readonly request: BillRequest
  /** By the id of a subscription that does not exist yet, the one that it follows. */
  readonly follows: ReadonlyMap<string, string>
}

/** A subscription with the one that waits to take over at the end of its period. */
export type PreviewSubject = {
  readonly subscription: SubscriptionFacts
  readonly waiting: SubscriptionFacts | null
}

const NOBODY: ReadonlyMap<string, string> = new Map()

type Who = Pick<CustomerFacts, 'id' | 'zone' | 'billingEntityId'>

/**
 * The next periodic bill of subscriptions, or the final one of a single subscription that ends before. Several are
 * billed on one invoice, so they must share their currency, billing entity and billing day.
 */
export function previewNext(
  subjects: readonly PreviewSubject[],
  customer: Who,
  now: Instant,
): Outcome<PreviewedBill> {
  const problem = mismatchOf(subjects, customer, now)
  if (problem !== null) return refusedFields({ base: [problem] })
  const [first] = subjects
  if (!first) throw new Error('a preview of no subscription')
  const { zone } = customer
  const at = nextBillingAt(first.subscription.plan, first.subscription.billing, now, zone)
  const { endingAt } = first.subscription.billing
  if (at === null && endingAt !== null) {
    return outcome(previewTermination(first.subscription, customer, endingBillAt(endingAt, zone)))
  }
  if (at === null) throw new Error(`subscription ${first.subscription.id} is not billed again`)
  const billed = subjects.map((subject) => nextOf(subject, at))
  return outcome({
    subscriptions: onOneInvoice(billed.flatMap(({ subscriptions }) => subscriptions)),
    request: requestOf(
      customer,
      at,
      billed.flatMap(({ entries }) => entries),
    ),
    follows: NOBODY,
  })
}

/** The final bill of a subscription that is terminated at an instant. */
export function previewTermination(
  subscription: SubscriptionFacts,
  customer: Who,
  at: Instant,
): PreviewedBill {
  return {
    subscriptions: [ended(subscription, at, 'termination')],
    request: requestOf(customer, at, [
      { subscriptionId: subscription.id, reason: 'subscription_terminating' },
    ]),
    follows: NOBODY,
  }
}

/** The bill of a change of plan: an upgrade is billed at once, a downgrade at the end of the period. */
export function previewPlanChange(
  current: SubscriptionFacts,
  next: Pick<SubscriptionFacts, 'id' | keyof PlanParts>,
  customer: Who,
  now: Instant,
): Outcome<PreviewedBill> {
  if (planChangeKind(current.plan, next.plan) === 'downgrade') {
    const waiting = succeeding(current, next, now, 'downgrade', now)
    return previewNext([{ subscription: current, waiting }], customer, now)
  }
  const started = succeeding(current, next, now, 'upgrade', now)
  const old = {
    ...ended(current, now, 'upgrade'),
    successorMetricIds: new Set(next.charges.map(({ metric }) => metric.id)),
    shared: { usageAfter: current.shared?.usageAfter ?? null, isFollowedAtOnce: true },
  }
  const entries = takeOver(old, started, now)
  // As an upgrade is billed: a second later.
  const request = { ...requestOf(customer, addMs(now, SECOND_MS), entries), createdAt: now }
  const follows = new Map([[started.id, old.id]])
  return outcome({ subscriptions: onOneInvoice([old, started]), request, follows })
}

/**
 * The first bill of a subscription that does not exist: at its start when it pays something then, else at the end of
 * its first period. It has used nothing.
 */
export function previewStart(
  wish: Pick<SubscriptionFacts, 'id' | 'externalId' | 'plan' | 'commitment'> & {
    readonly billingEntityId: string | null
    readonly billingTime: 'calendar' | 'anniversary'
    readonly subscriptionAt: Instant
  },
  customer: Who,
  now: Instant,
): PreviewedBill {
  const { zone } = customer
  const { billingTime, subscriptionAt, ...own } = wish
  const isLater = startTiming(subscriptionAt, now, zone) === 'future'
  const startedAt = isLater ? activationAt(subscriptionAt, zone) : subscriptionAt
  const subscription: SubscriptionFacts = {
    ...own,
    purchaseOrderNumber: null,
    isConsolidated: true,
    paymentMethod: { type: 'provider', id: null },
    charges: [],
    shared: null,
    successorMetricIds: new Set(),
    billing: {
      status: 'active',
      billingTime,
      subscriptionAt,
      startedAt,
      initialStartedAt: startedAt,
      createdAt: instant(Math.min(now, startedAt)),
      terminatedAt: null,
      endingAt: null,
      trialEndedAt: null,
      startedBy: 'creation',
      endedBy: null,
    },
  }
  const { plan, billing, id } = subscription
  const isBilledAtStart = startingBill({ plan, subscription: billing, at: startedAt }) !== 'none'
  const at = isBilledAtStart ? startedAt : (nextBillingAt(plan, billing, startedAt, zone) ?? startedAt)
  const reason = isBilledAtStart ? 'subscription_starting' : 'subscription_periodic'
  return {
    subscriptions: [subscription],
    request: { ...requestOf(customer, at, [{ subscriptionId: id, reason }]), skipCharges: true },
    follows: NOBODY,
  }
}

/** The questions of a previewed bill, where one of a subscription that does not exist is about the one it follows. */
export function askedAhead(questions: BillQuestions, follows: PreviewedBill['follows']): BillQuestions {
  const fixedCharges = questions.fixedCharges.map((asked) => {
    const subscriptionId = follows.get(asked.subscriptionId) ?? asked.subscriptionId
    return { ...asked, subscriptionId }
  })
  return { ...questions, fixedCharges }
}

/** The answers to them as the bill will get them: what was paid for fixed charges was paid by the one before. */
export function answeredAhead(
  questions: BillQuestions,
  answers: BillAnswers,
  follows: PreviewedBill['follows'],
): BillAnswers {
  const fixedCharges = answers.fixedCharges.map((fees, n) =>
    follows.has(questions.fixedCharges[n]?.subscriptionId ?? '')
      ? fees.filter(({ isOwn }) => isOwn).map((fee) => ({ ...fee, isOwn: false }))
      : fees,
  )
  return { ...answers, fixedCharges }
}

/** As far back as bills before the previewed one are looked at: every plan is billed at least once in it. */
const LOOK_BACK_MS = 400 * DAY_MS

/** What will have been billed of a subscription, with the fees that do not exist yet. */
export type HistoryAhead = { readonly history: BillingHistory; readonly fees: readonly FeeDraft[] }

/**
 * The history of a subscription as it will be at an instant: the periodic bills until then are taken as made, with the
 * price of the plan where they have it.
 */
export function historyUntil(
  {
    subscription,
    fixedCharges,
    history,
  }: Pick<BilledSubscription, 'subscription' | 'fixedCharges' | 'history'>,
  zone: TimeZone,
  now: Instant,
  until: Instant,
): HistoryAhead {
  const active: SubscriptionFacts = {
    ...subscription,
    billing: { ...subscription.billing, status: 'active', terminatedAt: null, endedBy: null },
  }
  const { plan, billing } = active
  let seen: HistoryAhead = { history, fees: [] }
  let at = nextBillingAt(plan, billing, instant(Math.max(now, until - LOOK_BACK_MS)), zone)
  while (at !== null && at < until) {
    const request = { at, createdAt: at, skipCharges: false, draft: null, customerId: '', entries: [] }
    const facts = { subscription: active, fixedCharges, history: seen.history }
    const billed = billedSubscription(request, 'subscription_periodic', facts, zone)
    seen = withBill(seen, billed)
    at = nextBillingAt(plan, billing, at, zone)
  }
  return seen
}

function withBill({ history, fees }: HistoryAhead, billed: BilledSubscription): HistoryAhead {
  const { at, zone, reason } = billed
  const windows = windowsOf(billed)
  const fee = subscriptionLine(billed, windows)
  const invoiceId = `preview/${at}`
  const { subscription, charges, fixedCharges } = windows
  const period: BilledPeriod = {
    invoiceId,
    invoiceType: 'subscription',
    reason,
    isPeriodic: true,
    billingAt: at,
    zone,
    subscription,
    charges,
    fixedCharges,
  }
  const billedFees = fee ? [{ invoiceId, createdAt: at, period: fee.period, zone, isClosed: false }] : []
  return {
    history: {
      periods: [period, ...history.periods],
      subscriptionFees: [...billedFees, ...history.subscriptionFees],
    },
    fees: fee ? [...fees, fee] : fees,
  }
}

/** Counts the fees that will have been billed by then towards the commitments that a previewed bill reconciles. */
export function withFeesAhead(
  { lines }: OpenBill,
  answers: BillAnswers,
  ahead: ReadonlyMap<string, HistoryAhead>,
): BillAnswers {
  const commitments = [...answers.commitments]
  for (const { billed, reconciled, places } of lines) {
    const known = places.commitment === null ? undefined : commitments[places.commitment]
    if (reconciled === null || places.commitment === null || known === undefined) continue
    const fees = (ahead.get(billed.subscription.id)?.fees ?? []).filter(
      ({ period }) =>
        period !== null && period.from >= reconciled.period.from && period.from <= reconciled.billed.to,
    )
    commitments[places.commitment] = {
      amountCents: fees.reduce((sum, fee) => sum + fee.amountCents, known.amountCents),
      preciseAmountCents: Decimal.sum([
        known.preciseAmountCents,
        ...fees.map((fee) => fee.preciseAmountCents),
      ]),
    }
  }
  return { ...answers, commitments }
}

function requestOf(customer: Who, at: Instant, entries: readonly BillEntry[]): BillRequest {
  return { customerId: customer.id, at, entries, skipCharges: false, createdAt: at, draft: null }
}

/** One subscription of the next bill, whose successor takes over where one waits. */
function nextOf({ subscription, waiting }: PreviewSubject, at: Instant) {
  if (waiting === null) {
    const entry: BillEntry = { subscriptionId: subscription.id, reason: 'subscription_periodic' }
    return { subscriptions: [subscription], entries: [entry] }
  }
  const old = ended(subscription, at, 'downgrade')
  const next = { ...waiting, billing: { ...waiting.billing, status: 'active' as const, startedAt: at } }
  return { subscriptions: [old, next], entries: takeOver(old, next, at) }
}

function takeOver(old: SubscriptionFacts, next: SubscriptionFacts, at: Instant): BillEntry[] {
  const isBilled = startingBill({ plan: next.plan, subscription: next.billing, at }) !== 'none'
  const closing: BillEntry = { subscriptionId: old.id, reason: 'subscription_terminating' }
  return isBilled ? [closing, { subscriptionId: next.id, reason: 'subscription_starting' }] : [closing]
}

function ended(subscription: SubscriptionFacts, at: Instant, endedBy: EndCause): SubscriptionFacts {
  const billing = { ...subscription.billing, status: 'terminated' as const, terminatedAt: at, endedBy }
  return { ...subscription, billing }
}

function succeeding(
  current: SubscriptionFacts,
  next: Pick<SubscriptionFacts, 'id' | keyof PlanParts>,
  startedAt: Instant,
  startedBy: StartCause,
  createdAt: Instant,
): SubscriptionFacts {
  const billing = { ...current.billing, startedAt, createdAt, startedBy, trialEndedAt: null }
  return { ...current, ...next, billing, shared: null, successorMetricIds: new Set() }
}

/** Subscriptions that are asked for together are shown on one invoice, whatever would keep them apart. */
function onOneInvoice(subscriptions: readonly SubscriptionFacts[]): readonly SubscriptionFacts[] {
  const [first] = subscriptions
  if (!first || subscriptions.length === 1) return subscriptions
  const { purchaseOrderNumber, paymentMethod } = first
  return subscriptions.map((each) => ({ ...each, purchaseOrderNumber, paymentMethod, isConsolidated: true }))
}

function mismatchOf(subjects: readonly PreviewSubject[], customer: Who, now: Instant) {
  const differ = (factOf: (subscription: SubscriptionFacts) => unknown) =>
    new Set(subjects.map(({ subscription }) => factOf(subscription))).size > 1
  if (differ(({ plan }) => plan.currency)) return 'subscription_currencies_does_not_match' as const
  if (differ(({ billingEntityId }) => billingEntityId ?? customer.billingEntityId)) {
    return 'subscription_billing_entities_do_not_match' as const
  }
  const isApart = differ(
    ({ plan, billing }) => nextBillingAt(plan, billing, now, customer.zone) ?? billing.endingAt,
  )
  return isApart ? ('billing_periods_does_not_match' as const) : null
}
