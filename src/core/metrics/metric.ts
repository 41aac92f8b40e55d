import { Fields, given, type Input, isInput } from '../input/fields.ts'
import { parseExpression } from '../metering/expression-parser.ts'
import { AGGREGATIONS, type Aggregation, type PropertyValues } from '../metering/usage.ts'
import { type Outcome, Problems, refused } from '../problems.ts'

export const ROUNDING_FUNCTIONS = ['round', 'ceil', 'floor'] as const
export type RoundingFunction = (typeof ROUNDING_FUNCTIONS)[number]

/** A property by which charges may set different prices, and the values they may use. */
export type MetricFilter = { readonly key: string; readonly values: readonly string[] }

/** What a billable metric measures (docs/rules/aggregation.md). */
export type MetricSettings = {
  readonly name: string
  readonly code: string
  readonly description: string | null
  readonly aggregationType: Aggregation
  readonly fieldName: string | null
  readonly isRecurring: boolean
  readonly weightedInterval: 'seconds' | null
  readonly roundingFunction: RoundingFunction | null
  readonly roundingPrecision: number | null
  readonly expression: string | null
  /** Ordered by key, values sorted. */
  readonly filters: readonly MetricFilter[]
}

const TEXT_MAX = 255
/** The limit on rounding precision: fifteen digits before the decimal point, as in a price, or after it. */
const PRECISION_BOUND = 15
/** Usage is stored per key, so more keys would slow down every event. */
const FILTERS_MAX = 100
const MAY_RECUR: readonly Aggregation[] = ['sum_agg', 'unique_count_agg', 'weighted_sum_agg', 'custom_agg']
const NEEDS_NO_FIELD: readonly Aggregation[] = ['count_agg', 'custom_agg']

const NOTHING: MetricSettings = {
  name: '',
  code: '',
  description: null,
  aggregationType: 'count_agg',
  fieldName: null,
  isRecurring: false,
  weightedInterval: null,
  roundingFunction: null,
  roundingPrecision: null,
  expression: null,
  filters: [],
}

/**
 * Reads a new metric (docs/rules/aggregation.md). 422 with every invalid field, or 403 for the deprecated
 * `custom_agg`.
 */
export function readNewMetric(input: Input): Outcome<MetricSettings> {
  return readMetric(input, null)
}

/**
 * Reads an update of a metric: absent keys stay unchanged. When a charge uses the metric, only its name, description
 * and filters can change; other keys are ignored (docs/rules/aggregation.md#changing-a-metric). Errors as in
 * `readNewMetric`.
 */
export function readMetricChange(
  input: Input,
  stored: MetricSettings,
  isUsed: boolean,
): Outcome<MetricSettings> {
  if (!isUsed) return readMetric(input, stored)
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const change = given({
    name: fields.presentText('name', TEXT_MAX),
    description: fields.text('description'),
    filters: readFilters(input.filters, problems),
  })
  return problems.outcome({ ...stored, ...change })
}

/** The declared values of each filter key. */
export function declaredValues(filters: readonly MetricFilter[]): PropertyValues {
  return Object.fromEntries(filters.map(({ key, values }) => [key, values]))
}

function readMetric(input: Input, stored: MetricSettings | null): Outcome<MetricSettings> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const before = stored ?? NOTHING
  const aggregationType = readAggregation(fields, stored)
  const settings: MetricSettings = {
    ...before,
    ...given({
      name: stored ? fields.presentText('name', TEXT_MAX) : fields.mandatoryText('name', TEXT_MAX),
      code: stored ? fields.presentId('code', TEXT_MAX) : fields.mandatoryId('code', TEXT_MAX),
      description: fields.text('description'),
      fieldName: blankless(fields.text('field_name', TEXT_MAX)),
      weightedInterval: fields.word('weighted_interval', ['seconds']),
      roundingFunction: fields.word('rounding_function', ROUNDING_FUNCTIONS),
      roundingPrecision: fields.integer('rounding_precision', -PRECISION_BOUND),
      expression: blankless(fields.text('expression')),
      filters: readFilters(input.filters, problems),
    }),
    aggregationType: aggregationType ?? before.aggregationType,
    isRecurring: readFlag(fields, 'recurring', before.isRecurring),
  }
  if (aggregationType !== undefined) checkAgainst(settings, problems)
  if (fields.has('rounding_precision') && (settings.roundingPrecision ?? 0) > PRECISION_BOUND) {
    problems.add('rounding_precision', 'value_is_out_of_range')
  }
  if (settings.expression !== null && !parseExpression(settings.expression)) {
    problems.add('expression', 'invalid_expression')
  }
  if (!problems.any && settings.aggregationType === 'custom_agg') {
    return refused({ kind: 'forbidden', code: 'feature_unavailable' })
  }
  return problems.outcome(
    settings.aggregationType === 'count_agg' ? { ...settings, fieldName: null } : settings,
  )
}

/** Rules between the aggregation and the other settings. */
function checkAgainst(settings: MetricSettings, problems: Problems): void {
  const { aggregationType } = settings
  if (!NEEDS_NO_FIELD.includes(aggregationType) && settings.fieldName === null) {
    problems.add('field_name', 'value_is_mandatory')
  }
  if (settings.isRecurring && !MAY_RECUR.includes(aggregationType)) {
    problems.add('recurring', 'not_compatible_with_aggregation_type')
  }
  if (aggregationType === 'weighted_sum_agg' && settings.weightedInterval === null) {
    problems.add('weighted_interval', 'value_is_invalid')
  }
}

function readAggregation(fields: Fields, stored: MetricSettings | null): Aggregation | undefined {
  if (stored && !fields.has('aggregation_type')) return stored.aggregationType
  const aggregation = fields.word('aggregation_type', AGGREGATIONS)
  return aggregation ?? fields.refuse('aggregation_type', 'value_is_invalid')
}

function readFlag(fields: Fields, key: string, before: boolean): boolean {
  const flag = fields.boolean(key)
  return flag === undefined ? before : (flag ?? false)
}

/** An empty string counts as absent. */
function blankless(text: string | null | undefined): string | null | undefined {
  return typeof text === 'string' && text.trim() === '' ? null : text
}

/** The complete list of filters, at most 100; entries with the same key are merged. Undefined when not sent. */
function readFilters(raw: unknown, problems: Problems): readonly MetricFilter[] | undefined {
  if (raw === undefined) return undefined
  if (raw === null) return []
  if (!Array.isArray(raw)) {
    problems.add('filters', 'value_is_invalid')
    return undefined
  }
  if (raw.length > FILTERS_MAX) {
    problems.add('filters', 'value_is_too_long')
    return undefined
  }
  const valuesByKey = new Map<string, Set<string>>()
  for (const entry of raw) {
    const fields = new Fields(isInput(entry) ? entry : {}, problems)
    const key = fields.mandatoryText('key', TEXT_MAX)
    const values = fields.texts('values')
    if (values?.length === 0 || !fields.has('values')) problems.add('values', 'value_is_mandatory')
    if (values?.some((value) => value === '')) problems.add('values', 'value_is_invalid')
    if (key === undefined || values === undefined) continue
    valuesByKey.set(key, new Set([...(valuesByKey.get(key) ?? []), ...values]))
  }
  return [...valuesByKey]
    .map(([key, values]) => ({ key, values: [...values].sort(byCodePoint) }))
    .sort((a, b) => byCodePoint(a.key, b.key))
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
