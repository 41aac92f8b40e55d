import { Type } from 'typebox'
import {
  ACCOUNT_TYPES,
  CUSTOMER_TYPES,
  ISSUING_DATE_ADJUSTMENTS,
  ISSUING_DATE_ANCHORS,
} from '../../core/customers/customer-change.ts'
import { DOCUMENT_LOCALES } from '../../core/input/places.ts'
import { dateTime, nullableInteger, nullableText, uuid, words, wordsOrNull } from './common.ts'
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
    payment_provider: Type.String(),
    payment_provider_code: nullableText,
    document_locale: words(...DOCUMENT_LOCALES),
  }),
)

const BillingConfigurationInput = Type.Interface([BillingConfiguration], {
  provider_customer_id: Type.Optional(Type.String()),
  sync: Type.Optional(Type.Boolean()),
  sync_with_provider: Type.Optional(Type.Boolean()),
  provider_payment_methods: Type.Optional(Type.Array(Type.String())),
})

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

export const CustomerObject = Type.Object({
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
  taxes: Type.Array(TaxObject),
  integration_customers: Type.Array(Type.Object({})),
  applicable_invoice_custom_sections: Type.Optional(Type.Array(Type.Object({}))),
  error_details: Type.Optional(Type.Array(Type.Object({}))),
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
          billing_configuration: BillingConfigurationInput,
          tax_codes: Type.Array(Type.String()),
          invoice_custom_section_codes: Type.Array(Type.String()),
          integration_customers: Type.Array(Type.Object({})),
          metadata: Type.Array(MetadataInput),
        }),
      ),
    ],
    { external_id: Type.String({ description: 'Your own id of the customer; finds it again.' }) },
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
    Type.String({ description: 'An empty value asks for the absence of the key.' }),
  ),
})

export const Customer = Type.Object({ customer: CustomerObject })
export const Customers = Type.Object({ customers: Type.Array(CustomerObject), meta: PaginationMeta })
