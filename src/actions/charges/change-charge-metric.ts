import { declaredValues } from '../../core/metrics/metric.ts'
import { trimFilterValues } from '../../core/plans/charge-filters.ts'
import type { BillableMetricRow } from '../../store/billable-metrics.ts'
import { moveCharge } from '../../store/charges.ts'
import type { Tx } from '../../store/database.ts'
import type { PlanCharge } from '../../store/plans.ts'
import type { Caller } from '../context.ts'
import { withItsParts, writeFilters } from './write-charge.ts'

/**
 * Moves a charge to another metric, which is allowed while its plan has no subscriptions
 * (docs/rules/pricing-models.md#editing-charges). Its filters keep only what the new metric declares, as when a
 * metric loses filters (docs/rules/aggregation.md#changing-a-metric). Returns the updated charge; the caller must
 * validate its settings against the new metric.
 */
export async function changeChargeMetric(
  tx: Tx,
  caller: Caller,
  charge: PlanCharge,
  metric: BillableMetricRow,
): Promise<PlanCharge> {
  if (metric.id === charge.billableMetricId) return charge
  const declared = declaredValues(metric.filters)
  const filters = charge.filters.flatMap((filter) => {
    const values = trimFilterValues(filter.values, declared)
    return values === null ? [] : [{ ...filter, values }]
  })
  await writeFilters(tx, caller, [{ charge, wanted: filters }])
  return withItsParts(tx, await moveCharge(tx, charge.id, metric.id, caller.now))
}
