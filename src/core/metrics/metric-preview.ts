import { Decimal } from '../amounts/decimal.ts'
import { addMs, DAY_MS, floorToSecond, type Instant, MINUTE_MS } from '../calendar/instant.ts'
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
const PERIOD_DAYS = 30

/**
 * The units of a metric that need not be stored after each of some made-up events, by the same functions that bill
 * (docs/rules/aggregation.md). The period is the 30 days from `now`; the `day` of an event is that many whole days
 * after its start, 0 to 29. Refuses with a 422.
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
  const times = entries.map((entry, n) => readTime(new Fields(entry, problems, `events.${n}.`), n))
  if (problems.any || !aggregation) return refusedFields(problems.details())

  // Weights are of whole seconds.
  const from = floorToSecond(now)
  const period = { from, to: addMs(from, PERIOD_DAYS * DAY_MS) }
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
    const at = addMs(from, times[n] ?? 0)
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

/** Milliseconds from the start of the period to the `n`th event. */
function readTime(fields: Fields, n: number): number {
  const day = fields.integer('day')
  // Without a day they come a minute apart.
  if (day === undefined || day === null) return n * MINUTE_MS
  if (day >= PERIOD_DAYS) fields.refuse('day', 'value_is_out_of_range')
  return day * DAY_MS
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
    chargesDurationDays: PERIOD_DAYS,
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
