import { sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { GateCharge } from '../core/subscriptions/activation-gate.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { PaymentRow } from './payments.ts'
import { idsPaying, idsPayingRequest } from './payments-of.ts'
import type { Payments } from './rows.ts'
import { arrayOf, ts } from './values.ts'

/** What a payment pays: an invoice, or all invoices of a payment request. */
export type Payable = { readonly invoiceId: string } | { readonly paymentRequestId: string }

/** States in which a charge is under way, or waits to be changed. */
const LIVE_STATES = ['created', 'sending', 'unknown', 'action_required', 'processing', 'held'] as const

/** A payment that a provider is to make, or has told of. */
export type NewProviderPayment = {
  readonly organizationId: string
  readonly customerId: string
  readonly payable: Payable
  readonly origin: 'charge' | 'page' | 'recovered'
  /** What a provider told of was sent by somebody; nobody knows yet how it ended. */
  readonly state: 'created' | 'unknown'
  readonly amountCents: bigint
  readonly amountCurrency: string
  readonly paymentProviderId: string
  readonly paymentProviderCustomerId: string
  readonly paymentMethodId: string | null
  readonly isOnSession: boolean
  /** Whether it goes to whatever is the customer's default connection when it is sent; otherwise a method was named. */
  readonly followsDefault?: boolean
}

export async function insertProviderPayment(
  tx: Tx,
  { payable, ...payment }: NewProviderPayment,
  now: Instant,
): Promise<PaymentRow> {
  return tx
    .insertInto('payments')
    .values({
      ...payment,
      id: newId(),
      invoiceId: 'invoiceId' in payable ? payable.invoiceId : null,
      paymentRequestId: 'paymentRequestId' in payable ? payable.paymentRequestId : null,
      paymentType: 'provider',
      status: 'pending',
      paymentStatus: 'pending',
      ...(payment.state === 'unknown' ? { firstSentAt: ts(now), lastSentAt: ts(now) } : {}),
      paidAt: ts(now),
      createdAt: ts(now),
      updatedAt: ts(now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The customer of a payment; undefined when there is no such payment. */
export async function customerOfPayment(reads: Reads, id: string): Promise<string | undefined> {
  const row = await reads.selectFrom('payments').select('customerId').where('id', '=', id).executeTakeFirst()
  return row?.customerId
}

/** A payment, locked; the caller has locked its customer. */
export async function lockPayment(tx: Tx, id: string): Promise<PaymentRow> {
  return tx.selectFrom('payments').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirstOrThrow()
}

export async function updatePayment(tx: Tx, id: string, set: Updateable<Payments>): Promise<PaymentRow> {
  return tx.updateTable('payments').set(set).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
}

/** The charges of a payable that are under way; also those of payment requests that hold an invoice. */
export async function liveCharges(reads: Reads, payable: Payable): Promise<PaymentRow[]> {
  const ids =
    'invoiceId' in payable
      ? idsPaying('payments', [payable.invoiceId])
      : idsPayingRequest('payments', payable.paymentRequestId)
  return reads
    .selectFrom('payments')
    .selectAll()
    .where('paymentType', '=', 'provider')
    .where('state', '=', sql<string>`any(${arrayOf(LIVE_STATES, 'text')})`)
    .where('id', 'in', ids)
    .orderBy('id')
    .execute()
}

/** Whether a charge of one of the invoices, or of a payment request that holds one, may be paid any moment. */
export async function isAnyUnderWay(reads: Reads, invoiceIds: readonly string[]): Promise<boolean> {
  const states = LIVE_STATES.filter((state) => state !== 'held')
  const found = await reads
    .selectFrom('payments')
    .select('id')
    .where('paymentType', '=', 'provider')
    .where('state', '=', sql<string>`any(${arrayOf(states, 'text')})`)
    .where('id', 'in', idsPaying('payments', invoiceIds))
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/** The charges of invoices that wait for their payer; also those of payment requests that hold one of them. */
export async function waitingChargesOf(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<readonly string[]> {
  if (invoiceIds.length === 0) return []
  const rows = await reads
    .selectFrom('payments')
    .select('id')
    .where('origin', '=', 'charge')
    .where('state', '=', 'action_required')
    .where('id', 'in', idsPaying('payments', invoiceIds))
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** The charges of an open invoice that are under way. */
export async function chargesOfGate(reads: Reads, invoiceId: string): Promise<readonly GateCharge[]> {
  const { rows } = await sql<GateCharge>`
    select p.state, p.tries, p.first_sent_at, c.state = 'active' and c.deleted_at is null as can_be_sent
    from payments p
    join payment_providers c on c.organization_id = p.organization_id and c.id = p.payment_provider_id
    where p.invoice_id = ${invoiceId}::uuid and p.payment_type = 'provider'
      and p.state = any(${arrayOf(LIVE_STATES, 'text')})`.execute(reads)
  return rows
}

/** The payment of a connection with an id of its provider. */
export async function findPaymentThere(
  reads: Reads,
  providerId: string,
  providerPaymentId: string,
): Promise<PaymentRow | undefined> {
  return reads
    .selectFrom('payments')
    .selectAll()
    .where('paymentProviderId', '=', providerId)
    .where('providerPaymentId', '=', providerPaymentId)
    .executeTakeFirst()
}

/** A payment on a page, of an amount, of which its provider has not told the id yet. */
export async function findPaidWithoutId(
  reads: Reads,
  providerId: string,
  payable: Payable,
  { cents, currency }: { readonly cents: bigint; readonly currency: string },
): Promise<PaymentRow | undefined> {
  const query = reads
    .selectFrom('payments')
    .selectAll()
    .where('paymentProviderId', '=', providerId)
    .where('providerPaymentId', 'is', null)
    .where('origin', '=', 'page')
    .where('state', '=', 'succeeded')
    .where('amountCents', '=', cents)
    .where('amountCurrency', '=', currency)
    .orderBy('id')
    .limit(1)
  const own =
    'invoiceId' in payable
      ? query.where('invoiceId', '=', payable.invoiceId)
      : query.where('paymentRequestId', '=', payable.paymentRequestId)
  return own.executeTakeFirst()
}

/** The payments by providers that succeeded for an invoice and were not taken back, the latest first. */
export async function refundablePayments(reads: Reads, invoiceId: string): Promise<PaymentRow[]> {
  return reads
    .selectFrom('payments')
    .selectAll()
    .where('paymentType', '=', 'provider')
    .where('state', '=', 'succeeded')
    .where('reversedAt', 'is', null)
    .where('id', 'in', idsPaying('payments', [invoiceId]))
    .orderBy('paidAt', 'desc')
    .orderBy('id', 'desc')
    .execute()
}

/** Whether customers of the organization have ever been given a page to pay on. */
export async function hasOpenedPages(reads: Reads): Promise<boolean> {
  return (await reads.selectFrom('paymentPages').select('id').limit(1).executeTakeFirst()) !== undefined
}

/** Whether a payment with a method was sent and has not ended. */
export async function hasPaymentsUnderWay(reads: Reads, paymentMethodId: string): Promise<boolean> {
  const found = await reads
    .selectFrom('payments')
    .select('id')
    .where('paymentMethodId', '=', paymentMethodId)
    .where('state', 'in', ['sending', 'unknown', 'processing', 'action_required'])
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}
