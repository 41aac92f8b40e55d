import type { BillableMetricRow } from '../store/billable-metrics.ts'
import { isoSeconds } from './times.ts'

/** A billable metric (docs/rules/aggregation.md). */
export function toWireBillableMetric(metric: BillableMetricRow): object {
  return {
    lago_id: metric.id,
    name: metric.name,
    code: metric.code,
    description: metric.description,
    aggregation_type: metric.aggregationType,
    weighted_interval: metric.weightedInterval,
    recurring: metric.isRecurring,
    rounding_function: metric.roundingFunction,
    rounding_precision: metric.roundingPrecision,
    created_at: isoSeconds(metric.createdAt),
    field_name: metric.fieldName,
    expression: metric.expression,
    filters: metric.filters.map(({ key, values }) => ({ key, values: [...values] })),
  }
}

/** The same with counters from older versions of the API, which are always 0; `GET :code` does not return them. */
export function toWireCountedMetric(metric: BillableMetricRow): object {
  return {
    ...toWireBillableMetric(metric),
    active_subscriptions_count: 0,
    draft_invoices_count: 0,
    plans_count: 0,
  }
}
