import { countedOf, hasNoKeys, withoutLater } from '../../core/metering/accepted-usage.ts'
import { type RawEvent, summarizeEvents } from '../../core/metering/reference.ts'
import {
  compareEvents,
  type UsageEvent,
  type UsageGroup,
  type UsageQuery,
} from '../../core/metering/usage.ts'
import type { EventPlan } from '../../core/rating/event-plan.ts'
import type { EventAnswer } from '../../core/rating/rate-event.ts'
import type { Reads } from '../../store/database.ts'
import { withStartSeconds } from '../../store/events/start-seconds.ts'
import { answerUsages } from '../../store/events/usage.ts'

/** An event under a charge, with the logged events accepted after it. */
export type AcceptedPlan = { readonly plan: EventPlan; readonly later: readonly RawEvent[] }

/** A query, and the events that it includes although they were accepted later. */
type Question = {
  readonly query: UsageQuery
  readonly later: readonly UsageEvent[]
  /** When totals are not enough to undo them: all events with their values. */
  readonly ofValues: UsageQuery | null
}

/**
 * The usage up to each of some events, counting only events accepted by then, in the order of the plans. When prices
 * depend on individual events, a bucket's events are read once, up to its last one, and each answer uses its part of
 * them.
 */
export async function answerEvents(reads: Reads, accepted: readonly AcceptedPlan[]): Promise<EventAnswer[]> {
  const plans = await takingStartSeconds(reads, accepted)
  const valuesOf = laterValues(plans)
  const asked = plans.map(({ plan, later }) => ({
    withEvent: questionOf(plan.withEvent, later, valuesOf),
    before: plan.before && questionOf(plan.before, later, valuesOf),
  }))
  const questions = asked.flatMap(({ withEvent, before }) => (before ? [withEvent, before] : [withEvent]))
  const found = await askWidest(
    reads,
    questions.flatMap(({ query, ofValues }) => (ofValues ? [query, ofValues] : [query])),
  )
  const answerOf = ({ query, later, ofValues }: Question): UsageGroup =>
    withoutLater(found(query), later, query, ofValues ? found(ofValues).events : [])
  return asked.map(({ withEvent, before }) => ({
    withEvent: answerOf(withEvent),
    before: before && answerOf(before),
  }))
}

/** The same plans, with queries that know whether to include the second in which their subscription started. */
async function takingStartSeconds(
  reads: Reads,
  plans: readonly AcceptedPlan[],
): Promise<readonly AcceptedPlan[]> {
  const queries = await withStartSeconds(
    reads,
    plans.map(({ plan }) => plan.withEvent),
  )
  return plans.map(({ plan, later }, index) => {
    const withEvent = queries[index] ?? plan.withEvent
    if (withEvent === plan.withEvent) return { plan, later }
    const before = plan.before && { ...plan.before, takesStartSecond: true as const }
    return { plan: { ...plan, withEvent, before }, later }
  })
}

/** The values of a unique count that later events have, by bucket. */
type LaterValues = ReadonlyMap<string, ReadonlySet<string | null>>

function laterValues(plans: readonly AcceptedPlan[]): LaterValues {
  const values = new Map<string, Set<string | null>>()
  for (const { plan, later } of plans) {
    if (!asksValues(plan.withEvent)) continue
    const key = bucketOf(plan.withEvent)
    const own = values.get(key) ?? new Set()
    values.set(key, own)
    for (const event of countedOf(later, plan.withEvent)) own.add(event.uniqueValue)
  }
  return values
}

function asksValues({ aggregation, detail }: UsageQuery): boolean {
  return aggregation === 'unique_count_agg' && detail === 'totals'
}

function questionOf(query: UsageQuery, later: readonly RawEvent[], valuesOf: LaterValues): Question {
  const counted = countedOf(later, query)
  if (counted.length === 0 || !asksValues(query)) return { query, later: counted, ofValues: null }
  return { query, later: counted, ofValues: ofValues(query, valuesOf.get(bucketOf(query)) ?? new Set()) }
}

/** The events with these values; a missing value cannot be matched, so all events are read then. */
function ofValues(query: UsageQuery, values: ReadonlySet<string | null>): UsageQuery {
  const texts = [...values].flatMap((value) => (value === null ? [] : [value]))
  const { fieldName, match } = query
  const isNarrow = fieldName !== null && texts.length === values.size
  const include = isNarrow ? { ...match.include, [fieldName]: texts } : match.include
  return { ...query, detail: 'events', match: { ...match, include } }
}

/** Runs all queries, combining those for the events of one bucket, and returns the answer to each. */
async function askWidest(
  reads: Reads,
  queries: readonly UsageQuery[],
): Promise<(query: UsageQuery) => UsageGroup> {
  const asked = new Map<string, UsageQuery>()
  for (const query of queries) {
    const known = asked.get(keyOf(query))
    if (!known || compareEnds(known, query) < 0) asked.set(keyOf(query), query)
  }
  const answers = await answerUsages(reads, [...asked.values()])
  const groups = new Map(
    [...asked.keys()].map((key, index) => [
      key,
      answers[index]?.find(({ groupedBy }) => hasNoKeys(groupedBy)),
    ]),
  )
  return (query) => {
    const own = groups.get(keyOf(query))
    if (!own) return summarizeEvents({}, [], query)
    return query.detail === 'events' ? partOf(own, query) : own
  }
}

/** Questions with the same key get the same answer, or parts of it. */
function keyOf(query: UsageQuery): string {
  return query.detail === 'totals' ? JSON.stringify(query) : bucketOf(query)
}

function bucketOf(query: UsageQuery): string {
  const { period, upTo: _upTo, ...bucket } = query
  return JSON.stringify({ ...bucket, from: period.from })
}

function endOf({ period, upTo }: UsageQuery) {
  return { at: period.to, id: upTo?.id ?? '' }
}

function compareEnds(a: UsageQuery, b: UsageQuery): number {
  return compareEvents(endOf(a), endOf(b)) || Number(a.upTo?.isIncluded) - Number(b.upTo?.isIncluded)
}

function partOf(group: UsageGroup, query: UsageQuery): UsageGroup {
  const { period, upTo } = query
  const events = group.events.filter((event) => {
    if (event.at < period.to - 1 || !upTo) return event.at < period.to
    if (event.at >= period.to) return false
    const order = compareEvents(event, { at: event.at, id: upTo.id })
    return order < 0 || (order === 0 && upTo.isIncluded)
  })
  return summarizeEvents(group.groupedBy, events, query)
}
