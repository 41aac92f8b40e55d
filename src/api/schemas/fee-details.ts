import { Type } from 'typebox'
import { nullableText, uuid } from './common.ts'

const decimalText = Type.String({ description: 'A decimal number in plain notation.' })

const eventsCount = Type.Union([Type.Integer(), decimalText], {
  description: 'A string on the fee of a single event.',
})

const range = {
  units: decimalText,
  from_value: Type.Integer(),
  to_value: Type.Union([Type.Integer(), Type.Null()]),
  flat_unit_amount: decimalText,
  per_unit_total_amount: decimalText,
  total_with_flat_amount: decimalText,
}

/** How the amount of a fee was calculated; the keys depend on the charge model (docs/rules/pricing-models.md). */
export const FeeAmountDetails = Type.Partial(
  Type.Object({
    plan_amount_cents: Type.Integer({ description: 'For a subscription fee: the full price of the plan.' }),
    graduated_ranges: Type.Array(Type.Object({ ...range, per_unit_amount: decimalText })),
    graduated_percentage_ranges: Type.Array(Type.Object({ ...range, rate: decimalText })),
    units: decimalText,
    free_units: decimalText,
    paid_units: decimalText,
    free_events: eventsCount,
    paid_events: eventsCount,
    rate: decimalText,
    per_package_size: Type.Integer(),
    per_package_unit_amount: decimalText,
    flat_unit_amount: decimalText,
    per_unit_amount: decimalText,
    per_unit_total_amount: decimalText,
    fixed_fee_unit_amount: decimalText,
    fixed_fee_total_amount: decimalText,
    min_max_adjustment_total_amount: decimalText,
  }),
)

/** What a fee is for, whatever its type. */
export const itemFields = {
  code: Type.String(),
  name: Type.String(),
  description: nullableText,
  invoice_display_name: Type.String(),
  filters: Type.Union([Type.Record(Type.String(), Type.Array(Type.String())), Type.Null()]),
  filter_invoice_display_name: nullableText,
  lago_item_id: uuid,
}
