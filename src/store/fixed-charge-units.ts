import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { SubscriptionRow } from './subscriptions.ts'
import { anyOf, ts } from './values.ts'

/** Units of a subscription that count from an instant on. */
export type NewUnits = {
  readonly subscriptionId: string
  readonly fixedChargeId: string
  readonly units: string
  readonly appliesAt: Instant
}

/** Records units; the last that are recorded for an instant count. */
export async function insertUnits(
  tx: Tx,
  organizationId: string,
  list: readonly NewUnits[],
  now: Instant,
): Promise<void> {
  if (list.length === 0) return
  await sql`
    insert into fixed_charge_units
      (organization_id, id, subscription_id, fixed_charge_id, units, applies_at, created_at)
    select ${organizationId}::uuid, n.*, ${ts(now)}
    from unnest(
      ${list.map(() => newId())}::uuid[], ${list.map((each) => each.subscriptionId)}::uuid[],
      ${list.map((each) => each.fixedChargeId)}::uuid[], ${list.map((each) => each.units)}::numeric[],
      ${list.map((each) => new Date(each.appliesAt).toISOString())}::timestamptz[]
    ) as n`.execute(tx)
}

/**
 * Records the units with which a subscription starts, a second after its start: its own, else its plan's, of each fixed
 * charge that has none on that day yet.
 */
export async function insertStartingUnits(
  tx: Tx,
  subscription: Pick<SubscriptionRow, 'id'>,
  now: Instant,
): Promise<void> {
  await sql`
    insert into fixed_charge_units
      (organization_id, id, subscription_id, fixed_charge_id, units, applies_at, created_at)
    select f.organization_id, gen_random_uuid(), s.id, f.id, coalesce(o.units, f.units),
      s.started_at + interval '1 second', ${ts(now)}
    from subscriptions s
    join fixed_charges f on f.organization_id = s.organization_id and f.plan_id = s.plan_id and f.deleted_at is null
    join customers c on c.organization_id = s.organization_id and c.id = s.customer_id
    join billing_entities b on b.organization_id = c.organization_id and b.id = c.billing_entity_id
    left join fixed_charge_overrides o on o.organization_id = s.organization_id and o.subscription_id = s.id
      and o.fixed_charge_id = f.id
    where s.id = ${subscription.id}::uuid and s.started_at is not null and not exists (
      select from fixed_charge_units u
      where u.organization_id = s.organization_id and u.subscription_id = s.id and u.fixed_charge_id = f.id
        and (u.applies_at at time zone coalesce(c.timezone, b.timezone))::date
          = (s.started_at at time zone coalesce(c.timezone, b.timezone))::date
    )`.execute(tx)
}

/**
 * Makes due that units that changed at an instant are billed. What is due already for an earlier change stays due then,
 * and goes on with this one.
 */
export async function scheduleUnits(
  tx: Tx,
  organizationId: string,
  subscriptionIds: readonly string[],
  at: Instant,
): Promise<void> {
  if (subscriptionIds.length === 0) return
  await sql`
    insert into due_items as d (organization_id, id, kind, subject_id, due_at)
    select ${organizationId}::uuid, n.id, 'fixed_charge_units', n.subject_id, ${ts(at)}
    from unnest(${subscriptionIds.map(() => newId())}::uuid[], ${[...subscriptionIds]}::uuid[]) as n (id, subject_id)
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null`.execute(
    tx,
  )
}

/** When units of a fixed charge in advance changed at once next after an instant; undefined when they did not. */
export async function nextChange(
  reads: Reads,
  subscriptionId: string,
  after: Instant,
): Promise<Instant | undefined> {
  const row = await reads
    .selectFrom('fixedChargeUnits as u')
    .innerJoin('fixedCharges as f', 'f.id', 'u.fixedChargeId')
    .select('u.appliesAt')
    .where('u.subscriptionId', '=', subscriptionId)
    .where('u.appliesAt', '>', ts(after))
    .whereRef('u.appliesAt', '=', 'u.createdAt')
    .where('f.payInAdvance', '=', true)
    .orderBy('u.appliesAt')
    .limit(1)
    .executeTakeFirst()
  return row?.appliesAt
}

/** The units of its own that a subscription has, by the id of the fixed charge. */
export async function unitsOverridesOf(
  reads: Reads,
  subscriptionId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await reads
    .selectFrom('fixedChargeOverrides')
    .select(['fixedChargeId', 'units'])
    .where('subscriptionId', '=', subscriptionId)
    .execute()
  return new Map(rows.map((row) => [row.fixedChargeId, row.units]))
}

/** Gives a subscription units of its own. */
export async function saveUnitsOverride(
  tx: Tx,
  override: {
    readonly organizationId: string
    readonly subscriptionId: string
    readonly fixedChargeId: string
    readonly units: string
  },
  now: Instant,
): Promise<void> {
  await tx
    .insertInto('fixedChargeOverrides')
    .values({ ...override, createdAt: ts(now), updatedAt: ts(now) })
    .onConflict((oc) =>
      oc
        .columns(['organizationId', 'subscriptionId', 'fixedChargeId'])
        .doUpdateSet({ units: override.units, updatedAt: ts(now) }),
    )
    .execute()
}

/** Takes away the units of its own that a subscription has. */
export async function deleteUnitsOverrides(tx: Tx, subscriptionId: string): Promise<void> {
  await tx.deleteFrom('fixedChargeOverrides').where('subscriptionId', '=', subscriptionId).execute()
}

/** A subscription that has the units of its plan's fixed charge. */
export type UnitsOwner = { readonly fixedChargeId: string; readonly subscription: SubscriptionRow }

/**
 * Some subscriptions that have started and have the units of these fixed charges of their plans, and none of their own;
 * in the order of their ids, those after `last`.
 */
export async function unitsOwners(
  reads: Reads,
  fixedChargeIds: readonly string[],
  last: UnitsOwner | undefined,
  limit: number,
): Promise<UnitsOwner[]> {
  const rows = await reads
    .selectFrom('subscriptions as s')
    .innerJoin('fixedCharges as f', 'f.planId', 's.planId')
    .selectAll('s')
    .select('f.id as fixedChargeId')
    .where('f.id', '=', anyOf(fixedChargeIds))
    .where('s.status', 'in', ['active', 'incomplete'])
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('fixedChargeOverrides as o')
            .select('o.units')
            .whereRef('o.subscriptionId', '=', 's.id')
            .whereRef('o.fixedChargeId', '=', 'f.id'),
        ),
      ),
    )
    .$if(last !== undefined, (all) =>
      all.where(sql<boolean>`(s.id, f.id) > (${last?.subscription.id}::uuid, ${last?.fixedChargeId}::uuid)`),
    )
    .orderBy('s.id')
    .orderBy('f.id')
    .limit(limit)
    .execute()
  return rows.map(({ fixedChargeId, ...subscription }) => ({ fixedChargeId, subscription }))
}
