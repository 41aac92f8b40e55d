import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { FixedChargeSettings } from '../core/fixed-charges/settings.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import type { FixedCharges } from './rows.ts'
import { type TaxRow, taxesOfOwners } from './taxes.ts'
import { anyOf, groupedBy, json, ts } from './values.ts'

type Owned = Exclude<keyof FixedChargeSettings, 'code'>

/** A fixed charge of a plan; `code` is unique among the plan's fixed charges that have no parent. */
export type FixedChargeRow = Omit<Selectable<FixedCharges>, Owned> & Pick<FixedChargeSettings, Owned>

/** A fixed charge with the code of its add-on and its own taxes. */
export type PlanFixedCharge = FixedChargeRow & {
  readonly addOnCode: string
  readonly taxes: readonly TaxRow[]
}

/** Where a new fixed charge stands. */
export type FixedChargePlace = {
  readonly organizationId: string
  readonly id: string
  readonly planId: string
  readonly parentId: string | null
  readonly addOnId: string
}

type StoredSettings = FixedChargeSettings & { readonly code: string }

/** The fixed charges of plans with their parts, in the order in which they were made: two queries. */
export async function fixedChargesOfPlans(
  reads: Reads,
  planIds: readonly string[],
): Promise<PlanFixedCharge[]> {
  if (planIds.length === 0) return []
  return withParts(reads, await selectFixedCharges(reads).where('f.planId', '=', anyOf(planIds)).execute())
}

/** Fixed charges by plan; see `fixedChargesOfPlans`. */
export async function fixedChargesByPlan(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, readonly PlanFixedCharge[]>> {
  return groupedBy(await fixedChargesOfPlans(reads, planIds), (each) => each.planId)
}

/** The copies of a fixed charge in the plans of subscriptions that are active or pending, which a cascade reaches. */
export async function cascadedFixedCharges(reads: Reads, parentId: string): Promise<PlanFixedCharge[]> {
  const rows = await selectFixedCharges(reads)
    .where('f.parentId', '=', parentId)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('subscriptions as s')
          .select('s.id')
          .whereRef('s.planId', '=', 'f.planId')
          .where('s.status', 'in', ['active', 'pending']),
      ),
    )
    .execute()
  return withParts(reads, rows)
}

/** 422 `code: value_already_exist` when another fixed charge of the plan has the code. */
export async function insertFixedCharge(
  tx: Tx,
  place: FixedChargePlace,
  settings: StoredSettings,
  now: Instant,
): Promise<void> {
  const insert = tx
    .insertInto('fixedCharges')
    .values({ ...place, ...columnsOf(settings), createdAt: ts(now), updatedAt: ts(now) })
  await refusingDuplicates(insert.execute(), 'fixed_charges_code', 'code')
}

/** 422 as `insertFixedCharge`. */
export async function updateFixedCharge(
  tx: Tx,
  id: string,
  settings: StoredSettings,
  now: Instant,
): Promise<void> {
  const update = tx
    .updateTable('fixedCharges')
    .set({ ...columnsOf(settings), updatedAt: ts(now) })
    .where('id', '=', id)
  await refusingDuplicates(update.execute(), 'fixed_charges_code', 'code')
}

/** Gives copies of a fixed charge the code, the prices and the units that they follow. */
export async function updateFixedChargeCopies(
  tx: Tx,
  copies: readonly Pick<FixedChargeRow, 'id' | 'code' | 'properties' | 'units'>[],
  now: Instant,
): Promise<void> {
  if (copies.length === 0) return
  await sql`
    update fixed_charges f set code = n.code, properties = n.properties::json, units = n.units, updated_at = ${ts(now)}
    from unnest(
      ${copies.map((each) => each.id)}::uuid[], ${copies.map((each) => each.code)}::text[],
      ${copies.map((each) => JSON.stringify(each.properties))}::text[], ${copies.map((each) => each.units)}::numeric[]
    ) as n (id, code, properties, units)
    where f.id = n.id`.execute(tx)
}

/** Marks fixed charges as deleted. */
export async function deleteFixedCharges(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('fixedCharges')
    .set({ deletedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', anyOf(ids))
    .execute()
}

/** Locks the plans with a fixed charge of an add-on, in the order of their ids; copies through their originals. */
export async function lockPlansOfAddOn(tx: Tx, addOnId: string): Promise<void> {
  await sql`
    select id from plans
    where id in (
      select coalesce(p.parent_id, p.id) from fixed_charges f
      join plans p on p.organization_id = f.organization_id and p.id = f.plan_id
      where f.add_on_id = ${addOnId} and f.deleted_at is null
    )
    order by id
    for no key update`.execute(tx)
}

/** Marks the fixed charges of an add-on as deleted; gives the plans that had them. */
export async function deleteFixedChargesOfAddOn(tx: Tx, addOnId: string, now: Instant): Promise<string[]> {
  const rows = await tx
    .updateTable('fixedCharges')
    .set({ deletedAt: ts(now), updatedAt: ts(now) })
    .where('addOnId', '=', addOnId)
    .where('deletedAt', 'is', null)
    .returning('planId')
    .execute()
  return [...new Set(rows.map((row) => row.planId))]
}

/** The codes of a plan's fixed charges, deleted ones not among them. */
export async function fixedChargeCodesOf(reads: Reads, planId: string): Promise<Set<string>> {
  const rows = await reads
    .selectFrom('fixedCharges')
    .select('code')
    .where('planId', '=', planId)
    .where('deletedAt', 'is', null)
    .execute()
  return new Set(rows.map((row) => row.code))
}

function selectFixedCharges(reads: Reads) {
  return reads
    .selectFrom('fixedCharges as f')
    .innerJoin('addOns as a', 'a.id', 'f.addOnId')
    .selectAll('f')
    .select('a.code as addOnCode')
    .where('f.deletedAt', 'is', null)
    .orderBy('f.createdAt')
    .orderBy('f.id')
}

async function withParts(
  reads: Reads,
  rows: readonly (Selectable<FixedCharges> & { readonly addOnCode: string })[],
): Promise<PlanFixedCharge[]> {
  const taxes = await taxesOfOwners(reads, { fixedChargeIds: rows.map((row) => row.id) })
  return rows.map((row) => ({
    ...(row as FixedChargeRow & { readonly addOnCode: string }),
    taxes: taxes.fixedCharges.get(row.id) ?? [],
  }))
}

/** Only what a fixed charge says of itself, whatever else the value carries. */
function columnsOf(settings: StoredSettings) {
  return {
    code: settings.code,
    invoiceDisplayName: settings.invoiceDisplayName,
    chargeModel: settings.chargeModel,
    payInAdvance: settings.payInAdvance,
    prorated: settings.prorated,
    properties: json(settings.properties),
    units: settings.units,
  }
}
