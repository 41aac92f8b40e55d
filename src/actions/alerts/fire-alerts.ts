import { type AlertDirection, type AlertThreshold, crossedThresholds } from '../../core/alerts/crossing.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import {
  type AlertRow,
  alertViews,
  insertTriggeredAlert,
  thresholdsIn,
  updateAlert,
} from '../../store/alerts.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { ts } from '../../store/values.ts'
import { toWireTriggeredAlert } from '../../wire/alerts.ts'
import type { Caller } from '../context.ts'
import type { SubscriptionActivity } from '../progressive-billing/bill-passed-thresholds.ts'
import { announce } from '../webhooks/announce.ts'
import { alertValues } from './alert-values.ts'

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
  for (const alert of alerts) {
    const current = values.get(alert.id)
    if (current === undefined) continue
    const previous = Decimal.of(alert.previousValue)
    const direction = alert.direction as AlertDirection
    const crossed = crossedThresholds(direction, thresholdsIn(alert.thresholds), previous, current)
    if (crossed.length > 0) await trigger(tx, caller, activity, { alert, previous, current, crossed })
    await updateAlert(tx, alert.id, { previousValue: current.toString(), lastProcessedAt: ts(caller.now) })
  }
}

async function trigger(
  tx: Tx,
  caller: Caller,
  { snapshot, subscription }: SubscriptionActivity,
  hit: {
    readonly alert: AlertRow
    readonly previous: Decimal
    readonly current: Decimal
    readonly crossed: readonly AlertThreshold[]
  },
): Promise<void> {
  const triggered = await insertTriggeredAlert(tx, {
    organizationId: caller.organizationId,
    id: newId(),
    alertId: hit.alert.id,
    subscriptionId: subscription.id,
    currentValue: hit.current.toString(),
    previousValue: hit.previous.toString(),
    crossedThresholds: hit.crossed,
    triggeredAt: ts(caller.now),
  })
  await announce(tx, caller, {
    type: 'alert.triggered',
    objectType: 'triggered_alert',
    objectId: triggered.id,
    payload: async () => {
      const [view] = await alertViews(tx, [hit.alert])
      if (!view) throw new Error(`alert ${hit.alert.id} is gone`)
      return toWireTriggeredAlert(triggered, view, snapshot.customer.externalId)
    },
  })
}
