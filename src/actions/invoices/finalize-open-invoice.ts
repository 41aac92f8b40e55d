import { localDate } from '../../core/calendar/zone.ts'
import { readCustomerFacts } from '../../store/billing/customer-facts.ts'
import { takeNumbers } from '../../store/billing/numbers.ts'
import type { Tx } from '../../store/database.ts'
import { type InvoiceRow, updateInvoice } from '../../store/invoices.ts'
import { ts } from '../../store/values.ts'
import { announceFinalized } from '../billing/announce-documents.ts'
import type { Caller } from '../context.ts'

/**
 * Makes an invoice final that was open until it was paid: it gets its number, and is issued and due today in the time
 * zone of its customer. The caller has locked the customer and the invoice.
 */
export async function finalizeOpenInvoice(tx: Tx, caller: Caller, invoice: InvoiceRow): Promise<void> {
  const { now } = caller
  const { customers, billingEntities } = await readCustomerFacts(tx, [invoice.customerId])
  const customer = customers.get(invoice.customerId)
  const billingEntity = billingEntities.get(invoice.billingEntityId)
  if (!customer || !billingEntity) throw new Error(`invoice ${invoice.id} has no billing entity`)
  const today = localDate(now, customer.zone)
  const outcome = { status: 'finalized', finalizedAt: now, overdueAt: null } as const
  const [number] = await takeNumbers(tx, [{ customer, billingEntity, outcome }])
  await updateInvoice(tx, invoice.id, {
    status: 'finalized',
    ...number,
    finalizedAt: ts(now),
    issuingDate: today,
    paymentDueDate: today,
    updatedAt: ts(now),
  })
  await announceFinalized(tx, caller, [invoice])
}
