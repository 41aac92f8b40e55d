import { summarizeEvents } from '../../core/metering/reference.ts'
import { compareEvents, type UsageGroup, type UsageQuery } from '../../core/metering/usage.ts'
import type { EventPlan } from '../../core/rating/event-plan.ts'
import type { EventAnswer } from '../../core/rating/rate-event.ts'
import type { Reads } from '../../store/database.ts'
import { answerUsages } from '../../store/events/usage.ts'

/**
 * The usage up to each of some events, in the order of the plans. Where prices depend on the single events, those of
 * one bucket are read once, up to its last event, and each answer takes its part of them.
 */
export async function answerEvents(reads: Reads, plans: readonly EventPlan[]): Promise<EventAnswer[]> {
  const questions = plans.flatMap(({ withEvent, before }) => (before ? [withEvent, before] : [withEvent]))
  const asked = widest(questions)
  const groups = await answerUsages(reads, [...asked.values()])
  const found = new Map([...asked.keys()].map((key, index) => [key, groups[index] ?? []]))
  const answerOf = (query: UsageQuery): UsageGroup => {
    const own = found
      .get(keyOf(query))
      ?.find((group) => Object.values(group.groupedBy).every((v) => v === null))
    if (!own) return summarizeEvents({}, [], query)
    return query.detail === 'events' ? partOf(own, query) : own
  }
  return plans.map(({ withEvent, before }) => ({
    withEvent: answerOf(withEvent),
    before: before && answerOf(before),
  }))
}

/** One question for each bucket whose events are read; every other question stands for itself. */
function widest(questions: readonly UsageQuery[]): ReadonlyMap<string, UsageQuery> {
  const asked = new Map<string, UsageQuery>()
  for (const query of questions) {
    const known = asked.get(keyOf(query))
    if (!known || compareEnds(known, query) < 0) asked.set(keyOf(query), query)
  }
  return asked
}

function keyOf(query: UsageQuery): string {
  if (query.detail === 'totals') return JSON.stringify(query)
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
