import type { MessageMeaning } from '../../core/payments/gateway.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { type InvoiceRow, lockInvoices, updateInvoice } from '../../store/invoices.ts'
import { invoiceIdsOfRequest } from '../../store/payment-requests.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { lockPayment, updatePayment } from '../../store/provider-payments.ts'
import { noteDispute } from '../../store/refunds.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import { noteLostDispute } from '../invoices/lose-dispute.ts'
import { announcePayment } from '../payments/announce-payments.ts'
import { endReviewOfExcess, giveBackAfterDispute } from '../refunds/follow-excess.ts'
import { findOurs, pageMeant } from './handle-payments.ts'
import { APPLIED, type Handled, ignored, type MessageAt, NO_CHANGE } from './handled.ts'

type Dispute = Extract<MessageMeaning, { about: 'dispute' }>

/** Money that is taken back came before, and the message of that may come later. */
const TOO_EARLY: Handled = { status: 'waiting', result: 'payment_unknown' }

/**
 * A dispute about a payment (docs/rules/provider-payments.md#disputes): one that is lost takes the money back, and its
 * invoices stay paid, as they do in Lago; one that is won after that gives it again. It waits for the payment's success.
 */
export async function handleDispute(context: Context, at: MessageAt, dispute: Dispute): Promise<Handled> {
  const { message, provider, isLastTry } = at
  const { organizationId } = provider
  const { providerPaymentId, providerDisputeId, status, reason, cents } = dispute
  const found = await findOurs(context, at, { paymentId: null, providerPaymentId })
  if (!found) return (await isExpected(context, at, dispute)) ? TOO_EARLY : ignored('not_ours')
  return inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    await lockCustomerById(tx, found.customerId)
    const payment = await lockPayment(tx, found.id)
    if (!payment.hasSucceeded && !isLastTry) return TOO_EARLY
    const told = { providerDisputeId, amountCents: cents, status, reason, toldAt: message.occurredAt }
    return (await applyDispute(tx, caller, payment, told)) ? APPLIED : NO_CHANGE
  })
}

/** Whether the payment of a dispute is one of ours whose id at the provider is not known yet. */
async function isExpected(context: Context, at: MessageAt, { paymentId = null }: Dispute): Promise<boolean> {
  const payment = await findOurs(context, at, { paymentId, providerPaymentId: null })
  return payment !== undefined || (await pageMeant(context, at, paymentId)) !== undefined
}

/** Applies what is told of a dispute; whether that is news. The caller has locked the customer and the payment. */
export async function applyDispute(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  told: Omit<Parameters<typeof noteDispute>[1], 'organizationId' | 'paymentId'>,
): Promise<boolean> {
  const { status, reason } = told
  const row = { ...told, organizationId: payment.organizationId, paymentId: payment.id }
  const { before, isNews } = await noteDispute(tx, row, caller.now)
  if (!isNews) return false
  if (status === 'lost') await lose(tx, caller, payment, reason)
  if (status === 'won' && before === 'lost') await win(tx, caller, payment, reason)
  return true
}

async function invoicesOf(tx: Tx, { invoiceId, paymentRequestId }: PaymentRow): Promise<InvoiceRow[]> {
  return lockInvoices(
    tx,
    invoiceId === null ? await invoiceIdsOfRequest(tx, paymentRequestId ?? '') : [invoiceId],
  )
}

async function lose(tx: Tx, caller: Caller, payment: PaymentRow, reason: string | null): Promise<void> {
  const now = ts(caller.now)
  await updatePayment(tx, payment.id, { reversedAt: now, reversalKind: 'dispute', updatedAt: now })
  await endReviewOfExcess(tx, payment)
  for (const invoice of await invoicesOf(tx, payment)) await noteLostDispute(tx, caller, invoice, reason)
  await announceReversal(tx, caller, payment, reason, false)
}

async function win(tx: Tx, caller: Caller, payment: PaymentRow, reason: string | null): Promise<void> {
  const now = ts(caller.now)
  const returned = await updatePayment(tx, payment.id, {
    reversedAt: null,
    reversalKind: null,
    updatedAt: now,
  })
  for (const invoice of await invoicesOf(tx, payment)) {
    if (invoice.paymentDisputeLostAt === null) continue
    await updateInvoice(tx, invoice.id, { paymentDisputeLostAt: null, updatedAt: now })
  }
  await announceReversal(tx, caller, payment, reason, true)
  await giveBackAfterDispute(tx, caller, returned)
}

async function announceReversal(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  reason: string | null,
  isUndone: boolean,
): Promise<void> {
  const at = new Date(caller.now).toISOString()
  await announcePayment(tx, caller, payment.id, 'payment.reversed', {
    reversal: { kind: 'dispute', reason, at, undone: isUndone },
  })
}
