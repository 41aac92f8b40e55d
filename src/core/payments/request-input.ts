import { Fields, type Input } from '../input/fields.ts'
import { INVOICE_PAYMENT_STATUSES } from '../invoicing/payment-status.ts'
import { type Outcome, outcome, Problems, refused, refusedFields } from '../problems.ts'
import { dueCents, type OwedInvoice } from './payment-input.ts'

/** Which invoices of which customer a payment request asks for; `email` is the customer's own when null. */
export type PaymentRequestInput = {
  readonly externalCustomerId: string | null
  readonly email: string | null
  readonly invoiceIds: readonly string[]
}

/** An invoice that a payment request asks for. */
export type RequestedInvoice = Pick<
  OwedInvoice,
  'status' | 'totalAmountCents' | 'totalPaidAmountCents' | 'offsetAmountCents'
> & {
  readonly paymentOverdue: boolean
  readonly currency: string
  readonly billingEntityId: string
}

/** Reads a payment request: 422 for values of a wrong type. */
export function readPaymentRequest(input: Input): Outcome<PaymentRequestInput> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  return problems.outcome({
    externalCustomerId: fields.id('external_customer_id') ?? null,
    email: fields.text('email') || null,
    invoiceIds: fields.texts('lago_invoice_ids', 'must_be_an_array') ?? [],
  })
}

/**
 * What a request for invoices asks for: what is due of them, in cents, and their currency. Refused in this order: 404
 * `invoice_not_found` without any invoice; 405 when one is not overdue, when they differ in currency or in billing
 * entity, or when one is being paid already.
 */
export function requestOf(
  invoices: readonly RequestedInvoice[],
  isUnderWay = false,
): Outcome<{ readonly amountCents: bigint; readonly currency: string }> {
  const [first] = invoices
  if (!first) return refused({ kind: 'not_found', code: 'invoice_not_found' })
  if (!invoices.every(({ paymentOverdue }) => paymentOverdue)) {
    return refused({ kind: 'not_allowed', code: 'invoices_not_overdue' })
  }
  if (invoices.some(({ currency }) => currency !== first.currency)) {
    return refused({ kind: 'not_allowed', code: 'invoices_have_different_currencies' })
  }
  if (invoices.some(({ billingEntityId }) => billingEntityId !== first.billingEntityId)) {
    return refused({ kind: 'not_allowed', code: 'invoices_have_different_billing_entities' })
  }
  if (isUnderWay) return refused({ kind: 'not_allowed', code: 'invoices_not_ready_for_payment_processing' })
  const amountCents = invoices.reduce((sum, invoice) => sum + dueCents(invoice), 0n)
  return outcome({ amountCents, currency: first.currency })
}

/** Reads how a payment request ended: `succeeded` or `failed`, 422 `payment_status: value_is_invalid` otherwise. */
export function readRequestEnd(input: Input): Outcome<'succeeded' | 'failed'> {
  const status = INVOICE_PAYMENT_STATUSES.find((each) => each === input.payment_status)
  if (status === undefined || status === 'pending') {
    return refusedFields({ payment_status: ['value_is_invalid'] })
  }
  return outcome(status)
}
