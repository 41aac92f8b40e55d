import { Type } from 'typebox'
import { CURRENCIES } from '../../core/amounts/currency.ts'
import { PLAN_INTERVALS } from '../../core/plans/plan-settings.ts'
import { ChargeObject, PlanChargeInput } from './charges.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PlanEntitlementObject } from './entitlements.ts'
import { FixedChargeObject, FixedChargeOverride, PlanFixedChargeInput } from './fixed-charges.ts'
import { PaginationMeta } from './pagination.ts'
import { TaxObject } from './taxes.ts'

const interval = words(...PLAN_INTERVALS)
const currency = words(...CURRENCIES)
const nullableBoolean = Type.Union([Type.Boolean(), Type.Null()])
const trial = Type.Union([Type.Number({ description: 'Days.' }), Type.Null()])
const metadata = Type.Union([Type.Record(Type.String(), nullableText), Type.Null()])

const ApplicableThreshold = Type.Object({
  threshold_display_name: nullableText,
  amount_cents: Type.Integer(),
  recurring: Type.Boolean(),
})

export const UsageThresholdObject = Type.Object({
  lago_id: uuid,
  threshold_display_name: nullableText,
  amount_cents: Type.Integer(),
  recurring: Type.Boolean(),
  created_at: dateTime,
  updated_at: dateTime,
})

const MinimumCommitment = Type.Object({
  lago_id: uuid,
  plan_code: Type.String(),
  invoice_display_name: Type.Optional(Type.String()),
  amount_cents: Type.Integer(),
  interval,
  created_at: dateTime,
  updated_at: dateTime,
  taxes: Type.Array(TaxObject),
})

export const PlanObject = Type.Object({
  lago_id: uuid,
  name: Type.String(),
  invoice_display_name: Type.Optional(Type.String()),
  created_at: dateTime,
  code: Type.String(),
  interval,
  description: Type.Optional(Type.String()),
  amount_cents: Type.Integer(),
  amount_currency: currency,
  trial_period: trial,
  pay_in_advance: Type.Boolean(),
  bill_charges_monthly: nullableBoolean,
  bill_fixed_charges_monthly: nullableBoolean,
  customers_count: Type.Integer(),
  active_subscriptions_count: Type.Integer(),
  draft_invoices_count: Type.Integer(),
  parent_id: Type.Union([uuid, Type.Null()]),
  pending_deletion: Type.Boolean(),
  metadata: Type.Optional(metadata),
  minimum_commitment: Type.Optional(MinimumCommitment),
  charges: Type.Array(ChargeObject),
  fixed_charges: Type.Optional(Type.Array(FixedChargeObject, { description: 'Not in lists.' })),
  taxes: Type.Array(TaxObject),
  usage_thresholds: Type.Array(UsageThresholdObject),
  applicable_usage_thresholds: Type.Array(ApplicableThreshold),
  entitlements: Type.Array(PlanEntitlementObject),
})

const commitmentInput = Type.Union([
  Type.Object({
    amount_cents: Type.Optional(Type.Integer({ minimum: 1 })),
    invoice_display_name: Type.Optional(nullableText),
    tax_codes: Type.Optional(Type.Array(Type.String())),
  }),
  Type.Null(),
])

const thresholdInput = Type.Object({
  amount_cents: Type.Integer({ minimum: 1 }),
  threshold_display_name: Type.Optional(nullableText),
  recurring: Type.Optional(Type.Boolean()),
})

const input = {
  invoice_display_name: Type.Optional(nullableText),
  description: Type.Optional(nullableText),
  trial_period: Type.Optional(trial),
  bill_charges_monthly: Type.Optional(nullableBoolean),
  bill_fixed_charges_monthly: Type.Optional(nullableBoolean),
  tax_codes: Type.Optional(Type.Array(Type.String())),
  minimum_commitment: Type.Optional(commitmentInput),
  usage_thresholds: Type.Optional(Type.Array(thresholdInput)),
  charges: Type.Optional(Type.Array(PlanChargeInput)),
  fixed_charges: Type.Optional(Type.Array(PlanFixedChargeInput)),
  metadata: Type.Optional(metadata),
}

/** What a subscription may override in its plan; it then gets its own copy of the plan. */
export const PlanOverridesInput = Type.Partial(
  Type.Object({
    amount_cents: Type.Integer({ minimum: 0 }),
    amount_currency: currency,
    name: Type.String(),
    invoice_display_name: nullableText,
    description: nullableText,
    trial_period: trial,
    tax_codes: Type.Array(Type.String()),
    minimum_commitment: commitmentInput,
    usage_thresholds: Type.Array(thresholdInput),
    charges: Type.Array(PlanChargeInput),
    fixed_charges: Type.Array(FixedChargeOverride),
  }),
)

export const PlanCreateInput = Type.Object({
  plan: Type.Object({
    name: Type.String(),
    code: Type.String(),
    interval,
    amount_cents: Type.Integer({ minimum: 0 }),
    amount_currency: currency,
    pay_in_advance: Type.Optional(Type.Boolean({ default: false })),
    ...input,
  }),
})

export const PlanUpdateInput = Type.Object({
  plan: Type.Object({
    name: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    interval: Type.Optional(interval),
    amount_cents: Type.Optional(Type.Integer({ minimum: 0 })),
    amount_currency: Type.Optional(currency),
    pay_in_advance: Type.Optional(Type.Boolean()),
    ...input,
    cascade_updates: Type.Optional(Type.Boolean()),
  }),
})

export const Plan = Type.Object({ plan: PlanObject })
export const Plans = Type.Object({ plans: Type.Array(PlanObject), meta: PaginationMeta })
export const MetadataInput = Type.Object({ metadata })
export const MetadataAnswer = Type.Object({ metadata })
