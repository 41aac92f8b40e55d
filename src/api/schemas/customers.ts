import { Type } from 'typebox'
import {
  ACCOUNT_TYPES,
  CUSTOMER_TYPES,
  ISSUING_DATE_ADJUSTMENTS,
  ISSUING_DATE_ANCHORS,
} from '../../core/customers/customer-change.ts'
import { DOCUMENT_LOCALES } from '../../core/input/places.ts'
import { dateTime, ErrorDetail, nullableInteger, nullableText, uuid, words, wordsOrNull } from './common.ts'
import { InvoiceCustomSectionObject } from './invoice-custom-sections.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { TaxObject } from './taxes.ts'

const Address = Type.Partial(
  Type.Object({
    address_line1: nullableText,
    address_line2: nullableText,
    city: nullableText,
    zipcode: nullableText,
    state: nullableText,
    country: nullableText,
  }),
)

const BillingConfiguration = Type.Partial(
  Type.Object({
    invoice_grace_period: nullableInteger,
    subscription_invoice_issuing_date_anchor: wordsOrNull(...ISSUING_DATE_ANCHORS),
    subscription_invoice_issuing_date_adjustment: wordsOrNull(...ISSUING_DATE_ADJUSTMENTS),
    payment_provider: nullableText,
    payment_provider_code: nullableText,
    document_locale: wordsOrNull(...DOCUMENT_LOCALES),
    provider_customer_id: Type.String({ description: 'The id at the payment provider.' }),
    sync: Type.Boolean(),
    sync_with_provider: Type.Boolean(),
    provider_payment_methods: Type.Array(Type.String()),
  }),
)

const integrationKind = words('netsuite', 'anrok', 'avalara', 'xero', 'hubspot', 'salesforce')

export const IntegrationCustomer = Type.Object({
  lago_id: uuid,
  type: integrationKind,
  integration_code: Type.String(),
  external_customer_id: nullableText,
  sync_with_provider: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  subsidiary_id: Type.Optional(Type.String()),
  targeted_object: Type.Optional(nullableText),
  email: Type.Optional(nullableText),
})

const IntegrationCustomerInput = Type.Partial(
  Type.Object({
    id: uuid,
    integration_type: integrationKind,
    integration_code: Type.String(),
    external_customer_id: Type.String(),
    sync_with_provider: Type.Boolean(),
    subsidiary_id: Type.String(),
  }),
)

const texts = {
  name: nullableText,
  firstname: nullableText,
  lastname: nullableText,
  ...Address.properties,
  email: nullableText,
  url: nullableText,
  phone: nullableText,
  logo_url: nullableText,
  legal_name: nullableText,
  legal_number: nullableText,
  currency: nullableText,
  tax_identification_number: nullableText,
  timezone: nullableText,
  external_salesforce_id: nullableText,
}

const shared = {
  customer_type: wordsOrNull(...CUSTOMER_TYPES),
  net_payment_term: nullableInteger,
  finalize_zero_amount_invoice: words('inherit', 'skip', 'finalize'),
  shipping_address: Address,
  skip_invoice_custom_sections: Type.Boolean(),
}

const MetadataInput = Type.Object({
  id: Type.Optional(uuid),
  key: Type.String({ maxLength: 20 }),
  value: Type.String({ maxLength: 100 }),
  display_in_invoice: Type.Optional(Type.Boolean()),
})

/** A customer inside other objects. */
export const CustomerInside = Type.Object({
  lago_id: uuid,
  billing_entity_code: Type.String(),
  external_id: Type.String(),
  account_type: words(...ACCOUNT_TYPES),
  sequential_id: Type.Integer(),
  slug: Type.String(),
  created_at: dateTime,
  updated_at: dateTime,
  ...texts,
  ...shared,
  applicable_timezone: Type.String(),
  billing_configuration: BillingConfiguration,
  metadata: Type.Array(
    Type.Object({
      lago_id: uuid,
      key: Type.String(),
      value: Type.String(),
      display_in_invoice: Type.Boolean(),
      created_at: dateTime,
    }),
  ),
})

export const CustomerObject = Type.Object({
  ...CustomerInside.properties,
  taxes: Type.Array(TaxObject),
  integration_customers: Type.Array(IntegrationCustomer),
  applicable_invoice_custom_sections: Type.Optional(Type.Array(InvoiceCustomSectionObject)),
  error_details: Type.Optional(Type.Array(ErrorDetail)),
})

export const CustomerCreateInput = Type.Object({
  customer: Type.Interface(
    [
      Type.Partial(
        Type.Object({
          ...texts,
          ...shared,
          account_type: wordsOrNull(...ACCOUNT_TYPES),
          billing_entity_code: nullableText,
          billing_configuration: BillingConfiguration,
          tax_codes: Type.Array(Type.String()),
          invoice_custom_section_codes: Type.Array(Type.String()),
          integration_customers: Type.Array(IntegrationCustomerInput),
          metadata: Type.Array(MetadataInput),
        }),
      ),
    ],
    { external_id: Type.String({ description: 'Your own id for the customer, used to look it up.' }) },
  ),
})

const textList = Type.Optional(Type.Array(Type.String()))

export const CustomersQuery = Type.Interface([PageQuery], {
  search_term: Type.Optional(Type.String()),
  external_id: Type.Optional(Type.String()),
  'account_type[]': Type.Optional(Type.Array(words(...ACCOUNT_TYPES))),
  customer_type: Type.Optional(words(...CUSTOMER_TYPES)),
  has_customer_type: Type.Optional(Type.Boolean()),
  has_tax_identification_number: Type.Optional(Type.Boolean()),
  'currencies[]': textList,
  'countries[]': textList,
  'states[]': textList,
  'zipcodes[]': textList,
  'billing_entity_codes[]': textList,
  'metadata[key]': Type.Optional(
    Type.String({ description: 'An empty value matches customers without the key.' }),
  ),
})

export const Customer = Type.Object({ customer: CustomerObject })
export const Customers = Type.Object({ customers: Type.Array(CustomerObject), meta: PaginationMeta })

/** A page of a payment provider on which a customer leaves a card or a mandate. */
export const CheckoutUrl = Type.Object({
  customer: Type.Object({
    lago_customer_id: uuid,
    external_customer_id: Type.String(),
    payment_provider: Type.String(),
    payment_provider_code: Type.String(),
    checkout_url: Type.String({ format: 'uri' }),
  }),
})
