import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { CouponSettings } from '../core/coupons/coupon.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { Coupons } from './rows.ts'
import { anyOf } from './values.ts'

export type CouponRow = Omit<Selectable<Coupons>, keyof CouponSettings> & CouponSettings

/** A coupon with the codes that it is limited to. */
export type CouponView = CouponRow & {
  readonly planCodes: readonly string[]
  readonly billableMetricCodes: readonly string[]
}

/** Ids of the plans or metrics that a coupon is limited to. */
export type CouponTargetIds = { readonly planIds: readonly string[]; readonly metricIds: readonly string[] }

/** The coupon with a code, unless it is deleted. */
export async function findCoupon(reads: Reads, code: string): Promise<CouponRow | undefined> {
  const row = await reads
    .selectFrom('coupons')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return row && toRow(row)
}

/** The same, locked for a change; whoever applies it waits. */
export async function lockCoupon(tx: Tx, code: string): Promise<CouponRow | undefined> {
  const row = await tx
    .selectFrom('coupons')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row && toRow(row)
}

export async function lockCouponById(tx: Tx, id: string): Promise<CouponRow | undefined> {
  const row = await tx
    .selectFrom('coupons')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row && toRow(row)
}

/** The active coupon with a code, held as it is while it is applied to a customer. */
export async function holdActiveCoupon(tx: Tx, code: string): Promise<CouponRow | undefined> {
  const row = await tx
    .selectFrom('coupons')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .where('status', '=', 'active')
    .forShare()
    .executeTakeFirst()
  return row && toRow(row)
}

/** One page of the coupons, newest first. */
export async function listCoupons(reads: Reads, slice: Slice): Promise<Listed<CouponRow>> {
  const all = reads.selectFrom('coupons').selectAll().where('deletedAt', 'is', null)
  const { rows, total } = await pageOf(all.orderBy('createdAt', 'desc').orderBy('id'), slice)
  return { rows: rows.map(toRow), total }
}

/** Coupons with the codes that they are limited to, in the same order. */
export async function couponViews(reads: Reads, coupons: readonly CouponRow[]): Promise<CouponView[]> {
  if (coupons.length === 0) return []
  const targets = await reads
    .selectFrom('couponTargets as t')
    .leftJoin('plans as p', 'p.id', 't.planId')
    .leftJoin('billableMetrics as m', 'm.id', 't.billableMetricId')
    .select(['t.couponId', 'p.code as planCode', 'm.code as metricCode'])
    .where('t.couponId', '=', anyOf(coupons.map(({ id }) => id)))
    .orderBy('t.id')
    .execute()
  return coupons.map((coupon) => {
    const own = targets.filter(({ couponId }) => couponId === coupon.id)
    return {
      ...coupon,
      planCodes: own.flatMap(({ planCode }) => planCode ?? []),
      billableMetricCodes: own.flatMap(({ metricCode }) => metricCode ?? []),
    }
  })
}

/** 422 `code: value_already_exist` when another coupon has the code. */
export async function insertCoupon(tx: Tx, row: Insertable<Coupons>): Promise<void> {
  await refusingDuplicates(tx.insertInto('coupons').values(row).execute(), 'coupons_code', 'code')
}

/** 422 like `insertCoupon`. Returns the coupon as it is now. */
export async function updateCoupon(tx: Tx, id: string, set: Updateable<Coupons>): Promise<CouponRow> {
  const update = tx.updateTable('coupons').set(set).where('id', '=', id).returningAll()
  return toRow(await refusingDuplicates(update.executeTakeFirstOrThrow(), 'coupons_code', 'code'))
}

/** Replaces what a coupon is limited to. */
export async function replaceCouponTargets(
  tx: Tx,
  organizationId: string,
  couponId: string,
  { planIds, metricIds }: CouponTargetIds,
): Promise<void> {
  await tx.deleteFrom('couponTargets').where('couponId', '=', couponId).execute()
  const rows = [
    ...planIds.map((planId) => ({ planId, billableMetricId: null })),
    ...metricIds.map((billableMetricId) => ({ planId: null, billableMetricId })),
  ]
  if (rows.length === 0) return
  await sql`
    insert into coupon_targets (organization_id, id, coupon_id, plan_id, billable_metric_id)
    select ${organizationId}::uuid, t.id, ${couponId}::uuid, t.plan_id, t.metric_id
    from unnest(${rows.map(() => newId())}::uuid[], ${rows.map(({ planId }) => planId)}::uuid[],
      ${rows.map(({ billableMetricId }) => billableMetricId)}::uuid[]) as t (id, plan_id, metric_id)`.execute(
    tx,
  )
}

/** The ids of the plans with these codes, without copies and deleted ones; unknown codes are left out. */
export async function planIdsOfCodes(reads: Reads, codes: readonly string[]): Promise<string[]> {
  const rows = await reads
    .selectFrom('plans')
    .select('id')
    .where('code', '=', sql<string>`any(${[...codes]}::text[])`)
    .where('parentId', 'is', null)
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** The ids of the metrics with these codes; unknown codes are left out. */
export async function metricIdsOfCodes(reads: Reads, codes: readonly string[]): Promise<string[]> {
  const rows = await reads
    .selectFrom('billableMetrics')
    .select('id')
    .where('code', '=', sql<string>`any(${[...codes]}::text[])`)
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Whether a coupon was ever applied to a customer. */
export async function isCouponApplied(reads: Reads, couponId: string): Promise<boolean> {
  const row = await reads
    .selectFrom('appliedCoupons')
    .select('id')
    .where('couponId', '=', couponId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function toRow(row: Selectable<Coupons>): CouponRow {
  return row as CouponRow
}
