import type { Instant } from '../../core/calendar/instant.ts'
import { startEntityNumbering } from '../../store/billing/numbers.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { finishItem } from '../../store/due-items.ts'
import { type FollowingKind, lockFollowers, scheduleFollowers } from '../../store/inherited-settings.ts'
import type { BillingEntityRow } from '../../store/organizations.ts'
import { findItem } from '../../store/subscription-due-items.ts'
import type { Caller } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { redateDrafts } from '../invoices/redate-drafts.ts'
import { rescheduleCustomer } from '../subscriptions/reschedule-customer.ts'

/** Customers updated within the request; the others follow right after it, each in its own transaction. */
const AT_ONCE_MAX = 50

const FOLLOWING: Readonly<
  Record<FollowingKind, (tx: Tx, caller: Caller, customerId: string) => Promise<void>>
> = { customer_days: rescheduleCustomer, customer_drafts: redateDrafts }
const KINDS = Object.keys(FOLLOWING) as FollowingKind[]

/** Due work: reschedules a customer whose billing entity changed its time zone. */
export const followDays: DueAction = async (_context, tx, caller, customerId) => {
  await lockCustomerById(tx, customerId)
  await rescheduleCustomer(tx, caller, customerId)
}

/** Due work: moves the dates of a customer's drafts after its billing entity changed the settings for them. */
export const followIssuing: DueAction = async (_context, tx, caller, customerId) => {
  await lockCustomerById(tx, customerId)
  await redateDrafts(tx, caller, customerId)
}

/**
 * Does the pending follow-up for a customer after its billing entity changed. Must be called, with the customer
 * locked, by anything that bills the customer or changes a subscription outside of due work; due work does it in
 * order by itself.
 */
export async function followSettings(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  for (const kind of KINDS) {
    const item = await findItem(tx, kind, customerId)
    if (!item) continue
    await finishItem(tx, item.id)
    await FOLLOWING[kind](tx, { ...caller, now: item.dueAt }, customerId)
  }
}

/**
 * Applies a billing entity's changed settings to its customers (docs/rules/periods.md#time-zones and
 * docs/rules/invoices.md#dates): bills move to the days of the new time zone, and draft dates move. The change itself
 * is one short transaction for any number of customers: it schedules the follow-up for each and updates only the
 * first few. The caller holds `lockSettings`.
 */
export async function spreadSettings(
  tx: Tx,
  caller: Caller,
  before: BillingEntityRow,
  after: BillingEntityRow,
): Promise<void> {
  const now: Instant = caller.now
  if (after.timezone !== before.timezone) await scheduleFollowers(tx, after.id, 'customer_days', now)
  if (issuing(after) !== issuing(before)) await scheduleFollowers(tx, after.id, 'customer_drafts', now)
  for (const customer of await lockFollowers(tx, after.id, AT_ONCE_MAX)) {
    await followSettings(tx, caller, customer.id)
  }
  if (
    after.documentNumbering === 'per_billing_entity' &&
    before.documentNumbering !== after.documentNumbering
  ) {
    await startEntityNumbering(tx, after.id)
  }
}

function issuing(entity: BillingEntityRow): string {
  return JSON.stringify([
    entity.invoiceGracePeriod,
    entity.netPaymentTerm,
    entity.subscriptionInvoiceIssuingDateAnchor,
    entity.subscriptionInvoiceIssuingDateAdjustment,
  ])
}
