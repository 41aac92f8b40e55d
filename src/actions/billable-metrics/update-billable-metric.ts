import type { Input } from '../../core/input/fields.ts'
import { declaredValues, readMetricChange } from '../../core/metrics/metric.ts'
import { trimFilterValues, valuesKey } from '../../core/plans/charge-filters.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import {
  type BillableMetricRow,
  isMetricUsed,
  lockBillableMetric,
  updateBillableMetric as storeMetric,
} from '../../store/billable-metrics.ts'
import {
  type ChargeFilterRow,
  chargesOnMetric,
  deleteFilters,
  filtersOfCharges,
  updateFilters,
} from '../../store/charges.ts'
import type { Tx } from '../../store/database.ts'
import { inTransaction } from '../../store/transaction.ts'
import { toWireCountedMetric } from '../../wire/billable-metrics.ts'
import type { Caller, Context } from '../context.ts'
import { followPrices } from '../plans/follow-prices.ts'
import { refreshUsageTracker } from '../usage/refresh-usage-tracker.ts'
import { announce } from '../webhooks/announce.ts'

/**
 * Updates a billable metric: anything while no charge uses it, afterwards only name, description and filters. Values
 * removed from its filters are also removed from charge filters, and affected drafts are flagged
 * (docs/rules/aggregation.md#changing-a-metric). 404 when there is no such metric.
 */
export async function updateBillableMetric(
  context: Context,
  caller: Caller,
  code: string,
  input: Input,
): Promise<BillableMetricRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockBillableMetric(tx, code)
    if (!stored) throw notFound('billable_metric')
    const settings = accepted(readMetricChange(input, stored, await isMetricUsed(tx, stored.id)))
    const metric = await storeMetric(tx, stored.id, settings, caller.now)
    if (input.filters !== undefined) await trimChargeFilters(tx, caller, metric)
    await refreshUsageTracker(tx, caller, metric.id)
    await announce(tx, caller, {
      type: 'billable_metric.updated',
      objectType: 'billable_metric',
      objectId: metric.id,
      payload: () => toWireCountedMetric(metric),
    })
    return metric
  })
}

async function trimChargeFilters(tx: Tx, caller: Caller, metric: BillableMetricRow): Promise<void> {
  const declared = declaredValues(metric.filters)
  const charges = await chargesOnMetric(tx, metric.id)
  const filters = await filtersOfCharges(
    tx,
    charges.map((charge) => charge.id),
  )
  const emptied: string[] = []
  const trimmed: ChargeFilterRow[] = []
  for (const filter of [...filters.values()].flat()) {
    const values = trimFilterValues(filter.values, declared)
    if (values === null) emptied.push(filter.id)
    else if (valuesKey(values) !== valuesKey(filter.values)) trimmed.push({ ...filter, values })
  }
  await updateFilters(tx, trimmed, caller.now)
  await deleteFilters(tx, emptied, caller.now)
  await followPrices(tx, caller, [...new Set(charges.map((charge) => charge.planId))])
}
