import { Type } from 'typebox'
import { dateTime, nullableText, uuid, wordsOrNull } from './common.ts'
import { PaginationMeta } from './pagination.ts'

const category = wordsOrNull('S', 'Z', 'E', 'AE', 'K', 'G', 'O')

export const TaxObject = Type.Object({
  lago_id: uuid,
  name: Type.String(),
  code: Type.String(),
  rate: Type.Number({ description: 'Percent.' }),
  description: nullableText,
  applied_to_organization: Type.Boolean({ description: 'Whether the default billing entity has it.' }),
  einvoice_category: category,
  einvoice_exemption_code: nullableText,
  einvoice_exemption_reason: nullableText,
  applied_to_billing_entities_codes: Type.Optional(Type.Array(Type.String())),
  add_ons_count: Type.Integer(),
  customers_count: Type.Integer(),
  plans_count: Type.Integer(),
  charges_count: Type.Integer(),
  commitments_count: Type.Integer(),
  created_at: dateTime,
})

const rateInput = Type.Union([Type.String({ pattern: '^[0-9]+.?[0-9]*$' }), Type.Number()])
const others = {
  description: Type.Optional(nullableText),
  applied_to_organization: Type.Optional(Type.Boolean()),
  einvoice_category: Type.Optional(category),
  einvoice_exemption_code: Type.Optional(nullableText),
  einvoice_exemption_reason: Type.Optional(nullableText),
}

export const TaxCreateInput = Type.Object({
  tax: Type.Object({ name: Type.String(), code: Type.String(), rate: rateInput, ...others }),
})

export const TaxUpdateInput = Type.Object({
  tax: Type.Object({
    name: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    rate: Type.Optional(rateInput),
    ...others,
  }),
})

export const Tax = Type.Object({ tax: TaxObject })
export const Taxes = Type.Object({ taxes: Type.Array(TaxObject), meta: PaginationMeta })
