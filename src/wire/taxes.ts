import { Decimal } from '../core/amounts/decimal.ts'
import type { TaxRow } from '../store/taxes.ts'
import { isoSeconds } from './times.ts'

/** A tax inside another object. The counters are 0 in this version of the API (docs/rules/taxes.md). */
export function toWireTax(tax: TaxRow): object {
  return {
    lago_id: tax.id,
    name: tax.name,
    code: tax.code,
    rate: Decimal.of(tax.rate).toNumber(),
    description: tax.description,
    applied_to_organization: tax.isAppliedToOrganization,
    einvoice_category: tax.einvoiceCategory,
    einvoice_exemption_code: tax.einvoiceExemptionCode,
    einvoice_exemption_reason: tax.einvoiceExemptionReason,
    add_ons_count: 0,
    customers_count: 0,
    plans_count: 0,
    charges_count: 0,
    commitments_count: 0,
    created_at: isoSeconds(tax.createdAt),
  }
}

/** A single tax, with the codes of the billing entities that have it. */
export function toWireTaxWithEntities(tax: TaxRow, entityCodes: readonly string[]): object {
  return { ...toWireTax(tax), applied_to_billing_entities_codes: [...entityCodes] }
}
