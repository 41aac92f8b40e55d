import { type Selectable, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { PaymentProviderCustomers } from './rows.ts'
import { json, ts } from './values.ts'

/** A customer at a connection. */
export type LinkRow = Selectable<PaymentProviderCustomers>

/** The default link of a customer; undefined when it pays by hand. */
export async function findDefaultLink(reads: Reads, customerId: string): Promise<LinkRow | undefined> {
  return reads
    .selectFrom('paymentProviderCustomers')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('isDefault', '=', true)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

export async function findLink(reads: Reads, id: string): Promise<LinkRow | undefined> {
  return reads.selectFrom('paymentProviderCustomers').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The link of a customer at one account; undefined when there is none. */
export async function findLinkAt(
  reads: Reads,
  customerId: string,
  providerId: string,
): Promise<LinkRow | undefined> {
  return reads
    .selectFrom('paymentProviderCustomers')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('paymentProviderId', '=', providerId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** All links of a customer that have not ended, the oldest first. */
export async function findLinksOf(reads: Reads, customerId: string): Promise<LinkRow[]> {
  return reads
    .selectFrom('paymentProviderCustomers')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** The links of a customer of the provider, at one connection. */
export async function findLinksThere(
  reads: Reads,
  providerId: string,
  providerCustomerId: string,
): Promise<LinkRow[]> {
  return reads
    .selectFrom('paymentProviderCustomers')
    .selectAll()
    .where('paymentProviderId', '=', providerId)
    .where('providerCustomerId', '=', providerCustomerId)
    .where('deletedAt', 'is', null)
    .execute()
}

/** Keeps a new link. Violates an index when the customer has one at the account, of the code, or another default. */
export async function insertLink(
  tx: Tx,
  link: {
    readonly organizationId: string
    readonly customerId: string
    readonly paymentProviderId: string
    readonly code: string
    readonly isDefault: boolean
    readonly providerCustomerId: string | null
    readonly syncWithProvider: boolean
    readonly methodTypes: readonly string[]
  },
  now: Instant,
): Promise<LinkRow> {
  const { methodTypes, ...row } = link
  return tx
    .insertInto('paymentProviderCustomers')
    .values({
      ...row,
      id: newId(),
      providerPaymentMethods: json(methodTypes),
      createdAt: ts(now),
      updatedAt: ts(now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateLink(
  tx: Tx,
  id: string,
  set: Updateable<PaymentProviderCustomers>,
): Promise<LinkRow> {
  return tx
    .updateTable('paymentProviderCustomers')
    .set(set)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * Ends links with the methods that belong to them, which stay readable for refunds. A customer whose default has ended
 * has none then.
 */
export async function discardLinks(
  tx: Tx,
  of: { readonly linkId: string } | { readonly providerId: string },
  now: Instant,
): Promise<void> {
  const own = 'linkId' in of ? sql`l.id = ${of.linkId}` : sql`l.payment_provider_id = ${of.providerId}`
  await sql`
    with ended as (
      update payment_provider_customers l set deleted_at = ${ts(now)}, updated_at = ${ts(now)}
      where ${own} and l.deleted_at is null
      returning l.organization_id, l.id, l.customer_id, l.is_default
    ), unlinked as (
      update customers c set payment_provider = null, payment_provider_code = null, provider_customer_id = null,
        sync_with_provider = false, provider_payment_methods = null, updated_at = ${ts(now)}
      from ended e where c.organization_id = e.organization_id and c.id = e.customer_id and e.is_default
    )
    update payment_methods m
    set deleted_at = ${ts(now)}, is_default = false, is_connection_default = false, updated_at = ${ts(now)}
    from ended e
    where m.organization_id = e.organization_id and m.payment_provider_customer_id = e.id and m.deleted_at is null`.execute(
    tx,
  )
}

/** Queues the talk with a provider about a customer: it is created there, looked up, or told what has changed. */
export async function enqueueLinkSync(
  tx: Tx,
  { organizationId, id }: Pick<LinkRow, 'organizationId' | 'id'>,
): Promise<void> {
  const payload = { organizationId, linkId: id }
  await sql`select weir_enqueue('sync_provider_customer', ${JSON.stringify(payload)}::json, ${`link:${id}`}, 7)`.execute(
    tx,
  )
}

/** Shows the new code of a connection on the customers that are linked to it. */
export async function renameProviderOfCustomers(tx: Tx, providerId: string, code: string): Promise<void> {
  await sql`
    update customers c set payment_provider_code = ${code}
    from payment_provider_customers l
    where l.payment_provider_id = ${providerId} and l.deleted_at is null and l.is_default
      and c.organization_id = l.organization_id and c.id = l.customer_id`.execute(tx)
}
