import type { RatedCharge } from './charge.ts'

/**
 * Whether an upgrade leaves a charge's quantity to the new plan. A recurring quantity is carried over and billed in
 * full at the end of the period, by the new plan if it charges the same metric. Prorated charges and weighted sums
 * are not left to the new plan: each plan bills its own days.
 *
 * @param successorMetricIds the metrics that the new plan charges
 */
export function isLeftToSuccessor(
  { metric, prorated }: Pick<RatedCharge, 'metric' | 'prorated'>,
  successorMetricIds: ReadonlySet<string>,
): boolean {
  const isByDay = prorated || metric.aggregation === 'weighted_sum_agg'
  return metric.recurring && !isByDay && successorMetricIds.has(metric.id)
}
