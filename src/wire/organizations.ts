import type { OrganizationRow } from '../store/organizations.ts'
import { isoSeconds } from './times.ts'

/** The organization; `webhookUrls` are its endpoints, of which the first is also shown separately. */
export function toWireOrganization(organization: OrganizationRow, webhookUrls: readonly string[]): object {
  return {
    lago_id: organization.id,
    name: organization.name,
    slug: organization.slug,
    default_currency: organization.defaultCurrency,
    created_at: isoSeconds(organization.createdAt),
    webhook_url: webhookUrls[0] ?? '',
    webhook_urls: [...webhookUrls],
    country: organization.country,
    address_line1: organization.addressLine1,
    address_line2: organization.addressLine2,
    state: organization.state,
    zipcode: organization.zipcode,
    email: organization.email,
    city: organization.city,
    legal_name: organization.legalName,
    legal_number: organization.legalNumber,
    timezone: organization.timezone,
    net_payment_term: organization.netPaymentTerm,
    email_settings: organization.emailSettings,
    document_numbering: organization.documentNumbering,
    document_number_prefix: organization.documentNumberPrefix,
    tax_identification_number: organization.taxIdentificationNumber,
    finalize_zero_amount_invoice: organization.finalizeZeroAmountInvoice,
    billing_configuration: {
      invoice_footer: organization.invoiceFooter,
      invoice_grace_period: organization.invoiceGracePeriod,
      document_locale: organization.documentLocale,
    },
    events_store: 'postgres',
  }
}
