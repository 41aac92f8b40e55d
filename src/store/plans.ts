import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Metadata } from '../core/input/metadata.ts'
import type { PlanSettings } from '../core/plans/plan-settings.ts'
import { type BillableMetricRow, billableMetricsByIds } from './billable-metrics.ts'
import { type ChargeFilterRow, type ChargeRow, chargesOfPlans, filtersOfCharges } from './charges.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { fixedChargesByPlan, type PlanFixedCharge } from './fixed-charges.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import {
  commitmentsOfPlans,
  type MinimumCommitmentRow,
  type PricingUnitRow,
  pricingUnitsByIds,
  thresholdsOfPlans,
  type UsageThresholdRow,
} from './plan-parts.ts'
import type { Plans } from './rows.ts'
import { type TaxesOfOwners, type TaxRow, taxesOfOwners } from './taxes.ts'
import { groupedBy, json, ts } from './values.ts'

/** A plan, or a subscription's overridden copy of one (with `parentId`). */
export type PlanRow = Omit<Selectable<Plans>, keyof PlanSettings | 'metadata'> &
  PlanSettings & { readonly metadata: Metadata | null }

/** A charge with everything that prices it. */
export type PlanCharge = ChargeRow & {
  readonly metric: BillableMetricRow
  /** In the order of the last payload. */
  readonly filters: readonly ChargeFilterRow[]
  readonly taxes: readonly TaxRow[]
  readonly pricingUnit: PricingUnitRow | null
}

/** A plan with everything needed to bill it. */
export type PlanWithParts = PlanRow & {
  readonly charges: readonly PlanCharge[]
  readonly fixedCharges: readonly PlanFixedCharge[]
  readonly taxes: readonly TaxRow[]
  readonly minimumCommitment: (MinimumCommitmentRow & { readonly taxes: readonly TaxRow[] }) | null
  /** The plan's own thresholds. */
  readonly thresholds: readonly UsageThresholdRow[]
  /** Its own, otherwise those of the plan it overrides (docs/rules/progressive-billing.md#thresholds). */
  readonly applicableThresholds: readonly UsageThresholdRow[]
}

/** The plan with a code: not a copy, not deleted. Plans being deleted are still found. */
export async function findPlan(reads: Reads, code: string): Promise<PlanRow | undefined> {
  const row = await reads
    .selectFrom('plans')
    .selectAll()
    .where('code', '=', code)
    .where('parentId', 'is', null)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return row && toRow(row)
}

/** Like `findPlan`, and locks the plan and its charges until the transaction ends. */
export async function lockPlan(tx: Tx, code: string): Promise<PlanRow | undefined> {
  const row = await tx
    .selectFrom('plans')
    .selectAll()
    .where('code', '=', code)
    .where('parentId', 'is', null)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row && toRow(row)
}

/** Locks a plan by its id, as `lockPlan` does; a copy is locked through the plan that it is a copy of. */
export async function lockPlanById(tx: Tx, planId: string): Promise<void> {
  await sql`
    select from plans p join plans original on original.id = coalesce(p.parent_id, p.id)
    where p.id = ${planId}
    for no key update of original`.execute(tx)
}

/**
 * Share-locks a plan, or its original if it is a copy, until the transaction ends. Call it before reading a copy's
 * prices to update them, because changes to the original cascade to copies.
 */
export async function holdOriginalPlan(tx: Tx, planId: string): Promise<void> {
  await sql`
    select from plans p join plans original on original.id = coalesce(p.parent_id, p.id)
    where p.id = ${planId}
    for share of original`.execute(tx)
}

/** Share-locks plans until the transaction ends, in the order of their ids, so that nothing of them changes. */
export async function holdPlans(tx: Tx, planIds: readonly string[]): Promise<void> {
  await sql`
    select from plans where id = any(${[...planIds]}::uuid[]) and parent_id is null
    order by id for share`.execute(tx)
}

/** A plan by id, including copies and deleted ones. */
export async function readPlan(reads: Reads, id: string): Promise<PlanRow> {
  return toRow(await reads.selectFrom('plans').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
}

/** One page of the plans without their copies, newest first. */
export async function listPlans(reads: Reads, slice: Slice): Promise<Listed<PlanRow>> {
  const all = reads
    .selectFrom('plans')
    .selectAll()
    .where('deletedAt', 'is', null)
    .where('parentId', 'is', null)
  const { rows, total } = await pageOf(all.orderBy('createdAt', 'desc').orderBy('id'), slice)
  return { rows: rows.map(toRow), total }
}

/** The copies of a plan that are not deleted. */
export async function childPlans(reads: Reads, parentId: string): Promise<PlanRow[]> {
  const rows = await reads
    .selectFrom('plans')
    .selectAll()
    .where('parentId', '=', parentId)
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(toRow)
}

/** The copies of a plan used by an active or pending subscription. */
export async function childPlansInUse(reads: Reads, parentId: string): Promise<PlanRow[]> {
  const rows = await reads
    .selectFrom('plans as p')
    .selectAll('p')
    .where('p.parentId', '=', parentId)
    .where('p.deletedAt', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('subscriptions as s')
          .select('s.id')
          .whereRef('s.planId', '=', 'p.id')
          .where('s.status', 'in', ['active', 'pending']),
      ),
    )
    .orderBy('p.id')
    .execute()
  return rows.map(toRow)
}

/**
 * Whether a subscription of any status ever used the plan or a copy of it
 * (docs/rules/plans.md#changing-a-plan).
 */
export async function isPlanAttached(reads: Reads, planId: string): Promise<boolean> {
  const row = await reads
    .selectFrom('subscriptions as s')
    .innerJoin('plans as p', 'p.id', 's.planId')
    .select('s.id')
    .where((eb) => eb.or([eb('p.id', '=', planId), eb('p.parentId', '=', planId)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** 422 `code: value_already_exist` when another plan has the code. */
export async function insertPlan(
  tx: Tx,
  plan: PlanSettings & {
    readonly organizationId: string
    readonly id: string
    readonly parentId: string | null
    readonly metadata: Metadata | null
    readonly now: Instant
  },
): Promise<PlanRow> {
  const { organizationId, id, parentId, now } = plan
  const insert = tx
    .insertInto('plans')
    .values({ organizationId, id, parentId, ...columnsOf(plan), createdAt: ts(now), updatedAt: ts(now) })
    .returningAll()
  return toRow(await refusingDuplicates(insert.executeTakeFirstOrThrow(), 'plans_code', 'code'))
}

/** 422 like `insertPlan`. */
export async function updatePlan(
  tx: Tx,
  id: string,
  plan: PlanSettings & { readonly metadata: Metadata | null },
  now: Instant,
): Promise<PlanRow> {
  const update = tx
    .updateTable('plans')
    .set({ ...columnsOf(plan), updatedAt: ts(now) })
    .where('id', '=', id)
    .returningAll()
  return toRow(await refusingDuplicates(update.executeTakeFirstOrThrow(), 'plans_code', 'code'))
}

/** Updates the price of copies that still have the plan's old one; returns their ids. */
export async function cascadeAmount(
  tx: Tx,
  parentId: string,
  amounts: { readonly old: bigint; readonly new: bigint },
  now: Instant,
): Promise<string[]> {
  const rows = await tx
    .updateTable('plans')
    .set({ amountCents: amounts.new, updatedAt: ts(now) })
    .where('parentId', '=', parentId)
    .where('amountCents', '=', amounts.old)
    .where('deletedAt', 'is', null)
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Marks the plan and its copies for deletion (docs/rules/plans.md#deleting-a-plan). */
export async function markPlanForDeletion(tx: Tx, planId: string, now: Instant): Promise<void> {
  await tx
    .updateTable('plans')
    .set({ isPendingDeletion: true, updatedAt: ts(now) })
    .where((eb) => eb.or([eb('id', '=', planId), eb('parentId', '=', planId)]))
    .where('deletedAt', 'is', null)
    .execute()
}

/**
 * Plans by id with everything needed to bill them, including copies and deleted ones, in a fixed number of queries.
 * Deleted charges, filters and thresholds are left out.
 */
export async function loadPlansForBilling(
  reads: Reads,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, PlanWithParts>> {
  if (planIds.length === 0) return new Map()
  const ids = [...new Set(planIds)]
  const rows = await reads.selectFrom('plans').selectAll().where('id', 'in', ids).execute()
  return new Map((await withParts(reads, rows.map(toRow))).map((plan) => [plan.id, plan]))
}

/** A plan that was already read, with everything needed to bill it. */
export async function planWithParts(reads: Reads, row: Selectable<Plans>): Promise<PlanWithParts> {
  const [plan] = await withParts(reads, [toRow(row)])
  if (!plan) throw new Error(`plan ${row.id} has no parts`)
  return plan
}

/** Plans with their parts, in the given order, in at most nine queries, pipelined where possible. */
export async function withParts(reads: Reads, plans: readonly PlanRow[]): Promise<PlanWithParts[]> {
  const ids = plans.map((plan) => plan.id)
  const parentIds = plans.flatMap((plan) => plan.parentId ?? [])
  const [commitments, thresholds, rows, fixedCharges] = await Promise.all([
    commitmentsOfPlans(reads, ids),
    thresholdsOfPlans(reads, [...ids, ...parentIds]),
    chargesOfPlans(reads, ids),
    fixedChargesByPlan(reads, ids),
  ])
  const taxes = taxesOfOwners(reads, {
    planIds: ids,
    minimumCommitmentIds: [...commitments.values()].map((commitment) => commitment.id),
    chargeIds: rows.map((row) => row.id),
  })
  const [charges, { plans: taxesOfPlans, minimumCommitments }] = await Promise.all([
    chargesAndTaxes(reads, rows, taxes),
    taxes,
  ])
  const chargesByPlan = groupedBy(charges, (charge) => charge.planId)
  return plans.map((plan) => {
    const commitment = commitments.get(plan.id)
    const own = thresholds.get(plan.id) ?? []
    const inherited = plan.parentId === null ? [] : (thresholds.get(plan.parentId) ?? [])
    return {
      ...plan,
      charges: chargesByPlan.get(plan.id) ?? [],
      fixedCharges: fixedCharges.get(plan.id) ?? [],
      taxes: taxesOfPlans.get(plan.id) ?? [],
      minimumCommitment: commitment
        ? { ...commitment, taxes: minimumCommitments.get(commitment.id) ?? [] }
        : null,
      thresholds: own,
      applicableThresholds: own.length > 0 ? own : inherited,
    }
  })
}

/** Charges with everything that prices them, in the given order; those on a deleted metric are left out. */
export async function chargesWithParts(reads: Reads, charges: readonly ChargeRow[]): Promise<PlanCharge[]> {
  const taxes = taxesOfOwners(reads, { chargeIds: charges.map((charge) => charge.id) })
  return chargesAndTaxes(reads, charges, taxes)
}

async function chargesAndTaxes(
  reads: Reads,
  charges: readonly ChargeRow[],
  asked: Promise<TaxesOfOwners>,
): Promise<PlanCharge[]> {
  const ids = charges.map((charge) => charge.id)
  const metricIds = charges.map((charge) => charge.billableMetricId)
  const unitIds = charges.flatMap((charge) => charge.pricingUnitId ?? [])
  const [metrics, units, filters, taxes] = await Promise.all([
    billableMetricsByIds(reads, metricIds),
    pricingUnitsByIds(reads, unitIds),
    filtersOfCharges(reads, ids),
    asked,
  ])
  return charges.flatMap((charge) => {
    const metric = metrics.get(charge.billableMetricId)
    if (!metric) return []
    const pricingUnit = charge.pricingUnitId === null ? null : (units.get(charge.pricingUnitId) ?? null)
    return [
      {
        ...charge,
        metric,
        pricingUnit,
        filters: filters.get(charge.id) ?? [],
        taxes: taxes.charges.get(charge.id) ?? [],
      },
    ]
  })
}

/** Only the plan's own columns. */
function columnsOf(plan: PlanSettings & { readonly metadata: Metadata | null }) {
  return {
    name: plan.name,
    code: plan.code,
    invoiceDisplayName: plan.invoiceDisplayName,
    description: plan.description,
    interval: plan.interval,
    amountCents: plan.amountCents,
    amountCurrency: plan.amountCurrency,
    payInAdvance: plan.payInAdvance,
    trialPeriod: plan.trialPeriod,
    billChargesMonthly: plan.billChargesMonthly,
    billFixedChargesMonthly: plan.billFixedChargesMonthly,
    metadata: plan.metadata === null ? null : json(plan.metadata),
  }
}

function toRow(row: Selectable<Plans>): PlanRow {
  return row as PlanRow
}
