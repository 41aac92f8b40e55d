import type { AlertThreshold } from '../../core/alerts/crossing.ts'
import type { Decimal } from '../../core/amounts/decimal.ts'
import { hasOwnAlerts, ownTypeOf } from '../../core/portal/own-alert.ts'
import { type AlertRow, alertViews, insertTriggeredAlert } from '../../store/alerts.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { ts } from '../../store/values.ts'
import { toWireTriggeredAlert } from '../../wire/alerts.ts'
import type { Caller } from '../context.ts'
import { queueAlertMail } from '../mails/queue-alert-mail.ts'
import { announce } from '../webhooks/announce.ts'

/** Thresholds that one look at an alert found crossed. */
export type CrossedAlert = {
  readonly alert: AlertRow
  readonly previous: Decimal
  readonly current: Decimal
  readonly crossed: readonly AlertThreshold[]
}

/**
 * Keeps the thresholds that an alert crossed and sends one webhook for all of them. A customer whose own alert it is
 * gets a mail too; nothing is raised for customers where their portal does not show such alerts.
 */
export async function raiseAlert(
  tx: Tx,
  caller: Caller,
  { alert, previous, current, crossed }: CrossedAlert,
  of: { readonly subscriptionId: string | null; readonly externalCustomerId: string },
): Promise<void> {
  const isOwn = alert.customerId !== null
  if (isOwn && !hasOwnAlerts(caller.organization.portalParts, ownTypeOf(alert.alertType))) return
  const triggered = await insertTriggeredAlert(tx, {
    organizationId: caller.organizationId,
    id: newId(),
    alertId: alert.id,
    subscriptionId: of.subscriptionId,
    walletId: alert.walletId,
    currentValue: current.toString(),
    previousValue: previous.toString(),
    crossedThresholds: crossed,
    triggeredAt: ts(caller.now),
  })
  await announce(tx, caller, {
    type: 'alert.triggered',
    objectType: 'triggered_alert',
    objectId: triggered.id,
    payload: async () => {
      const [view] = await alertViews(tx, [alert])
      if (!view) throw new Error(`alert ${alert.id} is gone`)
      return toWireTriggeredAlert(triggered, view, of.externalCustomerId)
    },
  })
  if (isOwn) await queueAlertMail(tx, caller, triggered.id)
}
