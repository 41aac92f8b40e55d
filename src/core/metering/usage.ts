import type { Decimal } from '../amounts/decimal.ts'
import { floorToSecond, type Instant, type Period } from '../calendar/instant.ts'

/** How events are aggregated into a number (docs/rules/aggregation.md). */
export type Aggregation =
  | 'count_agg'
  | 'sum_agg'
  | 'max_agg'
  | 'unique_count_agg'
  | 'weighted_sum_agg'
  | 'latest_agg'
  | 'custom_agg'

export const AGGREGATIONS: readonly Aggregation[] = [
  'count_agg',
  'sum_agg',
  'max_agg',
  'unique_count_agg',
  'weighted_sum_agg',
  'latest_agg',
  'custom_agg',
]

/** Property values by key; an event matches when its text value for every key is in the list. */
export type PropertyValues = Readonly<Record<string, readonly string[]>>

/** The events of a bucket: all keys of `include` match, and no `exclude` set matches entirely. */
export type EventMatch = {
  readonly include: PropertyValues
  readonly exclude: readonly PropertyValues[]
}

/** Whether an answer includes the events besides the totals. */
export type UsageDetail = 'totals' | 'events'

/**
 * A usage query, as data. PostgreSQL answers it, and so does the in-memory reference of the tests; both must return
 * the same `UsageGroup` values.
 */
export type UsageQuery = {
  readonly externalSubscriptionId: string
  readonly code: string
  readonly aggregation: Aggregation
  /** The property with the value; null for a count. */
  readonly fieldName: string | null
  /** Half-open. A recurring query also covers everything before `from` (see `carried`). */
  readonly period: Period
  /** True when everything before the period counts as well (recurring metrics). */
  readonly recurring: boolean
  readonly match: EventMatch
  /** Properties to group by; empty for a single result. */
  readonly groupBy: readonly string[]
  readonly detail: UsageDetail
  /**
   * Ends the period within its last millisecond: of the events at that instant, only those that arrived before this
   * id count, and the event itself if `included` (docs/rules/in-advance.md).
   */
  readonly upTo?: UsageBound
  /**
   * Starts the period within its first millisecond: events at that instant that arrived up to and including this id
   * (of an event or a bill) lie before the period. Never combined with `recurring`.
   */
  readonly after?: string
  /**
   * Set when the period starts with its subscription, partway through a second that no earlier subscription covers:
   * events of that whole second (see `startSecond`) count as if they came at the period's start. Never combined with
   * `after`.
   */
  readonly takesStartSecond?: true
}

export type UsageBound = { readonly id: string; readonly isIncluded: boolean }

/** An event as used for pricing. Missing or empty properties are null. */
export type UsageEvent = {
  readonly at: Instant
  /** Breaks ties between events at the same instant: a later arrival has a greater id (see `compareEvents`). */
  readonly id: string
  /** The numeric value (sum, max, latest, weighted); 1 for a count; null for unique counts. */
  readonly value: Decimal | null
  /** The text of the counted property and the operation, for unique counts. */
  readonly uniqueValue: string | null
  readonly operation: 'add' | 'remove'
  readonly preciseTotalAmountCents: Decimal
}

/**
 * Orders events by timestamp, then by arrival. Ids are time-ordered UUIDs or plain sequence numbers, so a longer id
 * is greater.
 */
export function compareEvents(a: Pick<UsageEvent, 'at' | 'id'>, b: Pick<UsageEvent, 'at' | 'id'>): number {
  if (a.at !== b.at) return a.at - b.at
  if (a.id.length !== b.id.length) return a.id.length - b.id.length
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/**
 * A query that leaves out events at its first instant that arrived up to an id, because they were billed (null leaves
 * out nothing). A recurring query is unchanged: it includes earlier events anyway and counts nothing twice.
 */
export function afterArrival(query: UsageQuery, after: string | null): UsageQuery {
  return after === null || query.recurring ? query : { ...query, after }
}

/**
 * The instant before the period at which events count as if they came at its start; null for none. Many clients send
 * whole seconds, so an event right after a subscription starts carries the second of the start.
 */
export function startSecond({
  period,
  takesStartSecond,
}: Pick<UsageQuery, 'period' | 'takesStartSecond'>): Instant | null {
  const second = floorToSecond(period.from)
  return takesStartSecond && second < period.from ? second : null
}

/** Whether an event is not before the period of a query. */
export function isSincePeriod(
  event: Pick<UsageEvent, 'at' | 'id'>,
  { period, after }: Pick<UsageQuery, 'period' | 'after'>,
): boolean {
  if (event.at !== period.from || after === undefined) return event.at >= period.from
  return compareEvents(event, { at: event.at, id: after }) > 0
}

/** The values of the group keys; a missing or empty property is null. */
export type GroupedBy = Readonly<Record<string, string | null>>

/** The result for one group. Fields that the aggregation does not use are zero or null. */
export type UsageGroup = {
  readonly groupedBy: GroupedBy
  /** Counted events in the period (for recurring metrics other than a weighted sum: all up to its end). */
  readonly eventsCount: number
  /**
   * count: events; sum and weighted sum: Σ value in the period (without `carried`); max: the maximum; latest: the
   * newest value; unique count: values whose last operation is `add`, in the period or, when recurring, in all time
   * up to its end.
   */
  readonly total: Decimal
  /** Recurring sum and weighted sum: Σ value of the events before the period. Otherwise zero. */
  readonly carried: Decimal
  /** Weighted sum: Σ value · (milliseconds from the period's start to the event). Otherwise zero. */
  readonly momentMs: Decimal
  /** Σ precise_total_amount_cents over the counted events in the period (dynamic pricing). */
  readonly preciseTotalAmountCents: Decimal
  /** Timestamp of the newest counted event in the period; null when there is none. */
  readonly lastEventAt: Instant | null
  /** Only with detail `events`: the counted events, by timestamp then id (recurring: all of them). */
  readonly events: readonly UsageEvent[]
}
