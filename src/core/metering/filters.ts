import type { Instant } from '../calendar/instant.ts'
import type { FieldCode } from '../codes.ts'
import { matchesValues } from './event-match.ts'
import type { EventProperties } from './property-value.ts'
import type { EventMatch, PropertyValues } from './usage.ts'

/** As the only value of a key, it means every declared value. */
export const ALL_FILTER_VALUES = '__ALL_FILTER_VALUES__'

/** The facts about a charge filter that buckets depend on: its values as sent and its age. */
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
 * The buckets of a charge: one per filter in the given order, then the default bucket for events that match no
 * filter. Every event belongs to exactly one bucket, that of the filter chosen by `filterForEvent`.
 *
 * @param metricFilters the declared values of each filter key of the metric
 */
export function filterBuckets<F extends ChargeFilterRule>(
  filters: readonly F[],
  metricFilters: PropertyValues,
): readonly FilterBucket<F>[] {
  const expanded = filters.map((filter) => expand(filter, metricFilters))
  const buckets = expanded.map((own) => ({
    filter: own.filter,
    match: {
      include: own.values,
      exclude: expanded
        .filter((other) => other !== own && isBetter(other, own) && overlaps(other.values, own.values))
        .map(({ values }) => values),
    },
  }))
  return [...buckets, { filter: null, match: { include: {}, exclude: expanded.map(({ values }) => values) } }]
}

/**
 * The filter that prices an event: among those that match, the one with the most keys, then with the fewest values
 * (so that a subset of another filter's values wins), then the oldest. Null for the default bucket.
 */
export function filterForEvent<F extends ChargeFilterRule>(
  filters: readonly F[],
  metricFilters: PropertyValues,
  properties: EventProperties,
): F | null {
  let best: Expanded<F> | null = null
  for (const filter of filters) {
    const each = expand(filter, metricFilters)
    if (!matchesValues(properties, each.values)) continue
    if (best === null || isBetter(each, best)) best = each
  }
  return best?.filter ?? null
}

/**
 * Whether two filters match the same events and only their age decides between them: they have the same number of
 * keys, neither is a subset of the other, and no third filter takes everything they share.
 *
 * @param added checks only pairs with this one of `filters`; all pairs if absent
 */
export function hasAmbiguousFilters(
  filters: readonly PropertyValues[],
  metricFilters: PropertyValues,
  added?: PropertyValues,
): boolean {
  const expanded = filters.map((values) => expandAll(values, metricFilters))
  const place = added === undefined ? -1 : filters.indexOf(added)
  return expanded.some((one, index) =>
    expanded
      .slice(index + 1)
      .some(
        (other, distance) =>
          (place === -1 || index === place || index + 1 + distance === place) &&
          isAmbiguous(one, other, expanded),
      ),
  )
}

/** The values, with ALL replaced by the key's declared values. */
function expandAll(values: PropertyValues, metricFilters: PropertyValues): PropertyValues {
  return eachList(values, (list, key) => (isAll(list) ? listOf(metricFilters, key) : list))
}

/**
 * Error codes for the field `values` of a charge filter; empty when it is valid: `value_is_mandatory` (no key, or a
 * key without a value), `value_is_invalid` (not a list of strings, unknown key, undeclared value, ALL next to other
 * values).
 */
export function checkFilterValues(values: unknown, metricFilters: PropertyValues): readonly FieldCode[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return ['value_is_mandatory']
  const entries = Object.entries(values)
  if (entries.length === 0) return ['value_is_mandatory']
  const codes = entries.map(([key, list]) => checkValueList(list, key, metricFilters))
  return [...new Set(codes.filter((code) => code !== null))]
}

function checkValueList(list: unknown, key: string, metricFilters: PropertyValues): FieldCode | null {
  if (!Object.hasOwn(metricFilters, key) || !Array.isArray(list)) return 'value_is_invalid'
  if (list.length === 0) return 'value_is_mandatory'
  if (isAll(list)) return null
  const declared = new Set<unknown>(listOf(metricFilters, key))
  return list.every((value) => declared.has(value)) ? null : 'value_is_invalid'
}

type Expanded<F> = { readonly filter: F; readonly values: PropertyValues }

function expand<F extends ChargeFilterRule>(filter: F, metricFilters: PropertyValues): Expanded<F> {
  return { filter, values: expandAll(filter.values, metricFilters) }
}

/** A total order, so that there is exactly one best filter for any event. */
function isBetter(a: Expanded<ChargeFilterRule>, b: Expanded<ChargeFilterRule>): boolean {
  const order =
    keyCount(b.values) - keyCount(a.values) ||
    valueCount(a.values) - valueCount(b.values) ||
    a.filter.createdAt - b.filter.createdAt
  return order === 0 ? a.filter.id < b.filter.id : order < 0
}

function isAmbiguous(a: PropertyValues, b: PropertyValues, all: readonly PropertyValues[]): boolean {
  if (keyCount(a) !== keyCount(b) || !overlaps(a, b) || isPartOf(a, b) || isPartOf(b, a)) return false
  const shared = intersection(a, b)
  const isTaken = all.some(
    (other) =>
      isPartOf(shared, other) &&
      (keyCount(other) > keyCount(a) || (isPartOf(other, a) && isPartOf(other, b))),
  )
  return !isTaken
}

/** Whether some event matches both. */
function overlaps(a: PropertyValues, b: PropertyValues): boolean {
  return Object.keys(a).every(
    (key) => !Object.hasOwn(b, key) || listOf(a, key).some((value) => listOf(b, key).includes(value)),
  )
}

/** Whether every event that matches `part` matches `whole`. */
function isPartOf(part: PropertyValues, whole: PropertyValues): boolean {
  return Object.keys(whole).every(
    (key) =>
      Object.hasOwn(part, key) && listOf(part, key).every((value) => listOf(whole, key).includes(value)),
  )
}

/** The values that match both of two overlapping filters. */
function intersection(a: PropertyValues, b: PropertyValues): PropertyValues {
  const ofA = eachList(a, (list, key) =>
    Object.hasOwn(b, key) ? list.filter((value) => listOf(b, key).includes(value)) : list,
  )
  return { ...b, ...ofA }
}

function keyCount(values: PropertyValues): number {
  return Object.keys(values).length
}

function valueCount(values: PropertyValues): number {
  return Object.values(values).reduce((sum, list) => sum + list.length, 0)
}

function isAll(list: readonly unknown[]): boolean {
  return list.length === 1 && list[0] === ALL_FILTER_VALUES
}

/** Users choose the keys; `constructor` must not return what every object inherits. */
function listOf(values: PropertyValues, key: string): readonly string[] {
  return Object.hasOwn(values, key) ? (values[key] ?? []) : []
}

function eachList(
  values: PropertyValues,
  change: (list: readonly string[], key: string) => readonly string[],
): PropertyValues {
  return Object.fromEntries(Object.entries(values).map(([key, list]) => [key, change(list, key)]))
}
