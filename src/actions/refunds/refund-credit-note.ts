import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import { allocateRefund } from '../../core/payments/allocate-refund.ts'
import type { CreditNoteRow } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { readInvoice } from '../../store/invoices.ts'
import { readProvider } from '../../store/payment-providers.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { refundablePayments } from '../../store/provider-payments.ts'
import { refundsOfPayments } from '../../store/refunds.ts'
import type { Caller } from '../context.ts'
import { beginRefund } from './begin-refund.ts'

/**
 * Has providers give back what a credit note refunds (docs/rules/provider-payments.md#refunds): from the payments of its
 * invoice, the latest first, each through the connection that took it. What was paid by hand is given back by hand, and
 * nothing is after a dispute was lost. The caller has locked the customer.
 */
export async function refundCreditNote(tx: Tx, caller: Caller, note: CreditNoteRow): Promise<void> {
  if (note.refundAmountCents <= 0n || note.refundStatus !== 'pending') return
  const invoice = await readInvoice(tx, note.invoiceId)
  if (invoice.paymentDisputeLostAt !== null) return
  const payments = await refundableThere(tx, await refundablePayments(tx, invoice.id))
  if (payments.length === 0) return
  const refunds = await refundsOfPayments(
    tx,
    payments.map(({ id }) => id),
  )
  const refundedCents = (paymentId: string) =>
    refunds
      .filter(
        (refund) =>
          refund.paymentId === paymentId && refund.state !== 'failed' && refund.reason === 'credit_note',
      )
      .reduce((sum, refund) => sum + refund.amountCents, 0n)
  const { shares } = allocateRefund(
    note.refundAmountCents,
    payments.map(({ id, amountCents, excessCents }) => ({
      paymentId: id,
      leftCents: amountCents - excessCents - refundedCents(id),
    })),
  )
  for (const { paymentId, amountCents } of shares) {
    const payment = payments.find(({ id }) => id === paymentId)
    if (!payment) continue
    await beginRefund(tx, caller, payment, { amountCents, reason: 'credit_note', creditNoteId: note.id })
  }
}

/** What came through a provider without refunds is given back by hand, like what was paid by hand. */
async function refundableThere(tx: Tx, payments: readonly PaymentRow[]): Promise<readonly PaymentRow[]> {
  const withRefunds: PaymentRow[] = []
  for (const payment of payments) {
    const { providerType } = await readProvider(tx, payment.paymentProviderId ?? '')
    if (!traitsOf(providerType).hasNoRefunds) withRefunds.push(payment)
  }
  return withRefunds
}
