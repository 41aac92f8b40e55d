import type { BillEntry, BillRequest } from '../../core/billing/bill-request.ts'
import { nextBillingAt } from '../../core/subscriptions/due.ts'
import { moved, type SubscriptionStatus } from '../../core/subscriptions/lifecycle.ts'
import { scheduleAlertRearming } from '../../store/activity-items.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { takeBillingItems } from '../../store/subscription-due-items.ts'
import { billMomentOf, stateOf } from '../../store/subscription-states.ts'
import {
  pendingSuccessors,
  readSubscription,
  readSubscriptions,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { announceSubscription } from '../subscriptions/announce-subscription.ts'
import { closeSubscription } from '../subscriptions/end-subscription.ts'
import { mustWait, openGate, waitingColumns } from '../subscriptions/open-gate.ts'
import { activeColumns, afterStart, isBilledAtStart } from '../subscriptions/start-subscription.ts'
import { billSubscriptions } from './bill-subscriptions.ts'
import { runBills } from './run-bills.ts'

/** The periodic bill of one customer: all its subscriptions due at the same instant as the subject. */
export const billDueSubscriptions: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const ids = new Set([subscriptionId, ...(await takeBillingItems(tx, customerId, caller.now))])
  await billPeriodic(context, tx, caller, [...ids])
}

/**
 * Bills due subscriptions, one customer's together. One with a pending downgrade is rotated instead. Each is then
 * scheduled for its next billing day. The caller has locked the customers and removed the due items.
 */
export async function billPeriodic(
  context: Context,
  tx: Tx,
  caller: Caller,
  subscriptionIds: readonly string[],
): Promise<void> {
  const found = await readSubscriptions(tx, subscriptionIds)
  const lost = subscriptionIds.find((id) => !found.some((row) => row.id === id))
  if (lost !== undefined) throw new Error(`there is no subscription ${lost} to bill`)
  const rows = found.filter(({ status }) => status === 'active')
  const successors = await pendingSuccessors(
    tx,
    rows.map(({ id }) => id),
  )
  const periodic: SubscriptionRow[] = []
  for (const row of rows) {
    const successor = successors.get(row.id)
    if (successor?.status === 'pending') await rotate(context, tx, caller, row, successor)
    else if (successor?.startedBy === 'downgrade') await holdBill(tx, caller, row)
    else periodic.push(row)
  }
  await runBills(context, tx, caller, requestsOf(caller, periodic))
  // Usage of the new period starts at the carried-over quantity or at zero, whether or not an event comes.
  const billed = periodic.map(({ id }) => id)
  await scheduleAlertRearming(tx, caller.organizationId, billed, caller.now)
}

function requestsOf({ now }: Caller, rows: readonly SubscriptionRow[]): BillRequest[] {
  const byCustomer = new Map<string, BillEntry[]>()
  for (const { id, customerId } of rows) {
    const entry: BillEntry = { subscriptionId: id, reason: 'subscription_periodic' }
    const own = byCustomer.get(customerId)
    if (own) own.push(entry)
    else byCustomer.set(customerId, [entry])
  }
  return [...byCustomer].map(([customerId, entries]) => ({
    customerId,
    at: now,
    entries,
    skipCharges: false,
    createdAt: now,
    draft: null,
  }))
}

/** Executes a pending downgrade: one invoice closes the old subscription and opens the new one. */
async function rotate(
  context: Context,
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  successor: SubscriptionRow,
): Promise<void> {
  if (await mustWait(tx, caller, successor)) {
    await holdBill(tx, caller, row)
    const waiting = { ...waitingColumns(caller.now), updatedAt: ts(caller.now) }
    return openGate(context, tx, caller, await updateSubscription(tx, successor.id, waiting))
  }
  const old = await closeSubscription(tx, caller, row, 'downgrade')
  moved(successor.status as SubscriptionStatus, 'active')
  const next = await updateSubscription(tx, successor.id, {
    ...activeColumns(caller, caller.now),
    updatedAt: ts(caller.now),
  })
  const entries: BillEntry[] = [{ subscriptionId: old.id, reason: 'subscription_terminating' }]
  if (await isBilledAtStart(tx, caller, next)) {
    entries.push({ subscriptionId: next.id, reason: 'subscription_starting' })
  }
  await announceSubscription(tx, caller, 'subscription.terminated', old)
  await afterStart(tx, caller, next)
  await billSubscriptions(context, tx, caller, {
    customerId: row.customerId,
    at: caller.now,
    entries,
    skipCharges: false,
  })
}

/**
 * Bills nothing while a downgrade waits for its payment: its predecessor ended on this day once that is paid, and is
 * billed for this day and those since when it is not (docs/rules/subscriptions.md#activation-rules).
 */
async function holdBill(tx: Tx, caller: Caller, row: SubscriptionRow): Promise<void> {
  const moment = billMomentOf(await stateOf(tx, row), caller.now)
  const dueAt = moment && nextBillingAt(moment.plan, moment.subscription, caller.now, moment.zone)
  if (dueAt === null) return
  await scheduleItem(tx, caller.organizationId, { kind: 'subscription_billing', subjectId: row.id, dueAt })
}
