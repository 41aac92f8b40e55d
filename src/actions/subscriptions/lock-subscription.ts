import { instant } from '../../core/calendar/instant.ts'
import { lastRegularBillAt } from '../../store/billing/histories.ts'
import { lockCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { Conflict } from '../../store/transaction.ts'
import type { Caller } from '../context.ts'

/**
 * Finds what belongs to a customer, locks the customer, and finds it again: whoever held the lock before may have put
 * another subscription in its place, and that one is meant then. Undefined when there is none, before or after.
 */
export async function findLocked<T extends { readonly customerId: string }>(
  tx: Tx,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const found = await find()
  if (!found) return undefined
  await lockCustomersById(tx, [found.customerId])
  return findAgain(find, found)
}

/**
 * The caller as of no earlier instant than a subscription was made, activated and last billed at: requests are told
 * their time before they wait for the customer, and whoever had it first may have been told a later one. The billing
 * run of midnight is such a holder, and a termination of a moment before must not bill again what it billed.
 */
export async function notBefore(
  tx: Tx,
  caller: Caller,
  { id, createdAt, activatedAt }: Pick<SubscriptionRow, 'id' | 'createdAt' | 'activatedAt'>,
): Promise<Caller> {
  const billedAt = await lastRegularBillAt(tx, id)
  const latest = Math.max(caller.now, createdAt, activatedAt ?? createdAt, billedAt ?? createdAt)
  return { ...caller, now: instant(latest) }
}

/** What is meant now that the customer of `found` is locked; begins the transaction again when it is another's. */
export async function findAgain<T extends { readonly customerId: string }>(
  find: () => Promise<T | undefined>,
  found: T,
): Promise<T | undefined> {
  const again = await find()
  if (again && again.customerId !== found.customerId) {
    throw new Conflict('what was asked for belongs to another customer by now')
  }
  return again
}
