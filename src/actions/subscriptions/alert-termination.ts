import { readSubscription } from '../../store/subscriptions.ts'
import type { DueAction } from '../due/due-action.ts'
import { announceSubscription } from './announce-subscription.ts'
import { scheduleAlerts } from './schedule-subscription.ts'

/** Warns that a subscription is about to end, and schedules the next warning (docs/rules/subscriptions.md#end). */
export const alertTermination: DueAction = async (_context, tx, caller, subscriptionId) => {
  const row = await readSubscription(tx, subscriptionId)
  if (row.status !== 'active' || row.endingAt === null) return
  await announceSubscription(tx, caller, 'subscription.termination_alert', row)
  await scheduleAlerts(tx, caller, row, 'today_is_sent')
}
