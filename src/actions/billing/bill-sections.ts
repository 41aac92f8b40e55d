import type { BillPlan, InvoicePlan } from '../../core/billing/bill-plan.ts'
import { sectionsOfInvoice } from '../../core/invoice-custom-sections/invoice-sections.ts'
import type { Tx } from '../../store/database.ts'
import { readSectionFacts } from '../../store/invoice-custom-sections.ts'

/** Bills whose invoices have the custom sections that their customers and subscriptions selected. */
export async function withSections(tx: Tx, bills: readonly BillPlan[]): Promise<readonly BillPlan[]> {
  const asking = bills.flatMap(({ documents }) =>
    documents.flatMap((each) => (each.kind === 'invoice' && isAsking(each.invoice) ? [each.invoice] : [])),
  )
  if (asking.length === 0) return bills
  const facts = await readSectionFacts(tx, asking)
  if (facts.selected.size === 0) return bills
  return bills.map((bill) => ({
    ...bill,
    documents: bill.documents.map((each) => {
      if (each.kind !== 'invoice' || !isAsking(each.invoice)) return each
      const customSections = sectionsOfInvoice(each.invoice, facts)
      return { kind: 'invoice' as const, invoice: { ...each.invoice, customSections } }
    }),
  }))
}

function isAsking({ customSections, outcome }: InvoicePlan): boolean {
  return customSections === null && outcome.status !== 'closed'
}
