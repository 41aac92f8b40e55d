import { lockCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { Conflict } from '../../store/transaction.ts'

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
