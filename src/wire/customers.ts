import type { CustomerDetails, CustomerMetadataRow, CustomerRow } from '../store/customers.ts'
import type { CustomSectionRow } from '../store/invoice-custom-sections.ts'
import { toWireCustomSection } from './invoice-custom-sections.ts'
import { toWireTax } from './taxes.ts'
import { isoSeconds } from './times.ts'

/** A customer in lists and other objects, with its taxes. */
export function toWireListedCustomer(details: CustomerDetails): object {
  return {
    ...toWireCustomerBase(details),
    taxes: details.taxes.map(toWireTax),
    integration_customers: [],
  }
}

/** A single customer: shown, created or deleted. */
export function toWireCustomer(details: CustomerDetails, sections: readonly CustomSectionRow[]): object {
  return {
    ...toWireListedCustomer(details),
    applicable_invoice_custom_sections: sections.map(toWireCustomSection),
    error_details: [],
  }
}

/** A customer inside another object. */
export function toWireCustomerBase({
  customer,
  billingEntity,
  metadata,
}: Omit<CustomerDetails, 'taxes'>): object {
  return {
    lago_id: customer.id,
    billing_entity_code: billingEntity.code,
    external_id: customer.externalId,
    account_type: customer.accountType,
    name: customer.name,
    firstname: customer.firstname,
    lastname: customer.lastname,
    customer_type: customer.customerType,
    sequential_id: Number(customer.sequentialId),
    slug: customer.slug,
    created_at: isoSeconds(customer.createdAt),
    updated_at: isoSeconds(customer.updatedAt),
    ...addressOf(customer),
    email: customer.email,
    url: customer.url,
    phone: customer.phone,
    logo_url: customer.logoUrl,
    legal_name: customer.legalName,
    legal_number: customer.legalNumber,
    currency: customer.currency,
    tax_identification_number: customer.taxIdentificationNumber,
    timezone: customer.timezone,
    applicable_timezone: customer.timezone ?? billingEntity.timezone,
    net_payment_term: customer.netPaymentTerm,
    external_salesforce_id: customer.externalSalesforceId,
    finalize_zero_amount_invoice: customer.finalizeZeroAmountInvoice,
    billing_configuration: billingConfigurationOf(customer),
    shipping_address: shippingAddressOf(customer),
    skip_invoice_custom_sections: customer.skipInvoiceCustomSections,
    metadata: metadata.map(toWireCustomerMetadata),
  }
}

function addressOf(customer: CustomerRow): object {
  return {
    country: customer.country,
    address_line1: customer.addressLine1,
    address_line2: customer.addressLine2,
    state: customer.state,
    zipcode: customer.zipcode,
    city: customer.city,
  }
}

/** The customer's own settings; null for inherited ones. */
function billingConfigurationOf(customer: CustomerRow): object {
  return {
    invoice_grace_period: customer.invoiceGracePeriod,
    payment_provider: customer.paymentProvider,
    payment_provider_code: customer.paymentProviderCode,
    document_locale: customer.documentLocale,
    subscription_invoice_issuing_date_anchor: customer.subscriptionInvoiceIssuingDateAnchor,
    subscription_invoice_issuing_date_adjustment: customer.subscriptionInvoiceIssuingDateAdjustment,
    ...(customer.providerPaymentMethods === null ? {} : linkOf(customer)),
  }
}

/** The customer at its payment provider; its id there is null until the provider has answered. */
function linkOf(customer: CustomerRow): object {
  return {
    provider_customer_id: customer.providerCustomerId,
    sync_with_provider: customer.syncWithProvider,
    provider_payment_methods: customer.providerPaymentMethods,
  }
}

function shippingAddressOf(customer: CustomerRow): object {
  const stored = (customer.shippingAddress ?? {}) as Readonly<Record<string, string | null>>
  return {
    address_line1: stored.address_line1 ?? null,
    address_line2: stored.address_line2 ?? null,
    city: stored.city ?? null,
    zipcode: stored.zipcode ?? null,
    state: stored.state ?? null,
    country: stored.country ?? null,
  }
}

function toWireCustomerMetadata(row: CustomerMetadataRow): object {
  return {
    lago_id: row.id,
    key: row.key,
    value: row.value,
    display_in_invoice: row.displayInInvoice,
    created_at: isoSeconds(row.createdAt),
  }
}
