import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { GatewayError } from '../../core/payments/gateway.ts'
import { shareOut } from '../../core/payments/share-out.ts'
import { readCustomer } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import type { LedgerEntry } from '../../store/invoice-payments.ts'
import { type InvoiceRow, lockInvoices } from '../../store/invoices.ts'
import { enqueueDescription } from '../../store/payment-jobs.ts'
import { discardPaymentMethod, findMethod, suspectMethod } from '../../store/payment-methods.ts'
import { readProvider } from '../../store/payment-providers.ts'
import { findPaymentRequest, invoiceIdsOfRequest, setRequestStatus } from '../../store/payment-requests.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { updatePayment } from '../../store/provider-payments.ts'
import type { RefundReason } from '../../store/refunds.ts'
import { together } from '../../store/together.ts'
import type { Caller } from '../context.ts'
import { queueMails } from '../mails/queue-mails.ts'
import { announceMethod } from '../payment-methods/announce-methods.ts'
import { issueReceipt } from '../payment-receipts/issue-receipt.ts'
import { announcePaymentRequest } from '../payment-requests/write-request.ts'
import { beginRefund } from '../refunds/begin-refund.ts'
import { wakeGate } from '../subscriptions/settle-gate.ts'
import {
  announceInvoiceFailure,
  announcePayment,
  announceRequestFailure,
  failureOf,
} from './announce-payments.ts'
import { settleInvoices } from './invoice-payment-status.ts'
import { takeBack } from './take-back.ts'

/**
 * What a new state of a payment does to what it pays, in the transaction that writes the state
 * (docs/rules/provider-payments.md#effects). The caller has locked the customer and the payment.
 */
export async function followPayment(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  { announcement, from }: { readonly announcement: 'succeeded' | 'failed' | null; readonly from: string },
): Promise<void> {
  if (payment.state === 'sending' || payment.state === 'unknown') return
  const invoices = await invoicesOf(tx, payment)
  switch (payment.state) {
    case 'succeeded':
      return succeed(tx, caller, payment, invoices, announcement === 'succeeded')
    case 'failed':
      if (from === 'succeeded') await takeBack(tx, caller, payment, invoices)
      return fail(tx, caller, payment, invoices, announcement === 'failed')
    case 'canceled':
      if (!payment.hidden) await state(tx, caller, payment, invoices, 'failed')
      return wakeGates(tx, caller, invoices)
    case 'processing':
    case 'action_required':
      await state(tx, caller, payment, invoices, 'pending')
      if (payment.state === 'action_required') {
        await announcePayment(tx, caller, payment.id, 'payment.requires_action')
      }
      return wakeGates(tx, caller, invoices)
    case 'created':
    case 'held':
      return wakeGates(tx, caller, invoices)
    default:
  }
}

/** A subscription whose time is over waits until its charge was attempted, and is decided about then. */
async function wakeGates(tx: Tx, caller: Caller, invoices: readonly InvoiceRow[]): Promise<void> {
  for (const { id } of invoices.filter(isOfGate)) await wakeGate(tx, caller, id)
}

/** The invoices that a payment pays, locked. */
async function invoicesOf(tx: Tx, { invoiceId, paymentRequestId }: PaymentRow): Promise<InvoiceRow[]> {
  if (invoiceId !== null) return lockInvoices(tx, [invoiceId])
  return paymentRequestId === null ? [] : lockInvoices(tx, await invoiceIdsOfRequest(tx, paymentRequestId))
}

async function succeed(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  invoices: readonly InvoiceRow[],
  isFirst: boolean,
): Promise<void> {
  const { shares, excessCents } = shareOut(payment.amountCents, invoices)
  const entries = shares.map(
    (share): LedgerEntry => ({ kind: 'payment', ...share, paymentId: payment.id, paidAt: caller.now }),
  )
  await together(
    updatePayment(tx, payment.id, { excessCents, reversedAt: null, reversalKind: null }),
    payment.paymentMethodId === null ? undefined : suspectMethod(tx, payment.paymentMethodId, false),
    settleInvoices(tx, caller, invoices, entries),
  )
  await stateRequest(tx, caller, payment, 'succeeded')
  // Money that comes again after it was taken back was announced, and has its receipt.
  if (isFirst) await announcePayment(tx, caller, payment.id, 'payment.succeeded')
  if (isFirst && shares.length > 0) {
    await issueReceipt(tx, caller, await readCustomer(tx, payment.customerId), payment.id)
  }
  if (invoices.some(isOfGate)) {
    await enqueueDescription(tx, { organizationId: caller.organizationId, paymentId: payment.id })
  }
  if (excessCents > 0n) await giveBack(tx, caller, payment, invoices, excessCents)
}

/**
 * What was paid too much goes back at once, or waits for somebody where the connection or its provider does not give
 * back. What was paid for a start that did not happen goes back wherever the provider can.
 */
async function giveBack(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  invoices: readonly InvoiceRow[],
  excessCents: bigint,
): Promise<void> {
  const provider = await readProvider(tx, payment.paymentProviderId ?? '')
  const reason = excessReason(invoices)
  const canRefund = !traitsOf(provider.providerType).hasNoRefunds
  const refund =
    canRefund && (provider.refundDuplicates || reason === 'activation_expired')
      ? await beginRefund(tx, caller, payment, { amountCents: excessCents, reason, creditNoteId: null })
      : null
  if (refund === null) await updatePayment(tx, payment.id, { review: 'paid_too_much' })
  await announcePayment(tx, caller, payment.id, 'payment.duplicated', {
    excess_amount_cents: Number(excessCents),
    refund: refund && { lago_id: refund.id, amount_cents: Number(refund.amountCents), reason },
  })
}

function excessReason(invoices: readonly InvoiceRow[]): RefundReason {
  if (invoices.length > 0 && invoices.every(({ status }) => status === 'voided')) return 'voided_invoice'
  return invoices.length > 0 && invoices.every(({ status }) => status === 'closed')
    ? 'activation_expired'
    : 'duplicate'
}

async function fail(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  invoices: readonly InvoiceRow[],
  isFirst: boolean,
): Promise<void> {
  const error = payment.error as GatewayError | null
  await followMethod(tx, caller, payment, error)
  if (await isAskedAgain(tx, payment, invoices, error)) {
    // The payer may confirm it: charged again at once, and nothing has failed yet.
    await state(tx, caller, payment, invoices, 'pending')
    const kind = payment.invoiceId === null ? 'request_charge' : 'invoice_charge'
    const subjectId = payment.invoiceId ?? payment.paymentRequestId ?? ''
    return scheduleItem(tx, caller.organizationId, { kind, subjectId, dueAt: caller.now })
  }
  await state(tx, caller, payment, invoices, 'failed')
  await stateRequest(tx, caller, payment, 'failed')
  if (!isFirst) return
  const failure = failureOf(payment)
  const [invoice] = invoices
  if (payment.paymentRequestId !== null) {
    const ids = invoices.map(({ id }) => id)
    await announceRequestFailure(tx, caller, payment.paymentRequestId, ids, failure)
    await queueMails(tx, caller, 'payment_request', [payment.paymentRequestId])
  } else if (invoice) await announceInvoiceFailure(tx, caller, invoice, failure)
}

/** A provider that may ask the payer for an authentication is asked once more, with the payer there. */
async function isAskedAgain(
  tx: Tx,
  payment: PaymentRow,
  invoices: readonly InvoiceRow[],
  error: GatewayError | null,
): Promise<boolean> {
  if (error?.class !== 'authentication_required' || payment.isOnSession || payment.origin !== 'charge')
    return false
  const provider = await readProvider(tx, payment.paymentProviderId ?? '')
  const asks = (provider.settings as { supports_3ds?: unknown }).supports_3ds === true
  return (asks || invoices.some(isOfGate)) && provider.deletedAt === null
}

/** Whether a subscription waits for the payment of an invoice: its customer is likely to be there. */
function isOfGate({ status, invoiceType }: InvoiceRow): boolean {
  return status === 'open' && invoiceType !== 'credit'
}

/** A method that is no good is discarded; one with which a fraud was suspected is left out by automatic charges. */
async function followMethod(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  error: GatewayError | null,
): Promise<void> {
  const method = payment.paymentMethodId === null ? undefined : await findMethod(tx, payment.paymentMethodId)
  if (!method || method.deletedAt !== null) return
  if (error?.class === 'fraud_suspected') await suspectMethod(tx, method.id, true)
  if (error?.class !== 'method_revoked') return
  await announceMethod(
    tx,
    caller,
    await discardPaymentMethod(tx, method.id, caller.now),
    'payment_method.deleted',
  )
}

/** States the payment of the invoices that still owe something, where it changes. */
async function state(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  invoices: readonly InvoiceRow[],
  status: 'pending' | 'failed',
): Promise<void> {
  const owing = invoices.filter(
    (invoice) =>
      ['finalized', 'open'].includes(invoice.status) &&
      invoice.paymentStatus !== 'succeeded' &&
      invoice.paymentStatus !== status,
  )
  const entries = owing.map(({ id }): LedgerEntry => ({ kind: 'status', invoiceId: id, status }))
  await settleInvoices(tx, caller, owing, entries)
  if (status === 'pending') await stateRequest(tx, caller, payment, 'pending')
}

async function stateRequest(
  tx: Tx,
  caller: Caller,
  { paymentRequestId }: PaymentRow,
  status: 'pending' | 'succeeded' | 'failed',
): Promise<void> {
  if (paymentRequestId === null) return
  const request = await findPaymentRequest(tx, paymentRequestId)
  if (!request || request.paymentStatus === status || request.paymentStatus === 'succeeded') return
  await setRequestStatus(tx, paymentRequestId, status, caller.now)
  await announcePaymentRequest(tx, caller, paymentRequestId, 'payment_request.payment_status_updated')
}
