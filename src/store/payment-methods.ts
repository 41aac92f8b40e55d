import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { PaymentMethods } from './rows.ts'
import { ts } from './values.ts'

export type PaymentMethodRow = Selectable<PaymentMethods>

/** One page of a customer's payment methods, newest first. */
export async function listPaymentMethods(
  reads: Reads,
  customerId: string,
  slice: Slice,
): Promise<Listed<PaymentMethodRow>> {
  const own = reads
    .selectFrom('paymentMethods')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('deletedAt', 'is', null)
  return pageOf(own.orderBy('createdAt', 'desc').orderBy('id'), slice)
}

/** A payment method of a customer, who is locked; undefined when there is none with the id. */
export async function lockPaymentMethod(
  tx: Tx,
  customerId: string,
  id: string,
): Promise<PaymentMethodRow | undefined> {
  return tx
    .selectFrom('paymentMethods')
    .selectAll()
    .where('id', '=', id)
    .where('customerId', '=', customerId)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Makes a payment method the only default of its customer. */
export async function makeDefault(
  tx: Tx,
  { id, customerId }: Pick<PaymentMethodRow, 'id' | 'customerId'>,
  now: Instant,
): Promise<PaymentMethodRow> {
  await tx
    .updateTable('paymentMethods')
    .set({ isDefault: false, updatedAt: ts(now) })
    .where('customerId', '=', customerId)
    .where('isDefault', '=', true)
    .where('id', '<>', id)
    .execute()
  return tx
    .updateTable('paymentMethods')
    .set({ isDefault: true, updatedAt: ts(now) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Discards a payment method; the default leaves the customer without one. */
export async function discardPaymentMethod(tx: Tx, id: string, now: Instant): Promise<PaymentMethodRow> {
  return tx
    .updateTable('paymentMethods')
    .set({ isDefault: false, deletedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
