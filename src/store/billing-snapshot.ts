import type { Selectable } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import { type Instant, instant } from '../core/calendar/instant.ts'
import type { TimeZone } from '../core/calendar/zone.ts'
import type { RatedCharge } from '../core/rating/charge.ts'
import type {
  BillingPlan,
  BillingSubscription,
  EndCause,
  StartCause,
} from '../core/subscriptions/subscription.ts'
import type { Reads } from './database.ts'
import { ratedChargesOfPlans } from './rated-charges.ts'
import type { BillingEntities, Customers, MinimumCommitments, Plans, Subscriptions } from './rows.ts'
import { type SharedInstants, sharedInstants } from './shared-instants.ts'

/** A subscription with all that billing and rating ask of it. */
export type SubscriptionSnapshot = {
  readonly row: Selectable<Subscriptions>
  readonly plan: Selectable<Plans>
  readonly charges: readonly RatedCharge[]
  readonly commitment: Selectable<MinimumCommitments> | null
  readonly billing: BillingSubscription
  readonly billingPlan: BillingPlan
  /** Null when it shares neither its start nor its end with another one of its external id. */
  readonly shared: SharedInstants | null
}

/** A customer with its entity and zone, and subscriptions of it. */
export type BillingSnapshot = {
  readonly customer: Selectable<Customers>
  /** The customer's own billing entity. */
  readonly entity: Selectable<BillingEntities>
  readonly zone: TimeZone
  readonly subscriptions: readonly SubscriptionSnapshot[]
}

/**
 * Everything that a bill of these subscriptions depends on, except usage: a fixed number of queries. Undefined
 * when the customer does not exist. Subscriptions that have not started are left out.
 */
export async function readBillingSnapshot(
  reads: Reads,
  customerId: string,
  subscriptionIds: readonly string[],
): Promise<BillingSnapshot | undefined> {
  const ofCustomer = reads.selectFrom('customers').where('id', '=', customerId)
  const [customer, entity, subscriptions] = await Promise.all([
    ofCustomer.selectAll().executeTakeFirst(),
    reads
      .selectFrom('billingEntities')
      .selectAll()
      .where('id', '=', ofCustomer.select('billingEntityId'))
      .executeTakeFirst(),
    readSubscriptions(reads, customerId, subscriptionIds),
  ])
  if (!customer || !entity) return undefined
  return {
    customer,
    entity,
    zone: customer.timezone ?? entity.timezone,
    subscriptions,
  }
}

async function readSubscriptions(
  reads: Reads,
  customerId: string,
  ids: readonly string[],
): Promise<SubscriptionSnapshot[]> {
  if (ids.length === 0) return []
  const rows = await reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('id', 'in', [...ids])
    .where('startedAt', 'is not', null)
    .orderBy('startedAt')
    .orderBy('id')
    .execute()
  if (rows.length === 0) return []
  const planIds = [...new Set(rows.map((row) => row.planId))]
  const externalIds = [...new Set(rows.map((row) => row.externalId))]
  const [plans, charges, commitments, firstStarts] = await Promise.all([
    reads.selectFrom('plans').selectAll().where('id', 'in', planIds).execute(),
    ratedChargesOfPlans(reads, planIds),
    reads.selectFrom('minimumCommitments').selectAll().where('planId', 'in', planIds).execute(),
    readFirstStarts(reads, customerId, externalIds),
  ])
  const firstStart = new Map(firstStarts.map((row) => [row.externalId, row.startedAt]))
  const isAlone = firstStarts.every(({ count }) => count === 1n)
  const shared = isAlone ? new Map<string, SharedInstants>() : await sharedInstants(reads, ids)
  return rows.flatMap((row) => {
    const plan = plans.find((candidate) => candidate.id === row.planId)
    if (!plan || row.startedAt === null) return []
    return [
      {
        row,
        plan,
        charges: charges.get(plan.id) ?? [],
        commitment: commitments.find((candidate) => candidate.planId === plan.id) ?? null,
        billing: billingSubscriptionOf(row, row.startedAt, firstStart.get(row.externalId) ?? row.startedAt),
        billingPlan: billingPlanOf(plan),
        shared: shared.get(row.id) ?? null,
      },
    ]
  })
}

/** When the customer's first subscription of each external id began, and how many there are, whoever's. */
function readFirstStarts(reads: Reads, customerId: string, externalIds: readonly string[]) {
  return reads
    .selectFrom('subscriptions')
    .select((eb) => [
      'externalId',
      eb.fn.min<Instant | null>('startedAt').filterWhere('customerId', '=', customerId).as('startedAt'),
      eb.fn.countAll<bigint>().as('count'),
    ])
    .where('externalId', 'in', [...externalIds])
    .groupBy('externalId')
    .execute()
}

export function billingPlanOf(plan: Selectable<Plans>): BillingPlan {
  return {
    interval: plan.interval as BillingPlan['interval'],
    payInAdvance: plan.payInAdvance,
    amountCents: plan.amountCents,
    trialPeriodDays: plan.trialPeriod === null ? null : Decimal.of(plan.trialPeriod),
    billChargesMonthly: plan.billChargesMonthly ?? false,
    billFixedChargesMonthly: plan.billFixedChargesMonthly ?? false,
    hasPayInAdvanceFixedCharges: false,
  }
}

export function billingSubscriptionOf(
  row: Selectable<Subscriptions>,
  startedAt: Instant,
  initialStartedAt: Instant,
): BillingSubscription {
  return {
    status: row.status as BillingSubscription['status'],
    billingTime: row.billingTime as BillingSubscription['billingTime'],
    subscriptionAt: row.subscriptionAt,
    startedAt,
    initialStartedAt: instant(Math.min(startedAt, initialStartedAt)),
    createdAt: row.createdAt,
    terminatedAt: row.terminatedAt,
    endingAt: row.endingAt,
    trialEndedAt: row.trialEndedAt,
    startedBy: row.startedBy as StartCause,
    endedBy: row.endedBy as EndCause | null,
  }
}
