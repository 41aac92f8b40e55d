import { notFound } from '../../core/refusal.ts'
import {
  type BillableMetricRow,
  lockBillableMetric,
  deleteBillableMetric as storeDeletion,
} from '../../store/billable-metrics.ts'
import { chargesOnMetric, deleteCharges } from '../../store/charges.ts'
import { inTransaction } from '../../store/transaction.ts'
import { toWireCountedMetric } from '../../wire/billable-metrics.ts'
import type { Caller, Context } from '../context.ts'
import { followPrices } from '../plans/follow-prices.ts'
import { deleteUsage } from '../usage/refresh-usage-tracker.ts'
import { announce } from '../webhooks/announce.ts'

/**
 * Deletes a billable metric with its charges, alerts and events, and flags the drafts that used it; its code can be
 * reused immediately (docs/rules/aggregation.md#changing-a-metric). Returns the metric; 404 when there is none.
 */
export async function deleteBillableMetric(
  context: Context,
  caller: Caller,
  code: string,
): Promise<BillableMetricRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const metric = await lockBillableMetric(tx, code)
    if (!metric) throw notFound('billable_metric')
    const charges = await chargesOnMetric(tx, metric.id)
    await deleteCharges(
      tx,
      charges.map((charge) => charge.id),
      caller.now,
    )
    await storeDeletion(tx, metric.id, caller.now)
    await deleteUsage(tx, caller, metric.id, context.settings.writer)
    await followPrices(tx, caller, [...new Set(charges.map((charge) => charge.planId))])
    await announce(tx, caller, {
      type: 'billable_metric.deleted',
      objectType: 'billable_metric',
      objectId: metric.id,
      payload: () => toWireCountedMetric(metric),
    })
    return metric
  })
}
