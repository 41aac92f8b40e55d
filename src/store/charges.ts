import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { FilterSettings } from '../core/plans/charge-filters.ts'
import type { ChargeSettings } from '../core/plans/charge-settings.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { newId } from './ids.ts'
import type { ChargeFilters, Charges } from './rows.ts'
import { anyOf, json, ts } from './values.ts'

type Owned = Exclude<keyof ChargeSettings, 'code'>

/** A charge of a plan; `code` is unique among the plan's charges that have no parent. */
export type ChargeRow = Omit<Selectable<Charges>, Owned> & Pick<ChargeSettings, Owned>

export type ChargeFilterRow = Omit<Selectable<ChargeFilters>, keyof FilterSettings> & FilterSettings

/** A filter to add to a charge, with its position. */
export type NewFilter = FilterSettings & { readonly chargeId: string; readonly position: number }

/** The place of a new charge. */
export type ChargePlace = {
  readonly organizationId: string
  readonly id: string
  readonly planId: string
  readonly parentId: string | null
  readonly billableMetricId: string
  readonly pricingUnitId: string | null
}

/** The charges of the plans in order of creation. */
export async function chargesOfPlans(reads: Reads, planIds: readonly string[]): Promise<ChargeRow[]> {
  if (planIds.length === 0) return []
  const rows = await reads
    .selectFrom('charges')
    .selectAll()
    .where('planId', '=', anyOf(planIds))
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return rows.map(toCharge)
}

/** The charges on the metric, of any plan that is not deleted. */
export async function chargesOnMetric(reads: Reads, billableMetricId: string): Promise<ChargeRow[]> {
  const rows = await reads
    .selectFrom('charges')
    .selectAll()
    .where('billableMetricId', '=', billableMetricId)
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return rows.map(toCharge)
}

/**
 * The copies of a charge in plans of active or pending subscriptions, which a cascade updates
 * (docs/rules/plans.md#cascades).
 */
export async function cascadedCharges(reads: Reads, parentId: string): Promise<ChargeRow[]> {
  const rows = await reads
    .selectFrom('charges as c')
    .selectAll('c')
    .where('c.parentId', '=', parentId)
    .where('c.deletedAt', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('subscriptions as s')
          .select('s.id')
          .whereRef('s.planId', '=', 'c.planId')
          .where('s.status', 'in', ['active', 'pending']),
      ),
    )
    .orderBy('c.id')
    .execute()
  return rows.map(toCharge)
}

/** The filters of the charges, by the charge's id, each list in the order of its last payload. */
export async function filtersOfCharges(
  reads: Reads,
  chargeIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ChargeFilterRow[]>> {
  const byCharge = new Map<string, ChargeFilterRow[]>()
  if (chargeIds.length === 0) return byCharge
  const rows = await reads
    .selectFrom('chargeFilters')
    .selectAll()
    .where('chargeId', '=', anyOf(chargeIds))
    .where('deletedAt', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .execute()
  for (const row of rows) {
    const filter = row as ChargeFilterRow
    const list = byCharge.get(filter.chargeId)
    if (list) list.push(filter)
    else byCharge.set(filter.chargeId, [filter])
  }
  return byCharge
}

/** 422 `code: value_already_exist` when another charge of the plan has the code. */
export async function insertCharge(
  tx: Tx,
  place: ChargePlace,
  settings: ChargeSettings & { readonly code: string },
  now: Instant,
): Promise<ChargeRow> {
  const insert = tx
    .insertInto('charges')
    .values({ ...place, ...columnsOf(settings), createdAt: ts(now), updatedAt: ts(now) })
    .returningAll()
  return toCharge(await refusingDuplicates(insert.executeTakeFirstOrThrow(), 'charges_code', 'code'))
}

/** 422 like `insertCharge`. */
export async function updateCharge(
  tx: Tx,
  id: string,
  settings: ChargeSettings & { readonly code: string },
  now: Instant,
): Promise<ChargeRow> {
  const update = tx
    .updateTable('charges')
    .set({ ...columnsOf(settings), updatedAt: ts(now) })
    .where('id', '=', id)
    .returningAll()
  return toCharge(await refusingDuplicates(update.executeTakeFirstOrThrow(), 'charges_code', 'code'))
}

/** Moves a charge to another metric. */
export async function moveCharge(
  tx: Tx,
  id: string,
  billableMetricId: string,
  now: Instant,
): Promise<ChargeRow> {
  const update = tx
    .updateTable('charges')
    .set({ billableMetricId, updatedAt: ts(now) })
    .where('id', '=', id)
    .returningAll()
  return toCharge(await update.executeTakeFirstOrThrow())
}

/** Adds copies of one charge to some plans. A row has about twenty parameters, and a statement allows 65,535. */
export async function insertChargeCopies(
  tx: Tx,
  places: readonly ChargePlace[],
  settings: ChargeSettings & { readonly code: string },
  now: Instant,
): Promise<void> {
  const shared = { ...columnsOf(settings), createdAt: ts(now), updatedAt: ts(now) }
  await tx
    .insertInto('charges')
    .values(places.map((place) => ({ ...place, ...shared })))
    .execute()
}

/** The fields that copies of a charge inherit. */
type ChargeCopyChange = Pick<
  ChargeRow,
  'id' | 'code' | 'properties' | 'conversionRate' | 'acceptsTargetWallet'
>

/** Updates the inherited fields of copies. */
export async function updateChargeCopies(
  tx: Tx,
  copies: readonly ChargeCopyChange[],
  now: Instant,
): Promise<void> {
  if (copies.length === 0) return
  await sql`
    update charges c set code = n.code, properties = n.properties::json, conversion_rate = n.conversion_rate,
      accepts_target_wallet = n.accepts_target_wallet, updated_at = ${ts(now)}
    from unnest(
      ${copies.map((each) => each.id)}::uuid[], ${copies.map((each) => each.code)}::text[],
      ${copies.map((each) => JSON.stringify(each.properties))}::text[],
      ${copies.map((each) => each.conversionRate)}::numeric[],
      ${copies.map((each) => each.acceptsTargetWallet)}::boolean[]
    ) as n (id, code, properties, conversion_rate, accepts_target_wallet)
    where c.id = n.id`.execute(tx)
}

/** Soft-deletes charges and their filters. */
export async function deleteCharges(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return
  const deleted = { deletedAt: ts(now), updatedAt: ts(now) }
  await tx.updateTable('charges').set(deleted).where('id', '=', anyOf(ids)).execute()
  await tx
    .updateTable('chargeFilters')
    .set(deleted)
    .where('chargeId', '=', anyOf(ids))
    .where('deletedAt', 'is', null)
    .execute()
}

/** Adds filters to charges. */
export async function insertFilters(
  tx: Tx,
  organizationId: string,
  filters: readonly NewFilter[],
  now: Instant,
): Promise<void> {
  if (filters.length === 0) return
  await sql`
    insert into charge_filters
      (organization_id, id, charge_id, "values", properties, invoice_display_name, position, created_at, updated_at)
    select ${organizationId}::uuid, n.id, n.charge_id, n.v::json, n.p::json, n.name, n.position, ${ts(now)}, ${ts(now)}
    from unnest(
      ${filters.map(() => newId())}::uuid[], ${filters.map((each) => each.chargeId)}::uuid[],
      ${filters.map((each) => JSON.stringify(each.values))}::text[],
      ${filters.map((each) => JSON.stringify(each.properties))}::text[],
      ${filters.map((each) => each.invoiceDisplayName)}::text[],
      ${filters.map((each) => each.position)}::integer[]
    ) as n (id, charge_id, v, p, name, position)`.execute(tx)
}

/** Updates filters' values, prices, names and positions. */
export async function updateFilters(
  tx: Tx,
  filters: readonly (FilterSettings & { readonly id: string; readonly position: number })[],
  now: Instant,
): Promise<void> {
  if (filters.length === 0) return
  await sql`
    update charge_filters f
    set "values" = n.v::json, properties = n.p::json, invoice_display_name = n.name, position = n.position,
      updated_at = ${ts(now)}
    from unnest(
      ${filters.map((each) => each.id)}::uuid[],
      ${filters.map((each) => JSON.stringify(each.values))}::text[],
      ${filters.map((each) => JSON.stringify(each.properties))}::text[],
      ${filters.map((each) => each.invoiceDisplayName)}::text[],
      ${filters.map((each) => each.position)}::integer[]
    ) as n (id, v, p, name, position)
    where f.id = n.id`.execute(tx)
}

export async function deleteFilters(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('chargeFilters')
    .set({ deletedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', anyOf(ids))
    .execute()
}

/** The codes of a plan's charges, without deleted ones. */
export async function chargeCodesOf(reads: Reads, planId: string): Promise<Set<string>> {
  const rows = await reads
    .selectFrom('charges')
    .select('code')
    .where('planId', '=', planId)
    .where('deletedAt', 'is', null)
    .execute()
  return new Set(rows.map((row) => row.code))
}

/** Only the charge's own columns. */
function columnsOf(charge: ChargeSettings & { readonly code: string }) {
  return {
    code: charge.code,
    invoiceDisplayName: charge.invoiceDisplayName,
    chargeModel: charge.chargeModel,
    payInAdvance: charge.payInAdvance,
    prorated: charge.prorated,
    invoiceable: charge.invoiceable,
    regroupPaidFees: charge.regroupPaidFees,
    minAmountCents: charge.minAmountCents,
    acceptsTargetWallet: charge.acceptsTargetWallet,
    conversionRate: charge.conversionRate,
    properties: json(charge.properties),
  }
}

function toCharge(row: Selectable<Charges>): ChargeRow {
  return row as ChargeRow
}
