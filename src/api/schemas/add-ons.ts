import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'
import { PaginationMeta } from './pagination.ts'
import { TaxObject } from './taxes.ts'

export const AddOnObject = Type.Object({
  lago_id: uuid,
  name: Type.String(),
  invoice_display_name: nullableText,
  code: Type.String(),
  amount_cents: Type.Integer(),
  amount_currency: Type.String(),
  description: nullableText,
  created_at: dateTime,
  taxes: Type.Array(TaxObject),
})

const others = {
  invoice_display_name: Type.Optional(nullableText),
  description: Type.Optional(nullableText),
  tax_codes: Type.Optional(Type.Array(Type.String())),
}

const mandatory = {
  name: Type.String(),
  code: Type.String(),
  amount_cents: Type.Integer({ description: 'Above zero.' }),
  amount_currency: Type.String(),
}

export const AddOnCreateInput = Type.Object({ add_on: Type.Object({ ...mandatory, ...others }) })

export const AddOnUpdateInput = Type.Object({
  add_on: Type.Object({ ...Type.Partial(Type.Object(mandatory)).properties, ...others }),
})

export const AddOn = Type.Object({ add_on: AddOnObject })
export const AddOns = Type.Object({ add_ons: Type.Array(AddOnObject), meta: PaginationMeta })
