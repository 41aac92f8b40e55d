import { Type } from 'typebox'
import { FEE_TYPES } from '../../core/invoicing/fee-draft.ts'
import { FEE_PAYMENT_STATUSES } from '../../store/fees.ts'
import { dateTime, nullableInteger, nullableText, uuid, words } from './common.ts'
import { FeeAmountDetails, itemFields } from './fee-details.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const nullableUuid = Type.Union([uuid, Type.Null()])
const nullableDateTime = Type.Union([dateTime, Type.Null()])
const decimalText = Type.String({ description: 'A decimal number in plain notation.' })
const paymentStatus = words(...FEE_PAYMENT_STATUSES)
const feeType = words(...FEE_TYPES)

export const PresentationBreakdowns = Type.Array(
  Type.Object({
    presentation_by: Type.Record(Type.String(), nullableText),
    units: decimalText,
  }),
)

/** A tax as of when it was applied. */
export const AppliedTax = Type.Object({
  lago_id: nullableUuid,
  lago_tax_id: nullableUuid,
  tax_name: Type.String(),
  tax_code: Type.String(),
  tax_rate: Type.Number({ description: 'Percent.' }),
  tax_description: nullableText,
  amount_cents: Type.Integer(),
  amount_currency: Type.String(),
  created_at: nullableDateTime,
})

export const AppliedFeeTax = Type.Object({ ...AppliedTax.properties, lago_fee_id: nullableUuid })

const PricingUnitDetails = Type.Object({
  lago_pricing_unit_id: uuid,
  pricing_unit_code: Type.String(),
  short_name: Type.String(),
  amount_cents: Type.Integer(),
  precise_amount_cents: decimalText,
  unit_amount_cents: Type.Integer(),
  precise_unit_amount: decimalText,
  conversion_rate: decimalText,
})

const FeeItem = Type.Object({
  type: feeType,
  ...itemFields,
  item_type: words('AddOn', 'BillableMetric', 'Subscription', 'WalletTransaction'),
  grouped_by: Type.Record(Type.String(), nullableText),
})

const references = {
  lago_id: nullableUuid,
  lago_charge_id: nullableUuid,
  lago_charge_filter_id: nullableUuid,
  lago_fixed_charge_id: nullableUuid,
  lago_invoice_id: nullableUuid,
  lago_true_up_fee_id: nullableUuid,
  lago_true_up_parent_fee_id: nullableUuid,
  lago_original_fee_id: nullableUuid,
  lago_subscription_id: nullableUuid,
  external_subscription_id: nullableText,
  lago_customer_id: nullableUuid,
  external_customer_id: nullableText,
}

const amounts = {
  amount_cents: Type.Integer(),
  amount_currency: Type.String(),
  precise_amount: decimalText,
  precise_total_amount: decimalText,
  taxes_amount_cents: Type.Integer(),
  taxes_precise_amount: decimalText,
  taxes_rate: Type.Number(),
  total_amount_cents: Type.Integer({ description: 'Coupons are not deducted.' }),
  total_amount_currency: Type.String(),
  precise_coupons_amount_cents: decimalText,
  sub_total_excluding_taxes_amount_cents: Type.Integer(),
  sub_total_excluding_taxes_precise_amount_cents: decimalText,
}

export const FeeObject = Type.Object({
  ...references,
  item: FeeItem,
  pay_in_advance: Type.Boolean(),
  invoiceable: Type.Boolean(),
  ...amounts,
  units: decimalText,
  total_aggregated_units: Type.Union([decimalText, Type.Null()], { description: 'Null without a metric.' }),
  description: nullableText,
  precise_unit_amount: decimalText,
  events_count: nullableInteger,
  payment_status: paymentStatus,
  created_at: nullableDateTime,
  succeeded_at: nullableDateTime,
  failed_at: nullableDateTime,
  refunded_at: nullableDateTime,
  amount_details: FeeAmountDetails,
  self_billed: Type.Boolean(),
  pricing_unit_details: Type.Union([PricingUnitDetails, Type.Null()]),
  presentation_breakdowns: PresentationBreakdowns,
  from_date: Type.Optional(nullableDateTime),
  to_date: Type.Optional(nullableDateTime),
  event_transaction_id: Type.Optional(nullableText),
  applied_taxes: Type.Array(AppliedFeeTax),
})

export const Fee = Type.Object({ fee: FeeObject })
export const Fees = Type.Object({ fees: Type.Array(FeeObject) })
export const FeesPaginated = Type.Object({ fees: Type.Array(FeeObject), meta: PaginationMeta })
export const FeeUpdateInput = Type.Object({ fee: Type.Object({ payment_status: paymentStatus }) })

export const FeesQuery = Type.Object({
  ...PageQuery.properties,
  fee_type: Type.Optional(feeType),
  payment_status: Type.Optional(paymentStatus),
  external_subscription_id: Type.Optional(Type.String()),
  external_customer_id: Type.Optional(Type.String()),
  billable_metric_code: Type.Optional(Type.String()),
  currency: Type.Optional(Type.String()),
  event_transaction_id: Type.Optional(Type.String()),
  created_at_from: Type.Optional(dateTime),
  created_at_to: Type.Optional(dateTime),
  succeeded_at_from: Type.Optional(dateTime),
  succeeded_at_to: Type.Optional(dateTime),
  failed_at_from: Type.Optional(dateTime),
  failed_at_to: Type.Optional(dateTime),
  refunded_at_from: Type.Optional(dateTime),
  refunded_at_to: Type.Optional(dateTime),
})
