import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import { newId } from '../ids.ts'
import type { AppliedSectionRow } from '../invoice-custom-sections.ts'

/** The rows of the custom sections that an invoice prints. */
export function sectionRows(
  organizationId: string,
  invoiceId: string,
  { customSections, createdAt }: InvoicePlan,
): readonly AppliedSectionRow[] {
  return (customSections ?? []).map((section) => ({
    organizationId,
    id: newId(),
    invoiceId,
    sectionId: section.id,
    code: section.code,
    name: section.name,
    displayName: section.displayName,
    details: section.details,
    createdAt,
  }))
}
