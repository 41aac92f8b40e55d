import type { Instant } from '../calendar/instant.ts'
import type { FieldCode } from '../codes.ts'
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
 * The buckets of a charge: one for each filter in the given order, then the default bucket with the events that match
 * no filter. Every event belongs to exactly one bucket, the one of the filter that `filterForEvent` names.
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
 * The filter that prices an event: of those that match, the one with most keys, then the one with fewest values (so
 * that a part of another filter's values wins over the whole), then the oldest. Null for the default bucket.
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
 * Whether two of these filters claim the same events and nothing but their age tells which of them is meant: they have
 * equally many keys, neither is a part of the other, and no third one takes all that they share.
 *
 * @param added looks only at pairs with this one of `filters`; every pair is looked at without it
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

/** The values with ALL replaced by the declared values of the key. */
function expandAll(values: PropertyValues, metricFilters: PropertyValues): PropertyValues {
  return eachList(values, (list, key) => (isAll(list) ? listOf(metricFilters, key) : list))
}

/**
 * What is wrong with the values of a charge filter as received, as codes for the field `values`; empty when
 * nothing is: `value_is_mandatory` (no key, or a key without a value), `value_is_invalid` (not a list of
 * texts, unknown key, undeclared value, ALL beside other values).
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

/** A total order, so that the filters of any event have one best among them. */
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

/** What matches both of two filters that overlap. */
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
