import { addDays, startOfUtcDay, utcDate } from '../../core/calendar/calendar-date.ts'
import { addMs, HOUR_MS, type Instant, instant } from '../../core/calendar/instant.ts'
import { localDate, startOfDay, type TimeZone } from '../../core/calendar/zone.ts'
import type { DueKind } from '../../core/due/kinds.ts'
import {
  activationAt,
  endingBillAt,
  nextBillingAt,
  terminationAlertDates,
} from '../../core/subscriptions/due.ts'
import { trialEndAt } from '../../core/subscriptions/trial.ts'
import type { Tx } from '../../store/database.ts'
import { type DueItem, scheduleItems } from '../../store/due-items.ts'
import { cancelItems, findItem } from '../../store/subscription-due-items.ts'
import {
  billMomentOf,
  lastPeriodicBill,
  type SubscriptionState,
  stateOf,
} from '../../store/subscription-states.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'

/** The maximum offset between two zones. */
const ZONES_APART_MS = 26 * HOUR_MS

const KINDS: readonly DueKind[] = [
  'subscription_start',
  'subscription_end',
  'subscription_billing',
  'trial_end',
  'termination_alert',
]

/**
 * Reschedules everything ahead of a subscription from its current row: its start while pending; its next bill, its
 * end and the end of its trial while active; nothing afterwards. Call it after every change of its dates, its plan or
 * its customer's time zone. Warnings before its end are scheduled by `scheduleAlerts`. `billedAt` is the periodic
 * bill just created, after which the next one is due.
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
    await setItems(tx, row, [startItem(row, zone)])
    return
  }
  await cancelItems(tx, KINDS, row.id)
}

/** A subscription that was just created, and by whom. */
export type CreatedState = { readonly caller: Caller; readonly state: SubscriptionState }

/**
 * Schedules everything ahead of new subscriptions of one organization, including warnings before their ends, in one
 * statement: nothing is scheduled for them yet, and nothing was billed.
 */
export async function scheduleCreated(tx: Tx, created: readonly CreatedState[]): Promise<void> {
  const [first] = created
  if (!first) return
  await scheduleItems(tx, first.caller.organizationId, created.flatMap(itemsOfCreated))
}

function itemsOfCreated({ caller, state }: CreatedState): DueItem[] {
  const { row, zone } = state
  const due =
    row.status === 'active'
      ? [...activeItems(state, caller, startOfToday(caller, zone)), alertItem(row, caller, 'nothing_is_sent')]
      : [startItem(row, zone)]
  return due.flatMap(itemOf(row))
}

async function scheduleActive(
  tx: Tx,
  caller: Caller,
  state: SubscriptionState,
  billedAt: Instant | null,
): Promise<void> {
  const { row } = state
  const after = billedAt ?? (await billedUntil(tx, caller, state))
  await setItems(tx, row, [['subscription_start', null], ...activeItems(state, caller, after)])
}

/** A kind of due item of a subscription and its instant; null when not due. */
type Wanted = readonly [kind: DueKind, dueAt: Instant | null]

function activeItems(state: SubscriptionState, caller: Caller, after: Instant): readonly Wanted[] {
  const { row, zone } = state
  const moment = billMomentOf(state, caller.now)
  if (moment === null) throw new Error(`subscription ${row.id} is active and has not started`)
  const trialEnd = row.trialEndedAt === null ? trialEndAt(moment.plan, moment.subscription) : null
  // A trial that was over before this subscription became active ends with its activation.
  const trialDue = trialEnd === null ? null : instant(Math.max(trialEnd, row.activatedAt ?? row.createdAt))
  return [
    ['subscription_billing', nextBillingAt(moment.plan, moment.subscription, after, zone)],
    ['subscription_end', row.endingAt === null ? null : endingBillAt(row.endingAt, zone)],
    ['trial_end', trialDue],
  ]
}

function startItem(row: SubscriptionRow, zone: TimeZone): Wanted {
  // A start that was moved to today is due from then on.
  return ['subscription_start', instant(Math.max(activationAt(row.subscriptionAt, zone), row.updatedAt))]
}

/**
 * The instant up to which a subscription's periods count as billed; the next bill is the first one after it. A
 * billing day that has started but was not billed is still ahead, and an overdue bill stays due, on the same date in
 * a new time zone. A date that was billed in another zone is not billed again.
 */
async function billedUntil(tx: Tx, caller: Caller, state: SubscriptionState): Promise<Instant> {
  const { row, zone } = state
  const [overdue, last] = await Promise.all([
    findItem(tx, 'subscription_billing', row.id),
    lastPeriodicBill(tx, row.id),
  ])
  const today = startOfToday(caller, zone)
  const open =
    overdue && overdue.dueAt <= caller.now ? Math.min(today, addMs(overdue.dueAt, -ZONES_APART_MS)) : today
  const billed = last ? startOfDay(localDate(last.billingAt, last.timezone), zone) : open
  return instant(Math.max(open, billed))
}

/** Just before the local midnight at which today started, so that a bill due today comes after it. */
function startOfToday(caller: Caller, zone: TimeZone): Instant {
  return addMs(startOfDay(localDate(caller.now, zone), zone), -1)
}

/** Schedules the given kinds that have an instant and cancels those without one. */
async function setItems(tx: Tx, row: SubscriptionRow, wanted: readonly Wanted[]): Promise<void> {
  const gone = wanted.flatMap(([kind, dueAt]) => (dueAt === null ? [kind] : []))
  await Promise.all([
    cancelItems(tx, gone, row.id),
    scheduleItems(tx, row.organizationId, wanted.flatMap(itemOf(row))),
  ])
}

function itemOf(row: SubscriptionRow) {
  return ([kind, dueAt]: Wanted): DueItem[] => (dueAt === null ? [] : [{ kind, subjectId: row.id, dueAt }])
}

/**
 * Schedules the next warning before an end (docs/rules/subscriptions.md#end): 45 and 15 days before, in UTC dates;
 * the first date after `after`, or from today on when the end was just set.
 */
export async function scheduleAlerts(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  isSent: 'today_is_sent' | 'nothing_is_sent',
): Promise<void> {
  await setItems(tx, row, [alertItem(row, caller, isSent)])
}

function alertItem(
  row: SubscriptionRow,
  caller: Caller,
  isSent: 'today_is_sent' | 'nothing_is_sent',
): Wanted {
  const today = utcDate(caller.now)
  const first = isSent === 'today_is_sent' ? addDays(today, 1) : today
  const date =
    row.endingAt === null || row.status !== 'active'
      ? undefined
      : terminationAlertDates(row.endingAt).find((each) => each >= first)
  const dueAt = date === undefined ? null : instant(Math.max(startOfUtcDay(date), caller.now))
  return ['termination_alert', dueAt]
}
