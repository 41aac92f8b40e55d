import { addMs } from '../../core/calendar/instant.ts'
import { type AlertRow, lockAlertsOf } from '../../store/alerts.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { hasUsageSince } from '../../store/events/usage-since.ts'
import { applicableThresholds } from '../../store/subscription-views.ts'
import { readSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import { fireAlerts } from '../alerts/fire-alerts.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { lifetimeFigures } from '../lifetime-usage/lifetime-figures.ts'
import {
  billPassedThresholds,
  type SubscriptionActivity,
} from '../progressive-billing/bill-passed-thresholds.ts'
import { type OpenSubscription, openSubscription } from './open-subscription.ts'
import { rateSubscription } from './rate-subscription.ts'

/**
 * Checks a subscription's usage after new events or a change of an alert or threshold: rates it once, then checks
 * progressive billing, then all alerts. Idempotent without new usage. Does nothing for a subscription that is not
 * active or has neither alerts nor thresholds.
 */
export const watchSubscription: DueAction = async (context, tx, caller, subscriptionId) => {
  const row = await lockActive(tx, subscriptionId)
  if (!row) return
  const alerts = await lockAlertsOf(tx, row)
  const thresholds = await applicableThresholds(tx, row)
  if (alerts.length === 0 && thresholds.length === 0) return
  const activity = await rateActivity(tx, caller, row)
  if (!activity) return
  await billPassedThresholds(context, tx, caller, activity, thresholds)
  await fireAlerts(tx, caller, activity, alerts)
  await lookAgainAfter(context, tx, caller, activity)
}

/**
 * Re-arms a subscription's alerts with the usage of a new period or plan, so that thresholds can be crossed again.
 * Usage thresholds wait for the first event, even if there is carried usage.
 */
export const rearmAlerts: DueAction = async (_context, tx, caller, subscriptionId) => {
  const row = await lockActive(tx, subscriptionId)
  const alerts: readonly AlertRow[] = row ? await lockAlertsOf(tx, row) : []
  if (!row || alerts.length === 0) return
  const activity = await rateActivity(tx, caller, row)
  if (activity) await fireAlerts(tx, caller, activity, alerts)
}

/** Locks the customer of a subscription and reads the subscription; undefined when it is not active. */
async function lockActive(tx: Tx, subscriptionId: string): Promise<SubscriptionRow | undefined> {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const row = await readSubscription(tx, subscriptionId)
  return row.status === 'active' ? row : undefined
}

async function rateActivity(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
): Promise<SubscriptionActivity | undefined> {
  const opened = await openSubscription(tx, row, caller.now)
  if (!opened) return undefined
  const { snapshot, subscription, open } = opened
  const rated = await rateSubscription(tx, {
    subscription,
    charges: subscription.charges,
    window: open.window,
    durationDays: open.durationDays,
    zone: snapshot.customer.zone,
    purpose: 'current',
  })
  const figures = await lifetimeFigures(tx, row, rated, open.window.from)
  return { ...opened, rated, figures }
}

/**
 * Events of a new period may have arrived while this check of the old one was overdue. Both share one item, so check
 * the new period too if it has events.
 */
async function lookAgainAfter(
  context: Context,
  tx: Tx,
  caller: Caller,
  { subscription, open }: OpenSubscription,
): Promise<void> {
  if (caller.organization.isSandbox || context.systemNow() <= open.window.to) return
  const { id, externalId } = subscription
  const next = addMs(open.window.to, 1)
  const codes = [...new Set(subscription.charges.map(({ metric }) => metric.code))]
  if (!(await hasUsageSince(tx, { externalId, codes, from: next }))) return
  const again = { kind: 'subscription_activity', subjectId: id, dueAt: next } as const
  await scheduleItem(tx, caller.organizationId, again)
}
