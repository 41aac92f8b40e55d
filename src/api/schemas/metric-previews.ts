import { Type } from 'typebox'
import { AGGREGATIONS } from '../../core/metering/usage.ts'
import { ROUNDING_FUNCTIONS } from '../../core/metrics/metric.ts'
import { nullableInteger, nullableText, words, wordsOrNull } from './common.ts'

export const MetricPreviewInput = Type.Object({
  billable_metric: Type.Object({
    aggregation_type: words(...AGGREGATIONS),
    field_name: Type.Optional(nullableText),
    expression: Type.Optional(nullableText),
    rounding_function: Type.Optional(wordsOrNull(...ROUNDING_FUNCTIONS)),
    rounding_precision: Type.Optional(nullableInteger),
    filters: Type.Optional(
      Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Type.String()) })),
    ),
  }),
  events: Type.Optional(
    Type.Array(
      Type.Object({
        properties: Type.Record(Type.String(), Type.Unknown()),
        day: Type.Optional(nullableInteger),
      }),
      {
        description:
          'At most 100 events in a period of 30 days: on the `day` of it from 0 to 29, else a minute apart.',
      },
    ),
  ),
})

export const MetricPreview = Type.Object({
  metric_preview: Type.Object({
    units: Type.String(),
    events: Type.Array(
      Type.Object({
        units: Type.String({ description: 'Units after this event.' }),
        counts: Type.Boolean(),
        value: nullableText,
        filters: Type.Array(Type.String()),
      }),
    ),
  }),
})
