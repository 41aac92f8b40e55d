import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import { newId } from '../ids.ts'
import type { BillRows } from './bill-rows.ts'

/** Adds the rows of the custom sections that an invoice prints. */
export function addSections(
  rows: Pick<BillRows, 'appliedCustomSections'>,
  organizationId: string,
  invoiceId: string,
  { customSections, createdAt }: InvoicePlan,
): void {
  for (const section of customSections ?? []) {
    rows.appliedCustomSections.push({
      organizationId,
      id: newId(),
      invoiceId,
      sectionId: section.id,
      code: section.code,
      name: section.name,
      displayName: section.displayName,
      details: section.details,
      createdAt,
    })
  }
}
