import { Type } from 'typebox'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PaginationMeta } from './pagination.ts'
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

const properties = Type.Object({
  amount: Type.Optional(price),
  graduated_ranges: Type.Optional(ranges),
  volume_ranges: Type.Optional(ranges),
})

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
  units: Type.String({ description: 'A decimal; of a subscription, those that it has.' }),
  properties,
  lago_parent_id: Type.Union([uuid, Type.Null()]),
  taxes: Type.Array(TaxObject),
  created_at: dateTime,
})

const overridable = {
  invoice_display_name: Type.Optional(nullableText),
  units: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  apply_units_immediately: Type.Optional(
    Type.Boolean({ description: 'Whether new units count from now on, and not from the next period.' }),
  ),
  properties: Type.Optional(properties),
  tax_codes: Type.Optional(Type.Array(Type.String())),
}

const settings = {
  ...overridable,
  add_on_id: Type.Optional(uuid),
  add_on_code: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  charge_model: Type.Optional(words('standard', 'graduated', 'volume')),
  pay_in_advance: Type.Optional(Type.Boolean()),
  prorated: Type.Optional(Type.Boolean()),
}

const cascade = {
  cascade_updates: Type.Optional(
    Type.Boolean({ description: 'Takes the change to the copies that subscriptions have of the plan.' }),
  ),
}

/** A fixed charge inside a plan's payload; `id` names one that is there already. */
export const PlanFixedChargeInput = Type.Object({ id: Type.Optional(uuid), ...settings })

/** A fixed charge inside the overrides of a subscription. */
export const FixedChargeOverride = Type.Object({ id: Type.Optional(uuid), ...overridable })

export const FixedChargeInput = Type.Object({ fixed_charge: Type.Object({ ...settings, ...cascade }) })
export const FixedChargeDeleteInput = Type.Object({ fixed_charge: Type.Optional(Type.Object(cascade)) })
export const FixedChargeOverrideInput = Type.Object({ fixed_charge: Type.Object(overridable) })

export const FixedCharge = Type.Object({ fixed_charge: FixedChargeObject })
export const FixedCharges = Type.Object({
  fixed_charges: Type.Array(FixedChargeObject),
  meta: PaginationMeta,
})
