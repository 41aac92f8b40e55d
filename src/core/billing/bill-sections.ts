import { type SectionFacts, sectionsOfInvoice } from '../invoice-custom-sections/invoice-sections.ts'
import type { BillPlan, InvoicePlan } from './bill-plan.ts'

/** The invoices that print what their customers and subscriptions selected, which is not known yet. */
export function invoicesAskingForSections(bills: readonly BillPlan[]): readonly InvoicePlan[] {
  return bills.flatMap(({ documents }) =>
    documents.flatMap((each) => (each.kind === 'invoice' && isAsking(each.invoice) ? [each.invoice] : [])),
  )
}

/** The same bills with the custom sections that their customers and subscriptions selected. */
export function withSections(bills: readonly BillPlan[], facts: SectionFacts): readonly BillPlan[] {
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
