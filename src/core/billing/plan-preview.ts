import { exponentOf } from '../amounts/currency.ts'
import { Decimal } from '../amounts/decimal.ts'
import { addMs, DAY_MS, type Instant } from '../calendar/instant.ts'
import { planSubscriptionUsage, rateSubscriptionUsage } from '../rating/rate-subscription.ts'
import type { RatedUsage } from '../rating/rate-usage.ts'
import { nextBillingAt } from '../subscriptions/due.ts'
import type { Window } from '../subscriptions/windows.ts'
import type { InvoicePlan } from './bill-plan.ts'
import type { BillRequest } from './bill-request.ts'
import { buildBill } from './build-bills.ts'
import { type PlannedFixedCharge, startingUnits } from './fixed-charges.ts'
import { type MadeUpUsage, madeUpGroup } from './made-up-usage.ts'
import { historyUntil, withFeesAhead } from './preview.ts'
import type { BillingSnapshot, PlanParts, SubscriptionFacts, TaxesByOwner } from './snapshot.ts'
import { type BillAnswers, type OpenLine, openBill, QuestionList } from './usage-questions.ts'

/** A plan that need not be stored, who it is billed to, and what they used. */
export type PlanPreviewFacts = PlanParts & {
  readonly fixedCharges: readonly PlannedFixedCharge[]
  readonly customer: Pick<BillingSnapshot, 'customers' | 'billingEntities'>
  readonly taxes: TaxesByOwner
  readonly usage: readonly MadeUpUsage[]
}

/** A bill of a whole period under the plan, and what its charges in advance bill while the period runs. */
export type PreviewedPlan = {
  readonly invoice: InvoicePlan
  /** The period of the usage; null when there is none on this bill. */
  readonly period: Window | null
  readonly inAdvance: readonly RatedUsage[]
}

/** Long enough ago that trials are over and every interval has had a whole period. */
const STARTED_MS_AGO = 800 * DAY_MS
/** The bills of a year that is billed monthly, and one more. */
const BILLS_MAX = 13
/** Not in the database: the subscription that the preview is of. */
const SUBSCRIPTION_ID = 'preview'

/**
 * The bill of a plan for made-up usage (docs/rules/plans.md#previews). It is built by the same core as every bill, so
 * it is equal to the bill of a calendar subscription that has run for long, with the same usage.
 */
export function previewPlan(facts: PlanPreviewFacts, now: Instant): PreviewedPlan {
  const [customer] = facts.customer.customers.values()
  if (!customer) throw new Error('a preview for nobody')
  const subscription = longRunning(facts, now)
  const { startedAt } = subscription.billing
  const fixedCharges = facts.fixedCharges.map((each) => startingUnits(each, startedAt))
  const snapshotAt = (at: Instant) => {
    const history = historyOf(subscription, fixedCharges, customer.zone, at)
    return { history, snapshot: snapshotOf(facts, subscription, fixedCharges, history.history) }
  }
  let at = nextBillingAt(subscription.plan, subscription.billing, now, customer.zone)
  for (let bills = 0; at !== null && bills < BILLS_MAX; bills += 1) {
    const request = requestAt(customer.id, at)
    const { history, snapshot } = snapshotAt(at)
    const questions = new QuestionList()
    const open = openBill(snapshot, request, questions)
    const [line] = open.lines
    // A plan that bills its usage monthly has bills without the base fee; the one that has it shows most.
    if (line && (line.subscriptionFee !== null || bills === BILLS_MAX - 1)) {
      const answers = answersOf(facts, line, questions)
      const counted = withFeesAhead(open, answers, new Map([[subscription.id, history]]))
      const bill = buildBill(snapshot, open, counted)
      const invoice = bill.documents.flatMap((each) => (each.kind === 'invoice' ? [each.invoice] : []))[0]
      if (!invoice) throw new Error('a preview without an invoice')
      return {
        invoice,
        period: line.windows.charges,
        inAdvance: ratedInAdvance(facts, subscription, line, customer.zone),
      }
    }
    at = nextBillingAt(subscription.plan, subscription.billing, at, customer.zone)
  }
  throw new Error('a plan that is never billed')
}

function longRunning({ plan, charges, commitment }: PlanPreviewFacts, now: Instant): SubscriptionFacts {
  const startedAt = addMs(now, -STARTED_MS_AGO)
  return {
    id: SUBSCRIPTION_ID,
    externalId: SUBSCRIPTION_ID,
    billingEntityId: null,
    purchaseOrderNumber: null,
    isConsolidated: true,
    paymentMethod: { type: 'provider', id: null },
    plan,
    charges,
    commitment,
    shared: null,
    successorMetricIds: new Set(),
    billing: {
      status: 'active',
      billingTime: 'calendar',
      subscriptionAt: startedAt,
      startedAt,
      initialStartedAt: startedAt,
      createdAt: startedAt,
      terminatedAt: null,
      endingAt: null,
      trialEndedAt: null,
      startedBy: 'creation',
      endedBy: null,
    },
  }
}

function requestAt(customerId: string, at: Instant): BillRequest {
  const entries = [{ subscriptionId: SUBSCRIPTION_ID, reason: 'subscription_periodic' as const }]
  return { customerId, at, createdAt: at, entries, skipCharges: false, draft: null }
}

function historyOf(
  subscription: SubscriptionFacts,
  fixedCharges: ReturnType<typeof startingUnits>[],
  zone: string,
  at: Instant,
) {
  const none = { periods: [], subscriptionFees: [] }
  return historyUntil({ subscription, fixedCharges, history: none }, zone, subscription.billing.startedAt, at)
}

function snapshotOf(
  { customer, taxes }: PlanPreviewFacts,
  subscription: SubscriptionFacts,
  fixedCharges: ReturnType<typeof startingUnits>[],
  history: ReturnType<typeof historyOf>['history'],
): BillingSnapshot {
  return {
    ...customer,
    subscriptions: new Map([[subscription.id, subscription]]),
    histories: new Map([[subscription.id, history]]),
    fixedCharges: new Map([[subscription.id, fixedCharges]]),
    taxes,
    paidFees: new Map(),
    coupons: new Map(),
    creditNotes: new Map(),
    wallets: new Map(),
  }
}

/** Answers a bill's questions as if the made-up usage had been stored, and nothing else. */
function answersOf({ usage, plan }: PlanPreviewFacts, line: OpenLine, questions: QuestionList): BillAnswers {
  const nothing = { amountCents: 0n, preciseAmountCents: Decimal.zero }
  return {
    usage: line.usage ? groupsOf(line.usage, usage, plan.currency) : [],
    progressive: questions.progressive.map(() => null),
    commitments: questions.commitments.map(() => nothing),
    fixedCharges: questions.fixedCharges.map(() => []),
  }
}

function groupsOf(
  { buckets }: Pick<ReturnType<typeof planSubscriptionUsage>, 'buckets'>,
  usage: readonly MadeUpUsage[],
  currency: string,
) {
  const exponent = exponentOf(currency)
  return buckets.flatMap(({ charge, bucket }) => {
    const own = usage.find(
      ({ chargeId, filterId }) => chargeId === charge.id && filterId === (bucket.filter?.id ?? null),
    )
    const queries =
      bucket.presentationQuery === null ? [bucket.query] : [bucket.query, bucket.presentationQuery]
    return queries.map((query) => (own ? [madeUpGroup(own, query, exponent)] : []))
  })
}

/** Charges in advance, priced for the whole usage at once: their events are billed one by one. */
function ratedInAdvance(
  { charges, usage, plan }: PlanPreviewFacts,
  subscription: SubscriptionFacts,
  { windows }: OpenLine,
  zone: string,
): readonly RatedUsage[] {
  const window = windows.charges ?? windows.subscription
  const own = charges.filter(({ payInAdvance, metric }) => payInAdvance && !metric.recurring)
  if (window === null || own.length === 0) return []
  const planned = planSubscriptionUsage({
    subscription,
    charges: own.map((charge) => ({ ...charge, payInAdvance: false })),
    window,
    durationDays: Math.max(1, Math.round((window.to - window.from) / DAY_MS)),
    zone,
    purpose: 'billing',
  })
  return rateSubscriptionUsage(planned, groupsOf(planned, usage, plan.currency))
}
