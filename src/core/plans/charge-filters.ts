import { Fields, type Input, isInput } from '../input/fields.ts'
import { ALL_FILTER_VALUES, checkFilterValues, hasAmbiguousFilters } from '../metering/filters.ts'
import type { PropertyValues } from '../metering/usage.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import { checkProperties, normalizeProperties } from '../pricing/charge-rules.ts'
import type { ChargeModelName } from '../pricing/models.ts'
import { type Outcome, Problems } from '../problems.ts'

/** A charge filter as stored (docs/rules/filters-and-groups.md#filters). */
export type FilterSettings = {
  readonly values: PropertyValues
  readonly properties: ChargeProperties
  readonly invoiceDisplayName: string | null
}

/** What is needed to validate a charge's filters. */
export type FilterScope = { readonly model: ChargeModelName; readonly declared: PropertyValues }

const AS_FILTER = { isFilter: true }

/** The error code on `values` when filters match the same events and neither is more specific. */
export const OVERLAPPING_FILTERS = 'overlaps_other_filter'

/** Reads the complete list of a charge's filters; undefined when not sent. Errors are added to `problems`. */
export function readFilters(
  raw: unknown,
  scope: FilterScope,
  problems: Problems,
): readonly FilterSettings[] | undefined {
  if (raw === undefined) return undefined
  if (raw === null) return []
  if (!Array.isArray(raw)) {
    problems.add('filters', 'value_is_invalid')
    return undefined
  }
  const filters = raw.map((each: unknown) => readFilter(isInput(each) ? each : {}, scope, problems))
  // The same values twice are one filter, and the last one wins, as if they had been written one after the other.
  const distinct = [...new Map(filters.map((filter) => [valuesKey(filter.values), filter])).values()]
  const values = distinct.map((filter) => filter.values)
  if (hasAmbiguousFilters(values, scope.declared)) problems.add('values', OVERLAPPING_FILTERS)
  return distinct
}

/** Reads one new filter. Refuses with a 422 on `values` and `properties`. */
export function readNewFilter(input: Input, scope: FilterScope): Outcome<FilterSettings> {
  const problems = new Problems()
  const filter = readFilter(input, scope, problems)
  return problems.outcome(filter)
}

/** Reads an update of a filter: its values and absent keys stay unchanged. Refuses with a 422 on `properties`. */
export function readFilterChange(
  input: Input,
  stored: FilterSettings,
  model: ChargeModelName,
): Outcome<FilterSettings> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const name = fields.text('invoice_display_name')
  const properties = fields.has('properties')
    ? readProperties(input.properties, model, AS_FILTER, problems)
    : stored.properties
  return problems.outcome({
    values: stored.values,
    properties,
    invoiceDisplayName: name === undefined ? stored.invoiceDisplayName : name,
  })
}

/** Reads the properties of a charge or filter in normalized form; errors are added to `problems`. */
export function readProperties(
  raw: unknown,
  model: ChargeModelName,
  scope: { readonly isFilter: boolean },
  problems: Problems,
): ChargeProperties {
  if (raw !== undefined && raw !== null && !isInput(raw)) {
    problems.add('properties', 'value_is_invalid')
    return {}
  }
  const properties = normalizeProperties(model, raw, scope)
  for (const code of checkProperties(model, properties, scope)) problems.add('properties', code)
  return properties
}

/**
 * A filter's values after the metric's filters changed to `declared`: removed keys and values are dropped, and so are
 * keys left without values. Null when nothing is left and the filter is deleted
 * (docs/rules/aggregation.md#changing-a-metric).
 */
export function trimFilterValues(values: PropertyValues, declared: PropertyValues): PropertyValues | null {
  const kept = Object.entries(values)
    .filter(([key]) => Object.hasOwn(declared, key))
    .map(([key, list]): [string, readonly string[]] => [
      key,
      list.filter((value) => value === ALL_FILTER_VALUES || declared[key]?.includes(value)),
    ])
    .filter(([, list]) => list.length > 0)
  return kept.length === 0 ? null : Object.fromEntries(kept)
}

/** A key that is equal for filters with the same values, in any order. */
export function valuesKey(values: PropertyValues): string {
  const entries = Object.entries(values).map(([key, list]) => [key, [...list].sort()] as const)
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function readFilter(input: Input, scope: FilterScope, problems: Problems): FilterSettings {
  const codes = checkFilterValues(input.values, scope.declared)
  for (const code of codes) problems.add('values', code)
  return {
    values: codes.length === 0 ? uniqueValues(input.values as PropertyValues) : {},
    properties: readProperties(input.properties, scope.model, AS_FILTER, problems),
    invoiceDisplayName: new Fields(input, problems).text('invoice_display_name') ?? null,
  }
}

function uniqueValues(values: PropertyValues): PropertyValues {
  return Object.fromEntries(Object.entries(values).map(([key, list]) => [key, [...new Set(list)]]))
}
