import type { Input } from '../../core/input/fields.ts'
import { dueCents, readRequestPayment } from '../../core/payments/payment-input.ts'
import { readRequestEnd } from '../../core/payments/request-input.ts'
import { accepted, notAllowed, notFound } from '../../core/refusal.ts'
import { type CustomerRow, lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { type InvoiceRow, lockInvoices } from '../../store/invoices.ts'
import {
  findPaymentRequest,
  invoiceIdsOfRequest,
  lockPaymentRequest,
  type PaymentRequestRow,
  setRequestStatus,
} from '../../store/payment-requests.ts'
import { insertManualPayment } from '../../store/payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { issueReceipt } from '../payment-receipts/issue-receipt.ts'
import { settleInvoices } from '../payments/invoice-payment-status.ts'
import { logPayment } from '../payments/log-payment.ts'
import { announcePaymentRequest } from './write-request.ts'

/**
 * Notes that a payment request was paid by hand, all that is due of its invoices at once, or that its payment failed
 * (docs/rules/payments.md#payment-requests). 405 `invalid_status` when it was paid before, or when nothing is due any
 * more.
 */
export async function endPaymentRequest(
  context: Context,
  caller: Caller,
  id: string,
  input: Input,
): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const found = await findPaymentRequest(tx, id)
    if (!found) throw notFound('payment_request')
    const status = accepted(readRequestEnd(input))
    const customer = await lockCustomerById(tx, found.customerId)
    const request = await lockPaymentRequest(tx, id)
    if (request.paymentStatus === 'succeeded') throw notAllowed('invalid_status')
    const invoices = await lockInvoices(tx, await invoiceIdsOfRequest(tx, id))
    await setRequestStatus(tx, id, status, caller.now)
    if (status === 'succeeded') await pay(tx, caller, { request, customer, invoices, input })
    else await fail(tx, caller, invoices)
    if (status !== request.paymentStatus) {
      await announcePaymentRequest(tx, caller, id, 'payment_request.payment_status_updated')
    }
  })
}

type Paid = {
  readonly request: PaymentRequestRow
  readonly customer: CustomerRow
  readonly invoices: readonly InvoiceRow[]
  readonly input: Input
}

async function pay(tx: Tx, caller: Caller, { request, customer, invoices, input }: Paid): Promise<void> {
  const { organizationId, now } = caller
  const { reference, paidAt } = accepted(readRequestPayment(input, now))
  const owed = invoices.filter((invoice) => dueCents(invoice) > 0n)
  if (owed.length === 0) throw notAllowed('invalid_status')
  const paymentId = newId()
  await insertManualPayment(
    tx,
    {
      organizationId,
      id: paymentId,
      customerId: customer.id,
      invoiceId: null,
      paymentRequestId: request.id,
      amountCents: owed.reduce((sum, invoice) => sum + dueCents(invoice), 0n),
      amountCurrency: request.amountCurrency,
      reference,
      paidAt,
    },
    now,
  )
  const entries = owed.map((invoice) => ({
    kind: 'payment' as const,
    invoiceId: invoice.id,
    amountCents: dueCents(invoice),
    paymentId,
    paidAt,
  }))
  await settleInvoices(tx, caller, owed, entries)
  await logPayment(tx, caller, paymentId)
  await issueReceipt(tx, caller, customer, paymentId)
}

/** A failure marks the invoices that are not paid. */
async function fail(tx: Tx, caller: Caller, invoices: readonly InvoiceRow[]): Promise<void> {
  const unpaid = invoices.filter(
    ({ status, paymentStatus }) => status !== 'voided' && paymentStatus === 'pending',
  )
  const entries = unpaid.map(({ id }) => ({
    kind: 'status' as const,
    invoiceId: id,
    status: 'failed' as const,
  }))
  await settleInvoices(tx, caller, unpaid, entries)
}
