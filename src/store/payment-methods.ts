import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { MethodSummary } from '../core/payments/gateway.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { LinkRow } from './payment-provider-customers.ts'
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

/** Whether a method is its customer's only one while a final invoice is not fully paid. */
export async function isNeeded(
  reads: Reads,
  { id, customerId }: Pick<PaymentMethodRow, 'id' | 'customerId'>,
): Promise<boolean> {
  const { rows } = await sql<{ isNeeded: boolean }>`
    select not exists (
      select from payment_methods
      where customer_id = ${customerId} and id <> ${id} and deleted_at is null
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
    .where('isDefault', '=', true)
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
