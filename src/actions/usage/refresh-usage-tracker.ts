import { presentationKeys, pricingGroupKeys } from '../../core/pricing/group-keys-check.ts'
import { billableMetricsByIds } from '../../store/billable-metrics.ts'
import { chargesOnMetric, filtersOfCharges } from '../../store/charges.ts'
import type { Tx } from '../../store/database.ts'
import { currentTracker, insertTracker, retireTrackers } from '../../store/usage-trackers.ts'
import type { Caller } from '../context.ts'

/**
 * Brings what is kept as running state of a metric up to date with its settings and with the properties that its
 * charges look at. Called in the transaction of every change of either; nothing happens when both are as before.
 */
export async function refreshUsageTracker(tx: Tx, caller: Caller, billableMetricId: string): Promise<void> {
  const metric = (await billableMetricsByIds(tx, [billableMetricId])).get(billableMetricId)
  const tracker = await currentTracker(tx, billableMetricId)
  if (!metric) {
    if (tracker) await retireTrackers(tx, billableMetricId)
    return
  }
  const keys = await keysOf(
    tx,
    billableMetricId,
    metric.filters.map((filter) => filter.key),
  )
  const isSame =
    tracker?.code === metric.code &&
    tracker.aggregationType === metric.aggregationType &&
    tracker.fieldName === metric.fieldName &&
    tracker.keys.join('\u0000') === keys.join('\u0000')
  if (isSame) return
  await retireTrackers(tx, billableMetricId)
  await insertTracker(tx, {
    organizationId: caller.organizationId,
    billableMetricId,
    code: metric.code,
    aggregationType: metric.aggregationType,
    fieldName: metric.fieldName,
    keys,
    now: caller.now,
  })
}

async function keysOf(tx: Tx, billableMetricId: string, filterKeys: readonly string[]): Promise<string[]> {
  const keys = new Set(filterKeys)
  const charges = await chargesOnMetric(tx, billableMetricId)
  const filters = await filtersOfCharges(
    tx,
    charges.map((charge) => charge.id),
  )
  for (const charge of charges) {
    for (const part of [charge, ...(filters.get(charge.id) ?? [])]) {
      for (const key of pricingGroupKeys(part.properties)) keys.add(key)
      for (const { key } of presentationKeys(part.properties)) keys.add(key)
    }
    if (charge.acceptsTargetWallet) keys.add('target_wallet_code')
  }
  return [...keys].sort()
}
