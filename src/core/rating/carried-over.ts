import type { RatedCharge } from './charge.ts'

/**
 * Whether an upgrade leaves what a charge counted to the new plan: a recurring quantity is carried over and billed in
 * full at the end of the period, by the new plan if that charges it too. What is billed by the day is left to nobody:
 * of a prorated charge, and of a weighted sum, which is an average over time, each plan bills its days.
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
