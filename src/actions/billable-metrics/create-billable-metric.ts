import type { MetricSettings } from '../../core/metrics/metric.ts'
import { type BillableMetricRow, insertBillableMetric } from '../../store/billable-metrics.ts'
import { newId } from '../../store/ids.ts'
import { inTransaction } from '../../store/transaction.ts'
import { toWireCountedMetric } from '../../wire/billable-metrics.ts'
import type { Caller, Context } from '../context.ts'
import { refreshUsageTracker } from '../usage/refresh-usage-tracker.ts'
import { announce } from '../webhooks/announce.ts'

/** Creates a billable metric and sends its webhook; 422 when its code is taken (docs/rules/aggregation.md). */
export async function createBillableMetric(
  context: Context,
  caller: Caller,
  settings: MetricSettings,
): Promise<BillableMetricRow> {
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const metric = await insertBillableMetric(tx, { organizationId, id: newId(), ...settings, now })
    await refreshUsageTracker(tx, caller, metric.id)
    await announce(tx, caller, {
      type: 'billable_metric.created',
      objectType: 'billable_metric',
      objectId: metric.id,
      payload: () => toWireCountedMetric(metric),
    })
    return metric
  })
}
