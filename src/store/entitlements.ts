import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { StoredValue } from '../core/entitlements/privilege-value.ts'
import {
  type EffectiveEntitlement,
  type Entitlements,
  effectiveEntitlements,
  type PlanEntitlement,
  planEntitlements,
  type SubscriptionEntitlements,
} from '../core/entitlements/resolve.ts'
import type { Reads, Tx } from './database.ts'
import { type FeatureRow, findFeatures } from './features.ts'
import { newId } from './ids.ts'
import type { Subscriptions } from './rows.ts'
import { ts } from './values.ts'

type Values = Map<string, Map<string, StoredValue>>

/** Whose entitlements: a plan's own, or the overrides of a subscription. */
export type EntitlementOwner = { readonly planId: string } | { readonly subscriptionId: string }

/** The fields of a subscription that its entitlements depend on. */
export type EntitledSubscription = Pick<Selectable<Subscriptions>, 'id' | 'planId'>

/** Entitlements of plans by plan id, in three queries for any number of plans. Every requested id is a key. */
export async function entitlementsOfPlans(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, readonly PlanEntitlement[]>> {
  const values = await valuesOf(reads, 'planId', planIds)
  const features = await featuresOf(reads, [...values.values()])
  return new Map(
    planIds.map((id): [string, readonly PlanEntitlement[]] => {
      const own = values.get(id)
      return [id, own ? planEntitlements(features, own) : []]
    }),
  )
}

/**
 * A subscription's effective entitlements: those of its plan (of the parent, for an overridden copy) plus its
 * overrides, minus its removals.
 */
export async function readEffectiveEntitlements(
  reads: Reads,
  subscription: EntitledSubscription,
): Promise<readonly EffectiveEntitlement[]> {
  const planId = await entitlingPlanId(reads, subscription.planId)
  const own = readEntitlementChanges(reads, subscription.id)
  return (await entitlementsOn(reads, planId, own)).effective
}

/** The changes of a subscription without overrides or removals. */
export const NOTHING_CHANGED: SubscriptionEntitlements = {
  overrides: new Map(),
  removedFeatures: new Set(),
  removedPrivileges: new Map(),
}

/** The entitlements of a subscription's plan, and the effective ones after the subscription's changes. */
export async function entitlementsOn(
  reads: Reads,
  planId: string,
  asked: SubscriptionEntitlements | Promise<SubscriptionEntitlements>,
): Promise<{
  readonly ofPlan: readonly PlanEntitlement[]
  readonly effective: readonly EffectiveEntitlement[]
}> {
  const [plan, own] = await Promise.all([readEntitlements(reads, { planId }), asked])
  const features = await featuresOf(reads, [plan, own.overrides])
  return { ofPlan: planEntitlements(features, plan), effective: effectiveEntitlements(features, plan, own) }
}

/** The plan whose entitlements apply: an overridden copy has none of its own and uses its parent's. */
export async function entitlingPlanId(reads: Reads, planId: string): Promise<string> {
  const plan = await reads
    .selectFrom('plans')
    .select(['id', 'parentId'])
    .where('id', '=', planId)
    .executeTakeFirstOrThrow()
  return plan.parentId ?? plan.id
}

/** The stored values of one plan or the overrides of one subscription. */
export async function readEntitlements(reads: Reads, owner: EntitlementOwner): Promise<Entitlements> {
  const [column, id] = columnOf(owner)
  return (await valuesOf(reads, column, [id])).get(id) ?? new Map()
}

/** How a subscription changes its plan's entitlements. */
export async function readEntitlementChanges(
  reads: Reads,
  subscriptionId: string,
): Promise<SubscriptionEntitlements> {
  const [overrides, rows] = await Promise.all([
    readEntitlements(reads, { subscriptionId }),
    reads
      .selectFrom('entitlementRemovals as r')
      .innerJoin('features as f', 'f.id', 'r.featureId')
      .leftJoin('privileges as p', 'p.id', 'r.privilegeId')
      .select(['f.code as feature', 'p.code as privilege'])
      .where('r.subscriptionId', '=', subscriptionId)
      .where('f.deletedAt', 'is', null)
      .where('p.deletedAt', 'is', null)
      .execute(),
  ])
  const removedPrivileges = new Map<string, Set<string>>()
  const removedFeatures = new Set<string>()
  for (const { feature, privilege } of rows) {
    if (privilege === null) removedFeatures.add(feature)
    else removedPrivileges.set(feature, (removedPrivileges.get(feature) ?? new Set()).add(privilege))
  }
  return { overrides, removedFeatures, removedPrivileges }
}

/** Ids of plans with a feature, or with a value for a privilege, oldest first. */
export async function planIdsWith(
  reads: Reads,
  featureId: string,
  privilegeId: string | null,
): Promise<string[]> {
  let query = reads
    .selectFrom('entitlements as e')
    .innerJoin('plans as p', 'p.id', 'e.planId')
    .select('p.id')
    .where('e.featureId', '=', featureId)
    .where('p.deletedAt', 'is', null)
    .orderBy('p.createdAt')
    .orderBy('p.id')
  if (privilegeId !== null) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('entitlementValues as v')
          .select('v.privilegeId')
          .whereRef('v.entitlementId', '=', 'e.id')
          .where('v.privilegeId', '=', privilegeId),
      ),
    )
  }
  return (await query.execute()).map((row) => row.id)
}

/** Replaces the entitlements of a plan, or the overrides of a subscription. `features` are those mentioned. */
export async function writeEntitlements(
  tx: Tx,
  organizationId: string,
  owner: EntitlementOwner,
  write: {
    readonly entitlements: Entitlements
    readonly features: readonly FeatureRow[]
    readonly now: Instant
  },
): Promise<void> {
  const { entitlements, features, now } = write
  const [column, ownerId] = columnOf(owner)
  const ownerColumn = sql.ref(column)
  const named = features.filter(({ code }) => entitlements.has(code))
  const featureIds = named.map(({ id }) => id)
  await sql`delete from entitlements
    where ${ownerColumn} = ${ownerId} and feature_id <> all(${featureIds}::uuid[])`.execute(tx)
  const ids = featureIds.map(() => newId())
  await sql`insert into entitlements (organization_id, id, ${ownerColumn}, feature_id, created_at)
    select ${organizationId}::uuid, n.id, ${ownerId}::uuid, n.feature_id, ${ts(now)}
    from unnest(${ids}::uuid[], ${featureIds}::uuid[]) as n (id, feature_id)
    on conflict do nothing`.execute(tx)
  const values = named.flatMap((feature) =>
    feature.privileges
      .filter(({ code }) => entitlements.get(feature.code)?.has(code))
      .map(({ id, code }) => ({ id, value: entitlements.get(feature.code)?.get(code) ?? null })),
  )
  const privilegeIds = values.map(({ id }) => id)
  await sql`delete from entitlement_values v using entitlements e
    where e.id = v.entitlement_id and e.${ownerColumn} = ${ownerId}
      and v.privilege_id <> all(${privilegeIds}::uuid[])`.execute(tx)
  await sql`insert into entitlement_values (organization_id, entitlement_id, privilege_id, value, created_at)
    select ${organizationId}::uuid, e.id, p.id, n.value, ${ts(now)}
    from unnest(${privilegeIds}::uuid[], ${values.map(({ value }) => value)}::text[]) as n (privilege_id, value)
    join privileges p on p.id = n.privilege_id
    join entitlements e on e.feature_id = p.feature_id and e.${ownerColumn} = ${ownerId}
    on conflict (organization_id, entitlement_id, privilege_id) do update set value = excluded.value`.execute(
    tx,
  )
}

/** Replaces the removals of a subscription. `features` are those mentioned. */
export async function writeRemovals(
  tx: Tx,
  organizationId: string,
  subscriptionId: string,
  write: {
    readonly removals: Pick<SubscriptionEntitlements, 'removedFeatures' | 'removedPrivileges'>
    readonly features: readonly FeatureRow[]
    readonly now: Instant
  },
): Promise<void> {
  const { removedFeatures, removedPrivileges } = write.removals
  const removed = write.features.flatMap((feature) => [
    ...(removedFeatures.has(feature.code) ? [{ featureId: feature.id, privilegeId: null }] : []),
    ...feature.privileges
      .filter(({ code }) => removedPrivileges.get(feature.code)?.has(code))
      .map(({ id }) => ({ featureId: feature.id, privilegeId: id })),
  ])
  await tx.deleteFrom('entitlementRemovals').where('subscriptionId', '=', subscriptionId).execute()
  if (removed.length === 0) return
  const shared = { organizationId, subscriptionId, createdAt: ts(write.now) }
  await tx
    .insertInto('entitlementRemovals')
    .values(removed.map((each) => ({ ...shared, ...each, id: newId() })))
    .execute()
}

function columnOf(owner: EntitlementOwner): ['planId' | 'subscriptionId', string] {
  return 'planId' in owner ? ['planId', owner.planId] : ['subscriptionId', owner.subscriptionId]
}

/** The stored values of many owners; an owner without entitlements is absent. */
async function valuesOf(
  reads: Reads,
  column: 'planId' | 'subscriptionId',
  ownerIds: readonly string[],
): Promise<ReadonlyMap<string, Entitlements>> {
  const byOwner = new Map<string, Values>()
  if (ownerIds.length === 0) return byOwner
  const rows = await reads
    .selectFrom('entitlements as e')
    .innerJoin('features as f', 'f.id', 'e.featureId')
    .leftJoin('entitlementValues as v', 'v.entitlementId', 'e.id')
    .leftJoin('privileges as p', (join) =>
      join.onRef('p.id', '=', 'v.privilegeId').on('p.deletedAt', 'is', null),
    )
    .select([`e.${column} as ownerId`, 'f.code as feature', 'p.code as privilege', 'v.value'])
    .where(`e.${column}`, 'in', [...ownerIds])
    .where('f.deletedAt', 'is', null)
    .execute()
  for (const { ownerId, feature, privilege, value } of rows) {
    if (ownerId === null) continue
    const owned = byOwner.get(ownerId) ?? new Map<string, Map<string, StoredValue>>()
    byOwner.set(ownerId, owned)
    const values = owned.get(feature) ?? new Map<string, StoredValue>()
    owned.set(feature, values)
    if (privilege !== null) values.set(privilege, value)
  }
  return byOwner
}

/** The features mentioned by entitlements, in order of creation. */
async function featuresOf(reads: Reads, all: readonly Entitlements[]): Promise<FeatureRow[]> {
  return findFeatures(reads, { codes: all.flatMap((entitlements) => [...entitlements.keys()]) })
}
