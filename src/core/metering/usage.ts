import type { Decimal } from '../amounts/decimal.ts'
import { floorToSecond, type Instant, type Period } from '../calendar/instant.ts'

/** How events become a number: metering-and-rating §2.3. */
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

/** Property values by key; an event matches when for every key its text value is one of the list. */
export type PropertyValues = Readonly<Record<string, readonly string[]>>

/**
 * Which events a bucket takes: all keys of `include` match, and none of the `exclude` sets matches
 * entirely.
 */
export type EventMatch = {
  readonly include: PropertyValues
  readonly exclude: readonly PropertyValues[]
}

/** How much of the events an answer has to carry besides the totals. */
export type UsageDetail = 'totals' | 'events'

/**
 * What the core asks of an event store, as data. PostgreSQL answers it, and so does the in-memory reference
 * of the tests; both must give the same `UsageGroup` values.
 */
export type UsageQuery = {
  readonly externalSubscriptionId: string
  readonly code: string
  readonly aggregation: Aggregation
  /** Property that carries the value; null for a count. */
  readonly fieldName: string | null
  /** Half-open. A recurring query also looks at everything before `from` (see `carried`). */
  readonly period: Period
  /** True when everything before the period counts as well (recurring metrics). */
  readonly recurring: boolean
  readonly match: EventMatch
  /** Properties whose distinct values make one answer each; empty for one answer. */
  readonly groupBy: readonly string[]
  readonly detail: UsageDetail
  /**
   * Ends the period inside its last millisecond: of the events of that instant only those that arrived before
   * the one with this id count, and that one itself when it is included (docs/rules/in-advance.md).
   */
  readonly upTo?: UsageBound
  /**
   * Begins the period inside its first millisecond: the events of that instant that arrived before this id, of an
   * event or a bill, or have it themselves lie before the period. Never together with `recurring`.
   */
  readonly after?: string
  /**
   * Set when the period begins with its subscription inside a second of which no earlier subscription has a part:
   * events of that whole second (see `startSecond`) count as if they came at the period's start. Never together with
   * `after`.
   */
  readonly takesStartSecond?: true
}

export type UsageBound = { readonly id: string; readonly isIncluded: boolean }

/** One event as the pricing sees it. Missing or empty properties are null. */
export type UsageEvent = {
  readonly at: Instant
  /**
   * Breaks ties between events of the same instant: a later arrival has the greater id (see
   * `compareEvents`).
   */
  readonly id: string
  /** The numeric value (sum, max, latest, weighted); 1 for a count; null for unique counts. */
  readonly value: Decimal | null
  /** The text of the counted property and the operation, for unique counts. */
  readonly uniqueValue: string | null
  readonly operation: 'add' | 'remove'
  readonly preciseTotalAmountCents: Decimal
}

/**
 * The order of events: by timestamp, then by arrival. Ids are UUIDs of ascending time or plain sequence
 * numbers, hence a longer id is the greater one.
 */
export function compareEvents(a: Pick<UsageEvent, 'at' | 'id'>, b: Pick<UsageEvent, 'at' | 'id'>): number {
  if (a.at !== b.at) return a.at - b.at
  if (a.id.length !== b.id.length) return a.id.length - b.id.length
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/**
 * A query that leaves out what arrived at its first instant up to an id, because it was billed (null for nothing). A
 * recurring quantity holds what was there before as well and nothing twice.
 */
export function afterArrival(query: UsageQuery, after: string | null): UsageQuery {
  return after === null || query.recurring ? query : { ...query, after }
}

/**
 * The instant before the period at which events count as if they came at its start; null for none. Many senders tell
 * time in whole seconds, so what happened right after a subscription began carries the second in which it began.
 */
export function startSecond({
  period,
  takesStartSecond,
}: Pick<UsageQuery, 'period' | 'takesStartSecond'>): Instant | null {
  const second = floorToSecond(period.from)
  return takesStartSecond && second < period.from ? second : null
}

/** Whether an event does not lie before the period of a query. */
export function isSincePeriod(
  event: Pick<UsageEvent, 'at' | 'id'>,
  { period, after }: Pick<UsageQuery, 'period' | 'after'>,
): boolean {
  if (event.at !== period.from || after === undefined) return event.at >= period.from
  return compareEvents(event, { at: event.at, id: after }) > 0
}

/** The values of the group keys that one answer stands for; a missing or empty property is null. */
export type GroupedBy = Readonly<Record<string, string | null>>

/** What a store answers for one group. Fields that an aggregation does not use are zero or null. */
export type UsageGroup = {
  readonly groupedBy: GroupedBy
  /** Events that count, in the period (recurring, but for a weighted sum: of all time up to its end). */
  readonly eventsCount: number
  /**
   * count: events; sum and weighted sum: Σ value in the period (without `carried`); max: the maximum;
   * latest: the newest value; unique count: values whose last operation is `add`, in the period or,
   * when recurring, of all time up to its end.
   */
  readonly total: Decimal
  /** Recurring sum and weighted sum: Σ value of the events before the period. Otherwise zero. */
  readonly carried: Decimal
  /** Weighted sum: Σ value · (milliseconds from the period's start to the event). Otherwise zero. */
  readonly momentMs: Decimal
  /** Σ precise_total_amount_cents over the counted events in the period (dynamic pricing). */
  readonly preciseTotalAmountCents: Decimal
  /** Timestamp of the newest event that counts in the period; null when there is none. */
  readonly lastEventAt: Instant | null
  /** Only with detail `events`: the events that count, by timestamp then id (recurring: of all time). */
  readonly events: readonly UsageEvent[]
}
