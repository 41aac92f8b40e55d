import { Type } from 'typebox'
import { ISSUING_DATE_ADJUSTMENTS, ISSUING_DATE_ANCHORS } from '../../core/customers/customer-change.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { InvoiceCustomSectionObject } from './invoice-custom-sections.ts'
import { invoiceSettings, sharedSettings } from './organizations.ts'
import { TaxObject } from './taxes.ts'

const issuingDates = {
  subscription_invoice_issuing_date_anchor: words(...ISSUING_DATE_ANCHORS),
  subscription_invoice_issuing_date_adjustment: words(...ISSUING_DATE_ADJUSTMENTS),
}

const bankAccount = Type.Object(
  { holder: nullableText, iban: Type.String(), bic: nullableText },
  { description: 'Printed on invoices and written into e-invoices.' },
)
const bankAccountInput = Type.Object({
  holder: Type.Optional(nullableText),
  iban: Type.String(),
  bic: Type.Optional(nullableText),
})

const own = {
  phone: nullableText,
  einvoicing: Type.Boolean(),
  eu_tax_management: Type.Boolean(),
  document_numbering: words('per_customer', 'per_billing_entity'),
}

const EntityObject = Type.Object({
  lago_id: uuid,
  code: Type.String(),
  name: Type.String(),
  created_at: dateTime,
  updated_at: dateTime,
  ...sharedSettings,
  ...own,
  ...invoiceSettings,
  ...issuingDates,
  is_default: Type.Boolean(),
  bank_account: Type.Union([bankAccount, Type.Null()]),
  logo_url: nullableText,
})

const input = Type.Partial(
  Type.Object({
    ...sharedSettings,
    ...own,
    bank_account: Type.Union([bankAccountInput, Type.Null()]),
    logo: Type.Union([
      Type.String({ description: 'A data URL of a png or jpeg; blank removes it.' }),
      Type.Null(),
    ]),
    billing_configuration: Type.Partial(Type.Object({ ...invoiceSettings, ...issuingDates })),
  }),
)

export const BillingEntityCreateInput = Type.Object({
  billing_entity: Type.Interface([input], { code: Type.String(), name: Type.String() }),
})

export const BillingEntityUpdateInput = Type.Object({
  billing_entity: Type.Interface([input], {
    name: Type.Optional(Type.String()),
    tax_codes: Type.Optional(Type.Array(Type.String())),
    invoice_custom_section_codes: Type.Optional(Type.Array(Type.String())),
  }),
})

export const BillingEntity = Type.Object({
  billing_entity: Type.Interface([EntityObject], {
    taxes: Type.Array(TaxObject),
    selected_invoice_custom_sections: Type.Array(InvoiceCustomSectionObject),
  }),
})

export const BillingEntities = Type.Object({ billing_entities: Type.Array(EntityObject) })
