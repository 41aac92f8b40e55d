import type { Instant } from '../calendar/instant.ts'
import { matchesValues } from './event-match.ts'
import type { EventProperties } from './property-value.ts'
import type { EventMatch, PropertyValues } from './usage.ts'

/** Alone in a list, it means every declared value of the key. */
export const ALL_FILTER_VALUES = '__ALL_FILTER_VALUES__'

/** What the buckets need to know of a charge filter: its values as written and its age. */
export type ChargeFilterRule = {
  readonly id: string
  readonly values: PropertyValues
  readonly createdAt: Instant
}

/** One bucket of a charge's usage; `filter` is null for the default bucket. */
export type FilterBucket<F extends ChargeFilterRule> = {
  readonly filter: F | null
  readonly match: EventMatch
}

/**
 * The buckets of a charge in arrears and of current usage: one for each filter in the given order, then the
 * default bucket with the events that match no filter (metering-and-rating §3.10). Filters that overlap
 * without one containing the other both count the shared events, as in Lago.
 *
 * @param metricFilters the declared values of each filter key of the metric
 */
export function filterBuckets<F extends ChargeFilterRule>(
  filters: readonly F[],
  metricFilters: PropertyValues,
): readonly FilterBucket<F>[] {
  const expanded = filters.map((filter) => ({ filter, values: expandAll(filter.values, metricFilters) }))
  const buckets = expanded.map((own) => ({
    filter: own.filter,
    match: {
      include: own.values,
      exclude: expanded.flatMap((other) => (other === own ? [] : exclusion(own, other))),
    },
  }))
  return [...buckets, { filter: null, match: { include: {}, exclude: expanded.map(({ values }) => values) } }]
}

/**
 * The one filter that prices an event in advance: of those that match, the one with most keys, then the
 * first of the list (the least recently updated). Null for the default bucket (metering-and-rating §3.10).
 */
export function filterForEvent<F extends ChargeFilterRule>(
  filters: readonly F[],
  metricFilters: PropertyValues,
  properties: EventProperties,
): F | null {
  let best: F | null = null
  for (const filter of filters) {
    if (!matchesValues(properties, expandAll(filter.values, metricFilters))) continue
    if (best === null || Object.keys(filter.values).length > Object.keys(best.values).length) best = filter
  }
  return best
}

/** The values with ALL replaced by the declared values of the key. */
export function expandAll(values: PropertyValues, metricFilters: PropertyValues): PropertyValues {
  return eachList(values, (list, key) => (isAll(list) ? listOf(metricFilters, key) : list))
}

/**
 * What is wrong with the values of a charge filter as received, as codes for the field `values`; empty when
 * nothing is: `value_is_mandatory` (no key, or a key without a value), `value_is_invalid` (not a list of
 * texts, unknown key, undeclared value, ALL beside other values).
 */
export function checkFilterValues(values: unknown, metricFilters: PropertyValues): readonly string[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return ['value_is_mandatory']
  const entries = Object.entries(values)
  if (entries.length === 0) return ['value_is_mandatory']
  const codes = entries.map(([key, list]) => checkValueList(list, key, metricFilters))
  return [...new Set(codes.filter((code) => code !== null))]
}

function checkValueList(list: unknown, key: string, metricFilters: PropertyValues): string | null {
  if (!Object.hasOwn(metricFilters, key) || !Array.isArray(list)) return 'value_is_invalid'
  if (list.length === 0) return 'value_is_mandatory'
  if (isAll(list)) return null
  const declared = new Set<unknown>(listOf(metricFilters, key))
  return list.every((value) => declared.has(value)) ? null : 'value_is_invalid'
}

type Expanded = { readonly filter: ChargeFilterRule; readonly values: PropertyValues }

/** The events of `own` that belong to `other` instead: none or one set. */
function exclusion(own: Expanded, other: Expanded): readonly PropertyValues[] {
  const keys = Object.keys(own.values)
  if (!keys.every((key) => intersects(listOf(other.values, key), listOf(own.values, key)))) return []
  // Every key of `own` is a key of `other`, so an equal number of keys means the same keys.
  if (Object.keys(other.values).length > keys.length) return [other.values]
  const within = keys.every((key) => contains(listOf(own.values, key), listOf(other.values, key)))
  const around = keys.every((key) => contains(listOf(other.values, key), listOf(own.values, key)))
  if (within && around) return isOlder(other.filter, own.filter) ? [other.values] : []
  if (within) return [other.values]
  const rest = eachList(other.values, (list, key) =>
    isAll(listOf(own.filter.values, key))
      ? list
      : list.filter((value) => !listOf(own.values, key).includes(value)),
  )
  const kept = Object.fromEntries(Object.entries(rest).filter(([, list]) => list.length > 0))
  return Object.keys(kept).length === 0 ? [] : [kept]
}

function isOlder(a: ChargeFilterRule, b: ChargeFilterRule): boolean {
  return a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id)
}

function intersects(a: readonly string[], b: readonly string[]): boolean {
  return a.some((value) => b.includes(value))
}

function contains(whole: readonly string[], part: readonly string[]): boolean {
  return part.every((value) => whole.includes(value))
}

function isAll(list: readonly unknown[]): boolean {
  return list.length === 1 && list[0] === ALL_FILTER_VALUES
}

/** Keys are chosen by users; `constructor` must not find what every object inherits. */
function listOf(values: PropertyValues, key: string): readonly string[] {
  return Object.hasOwn(values, key) ? (values[key] ?? []) : []
}

function eachList(
  values: PropertyValues,
  change: (list: readonly string[], key: string) => readonly string[],
): PropertyValues {
  return Object.fromEntries(Object.entries(values).map(([key, list]) => [key, change(list, key)]))
}
