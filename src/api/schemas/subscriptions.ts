import { type TObject, Type } from 'typebox'
import { BILLING_TIMES } from '../../core/calendar/boundaries.ts'
import { SUBSCRIPTION_STATUSES } from '../../core/subscriptions/lifecycle.ts'
import { dateTime, nullableText, uuid, words, wordsOrNull } from './common.ts'
import { SubscriptionEntitlementObject } from './entitlements.ts'
import { AppliedCustomSection } from './invoice-custom-sections.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { PlanObject, PlanOverridesInput } from './plans.ts'

const nullableDateTime = Type.Union([dateTime, Type.Null()])

export const PaymentMethodReference = Type.Object({
  payment_method_type: Type.Optional(words('provider', 'manual')),
  payment_method_id: Type.Optional(Type.Union([uuid, Type.Null()])),
})

const ActivationRuleObject = Type.Object({
  lago_id: uuid,
  type: words('payment'),
  timeout_hours: Type.Integer(),
  status: words('inactive', 'pending', 'satisfied', 'declined', 'failed', 'expired', 'not_applicable'),
  expires_at: Type.Optional(nullableDateTime),
  created_at: dateTime,
  updated_at: dateTime,
})

export const SubscriptionObject = Type.Object({
  lago_id: uuid,
  external_id: Type.String(),
  lago_customer_id: uuid,
  external_customer_id: Type.String(),
  billing_entity_code: Type.String(),
  name: nullableText,
  plan_code: Type.String(),
  plan_amount_cents: Type.Integer(),
  plan_amount_currency: Type.String(),
  status: words(...SUBSCRIPTION_STATUSES),
  billing_time: words(...BILLING_TIMES),
  subscription_at: dateTime,
  started_at: nullableDateTime,
  activated_at: nullableDateTime,
  trial_ended_at: nullableDateTime,
  ending_at: nullableDateTime,
  terminated_at: nullableDateTime,
  canceled_at: nullableDateTime,
  created_at: dateTime,
  previous_plan_code: nullableText,
  next_plan_code: nullableText,
  downgrade_plan_date: Type.Union([Type.String({ format: 'date' }), Type.Null()]),
  current_billing_period_started_at: nullableDateTime,
  current_billing_period_ending_at: nullableDateTime,
  on_termination_credit_note: wordsOrNull('credit', 'refund', 'offset', 'skip'),
  on_termination_invoice: words('generate', 'skip'),
  progressive_billing_disabled: Type.Boolean(),
  consolidate_invoice: Type.Boolean({ description: 'False puts it on a separate invoice.' }),
  purchase_order_number: nullableText,
  cancellation_reason: wordsOrNull('payment_failed', 'timeout'),
  payment_method: PaymentMethodReference,
  activation_rules: Type.Array(ActivationRuleObject),
})

const ApplicableUsageThreshold = Type.Object({
  threshold_display_name: nullableText,
  amount_cents: Type.Integer(),
  recurring: Type.Boolean(),
})

/** The response for a single subscription. */
export const SubscriptionObjectExtended = Type.Object({
  ...SubscriptionObject.properties,
  plan: PlanObject,
  entitlements: Type.Array(SubscriptionEntitlementObject),
  applicable_usage_thresholds: Type.Array(ApplicableUsageThreshold),
  applied_invoice_custom_sections: Type.Array(AppliedCustomSection),
})

const inputs = {
  name: Type.Optional(nullableText),
  subscription_at: Type.Optional(dateTime),
  ending_at: Type.Optional(nullableDateTime),
  progressive_billing_disabled: Type.Optional(Type.Boolean()),
  consolidate_invoice: Type.Optional(Type.Boolean({ default: true })),
  purchase_order_number: Type.Optional(nullableText),
  billing_entity_code: Type.Optional(Type.String()),
  billing_entity_id: Type.Optional(uuid),
  payment_method: Type.Optional(PaymentMethodReference),
  invoice_custom_section: Type.Optional(
    Type.Object({
      skip_invoice_custom_sections: Type.Optional(Type.Boolean()),
      invoice_custom_section_codes: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  activation_rules: Type.Optional(
    Type.Array(
      Type.Object({ type: words('payment'), timeout_hours: Type.Optional(Type.Integer({ minimum: 0 })) }),
    ),
  ),
  usage_thresholds: Type.Optional(
    Type.Array(
      Type.Object({
        amount_cents: Type.Integer({ minimum: 1 }),
        threshold_display_name: Type.Optional(nullableText),
        recurring: Type.Optional(Type.Boolean()),
      }),
    ),
  ),
  plan_overrides: Type.Optional(PlanOverridesInput),
}

export const SubscriptionCreateInput: TObject = Type.Object({
  subscription: Type.Object({
    external_customer_id: Type.String(),
    plan_code: Type.String(),
    external_id: Type.String(),
    billing_time: Type.Optional(words(...BILLING_TIMES)),
    ...inputs,
  }),
})

export const SubscriptionUpdateInput: TObject = Type.Object({
  status: Type.Optional(words('active', 'pending')),
  subscription: Type.Object({
    ...inputs,
    on_termination_credit_note: Type.Optional(wordsOrNull('credit', 'refund', 'offset', 'skip')),
    on_termination_invoice: Type.Optional(words('generate', 'skip')),
  }),
})

const statuses = Type.Optional(Type.Array(words(...SUBSCRIPTION_STATUSES)))

export const SubscriptionsQuery = Type.Object({
  ...PageQuery.properties,
  external_customer_id: Type.Optional(Type.String()),
  plan_code: Type.Optional(Type.String()),
  currency: Type.Optional(Type.String()),
  'status[]': statuses,
  'billing_entity_codes[]': Type.Optional(Type.Array(Type.String())),
})

export const SubscriptionQuery = Type.Object({
  status: Type.Optional(words(...SUBSCRIPTION_STATUSES)),
})

export const SubscriptionDeletionQuery = Type.Object({
  status: Type.Optional(words('active', 'pending')),
  on_termination_credit_note: Type.Optional(words('credit', 'refund', 'offset', 'skip')),
  on_termination_invoice: Type.Optional(words('generate', 'skip')),
})

export const Subscription = Type.Object({ subscription: SubscriptionObject })
export const SubscriptionExtended = Type.Object({ subscription: SubscriptionObjectExtended })
export const Subscriptions = Type.Object({
  subscriptions: Type.Array(SubscriptionObject),
  meta: PaginationMeta,
})
