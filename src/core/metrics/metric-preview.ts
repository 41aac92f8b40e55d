import { Decimal } from '../amounts/decimal.ts'
import { addMs, type Instant } from '../calendar/instant.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import { evaluateExpression } from '../metering/expression.ts'
import { parseExpression } from '../metering/expression-parser.ts'
import { measure } from '../metering/measure.ts'
import { textOf } from '../metering/property-value.ts'
import { countedEvent, type RawEvent, usageOf } from '../metering/reference.ts'
import { AGGREGATIONS, type UsageQuery } from '../metering/usage.ts'
import { readEntries } from '../plans/plan-parts.ts'
import { type Outcome, outcome, Problems, refusedFields } from '../problems.ts'
import { ROUNDING_FUNCTIONS } from './metric.ts'

/** What one event adds: the units after it, and whether it counts at all. */
export type PreviewedEvent = {
  readonly units: Decimal
  readonly isCounted: boolean
  readonly value: string | null
  /** `key: value` of each declared filter that the event falls into. */
  readonly filters: readonly string[]
}

export type MetricPreview = { readonly units: Decimal; readonly events: readonly PreviewedEvent[] }

const EVENTS_MAX = 100
/** Events without a time come a minute apart. */
const APART_MS = 60_000
const PERIOD_MS = 30 * 86_400_000

/**
 * The units of a metric that need not be stored after each of some made-up events, by the same functions that bill
 * (docs/rules/aggregation.md). Refuses with a 422.
 */
export function previewMetric(input: Input, body: Input, now: Instant): Outcome<MetricPreview> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const aggregation = fields.word('aggregation_type', AGGREGATIONS)
  if (!aggregation) fields.refuse('aggregation_type', 'value_is_mandatory')
  const fieldName = fields.text('field_name', 255) || null
  const expressionText = fields.text('expression') || null
  const expression = expressionText === null ? null : (parseExpression(expressionText) ?? null)
  if (expressionText !== null && expression === null) fields.refuse('expression', 'invalid_expression')
  const roundingFunction = fields.word('rounding_function', ROUNDING_FUNCTIONS) ?? null
  const roundingPrecision = fields.integer('rounding_precision', -15) ?? null
  const entries = readEntries(body, 'events', problems) ?? []
  if (entries.length > EVENTS_MAX) problems.add('events', 'value_is_too_long')
  if (problems.any || !aggregation) return refusedFields(problems.details())

  const period = { from: now, to: addMs(now, PERIOD_MS) }
  const query: UsageQuery = {
    externalSubscriptionId: 'preview',
    code: 'preview',
    aggregation,
    fieldName: aggregation === 'count_agg' ? null : fieldName,
    period,
    recurring: false,
    match: { include: {}, exclude: [] },
    groupBy: [],
    detail: 'totals',
  }
  const rounding = { roundingFunction, roundingPrecision }
  const events: RawEvent[] = []
  const previewed: PreviewedEvent[] = []
  for (const [n, entry] of entries.entries()) {
    const at = addMs(now, n * APART_MS)
    const given = isInput(entry.properties) ? entry.properties : {}
    const result = expression && evaluateExpression(expression, { code: 'preview', at, properties: given })
    if (result && !result.ok) return refusedFields({ expression: ['invalid_expression'] })
    const value = result?.ok ? String(result.value) : null
    const properties = fieldName !== null && value !== null ? { ...given, [fieldName]: value } : given
    const event = rawEvent(n, at, properties)
    events.push(event)
    previewed.push({
      units: unitsOf(events, query, rounding),
      isCounted: countedEvent(event, query) !== undefined,
      value: fieldName === null ? null : (textOf(properties, fieldName) ?? null),
      filters: filtersOf(input, properties),
    })
  }
  return outcome({ units: previewed.at(-1)?.units ?? Decimal.zero, events: previewed })
}

function rawEvent(n: number, at: Instant, properties: Input): RawEvent {
  return {
    id: String(n).padStart(6, '0'),
    transactionId: String(n),
    code: 'preview',
    externalSubscriptionId: 'preview',
    at,
    properties,
    preciseTotalAmountCents: null,
  }
}

function unitsOf(
  events: readonly RawEvent[],
  query: UsageQuery,
  rounding: {
    readonly roundingFunction: 'round' | 'ceil' | 'floor' | null
    readonly roundingPrecision: number | null
  },
): Decimal {
  const [group] = usageOf(events, query)
  if (!group) return Decimal.zero
  return measure(group, {
    from: query.period.from,
    to: addMs(query.period.to, -1),
    chargesDurationDays: PERIOD_MS / 86_400_000,
    endedByUpgrade: false,
    zone: 'UTC',
    aggregation: query.aggregation,
    recurring: query.recurring,
    prorated: false,
    initialLevel: null,
    ...rounding,
  }).units
}

function filtersOf(input: Input, properties: Input): readonly string[] {
  return (readEntries(input, 'filters', new Problems()) ?? []).flatMap(({ key, values }) => {
    if (typeof key !== 'string' || !Array.isArray(values)) return []
    const value = textOf(properties, key)
    return value !== null && values.includes(value) ? [`${key}: ${value}`] : []
  })
}
