import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { MetricSettings } from '../core/metrics/metric.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { BillableMetrics } from './rows.ts'
import { anyOf, json, ts } from './values.ts'

/** A billable metric; `code` is unique unless deleted. */
export type BillableMetricRow = Omit<Selectable<BillableMetrics>, keyof MetricSettings> & MetricSettings

export async function findBillableMetric(reads: Reads, code: string): Promise<BillableMetricRow | undefined> {
  const row = await reads
    .selectFrom('billableMetrics')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return row && toRow(row)
}

/** The metrics with these ids by id, without deleted ones. */
export async function billableMetricsByIds(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, BillableMetricRow>> {
  if (ids.length === 0) return new Map()
  const rows = await reads
    .selectFrom('billableMetrics')
    .selectAll()
    .where('id', '=', anyOf([...new Set(ids)]))
    .where('deletedAt', 'is', null)
    .execute()
  return new Map(rows.map((row) => [row.id, toRow(row)]))
}

/** One page of the metrics, newest first, and the total count. */
export async function listBillableMetrics(reads: Reads, slice: Slice): Promise<Listed<BillableMetricRow>> {
  const all = reads.selectFrom('billableMetrics').selectAll().where('deletedAt', 'is', null)
  const { rows, total } = await pageOf(all.orderBy('createdAt', 'desc').orderBy('id'), slice)
  return { rows: rows.map(toRow), total }
}

/** Locks the metric, waiting for concurrent changes to it and its charges, and returns its current row. */
export async function lockBillableMetric(tx: Tx, code: string): Promise<BillableMetricRow | undefined> {
  const row = await tx
    .selectFrom('billableMetrics')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row && toRow(row)
}

/** Whether any charge of a plan that is not deleted uses the metric (docs/rules/aggregation.md#changing-a-metric). */
export async function isMetricUsed(reads: Reads, id: string): Promise<boolean> {
  const row = await reads
    .selectFrom('charges as c')
    .innerJoin('plans as p', 'p.id', 'c.planId')
    .select('c.id')
    .where('c.billableMetricId', '=', id)
    .where('c.deletedAt', 'is', null)
    .where('p.deletedAt', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** 422 `code: value_already_exist` when another metric has the code. */
export async function insertBillableMetric(
  tx: Tx,
  row: MetricSettings &
    Pick<Insertable<BillableMetrics>, 'organizationId' | 'id'> & { readonly now: Instant },
): Promise<BillableMetricRow> {
  const { now, ...values } = row
  const insert = tx
    .insertInto('billableMetrics')
    .values({ ...values, filters: json(values.filters), createdAt: ts(now), updatedAt: ts(now) })
    .returningAll()
  return toRow(await refusingDuplicates(insert.executeTakeFirstOrThrow(), 'billable_metrics_code', 'code'))
}

/** 422 like `insertBillableMetric`. */
export async function updateBillableMetric(
  tx: Tx,
  id: string,
  settings: MetricSettings,
  now: Instant,
): Promise<BillableMetricRow> {
  const set: Updateable<BillableMetrics> = {
    name: settings.name,
    code: settings.code,
    description: settings.description,
    aggregationType: settings.aggregationType,
    fieldName: settings.fieldName,
    isRecurring: settings.isRecurring,
    weightedInterval: settings.weightedInterval,
    roundingFunction: settings.roundingFunction,
    roundingPrecision: settings.roundingPrecision,
    expression: settings.expression,
    filters: json(settings.filters),
    updatedAt: ts(now),
  }
  const update = tx.updateTable('billableMetrics').set(set).where('id', '=', id).returningAll()
  return toRow(await refusingDuplicates(update.executeTakeFirstOrThrow(), 'billable_metrics_code', 'code'))
}

/** Soft-deletes the metric and its alerts; its code can be reused immediately. */
export async function deleteBillableMetric(tx: Tx, id: string, now: Instant): Promise<void> {
  const deleted = { deletedAt: ts(now), updatedAt: ts(now) }
  await tx.updateTable('billableMetrics').set(deleted).where('id', '=', id).execute()
  await tx
    .updateTable('alerts')
    .set(deleted)
    .where('billableMetricId', '=', id)
    .where('deletedAt', 'is', null)
    .execute()
}

function toRow(row: Selectable<BillableMetrics>): BillableMetricRow {
  return row as BillableMetricRow
}
