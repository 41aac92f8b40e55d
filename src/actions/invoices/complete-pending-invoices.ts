import { completeInvoice } from '../../core/billing/pending-invoice.ts'
import { readCustomerFacts } from '../../store/billing/customer-facts.ts'
import { takeNumbers } from '../../store/billing/numbers.ts'
import { lockPendingInvoices, writeCompletedInvoices } from '../../store/billing/pending-invoices.ts'
import { readTaxesOfFees } from '../../store/billing/taxes-of-bills.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItems } from '../../store/due-items.ts'
import { announceFinalized } from '../billing/announce-documents.ts'
import type { Caller } from '../context.ts'

/**
 * Makes the invoices of a customer final that waited for its taxes, oldest first: with their taxes, numbers and
 * webhooks (docs/rules/taxes.md#vat-numbers). The caller has locked the customer.
 */
export async function completePendingInvoices(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  const { organizationId, now } = caller
  const pending = await lockPendingInvoices(tx, customerId)
  if (pending.length === 0) return
  const { customers, billingEntities } = await readCustomerFacts(tx, [customerId])
  const customer = customers.get(customerId)
  if (!customer) throw new Error(`customer ${customerId} is gone`)
  const fees = pending.flatMap(({ invoice }) => invoice.fees)
  const planIds = pending.flatMap(({ invoice }) => [...invoice.planIds.values()])
  const taxes = await readTaxesOfFees(tx, customer, fees, planIds)
  const invoices = pending.map(({ invoice }) => completeInvoice(invoice, customer, taxes, now))
  const numbers = await takeNumbers(
    tx,
    pending.map(({ billingEntityId }) => {
      const billingEntity = billingEntities.get(billingEntityId)
      if (!billingEntity) throw new Error(`billing entity ${billingEntityId} is gone`)
      const outcome = { status: 'finalized', finalizedAt: now, overdueAt: null } as const
      return { customer, billingEntity, outcome }
    }),
  )
  const completed = invoices.flatMap((invoice, i) => {
    const number = numbers[i]
    return number ? [{ invoice, number }] : []
  })
  await writeCompletedInvoices(tx, organizationId, completed)
  await scheduleItems(
    tx,
    organizationId,
    invoices.flatMap(({ id, overdueAt }) =>
      overdueAt === null ? [] : [{ kind: 'invoice_overdue' as const, subjectId: id, dueAt: overdueAt }],
    ),
  )
  await announceFinalized(
    tx,
    caller,
    pending.map(({ invoice, invoiceType }) => ({ id: invoice.id, invoiceType })),
  )
}
