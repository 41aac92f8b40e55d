import { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { matchesEvent } from './event-match.ts'
import { emptyGroup, groupId, groupOf } from './grouping.ts'
import { type EventProperties, numericValue, textOf } from './property-value.ts'
import {
  type Aggregation,
  compareEvents,
  type GroupedBy,
  isSincePeriod,
  startSecond,
  type UsageEvent,
  type UsageGroup,
  type UsageQuery,
} from './usage.ts'

/** An event as it stands in the log. */
export type RawEvent = {
  readonly id: string
  readonly transactionId: string
  readonly code: string
  readonly externalSubscriptionId: string | null
  readonly at: Instant
  readonly properties: EventProperties
  readonly preciseTotalAmountCents: Decimal | null
}

const NUMERIC: readonly Aggregation[] = ['sum_agg', 'max_agg', 'latest_agg', 'weighted_sum_agg']

/**
 * The answer to a usage query from a plain list of events, in any order: the reference that every event store must
 * match (docs/rules/aggregation.md#which-events-count and docs/rules/aggregation.md#weighted-sum). One result per
 * group with a counted event, ordered by group; without `groupBy` always exactly one, all zeros when no event counts.
 */
export function usageOf(events: readonly RawEvent[], query: UsageQuery): readonly UsageGroup[] {
  const groups = new Map<string, { groupedBy: GroupedBy; events: UsageEvent[] }>()
  if (query.groupBy.length === 0) groups.set(groupId({}), { groupedBy: emptyGroup([]), events: [] })
  for (const logged of events) {
    const raw = logged.at === startSecond(query) ? { ...logged, at: query.period.from } : logged
    const counted = isAsked(raw, query) ? countedEvent(raw, query) : undefined
    if (!counted) continue
    const groupedBy = groupOf(raw.properties, query.groupBy)
    const id = groupId(groupedBy)
    const group = groups.get(id) ?? { groupedBy, events: [] }
    group.events.push(counted)
    groups.set(id, group)
  }
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
  return ordered.map(([, group]) => summarizeEvents(group.groupedBy, group.events.sort(compareEvents), query))
}

/** Whether the query considers the event at all. */
function isAsked(event: RawEvent, query: UsageQuery): boolean {
  return (
    event.code === query.code &&
    event.externalSubscriptionId === query.externalSubscriptionId &&
    event.at < query.period.to &&
    isWithinBound(event, query) &&
    (query.recurring || isSincePeriod(event, query)) &&
    matchesEvent(event.properties, query.match)
  )
}

function isWithinBound(event: RawEvent, { upTo, period }: UsageQuery): boolean {
  if (!upTo || event.at < period.to - 1) return true
  const order = compareEvents(event, { at: event.at, id: upTo.id })
  return order < 0 || (order === 0 && upTo.isIncluded)
}

/**
 * The event as used for pricing; undefined when the aggregation cannot count its value
 * (docs/rules/aggregation.md#which-events-count).
 */
export function countedEvent(
  event: RawEvent,
  query: Pick<UsageQuery, 'aggregation' | 'fieldName'>,
): UsageEvent | undefined {
  const text = query.fieldName === null ? null : textOf(event.properties, query.fieldName)
  const isUnique = query.aggregation === 'unique_count_agg'
  const value = NUMERIC.includes(query.aggregation) ? numericValue(text) : isUnique ? null : Decimal.one
  if (value === undefined) return undefined
  return {
    at: event.at,
    id: event.id,
    value,
    uniqueValue: isUnique ? text : null,
    operation: isUnique && textOf(event.properties, 'operation_type') === 'remove' ? 'remove' : 'add',
    preciseTotalAmountCents: event.preciseTotalAmountCents ?? Decimal.zero,
  }
}

/**
 * The result for one group, computed from its events.
 *
 * @param events the counted events of one group, in order; for recurring metrics all events up to the period's end
 */
export function summarizeEvents(
  groupedBy: GroupedBy,
  events: readonly UsageEvent[],
  query: UsageQuery,
): UsageGroup {
  const inPeriod = events.filter((event) => isSincePeriod(event, query))
  const before = events.filter((event) => !isSincePeriod(event, query))
  const isWeighted = query.aggregation === 'weighted_sum_agg'
  const carries = query.recurring && (isWeighted || query.aggregation === 'sum_agg')
  return {
    groupedBy,
    eventsCount: (isWeighted ? inPeriod : events).length,
    total: totalOf(query.aggregation, events, inPeriod),
    carried: carries ? sumOfValues(before) : Decimal.zero,
    momentMs: isWeighted ? Decimal.sum(inPeriod.map((event) => moment(event, query))) : Decimal.zero,
    preciseTotalAmountCents: Decimal.sum(inPeriod.map((event) => event.preciseTotalAmountCents)),
    lastEventAt: inPeriod.at(-1)?.at ?? null,
    events: query.detail === 'events' ? events : [],
  }
}

/** The result with one more event, the newest of the period. The query must count `event`. */
export function withNewest(group: UsageGroup, event: UsageEvent, query: UsageQuery): UsageGroup {
  if (query.detail === 'events') return summarizeEvents(group.groupedBy, [...group.events, event], query)
  const isCount = query.aggregation === 'count_agg' || query.aggregation === 'custom_agg'
  if (!isCount && query.aggregation !== 'sum_agg') {
    throw new Error(`the totals of ${query.aggregation} are not enough to add an event`)
  }
  return {
    ...group,
    eventsCount: group.eventsCount + 1,
    total: group.total.plus(worthOf(event)),
    preciseTotalAmountCents: group.preciseTotalAmountCents.plus(event.preciseTotalAmountCents),
    lastEventAt: event.at,
  }
}

function totalOf(
  aggregation: Aggregation,
  events: readonly UsageEvent[],
  inPeriod: readonly UsageEvent[],
): Decimal {
  switch (aggregation) {
    case 'count_agg':
    case 'custom_agg':
      return Decimal.of(events.length)
    case 'sum_agg':
    case 'weighted_sum_agg':
      return sumOfValues(inPeriod)
    case 'max_agg':
      return inPeriod.length === 0 ? Decimal.zero : inPeriod.map(worthOf).reduce(Decimal.max)
    case 'latest_agg':
      return inPeriod.at(-1)?.value ?? Decimal.zero
    case 'unique_count_agg':
      return Decimal.of(activeValues(events))
  }
}

/** The number of values whose last operation is `add` (docs/rules/aggregation.md#unique-count). */
function activeValues(events: readonly UsageEvent[]): number {
  const last = new Map(events.map((event) => [event.uniqueValue, event.operation]))
  return [...last.values()].filter((operation) => operation === 'add').length
}

function moment(event: UsageEvent, query: UsageQuery): Decimal {
  return worthOf(event).times(Decimal.of(event.at - query.period.from))
}

function sumOfValues(events: readonly UsageEvent[]): Decimal {
  return Decimal.sum(events.map(worthOf))
}

function worthOf(event: UsageEvent): Decimal {
  return event.value ?? Decimal.zero
}
