import { Type } from 'typebox'
import { CHARGE_MODELS, chargeModels } from '../../core/pricing/models.ts'
import { dateTime, nullableText, uuid, words, wordsOrNull } from './common.ts'
import { PaginationMeta } from './pagination.ts'
import { TaxObject } from './taxes.ts'

const properties = Type.Union(
  CHARGE_MODELS.map((name) => chargeModels[name].schema),
  { description: 'Prices of the model; decimals are strings.' },
)
const values = Type.Record(Type.String(), Type.Array(Type.String()))
const model = words(...CHARGE_MODELS)
const regrouping = wordsOrNull('invoice')

export const ChargeFilterObject = Type.Object({
  lago_id: uuid,
  charge_code: Type.String(),
  invoice_display_name: nullableText,
  properties,
  values,
})

export const ChargeObject = Type.Object({
  lago_id: uuid,
  lago_billable_metric_id: uuid,
  billable_metric_code: Type.String(),
  code: Type.String(),
  invoice_display_name: nullableText,
  created_at: dateTime,
  charge_model: model,
  invoiceable: Type.Boolean(),
  regroup_paid_fees: regrouping,
  pay_in_advance: Type.Boolean(),
  prorated: Type.Boolean(),
  min_amount_cents: Type.Integer(),
  properties,
  accepts_target_wallet: Type.Boolean(),
  lago_parent_id: Type.Union([uuid, Type.Null()]),
  filters: Type.Array(ChargeFilterObject),
  taxes: Type.Array(TaxObject),
  applied_pricing_unit: Type.Union([
    Type.Object({ code: Type.String(), conversion_rate: Type.String() }),
    Type.Null(),
  ]),
})

const cascade = {
  cascade_updates: Type.Optional(
    Type.Boolean({ description: 'Also applies the change to overridden copies of the plan.' }),
  ),
}

const filterInput = Type.Object({
  invoice_display_name: Type.Optional(nullableText),
  properties,
  values,
})

const overridable = {
  invoice_display_name: Type.Optional(nullableText),
  min_amount_cents: Type.Optional(Type.Integer({ minimum: 0 })),
  properties: Type.Optional(properties),
  filters: Type.Optional(Type.Array(filterInput)),
  tax_codes: Type.Optional(Type.Array(Type.String())),
  applied_pricing_unit: Type.Optional(
    Type.Object({ code: Type.Optional(Type.String()), conversion_rate: Type.String() }),
  ),
}

const settings = {
  ...overridable,
  code: Type.Optional(Type.String()),
  pay_in_advance: Type.Optional(Type.Boolean()),
  invoiceable: Type.Optional(Type.Boolean()),
  regroup_paid_fees: Type.Optional(regrouping),
  prorated: Type.Optional(Type.Boolean()),
  accepts_target_wallet: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
}

/** A charge in a plan's payload; `id` refers to an existing one. */
export const PlanChargeInput = Type.Object({
  id: Type.Optional(uuid),
  billable_metric_id: Type.Optional(uuid),
  charge_model: Type.Optional(model),
  ...settings,
})

export const ChargeCreateInput = Type.Object({
  charge: Type.Object({ billable_metric_id: uuid, charge_model: model, ...settings, ...cascade }),
})
export const ChargeUpdateInput = Type.Object({
  charge: Type.Object({
    billable_metric_id: Type.Optional(uuid),
    charge_model: Type.Optional(model),
    ...settings,
    ...cascade,
  }),
})
export const ChargeDeleteInput = Type.Object({ charge: Type.Optional(Type.Object(cascade)) })
export const ChargeOverrideInput = Type.Object({ charge: Type.Object(overridable) })

export const FilterCreateInput = Type.Object({
  filter: Type.Object({ invoice_display_name: Type.Optional(nullableText), properties, values, ...cascade }),
})
export const FilterUpdateInput = Type.Object({
  filter: Type.Object({
    invoice_display_name: Type.Optional(nullableText),
    properties: Type.Optional(properties),
    values: Type.Optional(values),
    ...cascade,
  }),
})
export const FilterDeleteInput = Type.Object({ filter: Type.Optional(Type.Object(cascade)) })

export const Charge = Type.Object({ charge: ChargeObject })
export const Charges = Type.Object({ charges: Type.Array(ChargeObject), meta: PaginationMeta })
export const ChargeFilter = Type.Object({ filter: ChargeFilterObject })
export const ChargeFilters = Type.Object({ filters: Type.Array(ChargeFilterObject), meta: PaginationMeta })
