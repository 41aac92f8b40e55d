import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { MethodSummary } from '../core/payments/gateway.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import { findLink, type LinkRow } from './payment-provider-customers.ts'
import type { PaymentProviderRow } from './payment-providers.ts'
import type { PaymentMethods } from './rows.ts'
import { json, ts } from './values.ts'

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

/**
 * Makes a payment method the only default of its connection, and of its customer where that is the customer's default
 * connection, or where the method belongs to none.
 */
export async function makeDefault(
  tx: Tx,
  method: Pick<PaymentMethodRow, 'id' | 'customerId' | 'paymentProviderCustomerId'>,
  now: Instant,
): Promise<PaymentMethodRow> {
  const { id, customerId, paymentProviderCustomerId: linkId } = method
  const link = linkId === null ? undefined : await findLink(tx, linkId)
  const isCustomers = link === undefined || (link.isDefault && link.deletedAt === null)
  const others = tx.updateTable('paymentMethods').where('customerId', '=', customerId).where('id', '<>', id)
  if (isCustomers) {
    await others
      .set({ isDefault: false, updatedAt: ts(now) })
      .where('isDefault', '=', true)
      .execute()
  }
  await others
    .set({ isConnectionDefault: false, updatedAt: ts(now) })
    .where('isConnectionDefault', '=', true)
    .where('paymentProviderCustomerId', 'is not distinct from', linkId)
    .execute()
  return tx
    .updateTable('paymentMethods')
    .set({ isConnectionDefault: true, updatedAt: ts(now), ...(isCustomers ? { isDefault: true } : {}) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Discards a payment method; the default leaves the customer without one. */
export async function discardPaymentMethod(tx: Tx, id: string, now: Instant): Promise<PaymentMethodRow> {
  return tx
    .updateTable('paymentMethods')
    .set({ isDefault: false, isConnectionDefault: false, deletedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/**
 * Whether a method is the only one of its customer's default connection, or of a customer without one, while a final
 * invoice is not fully paid.
 */
export async function isNeeded(
  reads: Reads,
  method: Pick<PaymentMethodRow, 'id' | 'customerId' | 'paymentProviderCustomerId'>,
): Promise<boolean> {
  const { id, customerId, paymentProviderCustomerId: linkId } = method
  const { rows } = await sql<{ isNeeded: boolean }>`
    select not exists (
      select from payment_methods
      where customer_id = ${customerId} and id <> ${id} and deleted_at is null
        and payment_provider_customer_id is not distinct from ${linkId}
    ) and not exists (
      select from payment_provider_customers where id = ${linkId} and not is_default
    ) and exists (
      select from invoices
      where customer_id = ${customerId} and status = 'finalized' and payment_status <> 'succeeded'
        and total_amount_cents > total_paid_amount_cents + offset_amount_cents
    ) as is_needed`.execute(reads)
  return rows[0]?.isNeeded === true
}

/** The methods of a connection with an id of its provider that are not discarded. */
export async function findMethodsThere(
  reads: Reads,
  providerId: string,
  providerMethodId: string,
): Promise<PaymentMethodRow[]> {
  return reads
    .selectFrom('paymentMethods')
    .selectAll()
    .where('paymentProviderId', '=', providerId)
    .where('providerMethodId', '=', providerMethodId)
    .where('deletedAt', 'is', null)
    .execute()
}

/** Whether a connection has told of a method before, discarded or not. */
export async function wasMethodTold(
  reads: Reads,
  providerId: string,
  providerMethodId: string,
): Promise<boolean> {
  const found = await reads
    .selectFrom('paymentMethods')
    .select('id')
    .where('paymentProviderId', '=', providerId)
    .where('providerMethodId', '=', providerMethodId)
    .executeTakeFirst()
  return found !== undefined
}

/** Keeps a method that a provider told of; it is no default yet. */
export async function insertMethod(
  tx: Tx,
  {
    link,
    provider,
    method,
  }: { readonly link: LinkRow; readonly provider: PaymentProviderRow; readonly method: MethodSummary },
  now: Instant,
): Promise<PaymentMethodRow> {
  const { providerMethodId, type, ...details } = method
  return tx
    .insertInto('paymentMethods')
    .values({
      organizationId: link.organizationId,
      id: newId(),
      customerId: link.customerId,
      paymentProviderType: provider.providerType,
      paymentProviderCode: provider.code,
      paymentProviderName: provider.name,
      paymentProviderId: provider.id,
      paymentProviderCustomerId: link.id,
      providerMethodId,
      providerMethodType: type,
      details: json(details),
      isDefault: false,
      createdAt: ts(now),
      updatedAt: ts(now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** A method, discarded or not. */
export async function findMethod(reads: Reads, id: string): Promise<PaymentMethodRow | undefined> {
  return reads.selectFrom('paymentMethods').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The default method of a link; undefined when there is none. */
export async function findDefaultMethod(reads: Reads, linkId: string): Promise<PaymentMethodRow | undefined> {
  return reads
    .selectFrom('paymentMethods')
    .selectAll()
    .where('paymentProviderCustomerId', '=', linkId)
    .where('isConnectionDefault', '=', true)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** Marks a method with which a fraud was suspected, or takes the mark off. */
export async function suspectMethod(tx: Tx, id: string, isSuspected: boolean): Promise<void> {
  await tx
    .updateTable('paymentMethods')
    .set({ isSuspected })
    .where('id', '=', id)
    .where('isSuspected', '<>', isSuspected)
    .execute()
}

/** The methods of a link that are not discarded. */
export async function findMethodsOfLink(reads: Reads, linkId: string): Promise<PaymentMethodRow[]> {
  return reads
    .selectFrom('paymentMethods')
    .selectAll()
    .where('paymentProviderCustomerId', '=', linkId)
    .where('deletedAt', 'is', null)
    .execute()
}
