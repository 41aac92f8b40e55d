import { type Selectable, sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type {
  CommitmentFacts,
  PlanParts,
  SharedInstants,
  SubscriptionFacts,
} from '../../core/billing/snapshot.ts'
import { type Instant, instant } from '../../core/calendar/instant.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import type {
  BillingPlan,
  BillingSubscription,
  EndCause,
  StartCause,
} from '../../core/subscriptions/subscription.ts'
import type { Reads } from '../database.ts'
import { ratedChargesOfPlans } from '../rated-charges.ts'
import type { Plans, Subscriptions } from '../rows.ts'
import { sharedInstants } from '../shared-instants.ts'
import { anyOf } from '../values.ts'

type BilledSubscriptionRow = Selectable<Subscriptions>

/**
 * Subscriptions with their plans and charges, by id and ordered by start, in a fixed number of statements.
 * Subscriptions that have not started are left out.
 */
export async function readSubscriptionFacts(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SubscriptionFacts>> {
  if (ids.length === 0) return new Map()
  const [rows, chains] = await Promise.all([
    reads
      .selectFrom('subscriptions')
      .selectAll()
      .where('id', '=', anyOf(ids))
      .where('startedAt', 'is not', null)
      .orderBy('startedAt')
      .orderBy('id')
      .execute(),
    readChains(reads, ids),
  ])
  return (await factsOfRows(reads, rows, chains)).facts
}

/** Subscriptions whose rows are known, with what else was read for their facts. */
export type KnownSubscriptions = {
  /** By id, in the order of the rows. */
  readonly facts: ReadonlyMap<string, SubscriptionFacts>
  /** Their plans by id. */
  readonly plans: ReadonlyMap<string, Selectable<Plans>>
}

/** The same from rows that were read; those that have not started are left out. One round trip for most. */
export async function subscriptionFactsOf(
  reads: Reads,
  rows: readonly BilledSubscriptionRow[],
): Promise<KnownSubscriptions> {
  if (rows.length === 0) return { facts: new Map(), plans: new Map() }
  const ids = rows.map(({ id }) => id)
  return factsOfRows(reads, rows, readChains(reads, ids))
}

async function factsOfRows(
  reads: Reads,
  rows: readonly BilledSubscriptionRow[],
  asked: Chains | Promise<Chains>,
): Promise<KnownSubscriptions> {
  const planIds = [...new Set(rows.map((row) => row.planId))]
  const upgraded = rows.filter((row) => row.endedBy === 'upgrade').map((row) => row.id)
  const [{ chains, shared }, parts, successorMetrics] = await Promise.all([
    withSharedInstants(reads, rows, asked),
    readStoredPlans(reads, planIds),
    readSuccessorMetrics(reads, upgraded),
  ])
  const facts = rows.flatMap((row): SubscriptionFacts[] => {
    const own = parts.get(row.planId)
    if (!own || row.startedAt === null) return []
    const firstStart = chains.firstStarts.get(chainKey(row)) ?? row.startedAt
    return [
      {
        ...settingsOf(row),
        ...own.parts,
        billing: billingSubscriptionOf(row, row.startedAt, firstStart),
        shared: shared.get(row.id) ?? null,
        successorMetricIds: successorMetrics.get(row.id) ?? NO_METRICS,
      },
    ]
  })
  return {
    facts: new Map(facts.map((each) => [each.id, each])),
    plans: new Map([...parts].map(([id, { row }]) => [id, row])),
  }
}

/** Only subscriptions with a reused external id can share an instant with another one. */
async function withSharedInstants(
  reads: Reads,
  rows: readonly BilledSubscriptionRow[],
  asked: Chains | Promise<Chains>,
): Promise<{ readonly chains: Chains; readonly shared: ReadonlyMap<string, SharedInstants> }> {
  const chains = await asked
  if (chains.areAlone) return { chains, shared: new Map() }
  const ids = rows.map(({ id }) => id)
  return { chains, shared: await sharedInstants(reads, ids) }
}

/**
 * Subscriptions that have not started as they would be if they started at an instant, by their ids. `firstStart` is
 * that of their chain.
 */
export async function readWaitingFacts(
  reads: Reads,
  waiting: readonly { readonly row: BilledSubscriptionRow; readonly firstStart: Instant }[],
  startedAt: Instant,
): Promise<ReadonlyMap<string, SubscriptionFacts>> {
  if (waiting.length === 0) return new Map()
  const parts = await readPlanParts(
    reads,
    waiting.map(({ row }) => row.planId),
  )
  return new Map(
    waiting.flatMap(({ row, firstStart }) => {
      const own = parts.get(row.planId)
      if (!own) return []
      const billing = billingSubscriptionOf(row, startedAt, firstStart)
      const none = { shared: null, successorMetricIds: NO_METRICS }
      return [[row.id, { ...settingsOf(row), ...own, billing, ...none }] as const]
    }),
  )
}

/** What subscriptions have from plans, by the ids of the plans. */
export async function readPlanParts(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, PlanParts>> {
  const stored = await readStoredPlans(reads, planIds)
  return new Map([...stored].map(([id, { parts }]) => [id, parts]))
}

/** A plan as it is stored, and what subscriptions have from it. */
type StoredPlan = { readonly row: Selectable<Plans>; readonly parts: PlanParts }

async function readStoredPlans(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, StoredPlan>> {
  const [plans, charges, commitments] = await Promise.all([
    reads.selectFrom('plans').selectAll().where('id', '=', anyOf(planIds)).execute(),
    ratedChargesOfPlans(reads, planIds),
    readCommitments(reads, planIds),
  ])
  return new Map(
    plans.map((row) => {
      const plan = { ...billingPlanOf(row), id: row.id, currency: row.amountCurrency }
      const own = { charges: charges.get(row.id) ?? NO_CHARGES, commitment: commitments.get(row.id) ?? null }
      return [row.id, { row, parts: { plan, ...own } }]
    }),
  )
}

const NO_CHARGES: readonly RatedCharge[] = []
const NO_METRICS: ReadonlySet<string> = new Set()

function settingsOf(row: BilledSubscriptionRow) {
  return {
    id: row.id,
    externalId: row.externalId,
    billingEntityId: row.billingEntityId,
    purchaseOrderNumber: row.purchaseOrderNumber,
    isConsolidated: row.consolidateInvoice,
    paymentMethod: { type: row.paymentMethodType, id: row.paymentMethodId },
  }
}

function chainKey(row: { readonly customerId: string; readonly externalId: string }): string {
  return `${row.customerId} ${row.externalId}`
}

/** The first start of each customer's chain, and whether every external id belongs to just one subscription. */
type Chains = { readonly firstStarts: ReadonlyMap<string, Instant>; readonly areAlone: boolean }

async function readChains(reads: Reads, ids: readonly string[]): Promise<Chains> {
  const { rows } = await sql<{
    customerId: string
    externalId: string
    startedAt: Instant | null
    count: bigint
  }>`
    select customer_id, external_id, min(started_at) as started_at, count(*) as count
    from subscriptions
    where external_id in (select external_id from subscriptions where id = any (${[...ids]}::uuid[]))
    group by customer_id, external_id`.execute(reads)
  const externalIds = new Set(rows.map((row) => row.externalId))
  return {
    firstStarts: new Map(
      rows.flatMap((row) => (row.startedAt === null ? [] : [[chainKey(row), row.startedAt] as const])),
    ),
    areAlone: externalIds.size === rows.length && rows.every(({ count }) => count === 1n),
  }
}

async function readCommitments(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, CommitmentFacts>> {
  const rows = await reads
    .selectFrom('minimumCommitments')
    .select(['planId', 'id', 'amountCents', 'invoiceDisplayName'])
    .where('planId', '=', anyOf(planIds))
    .where('deletedAt', 'is', null)
    .execute()
  return new Map(rows.map(({ planId, ...commitment }) => [planId, commitment]))
}

/** The metrics charged by the successor's plan after an upgrade, whether or not the successor is on the bill. */
async function readSuccessorMetrics(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const metrics = new Map<string, Set<string>>()
  if (ids.length === 0) return metrics
  const rows = await reads
    .selectFrom('subscriptions as s')
    .innerJoin('charges as c', 'c.planId', 's.planId')
    .select(['s.previousSubscriptionId', 'c.billableMetricId'])
    .distinct()
    .where('s.previousSubscriptionId', '=', anyOf(ids))
    .where('s.status', '<>', 'canceled')
    .where('c.deletedAt', 'is', null)
    .execute()
  for (const { previousSubscriptionId, billableMetricId } of rows) {
    if (previousSubscriptionId === null) continue
    const own = metrics.get(previousSubscriptionId)
    if (own) own.add(billableMetricId)
    else metrics.set(previousSubscriptionId, new Set([billableMetricId]))
  }
  return metrics
}

/** A plan in the form that billing rules use. */
export function billingPlanOf(plan: Selectable<Plans>): BillingPlan {
  return {
    interval: plan.interval as BillingPlan['interval'],
    payInAdvance: plan.payInAdvance,
    amountCents: plan.amountCents,
    trialPeriodDays: plan.trialPeriod === null ? null : Decimal.of(plan.trialPeriod),
    billChargesMonthly: plan.billChargesMonthly ?? false,
    billFixedChargesMonthly: plan.billFixedChargesMonthly ?? false,
    hasPayInAdvanceFixedCharges: plan.hasFixedChargesInAdvance,
  }
}

/** A subscription in the form that billing rules use; `initialStartedAt` is the first start of its chain. */
export function billingSubscriptionOf(
  row: BilledSubscriptionRow,
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
