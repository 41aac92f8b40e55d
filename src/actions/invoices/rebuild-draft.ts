import { readBillingSnapshot } from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { deleteFeesOfInvoice } from '../../store/fee-writes.ts'
import { clearDraft, type InvoiceRow, updateInvoice } from '../../store/invoices.ts'
import { successorMetrics } from '../../store/successor-metrics.ts'
import type { InvoicingReason } from '../billing/bill.ts'
import { computeBill } from '../billing/compute-bill.ts'
import { writeBill } from '../billing/create-invoice.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Makes a locked draft anew for the instant that it was made for: links, fees, taxes and progressive credit
 * (subscriptions-and-invoicing §7.7). Its id, number and creation stay.
 */
export async function rebuildDraft(
  context: Context,
  tx: Tx,
  caller: Caller,
  invoice: InvoiceRow,
): Promise<void> {
  const links = await tx
    .selectFrom('invoiceSubscriptions')
    .select(['subscriptionId', 'invoicingReason'])
    .where('invoiceId', '=', invoice.id)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const ids = links.map((link) => link.subscriptionId)
  const snapshot = await readBillingSnapshot(tx, invoice.customerId, ids)
  if (!snapshot) throw new Error(`customer ${invoice.customerId} is gone`)
  await deleteFeesOfInvoice(tx, invoice.id)
  await clearDraft(tx, invoice.id)
  const computed = []
  for (const subscription of snapshot.subscriptions) {
    const link = links.find((candidate) => candidate.subscriptionId === subscription.row.id)
    if (!link) continue
    const hadUsage = link.invoicingReason !== 'subscription_starting'
    computed.push(
      await computeBill(tx, {
        subscription,
        reason: link.invoicingReason as InvoicingReason,
        at: invoice.billingAt,
        // The zone that it was made in: in another one its instant can lie on another date.
        zone: invoice.timezone,
        skipCharges: !hadUsage,
        invoiceCreatedAt: invoice.createdAt,
        exceptInvoiceId: invoice.id,
        successorMetricIds: await successorMetrics(tx, subscription.billing, subscription.row.id),
      }),
    )
  }
  await writeBill(context, tx, { ...caller, now: invoice.createdAt }, invoice.id, {
    snapshot,
    invoiceType: 'subscription',
    currency: invoice.currency,
    billingEntityId: invoice.billingEntityId,
    purchaseOrderNumber: invoice.purchaseOrderNumber,
    at: invoice.billingAt,
    links: computed.map((part) => part.link),
    fees: computed.flatMap((part) => part.fees),
    hasGrace: true,
  })
  await updateInvoice(tx, invoice.id, { readyToBeRefreshed: false })
}
