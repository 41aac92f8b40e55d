import type { Decimal } from '../amounts/decimal.ts'
import type { ReceivedEvent } from './event-check.ts'
import { type ExpressionResult, evaluateExpression } from './expression.ts'
import type { Expression } from './expression-parser.ts'
import { type EventProperties, numericValue, textOf } from './property-value.ts'
import type { Aggregation, PropertyValues } from './usage.ts'

/** What the hourly check needs to know of a metric. */
export type MetricRule = {
  readonly aggregation: Aggregation
  readonly fieldName: string | null
  readonly filters: PropertyValues
}

/** Distinct transaction ids of events that cannot be billed as intended. */
export type EventFaults = {
  readonly invalidCode: readonly string[]
  readonly missingAggregationProperty: readonly string[]
  readonly invalidFilterValues: readonly string[]
}

type CheckedEvent = {
  readonly transactionId: string
  readonly code: string
  readonly properties: EventProperties
}

const NUMERIC: readonly Aggregation[] = ['sum_agg', 'max_agg', 'weighted_sum_agg', 'latest_agg']

/**
 * The lists of the webhook `events.errors` (docs/rules/events.md#reports-of-bad-events), in the order of the
 * events.
 */
export function eventFaults(
  events: readonly CheckedEvent[],
  metrics: ReadonlyMap<string, MetricRule>,
): EventFaults {
  const idsWhere = (isFaulty: (event: CheckedEvent, metric: MetricRule | undefined) => boolean) => [
    ...new Set(
      events.filter((event) => isFaulty(event, metrics.get(event.code))).map((event) => event.transactionId),
    ),
  ]
  return {
    invalidCode: idsWhere((_, metric) => metric === undefined),
    missingAggregationProperty: idsWhere(
      (event, metric) => metric !== undefined && lacksValue(event.properties, metric),
    ),
    invalidFilterValues: idsWhere(
      (event, metric) => metric !== undefined && hasUndeclaredValue(event.properties, metric.filters),
    ),
  }
}

/**
 * Whether an event lacks a value that the metric's aggregation can count (docs/rules/events.md#reports-of-bad-events
 * and docs/rules/aggregation.md#which-events-count).
 */
export function lacksValue(properties: EventProperties, metric: MetricRule): boolean {
  if (metric.aggregation === 'count_agg' || metric.fieldName === null) return false
  const text = textOf(properties, metric.fieldName)
  return text === null || (NUMERIC.includes(metric.aggregation) && numericValue(text) === undefined)
}

/**
 * The properties with the value of the metric's expression set on its field (docs/rules/aggregation.md#expressions),
 * or the error message if evaluation fails.
 */
export function withExpressionValue(
  event: ReceivedEvent,
  expression: Expression,
  fieldName: string,
): { readonly ok: true; readonly properties: EventProperties } | Extract<ExpressionResult, { ok: false }> {
  const result = evaluateExpression(expression, event)
  if (!result.ok) return result
  const value: Decimal | string = result.value
  return { ok: true, properties: { ...event.properties, [fieldName]: value.toString() } }
}

function hasUndeclaredValue(properties: EventProperties, filters: PropertyValues): boolean {
  return Object.entries(filters).some(([key, declared]) => {
    const text = textOf(properties, key)
    return text !== null && !declared.includes(text)
  })
}
