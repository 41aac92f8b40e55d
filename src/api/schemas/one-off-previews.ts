import { Type } from 'typebox'

const cents = Type.Integer()

export const OneOffPreview = Type.Object({
  one_off_preview: Type.Object({
    currency: Type.String(),
    fees: Type.Array(
      Type.Object({
        add_on_code: Type.String(),
        name: Type.String(),
        units: Type.String(),
        precise_unit_amount: Type.String(),
        amount_cents: cents,
        taxes_amount_cents: cents,
      }),
    ),
    fees_amount_cents: cents,
    applied_taxes: Type.Array(
      Type.Object({
        tax_code: Type.String(),
        tax_name: Type.String(),
        tax_rate: Type.String(),
        amount_cents: cents,
      }),
    ),
    taxes_amount_cents: cents,
    total_amount_cents: cents,
  }),
})
