import { addDays, startOfUtcDay, utcDate } from '../../core/calendar/calendar-date.ts'
import { addMs, HOUR_MS, type Instant, instant } from '../../core/calendar/instant.ts'
import { localDate, startOfDay } from '../../core/calendar/zone.ts'
import type { DueKind } from '../../core/due/kinds.ts'
import {
  activationAt,
  endingBillAt,
  nextBillingAt,
  terminationAlertDates,
} from '../../core/subscriptions/due.ts'
import { trialEndAt } from '../../core/subscriptions/trial.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { cancelItems, findItem } from '../../store/subscription-due-items.ts'
import {
  lastPeriodicBill,
  momentOf,
  type SubscriptionState,
  stateOf,
} from '../../store/subscription-states.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'

/** No two zones are further apart. */
const ZONES_APART_MS = 26 * HOUR_MS

const KINDS: readonly DueKind[] = [
  'subscription_start',
  'subscription_end',
  'subscription_billing',
  'trial_end',
  'termination_alert',
]

/**
 * Makes due again all that lies ahead of a subscription, from its row as it is now: its start while it is pending;
 * its next bill, its end and the end of its trial while it is active; nothing afterwards. To be called after every
 * change of its dates, its plan or its customer's time zone. Alerts of its end are `scheduleAlerts`. `billedAt` is the
 * periodic bill that was just made, after which the next one is looked for.
 */
export async function scheduleSubscription(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  billedAt: Instant | null = null,
): Promise<void> {
  if (row.status === 'active') {
    await scheduleActive(tx, caller, await stateOf(tx, row), billedAt)
    return
  }
  if (row.status === 'pending' && row.previousSubscriptionId === null) {
    const { zone } = await stateOf(tx, row)
    const dueAt = activationAt(row.subscriptionAt, zone)
    await scheduleItem(tx, row.organizationId, { kind: 'subscription_start', subjectId: row.id, dueAt })
    return
  }
  await cancelItems(tx, KINDS, row.id)
}

async function scheduleActive(
  tx: Tx,
  caller: Caller,
  state: SubscriptionState,
  billedAt: Instant | null,
): Promise<void> {
  const { row, zone } = state
  const moment = momentOf(state, caller.now)
  if (moment === null) throw new Error(`subscription ${row.id} is active and has not started`)
  await cancelItem(tx, 'subscription_start', row.id)
  const after = billedAt ?? (await billedUntil(tx, caller, state))
  await move(tx, row, 'subscription_billing', nextBillingAt(moment.plan, moment.subscription, after, zone))
  await move(tx, row, 'subscription_end', row.endingAt === null ? null : endingBillAt(row.endingAt, zone))
  const trialEnd = row.trialEndedAt === null ? trialEndAt(moment.plan, moment.subscription) : null
  // A trial that was over before this subscription of the chain became active ends with the activation.
  const trialDue = trialEnd === null ? null : instant(Math.max(trialEnd, row.activatedAt ?? row.createdAt))
  await move(tx, row, 'trial_end', trialDue)
}

/**
 * The instant up to which the periods of a subscription count as billed: its next bill is the first one after it.
 * A billing day that has begun and was not billed is still to come, and a bill that is overdue stays so, on the same
 * date in a new time zone; a date that was billed under another zone is not billed again.
 */
async function billedUntil(tx: Tx, caller: Caller, state: SubscriptionState): Promise<Instant> {
  const { row, zone } = state
  const overdue = await findItem(tx, 'subscription_billing', row.id)
  const today = addMs(startOfDay(localDate(caller.now, zone), zone), -1)
  const open =
    overdue && overdue.dueAt <= caller.now ? Math.min(today, addMs(overdue.dueAt, -ZONES_APART_MS)) : today
  const last = await lastPeriodicBill(tx, row.id)
  const billed = last ? startOfDay(localDate(last.billingAt, last.timezone), zone) : open
  return instant(Math.max(open, billed))
}

async function move(tx: Tx, row: SubscriptionRow, kind: DueKind, dueAt: Instant | null): Promise<void> {
  if (dueAt === null) await cancelItem(tx, kind, row.id)
  else await scheduleItem(tx, row.organizationId, { kind, subjectId: row.id, dueAt })
}

/**
 * Makes the next warning of an end due (subscriptions-and-invoicing §2.8): 45 and 15 days before, in UTC dates; a
 * date after `after`, or any from today on when a new end was just given.
 */
export async function scheduleAlerts(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  isSent: 'today_is_sent' | 'nothing_is_sent',
): Promise<void> {
  const today = utcDate(caller.now)
  const first = isSent === 'today_is_sent' ? addDays(today, 1) : today
  const date =
    row.endingAt === null || row.status !== 'active'
      ? undefined
      : terminationAlertDates(row.endingAt).find((each) => each >= first)
  const dueAt = date === undefined ? null : instant(Math.max(startOfUtcDay(date), caller.now))
  await move(tx, row, 'termination_alert', dueAt)
}
