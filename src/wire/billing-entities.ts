import type { CustomSectionRow } from '../store/invoice-custom-sections.ts'
import type { BillingEntityRow } from '../store/organizations.ts'
import type { TaxRow } from '../store/taxes.ts'
import { toWireCustomSection } from './invoice-custom-sections.ts'
import { toWireTax } from './taxes.ts'
import { isoSeconds } from './times.ts'

/** A billing entity in a list. The logo is a data URL, as sent. */
export function toWireBillingEntity(entity: BillingEntityRow): object {
  return {
    lago_id: entity.id,
    code: entity.code,
    name: entity.name,
    default_currency: entity.defaultCurrency,
    created_at: isoSeconds(entity.createdAt),
    updated_at: isoSeconds(entity.updatedAt),
    country: entity.country,
    address_line1: entity.addressLine1,
    address_line2: entity.addressLine2,
    phone: entity.phone,
    city: entity.city,
    state: entity.state,
    zipcode: entity.zipcode,
    einvoicing: entity.einvoicing,
    email: entity.email,
    legal_name: entity.legalName,
    legal_number: entity.legalNumber,
    timezone: entity.timezone,
    net_payment_term: entity.netPaymentTerm,
    email_settings: entity.emailSettings,
    document_numbering: entity.documentNumbering,
    document_number_prefix: entity.documentNumberPrefix,
    tax_identification_number: entity.taxIdentificationNumber,
    finalize_zero_amount_invoice: entity.finalizeZeroAmountInvoice,
    invoice_footer: entity.invoiceFooter,
    invoice_grace_period: entity.invoiceGracePeriod,
    subscription_invoice_issuing_date_adjustment: entity.subscriptionInvoiceIssuingDateAdjustment,
    subscription_invoice_issuing_date_anchor: entity.subscriptionInvoiceIssuingDateAnchor,
    document_locale: entity.documentLocale,
    is_default: entity.isDefault,
    eu_tax_management: entity.euTaxManagement,
    bank_account:
      entity.bankAccountIban === null
        ? null
        : {
            holder: entity.bankAccountHolder,
            iban: entity.bankAccountIban,
            bic: entity.bankAccountBic,
          },
    logo_url:
      entity.logo === null
        ? null
        : `data:${entity.logoContentType ?? 'image/png'};base64,${entity.logo.toString('base64')}`,
  }
}

/** A single billing entity, with its taxes. */
export function toWireBillingEntityWithTaxes(
  entity: BillingEntityRow,
  taxes: readonly TaxRow[],
  sections: readonly CustomSectionRow[],
): object {
  return {
    ...toWireBillingEntity(entity),
    taxes: taxes.map(toWireTax),
    selected_invoice_custom_sections: sections.map(toWireCustomSection),
  }
}
