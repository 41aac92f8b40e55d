import type { GatewayError } from '../../core/payments/gateway.ts'
import type { Tx } from '../../store/database.ts'
import { type LedgerEntry, sharesOfPayment } from '../../store/invoice-payments.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { findPaymentRequest, setRequestStatus } from '../../store/payment-requests.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { updatePayment } from '../../store/provider-payments.ts'
import { ts } from '../../store/values.ts'
import { lockPurchaseOfInvoice } from '../../store/wallet-transactions.ts'
import type { Caller } from '../context.ts'
import { announcePaymentRequest } from '../payment-requests/write-request.ts'
import { reviewRefunded } from '../refunds/review-refunded.ts'
import { announcePayment } from './announce-payments.ts'
import { settleInvoices } from './invoice-payment-status.ts'

/**
 * A bank has taken back what it had paid (docs/rules/provider-payments.md#late-failures): the invoices owe it again and
 * have failed. Credits that were bought stay in their wallet, and the webhook names their transaction. What was
 * refunded of it already is lost: somebody is asked to look. The caller has locked the customer, the payment and the
 * invoices.
 */
export async function takeBack(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  invoices: readonly InvoiceRow[],
): Promise<void> {
  const now = ts(caller.now)
  const shares = await sharesOfPayment(tx, payment.id)
  const owing = invoices.filter(
    ({ id, status }) =>
      ['finalized', 'open'].includes(status) && shares.some(({ invoiceId }) => invoiceId === id),
  )
  await settleInvoices(tx, caller, invoices, [
    ...shares.map((share): LedgerEntry => {
      return { kind: 'reversal', ...share, paymentId: payment.id, paidAt: caller.now }
    }),
    ...owing.map(({ id }): LedgerEntry => ({ kind: 'status', invoiceId: id, status: 'failed' })),
  ])
  await updatePayment(tx, payment.id, { reversedAt: now, reversalKind: 'late_failure', updatedAt: now })
  await failRequest(tx, caller, payment)
  const purchase = await purchaseOf(tx, invoices)
  const error = payment.error as GatewayError | null
  const reason = error?.declineCode ?? error?.message ?? null
  await announcePayment(tx, caller, payment.id, 'payment.reversed', {
    ...(purchase ? { lago_wallet_transaction_id: purchase.id } : {}),
    reversal: { kind: 'late_failure', reason, at: new Date(caller.now).toISOString(), undone: false },
  })
  await reviewRefunded(tx, caller, payment)
}

async function failRequest(tx: Tx, caller: Caller, { paymentRequestId }: PaymentRow): Promise<void> {
  const request = paymentRequestId === null ? undefined : await findPaymentRequest(tx, paymentRequestId)
  if (!request || request.paymentStatus === 'failed') return
  await setRequestStatus(tx, request.id, 'failed', caller.now)
  await announcePaymentRequest(tx, caller, request.id, 'payment_request.payment_status_updated')
}

async function purchaseOf(tx: Tx, invoices: readonly InvoiceRow[]) {
  const credits = invoices.find(({ invoiceType }) => invoiceType === 'credit')
  return credits && lockPurchaseOfInvoice(tx, credits.id)
}
