import type {
  AppliedSectionRow,
  CustomSectionRow,
  SelectedSection,
} from '../store/invoice-custom-sections.ts'
import { isoSeconds } from './times.ts'

export function toWireCustomSection(section: CustomSectionRow): object {
  return {
    lago_id: section.id,
    code: section.code,
    name: section.name,
    description: section.description,
    details: section.details,
    display_name: section.displayName,
    organization_id: section.organizationId,
  }
}

/** A section as a subscription selected it. */
export function toWireSelectedSection(section: SelectedSection): object {
  return {
    lago_id: section.selectionId,
    created_at: isoSeconds(section.selectedAt),
    invoice_custom_section: toWireCustomSection(section),
    invoice_custom_section_id: section.id,
  }
}

/** A section as it stands on an invoice. */
export function toWireAppliedSection(row: AppliedSectionRow): object {
  return {
    lago_id: row.id,
    lago_invoice_id: row.invoiceId,
    code: row.code,
    details: row.details,
    display_name: row.displayName,
    created_at: isoSeconds(row.createdAt),
  }
}
