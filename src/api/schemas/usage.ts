import { type TSchema, Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'
import { PresentationBreakdowns } from './fees.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const decimalText = Type.String({ description: 'A decimal number in plain notation.' })

const pricingUnitDetails = (others: Record<string, TSchema> = {}): TSchema =>
  Type.Union([
    Type.Object({
      amount_cents: Type.Integer(),
      short_name: Type.String(),
      conversion_rate: decimalText,
      ...others,
    }),
    Type.Null(),
  ])

const sums = {
  units: decimalText,
  total_aggregated_units: decimalText,
  events_count: Type.Integer(),
  amount_cents: Type.Integer(),
  pricing_unit_details: pricingUnitDetails(),
  presentation_breakdowns: PresentationBreakdowns,
}

const projectedSums = {
  units: decimalText,
  projected_units: decimalText,
  events_count: Type.Integer(),
  amount_cents: Type.Integer(),
  projected_amount_cents: Type.Integer(),
  pricing_unit_details: pricingUnitDetails({ projected_amount_cents: Type.Integer() }),
  presentation_breakdowns: PresentationBreakdowns,
  projected_presentation_breakdowns: PresentationBreakdowns,
}

const charge = {
  lago_id: uuid,
  charge_model: Type.String(),
  invoice_display_name: nullableText,
}

const metric = Type.Object({
  lago_id: uuid,
  name: Type.String(),
  code: Type.String(),
  aggregation_type: Type.String(),
})

function chargeUsage(
  own: Record<string, TSchema>,
  chargeFields: Record<string, TSchema>,
  ofPrice: Record<string, TSchema> = {},
) {
  const filter = {
    ...own,
    invoice_display_name: nullableText,
    values: Type.Union([Type.Record(Type.String(), Type.Array(Type.String())), Type.Null()]),
  }
  return Type.Object({
    ...own,
    ...ofPrice,
    amount_currency: Type.String(),
    charge: Type.Object(chargeFields),
    billable_metric: metric,
    filters: Type.Array(Type.Object({ ...filter, ...ofPrice })),
    grouped_usage: Type.Array(
      Type.Object({
        ...own,
        grouped_by: Type.Record(Type.String(), nullableText),
        filters: Type.Array(Type.Object(filter)),
      }),
    ),
  })
}

const head = {
  from_datetime: dateTime,
  to_datetime: dateTime,
  issuing_date: Type.String({ format: 'date' }),
  currency: Type.String(),
  amount_cents: Type.Integer(),
  total_amount_cents: Type.Integer(),
  taxes_amount_cents: Type.Integer(),
  lago_invoice_id: Type.Union([uuid, Type.Null()]),
}

const UsageObject = Type.Object({
  ...head,
  charges_usage: Type.Array(chargeUsage(sums, { ...charge, code: Type.String() })),
})

export const CustomerUsage = Type.Object({ customer_usage: UsageObject })

const Tier = Type.Union([
  Type.Object({
    number: Type.Integer({ description: 'The place of the tier that is reached, from 1.' }),
    count: Type.Integer(),
    left: Type.Union([decimalText, Type.Null()], {
      description: 'Units until the next tier; null in the last.',
    }),
  }),
  Type.Null(),
])

export const LiveUsage = Type.Object({
  live_usage: Type.Object({
    ...head,
    charges_usage: Type.Array(chargeUsage(sums, { ...charge, code: Type.String() }, { tier: Tier })),
  }),
})

export const LiveUsageQuery = Type.Object({ external_subscription_id: Type.String() })

export const CustomerProjectedUsage = Type.Object({
  customer_projected_usage: Type.Object({
    ...head,
    projected_amount_cents: Type.Integer(),
    charges_usage: Type.Array(chargeUsage(projectedSums, charge)),
  }),
})

export const CustomerPastUsage = Type.Object({
  usage_periods: Type.Array(UsageObject),
  meta: PaginationMeta,
})

export const ProjectedUsageQuery = Type.Object({
  external_subscription_id: Type.String(),
  apply_taxes: Type.Optional(Type.Boolean({ default: true })),
})

export const CurrentUsageQuery = Type.Object({
  ...ProjectedUsageQuery.properties,
  charge_id: Type.Optional(uuid),
  charge_code: Type.Optional(Type.String()),
  billable_metric_code: Type.Optional(Type.String()),
  group: Type.Optional(Type.String({ description: 'A JSON object, or group[key]=value.' })),
  skip_grouping: Type.Optional(Type.Boolean()),
  filter_by_presentation: Type.Optional(Type.String({ description: 'A JSON array of keys to keep.' })),
  full_usage: Type.Optional(Type.Boolean()),
  filter_by_charge_id: Type.Optional(uuid),
  filter_by_charge_code: Type.Optional(Type.String()),
  filter_by_metric_code: Type.Optional(Type.String()),
  filter_by_group: Type.Optional(Type.String()),
})

export const PastUsageQuery = Type.Object({
  ...PageQuery.properties,
  external_subscription_id: Type.String(),
  billable_metric_code: Type.Optional(Type.String()),
  periods_count: Type.Optional(Type.Integer({ minimum: 1 })),
})
