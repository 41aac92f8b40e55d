import { Type } from 'typebox'
import { nullableText, uuid, words } from './common.ts'
import { itemFields } from './fee-details.ts'

const nothing = Type.Null()
const decimalText = Type.String({ description: 'A decimal number.' })

const event = Type.Object({
  code: Type.String(),
  external_subscription_id: Type.String(),
  transaction_id: Type.Optional(nullableText),
  timestamp: Type.Optional(Type.Union([Type.Number(), Type.String()])),
  properties: Type.Optional(Type.Object({}, { additionalProperties: true })),
  precise_total_amount_cents: Type.Optional(Type.Union([Type.Number(), Type.String()])),
})

export const EventEstimateInput = Type.Object({ event })
export const EventBatchEstimateInput = Type.Object({
  events: Type.Array(
    Type.Union([event, EventEstimateInput], { description: 'Each as it is, or under its own `event`.' }),
  ),
})

const InstantFee = Type.Object({
  lago_id: nothing,
  lago_charge_id: uuid,
  lago_charge_filter_id: Type.Union([uuid, Type.Null()]),
  lago_invoice_id: nothing,
  lago_true_up_fee_id: nothing,
  lago_true_up_parent_fee_id: nothing,
  lago_subscription_id: uuid,
  external_subscription_id: Type.String(),
  lago_customer_id: uuid,
  external_customer_id: Type.String(),
  item: Type.Object({
    type: words('charge'),
    ...itemFields,
    item_type: words('BillableMetric'),
    grouped_by: Type.Object({}),
  }),
  pay_in_advance: Type.Boolean(),
  invoiceable: Type.Boolean(),
  amount_cents: decimalText,
  amount_currency: Type.String(),
  precise_amount: Type.String({ description: 'A decimal number, in currency units.' }),
  precise_total_amount: decimalText,
  taxes_amount_cents: Type.Integer(),
  taxes_precise_amount: Type.Number(),
  taxes_rate: Type.Number(),
  total_amount_cents: decimalText,
  total_amount_currency: Type.String(),
  units: Type.String(),
  description: nothing,
  precise_unit_amount: Type.String({ description: 'A decimal number, in cents.' }),
  precise_coupons_amount_cents: Type.String(),
  events_count: Type.Integer(),
  payment_status: words('pending'),
  created_at: nothing,
  succeeded_at: nothing,
  failed_at: nothing,
  refunded_at: nothing,
  amount_details: nothing,
  event_transaction_id: Type.String(),
})

export const FeesEstimate = Type.Object({ fees: Type.Array(InstantFee) })
