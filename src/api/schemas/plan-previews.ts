import { Type } from 'typebox'
import { FEE_TYPES } from '../../core/invoicing/fee-draft.ts'
import { nullableInteger, nullableText, words } from './common.ts'
import { PlanCreateInput } from './plans.ts'

const decimal = Type.Union([Type.String(), Type.Number()])

export const PlanPreviewInput = Type.Object({
  plan: PlanCreateInput.properties.plan,
  usage: Type.Optional(
    Type.Array(
      Type.Object({
        charge: Type.Integer({ minimum: 0, description: 'The place of the charge in the plan.' }),
        filter: Type.Optional(
          Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
            description: 'The place of one of its filters; null for what matches none.',
          }),
        ),
        units: decimal,
        events_count: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
        precise_total_amount: Type.Optional(decimal),
      }),
    ),
  ),
  external_customer_id: Type.Optional(nullableText),
  billing_entity_code: Type.Optional(nullableText),
  customer_tax_codes: Type.Optional(Type.Array(Type.String())),
  with_curves: Type.Optional(Type.Boolean()),
})

const Line = Type.Object({
  type: words(...FEE_TYPES),
  name: Type.String(),
  charge: nullableInteger,
  filter: nullableInteger,
  filter_name: nullableText,
  is_true_up: Type.Boolean(),
  is_billed_at_once: Type.Boolean({ description: 'Billed event by event, and not part of the total.' }),
  units: Type.String(),
  events_count: nullableInteger,
  precise_unit_amount: Type.String(),
  amount_cents: Type.Integer(),
  amount_details: Type.Record(Type.String(), Type.Unknown()),
})

export const PlanPreview = Type.Object({
  plan_preview: Type.Object({
    currency: Type.String(),
    from_datetime: nullableText,
    to_datetime: nullableText,
    lines: Type.Array(Line),
    fees_amount_cents: Type.Integer(),
    sub_total_excluding_taxes_amount_cents: Type.Integer(),
    applied_taxes: Type.Array(
      Type.Object({
        tax_code: Type.String(),
        tax_name: Type.String(),
        tax_rate: Type.String(),
        amount_cents: Type.Integer(),
      }),
    ),
    taxes_amount_cents: Type.Integer(),
    total_amount_cents: Type.Integer(),
    curves: Type.Union([
      Type.Array(Type.Array(Type.Object({ units: Type.String(), amount: Type.String() }))),
      Type.Null(),
    ]),
  }),
})
