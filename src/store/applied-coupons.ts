import { type Insertable, type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { CouponTerms } from '../core/coupons/coupon.ts'
import type { Reads, Tx } from './database.ts'
import { type InvoiceCreditView, usesOfCoupons } from './invoice-credits.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { AppliedCoupons } from './rows.ts'
import { groupedBy, ts } from './values.ts'

export type AppliedCouponRow = Omit<Selectable<AppliedCoupons>, keyof CouponTerms> & CouponTerms

/** An applied coupon with its coupon and customer, and every use of it. */
export type AppliedCouponView = AppliedCouponRow & {
  readonly couponCode: string
  readonly couponName: string
  readonly couponDescription: string | null
  readonly couponStatus: string
  readonly couponDeletedAt: Instant | null
  readonly expirationAt: Instant | null
  readonly externalCustomerId: string
  /** On invoices that are neither voided, closed nor deleted: what the coupon took, and how often. */
  readonly usedCents: bigint
  readonly uses: number
  readonly credits: readonly InvoiceCreditView[]
}

/** Filters of the list; undefined means no restriction. */
export type AppliedCouponFilters = {
  readonly externalCustomerId?: string | undefined
  readonly status?: string | undefined
  readonly couponCodes?: readonly string[] | undefined
}

/** One page of applied coupons, newest first. */
export async function listAppliedCoupons(
  reads: Reads,
  filters: AppliedCouponFilters,
  slice: Slice,
): Promise<Listed<AppliedCouponView>> {
  let query = selectNamed(reads).where('u.deletedAt', 'is', null)
  const { externalCustomerId, status, couponCodes } = filters
  if (externalCustomerId !== undefined) query = query.where('u.externalId', '=', externalCustomerId)
  if (status !== undefined) query = query.where('a.status', '=', status)
  if (couponCodes) query = query.where('c.code', '=', sql<string>`any(${[...couponCodes]}::text[])`)
  const { rows, total } = await pageOf(query.orderBy('a.createdAt', 'desc').orderBy('a.id', 'desc'), slice)
  return { rows: await withUses(reads, rows), total }
}

/** An applied coupon that exists. */
export async function readAppliedCoupon(reads: Reads, id: string): Promise<AppliedCouponView> {
  const [view] = await withUses(reads, await selectNamed(reads).where('a.id', '=', id).execute())
  if (!view) throw new Error(`there is no applied coupon ${id}`)
  return view
}

function selectNamed(reads: Reads) {
  return reads
    .selectFrom('appliedCoupons as a')
    .innerJoin('coupons as c', 'c.id', 'a.couponId')
    .innerJoin('customers as u', 'u.id', 'a.customerId')
    .selectAll('a')
    .select(['c.code as couponCode', 'c.name as couponName', 'c.description as couponDescription'])
    .select(['c.status as couponStatus', 'c.deletedAt as couponDeletedAt', 'c.expirationAt'])
    .select('u.externalId as externalCustomerId')
}

type NamedRow = Omit<AppliedCouponView, keyof CouponTerms | 'usedCents' | 'uses' | 'credits'>

async function withUses(
  reads: Reads,
  rows: readonly (NamedRow & { readonly id: string })[],
): Promise<AppliedCouponView[]> {
  const credits = await usesOfCoupons(
    reads,
    rows.map(({ id }) => id),
  )
  const byCoupon = groupedBy(credits, ({ sourceId }) => sourceId)
  return rows.map((row) => {
    const own = byCoupon.get(row.id) ?? []
    const valid = own.filter(({ isValid }) => isValid)
    return {
      ...(row as AppliedCouponRow & NamedRow),
      usedCents: valid.reduce((sum, { amountCents }) => sum + amountCents, 0n),
      uses: valid.length,
      credits: own,
    }
  })
}

/** An active or terminated coupon of a customer, locked for a change. */
export async function lockAppliedCoupon(
  tx: Tx,
  customerId: string,
  id: string,
): Promise<AppliedCouponRow | undefined> {
  const row = await tx
    .selectFrom('appliedCoupons')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row && (row as AppliedCouponRow)
}

export async function insertAppliedCoupon(tx: Tx, row: Insertable<AppliedCoupons>): Promise<void> {
  await tx.insertInto('appliedCoupons').values(row).execute()
}

/** Whether a customer has or had a coupon. */
export async function hadCoupon(reads: Reads, customerId: string, couponId: string): Promise<boolean> {
  const row = await reads
    .selectFrom('appliedCoupons')
    .select('id')
    .where('customerId', '=', customerId)
    .where('couponId', '=', couponId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Whether an active coupon of a customer and another coupon are limited to the same plan or metric, or one of them to
 * a plan whose charges use a metric of the other.
 */
export async function overlapsActiveCoupon(
  reads: Reads,
  customerId: string,
  couponId: string,
): Promise<boolean> {
  const { rows } = await sql<{ overlaps: boolean }>`
    with asked as (
      select plan_id, billable_metric_id from coupon_targets where coupon_id = ${couponId}
    ), active as (
      select t.plan_id, t.billable_metric_id
      from applied_coupons a
      join coupon_targets t on t.organization_id = a.organization_id and t.coupon_id = a.coupon_id
      where a.customer_id = ${customerId} and a.status = 'active'
    )
    select exists (
      select from asked n join active o on o.plan_id = n.plan_id or o.billable_metric_id = n.billable_metric_id
        or exists (
          select from charges c
          where c.deleted_at is null and c.plan_id = coalesce(n.plan_id, o.plan_id)
            and c.billable_metric_id = coalesce(n.billable_metric_id, o.billable_metric_id)
            and num_nonnulls(n.plan_id, o.plan_id) = 1
        )
    ) as overlaps`.execute(reads)
  return rows[0]?.overlaps === true
}

/** Ends applied coupons, each at its instant: used up by an invoice, or taken away. */
export async function endAppliedCoupons(
  tx: Tx,
  ended: readonly { readonly id: string; readonly at: Instant }[],
  endedBy: 'use' | 'removal',
): Promise<void> {
  if (ended.length === 0) return
  await sql`
    update applied_coupons a set status = 'terminated', ended_by = ${endedBy}, terminated_at = e.at, updated_at = e.at
    from unnest(${ended.map(({ id }) => id)}::uuid[],
      ${ended.map(({ at }) => new Date(at).toISOString())}::timestamptz[]) as e (id, at)
    where a.id = e.id and a.status = 'active'`.execute(tx)
}

/** Takes all active coupons of a customer away. */
export async function endCouponsOfCustomer(tx: Tx, customerId: string, now: Instant): Promise<void> {
  await tx
    .updateTable('appliedCoupons')
    .set({ status: 'terminated', endedBy: 'removal', terminatedAt: ts(now), updatedAt: ts(now) })
    .where('customerId', '=', customerId)
    .where('status', '=', 'active')
    .execute()
}

/** The customers that a coupon is active for, by id. */
export async function customersWithCoupon(reads: Reads, couponId: string): Promise<string[]> {
  const rows = await reads
    .selectFrom('appliedCoupons')
    .select('customerId')
    .distinct()
    .where('couponId', '=', couponId)
    .where('status', '=', 'active')
    .orderBy('customerId')
    .execute()
  return rows.map(({ customerId }) => customerId)
}

/** Takes a coupon away from all customers, which the caller has locked. */
export async function endCouponEverywhere(tx: Tx, couponId: string, now: Instant): Promise<void> {
  await tx
    .updateTable('appliedCoupons')
    .set({ status: 'terminated', endedBy: 'removal', terminatedAt: ts(now), updatedAt: ts(now) })
    .where('couponId', '=', couponId)
    .where('status', '=', 'active')
    .execute()
}

/**
 * Makes the coupons active again that were used up and that a voided invoice has used, unless the coupon itself has
 * ended; what the invoice took of them no longer counts. The caller has locked the customer.
 */
export async function reviveCoupons(tx: Tx, invoiceId: string, now: Instant): Promise<void> {
  await sql`
    update applied_coupons a set status = 'active', ended_by = null, terminated_at = null, updated_at = ${ts(now)}
    from invoice_reductions r, coupons c
    where r.invoice_id = ${invoiceId} and r.kind = 'coupon' and a.id = r.source_id and a.ended_by = 'use'
      and c.id = a.coupon_id and c.status = 'active' and c.deleted_at is null`.execute(tx)
}
