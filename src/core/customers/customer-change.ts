import { Fields, given, type Input, isInput } from '../input/fields.ts'
import { readCountry, readCurrency, readLocale, readTimeZone } from '../input/places.ts'
import { type ProviderLink, readProviderLink } from '../payment-providers/provider-link.ts'
import { PROVIDER_TYPES } from '../payments/gateway.ts'
import { type Outcome, Problems } from '../problems.ts'
import { areEmails, tidyEmails } from './email.ts'
import { type MetadataEntry, readCustomerMetadata } from './metadata.ts'

export const ACCOUNT_TYPES = ['customer', 'partner'] as const
export const CUSTOMER_TYPES = ['company', 'individual'] as const
export const ISSUING_DATE_ANCHORS = ['current_period_end', 'next_period_start'] as const
export const ISSUING_DATE_ADJUSTMENTS = ['keep_anchor', 'align_with_finalization_date'] as const
const ZERO_AMOUNT_RULES = ['inherit', 'skip', 'finalize'] as const

const ADDRESS_KEYS = ['address_line1', 'address_line2', 'city', 'zipcode', 'state'] as const

/** A shipping address keyed as in the API; only the keys that were sent. */
export type AddressChange = Readonly<Record<string, string | null>>

/** The validated fields of a customer request. Keys that were not sent are absent and stay unchanged. */
export type CustomerChange = {
  readonly externalId: string
  readonly columns: CustomerColumns
  readonly accountType?: (typeof ACCOUNT_TYPES)[number]
  readonly billingEntityCode?: string
  readonly taxCodes?: readonly string[]
  /** Custom sections to select instead of the billing entity's. */
  readonly sectionCodes?: readonly string[]
  readonly metadata?: readonly MetadataEntry[]
  readonly shippingAddress?: AddressChange
  /** How to link the customer to a payment provider; null unlinks it. */
  readonly providerLink?: ProviderLink | null
}

/** Longer ones do not fit into an index entry of PostgreSQL. */
const EXTERNAL_ID_BYTES_MAX = 2500

/** Customer columns that a request writes unchanged. */
export type CustomerColumns = ReturnType<typeof readColumns>

/**
 * Reads the body of `POST /customers`. The external id is mandatory; null resets a field to its inherited value. 422
 * with every invalid field.
 */
export function readCustomer(input: Input): Outcome<CustomerChange> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const externalId = fields.mandatoryId('external_id', 1000)
  if (externalId !== undefined && new TextEncoder().encode(externalId).length > EXTERNAL_ID_BYTES_MAX) {
    problems.add('external_id', 'value_is_too_long')
  }
  const billing = fields.object('billing_configuration')
  const change = {
    columns: readColumns(fields, billing),
    ...given({
      accountType: fields.word('account_type', ACCOUNT_TYPES) ?? undefined,
      billingEntityCode: fields.id('billing_entity_code') ?? undefined,
      taxCodes: fields.ids('tax_codes'),
      sectionCodes: fields.ids('invoice_custom_section_codes'),
      metadata: readCustomerMetadata(input.metadata, problems),
      shippingAddress: readAddress(fields.object('shipping_address')),
    }),
  }
  const providerLink = readProviderLink(billing)
  checkIntegrations(input.integration_customers, problems)
  if (input.skip_invoice_custom_sections === true && fields.has('invoice_custom_section_codes')) {
    problems.add('invoice_custom_sections', 'skip_sections_and_selected_ids_sent_together')
  }
  return problems.outcome({ externalId: externalId ?? '', ...change, ...given({ providerLink }) })
}

function readColumns(fields: Fields, billing: Fields | undefined) {
  const zeroRule = fields.word('finalize_zero_amount_invoice', ZERO_AMOUNT_RULES, 'invalid_value')
  const skipsSections = fields.has('invoice_custom_section_codes')
    ? false
    : fields.boolean('skip_invoice_custom_sections')
  return given({
    name: fields.text('name', 255),
    firstname: fields.text('firstname'),
    lastname: fields.text('lastname'),
    legalName: fields.text('legal_name'),
    legalNumber: fields.text('legal_number'),
    phone: fields.text('phone'),
    url: fields.text('url'),
    logoUrl: fields.text('logo_url'),
    customerType: fields.word('customer_type', CUSTOMER_TYPES),
    email: readEmails(fields),
    addressLine1: fields.text('address_line1'),
    addressLine2: fields.text('address_line2'),
    city: fields.text('city'),
    state: fields.text('state'),
    zipcode: fields.text('zipcode'),
    country: readCountry(fields),
    currency: readCurrency(fields, 'currency'),
    taxIdentificationNumber: fields.text('tax_identification_number'),
    timezone: readTimeZone(fields),
    netPaymentTerm: fields.integer('net_payment_term'),
    finalizeZeroAmountInvoice: zeroRule === null ? ('inherit' as const) : zeroRule,
    externalSalesforceId: fields.text('external_salesforce_id'),
    skipInvoiceCustomSections: skipsSections === null ? false : skipsSections,
    invoiceGracePeriod: billing?.integer('invoice_grace_period'),
    documentLocale: billing && readLocale(billing),
    subscriptionInvoiceIssuingDateAnchor: billing?.word(
      'subscription_invoice_issuing_date_anchor',
      ISSUING_DATE_ANCHORS,
    ),
    subscriptionInvoiceIssuingDateAdjustment: billing?.word(
      'subscription_invoice_issuing_date_adjustment',
      ISSUING_DATE_ADJUSTMENTS,
    ),
    paymentProvider: billing?.word('payment_provider', PROVIDER_TYPES),
    paymentProviderCode: billing?.id('payment_provider_code'),
  })
}

/** One or several addresses (`invalid_email_format`); an empty string means none. */
export function readEmails(fields: Fields): string | null | undefined {
  const text = fields.text('email')
  if (typeof text !== 'string') return text
  const tidy = tidyEmails(text)
  if (tidy === '') return null
  return areEmails(tidy) ? tidy : fields.refuse('email', 'invalid_email_format')
}

function readAddress(fields: Fields | undefined): AddressChange | undefined {
  if (!fields) return undefined
  const lines = ADDRESS_KEYS.map((key) => [key, fields.text(key)] as const)
  const all = [...lines, ['country', readCountry(fields)] as const]
  return Object.fromEntries(
    all.filter((entry): entry is [(typeof entry)[0], string | null] => entry[1] !== undefined),
  )
}

function checkIntegrations(value: unknown, problems: Problems): void {
  if (value === undefined || value === null) return
  if (!Array.isArray(value) || !value.every(isInput)) {
    problems.add('integration_customers', 'value_is_invalid')
    return
  }
  const types = value.map((entry) => entry.integration_type).filter((type) => typeof type === 'string')
  if (new Set(types).size < types.length) {
    problems.add('integration_customers', 'invalid_count_per_integration_type')
  }
}
