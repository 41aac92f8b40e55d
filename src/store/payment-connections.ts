import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { LinkRow } from './payment-provider-customers.ts'
import { ts } from './values.ts'

/** The link of a customer with a code; undefined when there is none. */
export async function findLinkByCode(
  reads: Reads,
  customerId: string,
  code: string,
): Promise<LinkRow | undefined> {
  return reads
    .selectFrom('paymentProviderCustomers')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** One page of the links of a customer, the oldest first. */
export async function listLinks(reads: Reads, customerId: string, slice: Slice): Promise<Listed<LinkRow>> {
  const own = reads
    .selectFrom('paymentProviderCustomers')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('deletedAt', 'is', null)
  return pageOf(own.orderBy('createdAt').orderBy('id'), slice)
}

/**
 * Makes a link the default of its customer, who is locked, in place of another one, or leaves the customer without any:
 * with it goes which method is the customer's default. What the customer shows of its link is written elsewhere.
 */
export async function moveDefaultLink(
  tx: Tx,
  customerId: string,
  linkId: string | null,
  now: Instant,
): Promise<void> {
  const links = tx.updateTable('paymentProviderCustomers')
  await links
    .set({ isDefault: false, updatedAt: ts(now) })
    .where('customerId', '=', customerId)
    .where('isDefault', '=', true)
    .where('deletedAt', 'is', null)
    .where('id', 'is distinct from', linkId)
    .execute()
  const methods = tx.updateTable('paymentMethods')
  await methods
    .set({ isDefault: false, updatedAt: ts(now) })
    .where('customerId', '=', customerId)
    .where('isDefault', '=', true)
    .where('paymentProviderCustomerId', 'is distinct from', linkId)
    .execute()
  if (linkId === null) return
  await links
    .set({ isDefault: true, updatedAt: ts(now) })
    .where('id', '=', linkId)
    .where('isDefault', '=', false)
    .execute()
  await methods
    .set({ isDefault: true, updatedAt: ts(now) })
    .where('paymentProviderCustomerId', '=', linkId)
    .where('isConnectionDefault', '=', true)
    .where('isDefault', '=', false)
    .where('deletedAt', 'is', null)
    .execute()
}

/** Discards the methods of a link, which stay readable for refunds. */
export async function discardMethodsOfLink(tx: Tx, linkId: string, now: Instant): Promise<void> {
  await tx
    .updateTable('paymentMethods')
    .set({ isDefault: false, isConnectionDefault: false, deletedAt: ts(now), updatedAt: ts(now) })
    .where('paymentProviderCustomerId', '=', linkId)
    .where('deletedAt', 'is', null)
    .execute()
}
