import { addMs, type Instant, instant } from '../calendar/instant.ts'
import { filterBuckets, filterForEvent } from '../metering/filters.ts'
import { groupOf, pricingGroupKeys } from '../metering/grouping.ts'
import { textOf } from '../metering/property-value.ts'
import { countedEvent, type RawEvent } from '../metering/reference.ts'
import {
  afterArrival,
  type EventMatch,
  type GroupedBy,
  type PropertyValues,
  type UsageEvent,
  type UsageQuery,
} from '../metering/usage.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import type { RatedCharge, RatedFilter } from './charge.ts'
import { needsEvents, TARGET_WALLET_KEY } from './usage-plan.ts'

/** One event under one charge in advance: its bucket, its group and the usage its price depends on. */
export type EventPlan = {
  readonly charge: RatedCharge
  readonly filter: RatedFilter | null
  readonly properties: ChargeProperties
  readonly groupedBy: GroupedBy
  /**
   * The group shown on its fee: without a wallet if the event names none (docs/rules/filters-and-groups.md#groups).
   */
  readonly shownGroup: GroupedBy
  readonly event: UsageEvent
  readonly source: RawEvent
  /** All usage of the period up to and including the event. */
  readonly withEvent: UsageQuery
  /** The same without the event; only for a unique count, to see what the event changed. */
  readonly before: UsageQuery | null
}

/**
 * The queries of a charge in advance for one event (docs/rules/in-advance.md), or null when the event does not count
 * because its value is missing, blank or not a number.
 *
 * @param from start of the charges period containing the event
 * @param after only events at that exact instant with a later id count; null when all of them count
 */
export function planEvent(
  charge: RatedCharge,
  source: RawEvent,
  from: Instant,
  after: string | null = null,
): EventPlan | null {
  const { metric } = charge
  if (metric.fieldName !== null && metric.aggregation !== 'count_agg') {
    if ((textOf(source.properties, metric.fieldName) ?? '').trim() === '') return null
  }
  const event = countedEvent(source, metric)
  if (!event) return null
  const filter = filterForEvent(charge.filters, metric.filters, source.properties)
  const properties = filter?.properties ?? charge.properties
  const groupedBy = groupOf(source.properties, pricingGroupKeys(properties, charge.acceptsTargetWallet))
  const shownGroup = withoutWallet(groupedBy, properties)
  const all: UsageQuery = {
    externalSubscriptionId: source.externalSubscriptionId ?? '',
    code: metric.code,
    aggregation: metric.aggregation,
    fieldName: metric.fieldName,
    // An event in the second its subscription started counts as if it came at the start.
    period: { from, to: addMs(instant(Math.max(source.at, from)), 1) },
    recurring: metric.recurring,
    match: withGroup(matchOf(charge, filter), groupedBy),
    groupBy: Object.keys(groupedBy).filter((key) => groupedBy[key] === null),
    detail: needsEvents({ ...charge, prorated: false }, properties) ? 'events' : 'totals',
    upTo: { id: source.id, isIncluded: true },
  }
  const query = afterArrival(all, after)
  const isUnique = metric.aggregation === 'unique_count_agg'
  const before = isUnique ? { ...query, upTo: { id: source.id, isIncluded: false } } : null
  return { charge, filter, properties, groupedBy, shownGroup, event, source, withEvent: query, before }
}

/** The group without the wallet key if the event names no wallet, unless the charge also groups by that key. */
function withoutWallet(group: GroupedBy, properties: ChargeProperties): GroupedBy {
  if (group[TARGET_WALLET_KEY] !== null || pricingGroupKeys(properties).includes(TARGET_WALLET_KEY))
    return group
  return Object.fromEntries(Object.entries(group).filter(([key]) => key !== TARGET_WALLET_KEY))
}

/** Matches the events of the filter's bucket, including this event. */
function matchOf(charge: RatedCharge, filter: RatedFilter | null): EventMatch {
  const buckets = filterBuckets(charge.filters, charge.metric.filters)
  const bucket = buckets.find((each) => each.filter === filter)
  if (!bucket) throw new Error('filter has no bucket')
  return bucket.match
}

/** Restricts to the event's own group; a key without a value cannot be matched, so it is grouped by instead. */
function withGroup(match: EventMatch, groupedBy: GroupedBy): EventMatch {
  const own = Object.entries(groupedBy).flatMap(([key, value]) => (value === null ? [] : [[key, [value]]]))
  const include: PropertyValues = { ...match.include, ...Object.fromEntries(own) }
  return { ...match, include }
}
