import { type Insertable, type RawBuilder, type Selectable, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { SubscriptionStatus } from '../core/subscriptions/lifecycle.ts'
import type { ThresholdInput } from '../core/subscriptions/subscription-input.ts'
import { scheduleActivity } from './activity-items.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { rowsAsSource } from './insert-rows.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { Subscriptions } from './rows.ts'
import { anyOf, inOrder, ts } from './values.ts'

export type SubscriptionRow = Selectable<Subscriptions>

export type SubscriptionFilter = {
  readonly statuses: readonly SubscriptionStatus[]
  readonly customerId?: string | undefined
  readonly externalCustomerId?: string | undefined
  /** Overridden copies of a plan have its code too. */
  readonly planCode?: string | undefined
  readonly currency?: string | undefined
  readonly billingEntityIds?: readonly string[] | undefined
}

export async function insertSubscription(tx: Tx, row: Insertable<Subscriptions>): Promise<SubscriptionRow> {
  return tx.insertInto('subscriptions').values(row).returningAll().executeTakeFirstOrThrow()
}

/**
 * Inserts complete subscriptions of one organization, and starts tracking the lifetime usage of the active ones, in one
 * statement. There must be at least one; none has a predecessor.
 */
export async function insertSubscriptions(tx: Tx, rows: readonly SubscriptionRow[]): Promise<void> {
  const { columns, source } = await rowsAsSource(tx, 'subscriptions', rows)
  const lifetimes = rows.flatMap((row) =>
    row.status === 'active'
      ? [
          {
            organizationId: row.organizationId,
            id: newId(),
            subscriptionId: row.id,
            historicalUsageAmountCents: 0n,
            createdAt: row.createdAt,
            updatedAt: row.createdAt,
          },
        ]
      : [],
  )
  const insert = sql`insert into subscriptions (${columns}) select * from ${source}`
  if (lifetimes.length === 0) {
    await insert.execute(tx)
    return
  }
  const tracked = await rowsAsSource(tx, 'lifetimeUsages', lifetimes)
  await sql`
    with added as (${insert})
    insert into lifetime_usages (${tracked.columns}) select * from ${tracked.source}`.execute(tx)
}

export async function updateSubscription(
  tx: Tx,
  id: string,
  set: Updateable<Subscriptions>,
): Promise<SubscriptionRow> {
  return tx
    .updateTable('subscriptions')
    .set(set)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function readSubscription(reads: Reads, id: string): Promise<SubscriptionRow> {
  return reads.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** The customer of a subscription; undefined when there is no such subscription. */
export async function customerOfSubscription(reads: Reads, id: string): Promise<string | undefined> {
  const row = await reads
    .selectFrom('subscriptions')
    .select('customerId')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.customerId
}

/** Subscriptions that must exist, by id. */
export async function readSubscriptions(reads: Reads, ids: readonly string[]): Promise<SubscriptionRow[]> {
  return reads.selectFrom('subscriptions').selectAll().where('id', '=', anyOf(ids)).orderBy('id').execute()
}

/** Serializes changes to anything tied to an external id, for the whole chain of subscriptions. */
export async function lockChain(tx: Tx, externalId: string): Promise<void> {
  await tx
    .selectFrom('subscriptions')
    .select('id')
    .where('externalId', '=', externalId)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/**
 * The newest subscription of the organization with an external id and one of these statuses. The external id
 * names a chain of subscriptions; at most one of it is active (docs/rules/subscriptions.md#states).
 */
export async function findSubscription(
  reads: Reads,
  externalId: string,
  statuses: readonly SubscriptionStatus[],
): Promise<SubscriptionRow | undefined> {
  return reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('externalId', '=', externalId)
    .where('status', 'in', [...statuses])
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** All subscriptions of the organization with an external id, of any customer and status. */
export async function subscriptionsWithId(reads: Reads, externalId: string): Promise<SubscriptionRow[]> {
  return reads.selectFrom('subscriptions').selectAll().where('externalId', '=', externalId).execute()
}

/** Which of some external ids any subscription of the organization has or had. */
export async function usedSubscriptionIds(
  reads: Reads,
  externalIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await reads
    .selectFrom('subscriptions')
    .select('externalId')
    .distinct()
    .where('externalId', '=', sql<string>`any(${[...externalIds]}::text[])`)
    .execute()
  return new Set(rows.map(({ externalId }) => externalId))
}

/** Active subscriptions of the customer with an external id, by their start; none when there is no such customer. */
export async function activeSubscriptionsOf(
  reads: Reads,
  externalCustomerId: string,
  externalIds: readonly string[],
): Promise<SubscriptionRow[]> {
  return reads
    .selectFrom('subscriptions as s')
    .innerJoin('customers as c', 'c.id', 's.customerId')
    .selectAll('s')
    .where('c.externalId', '=', externalCustomerId)
    .where('c.deletedAt', 'is', null)
    .where('s.externalId', '=', sql<string>`any(${[...externalIds]}::text[])`)
    .where('s.status', '=', 'active')
    .orderBy('s.startedAt')
    .orderBy('s.id')
    .execute()
}

/** The pending successor of a subscription. */
export async function findPendingSuccessor(
  reads: Reads,
  subscriptionId: string,
): Promise<SubscriptionRow | undefined> {
  return (await pendingSuccessors(reads, [subscriptionId])).get(subscriptionId)
}

/** Pending successors by the id of their predecessor, the newest of each. */
export async function pendingSuccessors(
  reads: Reads,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, SubscriptionRow>> {
  if (subscriptionIds.length === 0) return new Map()
  const rows = await reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('previousSubscriptionId', '=', anyOf(subscriptionIds))
    .where('status', 'in', ['pending', 'incomplete'])
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  // A later one takes the place of an earlier one.
  return new Map(rows.map((row) => [row.previousSubscriptionId ?? '', row]))
}

/** A subscription that follows another one, with the code of its plan. */
export type FollowingSubscription = SubscriptionRow & { readonly planCode: string }

/** The subscriptions that follow others and were not canceled, oldest first. */
export async function followersOf(
  reads: Reads,
  subscriptionIds: readonly string[],
): Promise<readonly FollowingSubscription[]> {
  return reads
    .selectFrom('subscriptions as s')
    .innerJoin('plans as p', 'p.id', 's.planId')
    .selectAll('s')
    .select('p.code as planCode')
    .where('s.previousSubscriptionId', '=', anyOf(subscriptionIds))
    .where('s.status', '<>', 'canceled')
    .orderBy('s.createdAt')
    .orderBy('s.id')
    .execute()
}

/** An active subscription and its pending successor. */
export type Succession = {
  readonly customerId: string
  readonly previousId: string
  readonly successorId: string
  readonly previousPlanId: string
  readonly successorPlanId: string
}

/** Pending successions from active subscriptions on a plan (`from`), or to the plan (`to`). */
export async function successionsOf(
  reads: Reads,
  planId: string,
  side: 'from' | 'to',
): Promise<Succession[]> {
  return reads
    .selectFrom('subscriptions as p')
    .innerJoin('subscriptions as s', 's.previousSubscriptionId', 'p.id')
    .select([
      'p.customerId',
      'p.id as previousId',
      's.id as successorId',
      'p.planId as previousPlanId',
      's.planId as successorPlanId',
    ])
    .where('p.status', '=', 'active')
    .where('s.status', '=', 'pending')
    .where(side === 'from' ? 'p.planId' : 's.planId', '=', planId)
    .orderBy('p.createdAt')
    .orderBy('p.id')
    .execute()
}

/** The plans that pending successors are waiting for. */
export async function awaitedPlans(reads: Reads, planIds: readonly string[]): Promise<string[]> {
  if (planIds.length === 0) return []
  const rows = await reads
    .selectFrom('subscriptions')
    .select('planId')
    .distinct()
    .where('planId', '=', anyOf(planIds))
    .where('status', '=', 'pending')
    .where('previousSubscriptionId', 'is not', null)
    .orderBy('planId')
    .execute()
  return rows.map((row) => row.planId)
}

/** Whether another customer's subscription has the external id: one that is active, or waits for its payment. */
export async function isTakenByAnother(
  reads: Reads,
  externalId: string,
  customerId: string,
): Promise<boolean> {
  const row = await reads
    .selectFrom('subscriptions')
    .select('id')
    .where('externalId', '=', externalId)
    .where('status', 'in', ['active', 'incomplete'])
    .where('customerId', '<>', customerId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export type SubscriptionOwner =
  | { readonly customerId: string }
  | { readonly planIds: readonly string[]; readonly customerIds?: readonly string[] }

/** The subscriptions of a customer, or on one of some plans, with these statuses, oldest first. */
export async function subscriptionsOf(
  reads: Reads,
  owner: SubscriptionOwner,
  statuses: readonly SubscriptionStatus[],
): Promise<SubscriptionRow[]> {
  if ('planIds' in owner && (owner.planIds.length === 0 || owner.customerIds?.length === 0)) return []
  return reads
    .selectFrom('subscriptions')
    .selectAll()
    .where((eb) =>
      'customerId' in owner
        ? eb('customerId', '=', owner.customerId)
        : eb('planId', 'in', [...owner.planIds]),
    )
    .$if('customerIds' in owner, (query) =>
      query.where('customerId', 'in', 'customerIds' in owner ? [...(owner.customerIds ?? [])] : []),
    )
    .where('status', 'in', [...statuses])
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** Any of the ids of a table that a condition names, looked up once, before anything else is read. */
const idsWhere = (table: RawBuilder<unknown>, condition: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`any(array(select o.id from ${table} o where o.${condition}))`

/** One page of the subscriptions that match a filter, by `subscriptionAt` descending. */
export async function listSubscriptions(
  reads: Reads,
  filter: SubscriptionFilter,
  slice: Slice,
): Promise<Listed<SubscriptionRow>> {
  let all = reads.selectFrom('subscriptions as s').where('s.status', 'in', [...filter.statuses])
  if (filter.customerId !== undefined) all = all.where('s.customerId', '=', filter.customerId)
  if (filter.externalCustomerId !== undefined) {
    const { externalCustomerId } = filter
    all = all.where('s.customerId', '=', idsWhere(sql`customers`, sql`external_id = ${externalCustomerId}`))
  }
  if (filter.planCode !== undefined) {
    all = all.where('s.planId', '=', idsWhere(sql`plans`, sql`code = ${filter.planCode}`))
  }
  if (filter.currency !== undefined) {
    all = all.where('s.planId', '=', idsWhere(sql`plans`, sql`amount_currency = ${filter.currency}`))
  }
  if (filter.billingEntityIds !== undefined) {
    const ids = anyOf(filter.billingEntityIds)
    all = all.where(sql<boolean>`coalesce(s.billing_entity_id, (
      select c.billing_entity_id from customers c
      where c.organization_id = s.organization_id and c.id = s.customer_id)) = ${ids}`)
  }
  // Ids only: an index has them in this order, and the subscriptions before the page are not read.
  const ordered = all.select('s.id').orderBy('s.subscriptionAt', 'desc').orderBy('s.createdAt', 'desc')
  const { rows, total } = await pageOf(ordered.orderBy('s.id'), slice, reads)
  const ids = rows.map(({ id }) => id)
  const found = await reads.selectFrom('subscriptions').selectAll().where('id', '=', anyOf(ids)).execute()
  return { rows: inOrder(ids, found), total }
}

/**
 * Starts tracking a subscription's lifetime usage; no effect if it is already tracked. A successor keeps the usage
 * from before Weir (docs/rules/usage.md#lifetime-usage).
 */
export async function insertLifetimeUsage(tx: Tx, row: SubscriptionRow, now: Instant): Promise<void> {
  const previous =
    row.previousSubscriptionId === null
      ? undefined
      : await tx
          .selectFrom('lifetimeUsages')
          .select('historicalUsageAmountCents')
          .where('subscriptionId', '=', row.previousSubscriptionId)
          .executeTakeFirst()
  await tx
    .insertInto('lifetimeUsages')
    .values({
      organizationId: row.organizationId,
      id: newId(),
      subscriptionId: row.id,
      historicalUsageAmountCents: previous?.historicalUsageAmountCents ?? 0n,
      createdAt: ts(now),
      updatedAt: ts(now),
    })
    .onConflict((oc) => oc.doNothing())
    .execute()
}

/**
 * Replaces a subscription's own usage thresholds (docs/rules/progressive-billing.md#thresholds); an active one is
 * scheduled for a check.
 */
export async function replaceSubscriptionThresholds(
  tx: Tx,
  row: SubscriptionRow,
  thresholds: readonly ThresholdInput[],
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('usageThresholds')
    .set({ deletedAt: ts(now), updatedAt: ts(now) })
    .where('subscriptionId', '=', row.id)
    .where('deletedAt', 'is', null)
    .execute()
  await scheduleActivity(tx, row.organizationId, { externalSubscriptionId: row.externalId }, now)
  if (thresholds.length === 0) return
  const rows = thresholds.map((threshold) => ({
    organizationId: row.organizationId,
    id: newId(),
    subscriptionId: row.id,
    thresholdDisplayName: threshold.displayName,
    amountCents: threshold.amountCents,
    isRecurring: threshold.isRecurring,
    createdAt: ts(now),
    updatedAt: ts(now),
  }))
  await tx.insertInto('usageThresholds').values(rows).execute()
}
