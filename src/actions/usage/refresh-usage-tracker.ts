import { presentationKeys, pricingGroupKeys } from '../../core/metering/grouping.ts'
import type { Tx } from '../../store/database.ts'
import {
  backfillTracker,
  deleteEventsOfMetric,
  dropTracker,
  findTrackedMetric,
  findTracker,
  insertTracker,
  lockUsage,
  moveCuts,
  type TrackedMetric,
  usageKeysOnMetric,
} from '../../store/events/trackers.ts'
import { newId } from '../../store/ids.ts'
import type { Caller } from '../context.ts'

type Properties = Readonly<Record<string, unknown>>

/**
 * Updates a metric's running state after a change of the metric or its charges; call it in the transaction that makes
 * the change. The state is rebuilt from the log when the code, aggregation or field changed or a charge needs a new
 * key. Keys that are no longer needed stay, since they only make buckets finer. Storing events of the code is blocked
 * until the transaction ends (docs/decisions/0005-usage-state-in-days-and-hours.md).
 */
export async function refreshUsageTracker(tx: Tx, caller: Caller, billableMetricId: string): Promise<void> {
  const { organizationId } = caller
  const metric = await findTrackedMetric(tx, billableMetricId)
  if (!metric) return
  const current = await findTracker(tx, billableMetricId)
  if (metric.isDeleted) {
    if (current) await dropTracker(tx, current.id)
    return
  }
  const needed = keysOf(await usageKeysOnMetric(tx, billableMetricId))
  if (current && isSame(current, metric) && needed.every((key) => current.keys.includes(key))) return
  await lockUsage(tx, organizationId, metric.code)
  const kept = current && isSame(current, metric) ? current.keys : []
  const id = newId()
  if (current) {
    await moveCuts(tx, current.id, id)
    await dropTracker(tx, current.id)
  }
  const tracker = {
    id,
    code: metric.code,
    aggregation: metric.aggregation,
    fieldName: metric.fieldName,
    keys: [...new Set([...kept, ...needed])].sort(),
  }
  await insertTracker(tx, organizationId, { ...tracker, billableMetricId, createdAt: caller.now })
  await backfillTracker(tx, organizationId, tracker)
}

/**
 * Cleans up a deleted metric's events: those created so far for subscriptions on plans that used it are soft-deleted,
 * and its running state is dropped (docs/rules/aggregation.md#changing-a-metric). The code can be reused immediately;
 * a new metric only sees events that no plan charged.
 *
 * @param writer this process's number among those that write events
 */
export async function deleteUsage(
  tx: Tx,
  caller: Caller,
  billableMetricId: string,
  writer: number,
): Promise<void> {
  const metric = await findTrackedMetric(tx, billableMetricId)
  if (!metric) return
  await lockUsage(tx, caller.organizationId, metric.code)
  const current = await findTracker(tx, billableMetricId)
  if (current) await dropTracker(tx, current.id)
  await deleteEventsOfMetric(tx, caller.organizationId, { metric, now: caller.now, writer })
}

function isSame(
  tracker: Pick<TrackedMetric, 'code' | 'aggregation' | 'fieldName'>,
  metric: TrackedMetric,
): boolean {
  return (
    tracker.code === metric.code &&
    tracker.aggregation === metric.aggregation &&
    tracker.fieldName === metric.fieldName
  )
}

/** Every property by which any charge filters, groups or presents, sorted. */
function keysOf(
  charges: readonly { properties: unknown; acceptsTargetWallet: boolean; filters: unknown }[],
): string[] {
  const keys = new Set<string>()
  for (const { properties, acceptsTargetWallet, filters } of charges) {
    addGroupKeys(keys, properties, acceptsTargetWallet)
    for (const filter of Array.isArray(filters) ? filters : []) {
      const { values, properties: own } = filter as { values: Properties; properties: Properties }
      for (const key of Object.keys(values ?? {})) keys.add(key)
      addGroupKeys(keys, own, acceptsTargetWallet)
    }
  }
  return [...keys].sort()
}

function addGroupKeys(keys: Set<string>, source: unknown, acceptsTargetWallet: boolean): void {
  const properties = (source ?? {}) as Properties
  for (const key of pricingGroupKeys(properties, acceptsTargetWallet)) keys.add(key)
  for (const { key } of presentationKeys(properties)) keys.add(key)
}
