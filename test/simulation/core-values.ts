import { Decimal } from '../../src/core/amounts/decimal.ts'
import { type Instant, instant } from '../../src/core/calendar/instant.ts'
import type { TimeZone } from '../../src/core/calendar/zone.ts'
import type { RatedCharge, RatedMetric } from '../../src/core/rating/charge.ts'
import { planChangeKind } from '../../src/core/subscriptions/change.ts'
import type { BillingPlan, BillingSubscription, EndCause } from '../../src/core/subscriptions/subscription.ts'
import type { Book, Wire } from './book.ts'

/** A plan as the API shows it, as the core knows it. */
export function billingPlanOf(plan: Wire): BillingPlan {
  return {
    interval: plan.interval,
    payInAdvance: plan.pay_in_advance,
    amountCents: BigInt(plan.amount_cents),
    trialPeriodDays: plan.trial_period === null ? null : Decimal.of(String(plan.trial_period)),
    billChargesMonthly: plan.bill_charges_monthly === true,
    billFixedChargesMonthly: plan.bill_fixed_charges_monthly === true,
    hasPayInAdvanceFixedCharges: plan.fixed_charges.some((charge: Wire) => charge.pay_in_advance),
  }
}

export function ratedChargesOf(book: Book, plan: Wire): RatedCharge[] {
  return plan.charges.map((charge: Wire): RatedCharge => {
    const createdAt = atOf(charge.created_at)
    return {
      id: charge.lago_id,
      rootId: charge.lago_id,
      code: charge.code,
      invoiceDisplayName: null,
      model: charge.charge_model,
      properties: charge.properties,
      payInAdvance: charge.pay_in_advance,
      prorated: charge.prorated,
      invoiceable: charge.invoiceable,
      regroupPaidFees: charge.regroup_paid_fees,
      minAmountCents: BigInt(charge.min_amount_cents),
      acceptsTargetWallet: false,
      pricingUnit: null,
      createdAt,
      metric: ratedMetricOf(book.metrics.get(charge.billable_metric_code)),
      filters: charge.filters.map((filter: Wire) => ({
        id: filter.lago_id,
        values: filter.values,
        properties: filter.properties,
        invoiceDisplayName: null,
        createdAt,
      })),
    }
  })
}

function ratedMetricOf(metric: Wire): RatedMetric {
  return {
    id: metric.lago_id,
    code: metric.code,
    name: metric.name,
    aggregation: metric.aggregation_type,
    fieldName: metric.field_name,
    recurring: metric.recurring,
    roundingFunction: metric.rounding_function,
    roundingPrecision: metric.rounding_precision,
    filters: Object.fromEntries(metric.filters.map(({ key, values }: Wire) => [key, values])),
  }
}

/** A subscription that has started, with the ones of its external id around it. */
export type Lived = {
  readonly wire: Wire
  readonly subscription: BillingSubscription
  readonly plan: BillingPlan
  readonly charges: readonly RatedCharge[]
  readonly zone: TimeZone
  /** Metrics that the plan of the subscription after an upgrade charges. */
  readonly successorMetricIds: ReadonlySet<string>
  /** Whether another one of its external id starts at the instant at which it ends. */
  readonly isFollowedAtOnce: boolean
}

/** All subscriptions that ever started, from how the API shows them. */
export function livedSubscriptions(book: Book, all: readonly Wire[] = book.subscriptions): Lived[] {
  return all.filter(({ started_at: start }) => start !== null).map((wire) => livedOf(book, wire, all))
}

function livedOf(book: Book, wire: Wire, all: readonly Wire[]): Lived {
  const same = all.filter((each) => each.external_id === wire.external_id && each.started_at !== null)
  const startedAt = atOf(wire.started_at)
  const terminatedAt = atOrNull(wire.terminated_at)
  const followers = same.filter(
    ({ started_at, lago_id }) => lago_id !== wire.lago_id && atOf(started_at) === terminatedAt,
  )
  const successor = followers.find(({ previous_plan_code: before }) => before !== null)
  const planOf = (each: Wire) => book.plans.get(each.plan_code)
  const kindOf = (from: Wire, to: Wire) =>
    planChangeKind(billingPlanOf(planOf(from)), billingPlanOf(planOf(to)))
  const endedBy: EndCause | null =
    terminatedAt === null ? null : successor ? kindOf(wire, successor) : 'termination'
  const previous = same.find(
    (each) =>
      each.lago_id !== wire.lago_id && each.terminated_at !== null && atOf(each.terminated_at) === startedAt,
  )
  const customer = book.customers.find(({ external_id: id }) => id === wire.external_customer_id)
  return {
    wire,
    plan: billingPlanOf(planOf(wire)),
    charges: ratedChargesOf(book, planOf(wire)),
    zone: customer.timezone ?? 'UTC',
    successorMetricIds: new Set(
      endedBy === 'upgrade' && successor
        ? planOf(successor).charges.map((charge: Wire) => charge.lago_billable_metric_id)
        : [],
    ),
    isFollowedAtOnce: followers.length > 0,
    subscription: {
      status: wire.status,
      billingTime: wire.billing_time,
      subscriptionAt: atOf(wire.subscription_at),
      startedAt,
      initialStartedAt: instant(Math.min(...same.map(({ started_at: start }) => atOf(start)))),
      createdAt: atOf(wire.created_at),
      terminatedAt,
      endingAt: null,
      trialEndedAt: null,
      startedBy: wire.previous_plan_code === null || !previous ? 'creation' : kindOf(previous, wire),
      endedBy,
    },
  }
}

/** The instant of an ISO 8601 text. */
export function atOf(text: string): Instant {
  return instant(Date.parse(text))
}

function atOrNull(text: string | null): Instant | null {
  return text === null ? null : atOf(text)
}
