import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { FeeType } from '../core/invoicing/fee-draft.ts'
import { lockCustomersById } from './customers.ts'
import type { Reads, Tx } from './database.ts'
import type { Listed, Slice } from './pages.ts'
import type { Fees, FeeTaxes } from './rows.ts'
import { anyOf, groupedBy, ts, tsOrNull } from './values.ts'

export type FeeRow = Selectable<Fees>
export type FeeTaxRow = Selectable<FeeTaxes>

/** A fee with the names shown in its JSON, each null when it does not apply. */
export type FeeView = FeeRow & {
  readonly externalCustomerId: string
  readonly externalSubscriptionId: string | null
  readonly planCode: string | null
  readonly planName: string | null
  readonly planDescription: string | null
  readonly planInvoiceDisplayName: string | null
  readonly chargeInvoiceDisplayName: string | null
  readonly chargeProperties: unknown
  readonly metricId: string | null
  readonly metricCode: string | null
  readonly metricName: string | null
  readonly metricDescription: string | null
  /** Values as stored, including the ALL token. */
  readonly filterValues: unknown
  readonly filterInvoiceDisplayName: string | null
  readonly commitmentInvoiceDisplayName: string | null
  readonly fixedChargeInvoiceDisplayName: string | null
  readonly addOnCode: string | null
  readonly addOnName: string | null
  readonly addOnDescription: string | null
  readonly addOnInvoiceDisplayName: string | null
  /** The purchase that a credit fee bills. */
  readonly walletTransactionId: string | null
  /** The true-up fee that tops this one's charge up to its minimum. */
  readonly trueUpFeeId: string | null
  readonly appliedTaxes: readonly FeeTaxRow[]
}

export const FEE_PAYMENT_STATUSES = ['pending', 'succeeded', 'failed', 'refunded'] as const
export type FeePaymentStatus = (typeof FEE_PAYMENT_STATUSES)[number]

/** The instants by which fees can be filtered. */
export const FEE_INSTANTS = ['created_at', 'succeeded_at', 'failed_at', 'refunded_at'] as const
export type FeeInstant = (typeof FEE_INSTANTS)[number]

/** Filters of the fee list; spans are inclusive. */
export type FeeFilters = {
  readonly feeType?: FeeType
  readonly paymentStatus?: FeePaymentStatus
  readonly externalSubscriptionId?: string
  readonly externalCustomerId?: string
  readonly billableMetricCode?: string
  readonly currency?: string
  readonly eventTransactionId?: string
  readonly spans?: readonly { readonly of: FeeInstant; readonly from?: Instant; readonly to?: Instant }[]
}

/** Which fees to read; all given conditions must hold. */
export type FeesAsked = {
  readonly feeIds?: readonly string[]
  readonly invoiceIds?: readonly string[]
  readonly filters?: FeeFilters
}

/**
 * Fees with their names and taxes, oldest first, in at most three queries. Deleted fees are left out; with filters,
 * so are fees of invoices that are not visible.
 */
export async function feeViews(reads: Reads, asked: FeesAsked, slice?: Slice): Promise<FeeView[]> {
  if (asked.feeIds?.length === 0 || asked.invoiceIds?.length === 0) return []
  const query = selectFees(reads)
    .where(whereOf(asked))
    .orderBy('f.createdAt')
    .orderBy('f.id')
    .$if(slice !== undefined, (all) => all.limit(slice?.perPage ?? 0).offset(slice?.offset ?? 0))
  const rows = await query.execute()
  // For whole invoices, every true-up is already among the fees.
  const isWhole = asked.invoiceIds !== undefined && asked.feeIds === undefined && slice === undefined
  const [taxes, trueUps] = await Promise.all([
    taxesOfFees(
      reads,
      rows.map((row) => row.id),
    ),
    isWhole && asked.filters === undefined ? rows : trueUpsOf(reads, rows),
  ])
  const trueUpOf = new Map<string, string>()
  for (const { id, trueUpParentFeeId, invoiceId } of trueUps) {
    if (trueUpParentFeeId !== null) trueUpOf.set(`${trueUpParentFeeId} ${invoiceId}`, id)
  }
  // On the rows themselves: copies of so many properties cost more than reading them.
  return rows.map((row) =>
    Object.assign(row, {
      trueUpFeeId: trueUpOf.get(`${row.id} ${row.invoiceId}`) ?? null,
      appliedTaxes: taxes.get(row.id) ?? [],
    }),
  )
}

/** The true-up fees of these fees, on the same invoices. */
async function trueUpsOf(
  reads: Reads,
  rows: readonly Pick<FeeRow, 'id' | 'invoiceId'>[],
): Promise<readonly Pick<FeeRow, 'id' | 'trueUpParentFeeId' | 'invoiceId'>[]> {
  const invoiceIds = [...new Set(rows.flatMap((row) => row.invoiceId ?? []))]
  if (invoiceIds.length === 0) return []
  return reads
    .selectFrom('fees')
    .select(['id', 'trueUpParentFeeId', 'invoiceId'])
    .where('trueUpParentFeeId', '=', anyOf(rows.map((row) => row.id)))
    .where('invoiceId', '=', anyOf(invoiceIds))
    .where('deletedAt', 'is', null)
    .execute()
}

/** A page of fees, oldest first. */
export async function listFees(reads: Reads, filters: FeeFilters, slice: Slice): Promise<Listed<FeeView>> {
  const counted = reads
    .selectFrom('fees as f')
    .innerJoin('customers as c', 'c.id', 'f.customerId')
    .leftJoin('subscriptions as s', 's.id', 'f.subscriptionId')
    .leftJoin('charges as ch', 'ch.id', 'f.chargeId')
    .leftJoin('billableMetrics as m', 'm.id', 'ch.billableMetricId')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where(whereOf({ filters }))
    .executeTakeFirstOrThrow()
  const [rows, { count }] = await Promise.all([feeViews(reads, { filters }, slice), counted])
  return { rows, total: Number(count) }
}

export async function findFee(reads: Reads, id: string): Promise<FeeView | undefined> {
  const [fee] = await feeViews(reads, { feeIds: [id] })
  return fee
}

/** Locks the customer of a fee, before the fee itself is changed; nothing when there is no such fee. */
export async function lockCustomerOfFee(tx: Tx, id: string): Promise<void> {
  const fee = await tx.selectFrom('fees').select('customerId').where('id', '=', id).executeTakeFirst()
  if (fee) await lockCustomersById(tx, [fee.customerId])
}

/** Sets the status and its timestamp; the timestamps of other statuses are cleared. */
export async function updateFeePayment(
  tx: Tx,
  id: string,
  status: FeePaymentStatus,
  now: Instant,
): Promise<void> {
  const at = (own: FeePaymentStatus): RawBuilder<Instant> | null => tsOrNull(status === own ? now : null)
  await tx
    .updateTable('fees')
    .set({
      paymentStatus: status,
      succeededAt: at('succeeded'),
      failedAt: at('failed'),
      refundedAt: at('refunded'),
      updatedAt: ts(now),
    })
    .where('id', '=', id)
    .execute()
}

/** Soft-deletes a fee; its row is kept for the record. */
export async function deleteFeeRow(tx: Tx, id: string, now: Instant): Promise<void> {
  await tx
    .updateTable('fees')
    .set({ deletedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

/** A purchase of credits has one invoice, with one fee. */
const PURCHASE_ID = sql<string | null>`case when f.fee_type = 'credit' then (
  select t.id from wallet_transactions t
  where t.organization_id = f.organization_id and t.invoice_id = f.invoice_id
    and t.transaction_status = 'purchased') end`

function selectFees(reads: Reads) {
  return reads
    .selectFrom('fees as f')
    .innerJoin('customers as c', 'c.id', 'f.customerId')
    .leftJoin('subscriptions as s', 's.id', 'f.subscriptionId')
    .leftJoin('plans as p', 'p.id', 's.planId')
    .leftJoin('charges as ch', 'ch.id', 'f.chargeId')
    .leftJoin('billableMetrics as m', 'm.id', 'ch.billableMetricId')
    .leftJoin('chargeFilters as cf', 'cf.id', 'f.chargeFilterId')
    .leftJoin('minimumCommitments as mc', 'mc.id', 'f.minimumCommitmentId')
    .leftJoin('addOns as ao', 'ao.id', 'f.addOnId')
    .leftJoin('fixedCharges as fc', 'fc.id', 'f.fixedChargeId')
    .selectAll('f')
    .select([
      'c.externalId as externalCustomerId',
      's.externalId as externalSubscriptionId',
      'p.code as planCode',
      'p.name as planName',
      'p.description as planDescription',
      'p.invoiceDisplayName as planInvoiceDisplayName',
      'ch.invoiceDisplayName as chargeInvoiceDisplayName',
      'ch.properties as chargeProperties',
      'm.id as metricId',
      'm.code as metricCode',
      'm.name as metricName',
      'm.description as metricDescription',
      'cf.values as filterValues',
      'cf.invoiceDisplayName as filterInvoiceDisplayName',
      'mc.invoiceDisplayName as commitmentInvoiceDisplayName',
      'fc.invoiceDisplayName as fixedChargeInvoiceDisplayName',
      'ao.code as addOnCode',
      'ao.name as addOnName',
      'ao.description as addOnDescription',
      'ao.invoiceDisplayName as addOnInvoiceDisplayName',
    ])
    .select(PURCHASE_ID.as('walletTransactionId'))
}

function whereOf(asked: FeesAsked): RawBuilder<SqlBool> {
  const conditions = [sql<SqlBool>`f.deleted_at is null`]
  if (asked.feeIds) conditions.push(sql`f.id = ${anyOf(asked.feeIds)}`)
  if (asked.invoiceIds) conditions.push(sql`f.invoice_id = ${anyOf(asked.invoiceIds)}`)
  if (asked.filters) conditions.push(...conditionsOf(asked.filters))
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`
}

function conditionsOf(filters: FeeFilters): RawBuilder<SqlBool>[] {
  const conditions = [
    // Invoices being generated or not paid for yet, and deleted drafts, are never visible.
    sql<SqlBool>`not exists (select from invoices i
      where i.organization_id = f.organization_id and i.id = f.invoice_id
        and i.status in ('generating', 'open', 'deleted'))`,
  ]
  const equals: [string, string | undefined][] = [
    ['f.fee_type', filters.feeType],
    ['f.payment_status', filters.paymentStatus],
    ['s.external_id', filters.externalSubscriptionId],
    ['c.external_id', filters.externalCustomerId],
    ['m.code', filters.billableMetricCode],
    ['f.currency', filters.currency],
    ['f.event_transaction_id', filters.eventTransactionId],
  ]
  for (const [column, value] of equals) {
    if (value !== undefined) conditions.push(sql`${sql.ref(column)} = ${value}`)
  }
  for (const span of filters.spans ?? []) {
    const column = sql.ref(`f.${span.of}`)
    if (span.from !== undefined) conditions.push(sql`${column} >= ${ts(span.from)}`)
    if (span.to !== undefined) conditions.push(sql`${column} <= ${ts(span.to)}`)
  }
  return conditions
}

async function taxesOfFees(
  reads: Reads,
  feeIds: readonly string[],
): Promise<ReadonlyMap<string, readonly FeeTaxRow[]>> {
  if (feeIds.length === 0) return new Map()
  const rows = await reads
    .selectFrom('feeTaxes')
    .selectAll()
    .where('feeId', '=', anyOf(feeIds))
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return groupedBy(rows, (row) => row.feeId)
}
