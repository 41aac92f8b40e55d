import { addMs } from '../../core/calendar/instant.ts'
import { lockAlertsOf } from '../../store/alerts.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { lockCustomerById } from '../../store/subscription-states.ts'
import { applicableThresholds } from '../../store/subscription-views.ts'
import { readSubscription } from '../../store/subscriptions.ts'
import { fireAlerts } from '../alerts/fire-alerts.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/run-due.ts'
import { lifetimeFigures } from '../lifetime-usage/lifetime-figures.ts'
import { billPassedThresholds } from '../progressive-billing/bill-passed-thresholds.ts'
import { type OpenSubscription, openSubscription } from './open-subscription.ts'
import { rateSubscription } from './rate-subscription.ts'

/**
 * Looks at the usage of a subscription after events came in, or an alert or a threshold changed (metering-and-rating
 * §7.5): rates it once, then checks progressive billing, then all alerts. Doing it again without new usage changes
 * nothing. Nothing is done for a subscription that is not active or that nobody watches.
 */
export const watchSubscription: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const row = await readSubscription(tx, subscriptionId)
  if (row.status !== 'active') return
  const alerts = await lockAlertsOf(tx, row.externalId)
  const thresholds = await applicableThresholds(tx, row)
  if (alerts.length === 0 && thresholds.length === 0) return
  const opened = await openSubscription(tx, row, caller.now)
  if (!opened) return
  const { snapshot, subscription, open } = opened
  const rated = await rateSubscription(tx, {
    subscription,
    charges: subscription.charges,
    window: open.window,
    durationDays: open.durationDays,
    zone: snapshot.zone,
    purpose: 'current',
  })
  const figures = await lifetimeFigures(tx, row, rated, open.window.from)
  const activity = { ...opened, rated, figures }
  await billPassedThresholds(context, tx, caller, activity, thresholds)
  await fireAlerts(tx, caller, activity, alerts)
  await lookAgainAfter(context, tx, caller, opened)
}

/**
 * Events of a new period may have come while this look at the old one was overdue: there is one item for both, hence
 * the new period is looked at too.
 */
async function lookAgainAfter(
  context: Context,
  tx: Tx,
  caller: Caller,
  { subscription, open }: OpenSubscription,
): Promise<void> {
  if (caller.organization.isSandbox || context.systemNow() <= open.window.to) return
  await scheduleItem(tx, caller.organizationId, {
    kind: 'subscription_activity',
    subjectId: subscription.row.id,
    dueAt: addMs(open.window.to, 1),
  })
}
