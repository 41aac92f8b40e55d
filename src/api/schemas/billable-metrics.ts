import { Type } from 'typebox'
import { ROUNDING_FUNCTIONS } from '../../core/metrics/metric.ts'
import { dateTime, nullableInteger, nullableText, uuid, words, wordsOrNull } from './common.ts'
import { PaginationMeta } from './pagination.ts'

const aggregation = words(
  'count_agg',
  'sum_agg',
  'max_agg',
  'unique_count_agg',
  'weighted_sum_agg',
  'latest_agg',
)
const filters = Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Type.String()) }), {
  description:
    'Properties by which charges may set different prices (at most 100), with their allowed values.',
})
const rounding = wordsOrNull(...ROUNDING_FUNCTIONS)
const interval = wordsOrNull('seconds')

export const BillableMetricObject = Type.Object({
  lago_id: uuid,
  name: Type.String(),
  code: Type.String(),
  description: nullableText,
  aggregation_type: aggregation,
  weighted_interval: interval,
  recurring: Type.Boolean(),
  rounding_function: rounding,
  rounding_precision: nullableInteger,
  created_at: dateTime,
  field_name: nullableText,
  expression: Type.Optional(Type.String()),
  filters,
  active_subscriptions_count: Type.Optional(Type.Integer()),
  draft_invoices_count: Type.Optional(Type.Integer()),
  plans_count: Type.Optional(Type.Integer()),
})

const input = {
  description: Type.Optional(nullableText),
  field_name: Type.Optional(nullableText),
  recurring: Type.Optional(Type.Boolean()),
  weighted_interval: Type.Optional(interval),
  rounding_function: Type.Optional(rounding),
  rounding_precision: Type.Optional(Type.Union([Type.Integer({ minimum: -15, maximum: 15 }), Type.Null()])),
  expression: Type.Optional(nullableText),
  filters: Type.Optional(filters),
}

export const BillableMetricCreateInput = Type.Object({
  billable_metric: Type.Object({
    name: Type.String(),
    code: Type.String(),
    aggregation_type: aggregation,
    ...input,
  }),
})

export const BillableMetricUpdateInput = Type.Object({
  billable_metric: Type.Object({
    name: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    aggregation_type: Type.Optional(aggregation),
    ...input,
  }),
})

export const BillableMetric = Type.Object({ billable_metric: BillableMetricObject })
export const BillableMetrics = Type.Object({
  billable_metrics: Type.Array(BillableMetricObject),
  meta: PaginationMeta,
})

export const ExpressionInput = Type.Object({
  expression: Type.String(),
  event: Type.Object({
    code: Type.String(),
    timestamp: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
    properties: Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Number()])),
  }),
})

export const ExpressionResult = Type.Object({
  expression_result: Type.Object({ value: Type.Union([Type.String(), Type.Number()]) }),
})
