import { Type } from 'typebox'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { TaxObject } from './taxes.ts'

const price = Type.String({ description: 'A decimal number in plain notation.' })

const ranges = Type.Array(
  Type.Object({
    from_value: Type.Integer(),
    to_value: Type.Union([Type.Integer(), Type.Null()], { description: 'Null in the last range.' }),
    flat_amount: price,
    per_unit_amount: price,
  }),
)

/** An add-on billed by a plan in every period. */
export const FixedChargeObject = Type.Object({
  lago_id: uuid,
  lago_add_on_id: uuid,
  add_on_code: Type.String(),
  code: Type.String(),
  invoice_display_name: nullableText,
  charge_model: words('standard', 'graduated', 'volume'),
  pay_in_advance: Type.Boolean(),
  prorated: Type.Boolean(),
  units: Type.Number(),
  properties: Type.Object({
    amount: Type.Optional(price),
    graduated_ranges: Type.Optional(ranges),
    volume_ranges: Type.Optional(ranges),
  }),
  lago_parent_id: Type.Union([uuid, Type.Null()]),
  taxes: Type.Array(TaxObject),
  created_at: dateTime,
})
