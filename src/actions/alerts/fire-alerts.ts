import { type AlertDirection, crossedThresholds } from '../../core/alerts/crossing.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import { type AlertRow, thresholdsIn, updateAlert } from '../../store/alerts.ts'
import type { Tx } from '../../store/database.ts'
import { ts } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import type { SubscriptionActivity } from '../progressive-billing/bill-passed-thresholds.ts'
import { alertValues } from './alert-values.ts'
import { raiseAlert } from './raise-alert.ts'

/**
 * Compares each alert's current value with the previous one (docs/rules/alerts.md#passing-a-threshold). All
 * thresholds crossed by an alert result in one triggered alert and one webhook. The caller has locked the alerts.
 */
export async function fireAlerts(
  tx: Tx,
  caller: Caller,
  activity: SubscriptionActivity,
  alerts: readonly AlertRow[],
): Promise<void> {
  const values = await alertValues(tx, activity, alerts)
  const { snapshot, subscription } = activity
  const of = { subscriptionId: subscription.id, externalCustomerId: snapshot.customer.externalId }
  for (const alert of alerts) {
    const current = values.get(alert.id)
    if (current === undefined) continue
    const previous = Decimal.of(alert.previousValue)
    const direction = alert.direction as AlertDirection
    const crossed = crossedThresholds(direction, thresholdsIn(alert.thresholds), previous, current)
    if (crossed.length > 0) await raiseAlert(tx, caller, { alert, previous, current, crossed }, of)
    await updateAlert(tx, alert.id, { previousValue: current.toString(), lastProcessedAt: ts(caller.now) })
  }
}
