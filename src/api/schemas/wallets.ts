import { Type } from 'typebox'
import { RULE_INTERVALS, RULE_METHODS, RULE_TRIGGERS } from '../../core/wallets/recurring-rule.ts'
import { WALLET_FEE_TYPES, WALLET_STATUSES } from '../../core/wallets/wallet.ts'
import { dateTime, nullableInteger, nullableText, uuid, words, wordsOrNull } from './common.ts'
import { AppliedCustomSection } from './invoice-custom-sections.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { PaymentMethodReference } from './subscriptions.ts'

const nullableDateTime = Type.Union([dateTime, Type.Null()])
const CREDITS = '^[0-9]+.?[0-9]*$'
const credits = Type.String({ pattern: CREDITS })
const nullableCredits = Type.Union([credits, Type.Null()])
/** A balance may be below zero. */
const balance = Type.String({ pattern: '^-?[0-9]+.?[0-9]*$' })
const nullableBoolean = Type.Union([Type.Boolean(), Type.Null()])
const pairs = Type.Array(Type.Object({ key: Type.String(), value: Type.String() }))

const RuleObject = Type.Object({
  lago_id: uuid,
  status: words('active', 'terminated'),
  trigger: words(...RULE_TRIGGERS),
  interval: wordsOrNull(...RULE_INTERVALS),
  threshold_credits: credits,
  method: words(...RULE_METHODS),
  paid_credits: credits,
  granted_credits: credits,
  target_ongoing_balance: nullableCredits,
  grants_target_top_up: nullableBoolean,
  started_at: nullableDateTime,
  expiration_at: nullableDateTime,
  invoice_requires_successful_payment: Type.Boolean(),
  ignore_paid_top_up_limits: Type.Boolean(),
  transaction_metadata: pairs,
  transaction_name: nullableText,
  purchase_order_number: nullableText,
  created_at: dateTime,
  payment_method: PaymentMethodReference,
  applied_invoice_custom_sections: Type.Array(AppliedCustomSection),
})

const metadata = Type.Record(Type.String(), nullableText)

/** A wallet as its transactions show it. */
export const walletProperties = {
  lago_id: uuid,
  lago_customer_id: uuid,
  external_customer_id: Type.String(),
  billing_entity_code: Type.String(),
  status: words(...WALLET_STATUSES),
  currency: Type.String(),
  name: nullableText,
  code: Type.String(),
  purchase_order_number: nullableText,
  rate_amount: Type.String({ pattern: CREDITS, description: 'Currency units per credit.' }),
  credits_balance: balance,
  credits_ongoing_balance: balance,
  credits_ongoing_usage_balance: balance,
  balance_cents: Type.Integer(),
  ongoing_balance_cents: Type.Integer(),
  ongoing_usage_balance_cents: Type.Integer(),
  consumed_credits: credits,
  created_at: dateTime,
  expiration_at: nullableDateTime,
  last_balance_sync_at: nullableDateTime,
  last_consumed_credit_at: nullableDateTime,
  terminated_at: nullableDateTime,
  invoice_requires_successful_payment: Type.Boolean(),
  paid_top_up_min_amount_cents: nullableInteger,
  paid_top_up_max_amount_cents: nullableInteger,
  priority: Type.Integer({ minimum: 1, maximum: 50 }),
  payment_method: PaymentMethodReference,
  metadata: Type.Optional(metadata),
}

const WalletObject = Type.Object({
  ...walletProperties,
  recurring_transaction_rules: Type.Array(RuleObject),
  applies_to: Type.Object({
    fee_types: Type.Array(words(...WALLET_FEE_TYPES)),
    billable_metric_codes: Type.Array(Type.String()),
  }),
  applied_invoice_custom_sections: Type.Array(AppliedCustomSection),
})

export const CustomSectionSelection = Type.Object({
  skip_invoice_custom_sections: Type.Optional(Type.Boolean()),
  invoice_custom_section_codes: Type.Optional(Type.Array(Type.String())),
})

const rule = {
  trigger: words(...RULE_TRIGGERS),
  interval: Type.Optional(words(...RULE_INTERVALS)),
  threshold_credits: Type.Optional(credits),
  method: Type.Optional(words(...RULE_METHODS)),
  paid_credits: Type.Optional(nullableCredits),
  granted_credits: Type.Optional(nullableCredits),
  target_ongoing_balance: Type.Optional(credits),
  grants_target_top_up: Type.Optional(nullableBoolean),
  started_at: Type.Optional(nullableDateTime),
  expiration_at: Type.Optional(nullableDateTime),
  invoice_requires_successful_payment: Type.Optional(Type.Boolean()),
  ignore_paid_top_up_limits: Type.Optional(Type.Boolean()),
  transaction_metadata: Type.Optional(pairs),
  transaction_name: Type.Optional(nullableText),
  purchase_order_number: Type.Optional(nullableText),
  payment_method: Type.Optional(PaymentMethodReference),
  invoice_custom_section: Type.Optional(CustomSectionSelection),
}

const changeable = {
  name: Type.Optional(nullableText),
  code: Type.Optional(nullableText),
  priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
  expiration_at: Type.Optional(nullableDateTime),
  invoice_requires_successful_payment: Type.Optional(Type.Boolean()),
  paid_top_up_min_amount_cents: Type.Optional(nullableInteger),
  paid_top_up_max_amount_cents: Type.Optional(nullableInteger),
  purchase_order_number: Type.Optional(nullableText),
  billing_entity_code: Type.Optional(Type.String()),
  billing_entity_id: Type.Optional(uuid),
  metadata: Type.Optional(Type.Union([metadata, Type.Null()])),
  applies_to: Type.Optional(
    Type.Union([
      Type.Object({
        fee_types: Type.Optional(Type.Union([Type.Array(words(...WALLET_FEE_TYPES)), Type.Null()])),
        billable_metric_codes: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
      }),
      Type.Null(),
    ]),
  ),
  payment_method: Type.Optional(PaymentMethodReference),
  invoice_custom_section: Type.Optional(CustomSectionSelection),
}

const creatable = {
  ...changeable,
  rate_amount: Type.String({ pattern: CREDITS }),
  currency: Type.String(),
  paid_credits: Type.Optional(nullableCredits),
  granted_credits: Type.Optional(nullableCredits),
  ignore_paid_top_up_limits_on_creation: Type.Optional(nullableBoolean),
  transaction_name: Type.Optional(nullableText),
  transaction_priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
  transaction_metadata: Type.Optional(Type.Union([pairs, Type.Null()])),
  recurring_transaction_rules: Type.Optional(Type.Union([Type.Array(Type.Object(rule)), Type.Null()])),
}

export const WalletCreateInput = Type.Object({
  wallet: Type.Object({ ...creatable, external_customer_id: Type.String() }),
})
export const WalletOfCustomerCreateInput = Type.Object({ wallet: Type.Object(creatable) })
export const WalletUpdateInput = Type.Object({
  wallet: Type.Object({
    ...changeable,
    recurring_transaction_rules: Type.Optional(
      Type.Union([Type.Array(Type.Object({ ...rule, lago_id: Type.Optional(uuid) })), Type.Null()]),
    ),
  }),
})
export const Wallet = Type.Object({ wallet: WalletObject })
export const Wallets = Type.Object({ wallets: Type.Array(WalletObject), meta: PaginationMeta })

export const WalletsOfCustomerQuery = Type.Object({
  ...PageQuery.properties,
  currency: Type.Optional(Type.String()),
  'billing_entity_codes[]': Type.Optional(Type.Array(Type.String())),
})
export const WalletsQuery = Type.Object({
  ...WalletsOfCustomerQuery.properties,
  external_customer_id: Type.Optional(Type.String()),
})

export const BalanceHistory = Type.Object({
  balance_history: Type.Object({
    lago_wallet_id: uuid,
    currency: Type.String(),
    points: Type.Array(
      Type.Object({ at: dateTime, balance_cents: Type.Integer(), credits_balance: balance }),
      { description: 'After each of the newest settled transactions, oldest first.' },
    ),
    spent_cents_in_30_days: Type.Integer({ description: 'What paid for invoices.' }),
    spent_credits_in_30_days: balance,
    empty_at: Type.Union([dateTime, Type.Null()], {
      description:
        'When the ongoing balance is used up at the pace of these days; null when nothing was spent.',
    }),
  }),
})
