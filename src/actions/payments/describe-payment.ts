import { readInvoice } from '../../store/invoices.ts'
import { readProvider } from '../../store/payment-providers.ts'
import { findPayments } from '../../store/payments.ts'
import type { Context } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { descriptionOf } from './charge-order.ts'
import { askProvider } from './provider-calls.ts'

/**
 * Tells a provider the number of an invoice that was open when it was charged, so that its dashboard shows it. Without
 * an answer it keeps the invoice's id, and nothing else is missed.
 */
export async function describePayment(
  context: Context,
  organizationId: string,
  paymentId: string,
): Promise<void> {
  const found = await context.database.read(organizationId, async (reads) => {
    const [payment] = await findPayments(reads, [paymentId])
    if (!payment?.providerPaymentId || !payment.invoiceId || !payment.paymentProviderId) return undefined
    const [invoice, provider] = await Promise.all([
      readInvoice(reads, payment.invoiceId),
      readProvider(reads, payment.paymentProviderId),
    ])
    const description = await descriptionOf(reads, { invoiceId: invoice.id }, [invoice])
    return { providerPaymentId: payment.providerPaymentId, invoice, provider, description }
  })
  if (found?.invoice.status !== 'finalized') return
  const { provider, providerPaymentId, description, invoice } = found
  const { connection, gateway } = openConnection(context, provider)
  const { describePayment: describe } = gateway
  if (!describe) return
  const about = {
    organizationId,
    providerId: provider.id,
    subjectId: paymentId,
    call: 'describe',
    idempotencyKey: null,
  }
  const metadata = { lago_invoice_number: invoice.number }
  await askProvider(context, about, () => describe(connection, providerPaymentId, { description, metadata }))
}
