import {
  type BillingSnapshot,
  readBillingSnapshot,
  type SubscriptionSnapshot,
} from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { lockCustomer } from '../../store/invoices.ts'
import { successorMetrics } from '../../store/successor-metrics.ts'
import type { Caller, Context } from '../context.ts'
import type { SubscriptionsBill } from './bill.ts'
import { billPaidFees } from './bill-paid-fees.ts'
import { type ComputedBill, computeBill } from './compute-bill.ts'
import { createInvoice } from './create-invoice.ts'
import { writeFeesApart } from './write-fees-apart.ts'

/**
 * Bills subscriptions of a customer at an instant, in the caller's transaction: one invoice for each currency, entity
 * and purchase order number, apart from subscriptions that are never consolidated (subscriptions-and-invoicing §3.5).
 * Usage fees that are paid without an invoice are put on their statement afterwards (§7.9).
 */
export async function billSubscriptions(
  context: Context,
  tx: Tx,
  caller: Caller,
  bill: SubscriptionsBill,
): Promise<void> {
  await lockCustomer(tx, bill.customerId)
  const snapshot = await readBillingSnapshot(
    tx,
    bill.customerId,
    bill.entries.map((entry) => entry.subscriptionId),
  )
  if (!snapshot) throw new Error(`customer ${bill.customerId} is gone`)
  for (const group of groupsOf(snapshot)) {
    const computed: ComputedBill[] = []
    for (const subscription of group.subscriptions) {
      const reason = bill.entries.find((entry) => entry.subscriptionId === subscription.row.id)?.reason
      if (!reason) continue
      computed.push(
        await computeBill(tx, {
          subscription,
          reason,
          at: bill.at,
          zone: snapshot.zone,
          skipCharges: bill.skipCharges,
          invoiceCreatedAt: caller.now,
          exceptInvoiceId: null,
          successorMetricIds: await successorMetrics(tx, subscription.billing, subscription.row.id),
        }),
      )
    }
    await writeFeesApart(context, tx, caller, {
      snapshot,
      group,
      fees: computed.flatMap((part) => part.apart),
    })
    await createInvoice(context, tx, caller, {
      snapshot,
      invoiceType: 'subscription',
      currency: group.currency,
      billingEntityId: group.billingEntityId,
      purchaseOrderNumber: group.purchaseOrderNumber,
      at: bill.at,
      links: computed.map((part) => part.link),
      fees: computed.flatMap((part) => part.fees),
      hasGrace: true,
    })
  }
  if (!bill.skipCharges) await billPaidFees(context, tx, caller, snapshot, bill)
}

export type BillGroup = {
  readonly currency: string
  readonly billingEntityId: string
  readonly purchaseOrderNumber: string | null
  readonly subscriptions: readonly SubscriptionSnapshot[]
}

/** Subscriptions that share an invoice (§3.5). */
function groupsOf(snapshot: BillingSnapshot): BillGroup[] {
  const groups = new Map<string, BillGroup>()
  for (const subscription of snapshot.subscriptions) {
    const { row, plan } = subscription
    const billingEntityId = row.billingEntityId ?? snapshot.customer.billingEntityId
    const alone = row.consolidateInvoice ? '' : row.externalId
    const method = `${row.paymentMethodType}|${row.paymentMethodId ?? ''}`
    const key = JSON.stringify([method, plan.amountCurrency, billingEntityId, alone, row.purchaseOrderNumber])
    const group = groups.get(key)
    groups.set(key, {
      currency: plan.amountCurrency,
      billingEntityId,
      purchaseOrderNumber: row.purchaseOrderNumber,
      subscriptions: [...(group?.subscriptions ?? []), subscription],
    })
  }
  return [...groups.values()]
}
