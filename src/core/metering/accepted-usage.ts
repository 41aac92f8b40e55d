import type { Decimal } from '../amounts/decimal.ts'
import { type RawEvent, summarizeEvents, usageOf } from './reference.ts'
import type { UsageEvent, UsageGroup, UsageQuery } from './usage.ts'

/**
 * The events among some that a query of one group counts.
 *
 * @param query one whose `groupBy` stands for the group that has none of its keys
 */
export function countedOf(events: readonly RawEvent[], query: UsageQuery): readonly UsageEvent[] {
  const groups = usageOf(events, { ...query, detail: 'events' })
  return groups.find(({ groupedBy }) => hasNoKeys(groupedBy))?.events ?? []
}

/** Whether a group is the one of events that have none of the keys. */
export function hasNoKeys(groupedBy: UsageGroup['groupedBy']): boolean {
  return Object.values(groupedBy).every((value) => value === null)
}

/**
 * A group as it was before some of its events were accepted: what the price of an event in advance depends on, however
 * many have been accepted since.
 *
 * @param later events that the group counts and that were accepted later
 * @param ofValues for the totals of a unique count: all events that the group counts of the values of `later`
 */
export function withoutLater(
  group: UsageGroup,
  later: readonly UsageEvent[],
  query: UsageQuery,
  ofValues: readonly UsageEvent[] = [],
): UsageGroup {
  if (later.length === 0) return group
  const ids = new Set(later.map(({ id }) => id))
  const without = (events: readonly UsageEvent[]) => events.filter(({ id }) => !ids.has(id))
  const { groupedBy } = group
  if (query.detail === 'events') return summarizeEvents(groupedBy, without(group.events), query)
  const sum = (events: readonly UsageEvent[]) => summarizeEvents(groupedBy, events, query)
  // How the values of a unique count stand depends on the order of all their operations; totals of others are sums.
  const isUnique = query.aggregation === 'unique_count_agg'
  const gone = isUnique ? sum(ofValues) : sum(later)
  const back = isUnique ? sum(without(ofValues)) : sum([])
  const change = (part: (each: UsageGroup) => Decimal) => part(group).minus(part(gone)).plus(part(back))
  return {
    ...group,
    eventsCount: group.eventsCount - gone.eventsCount + back.eventsCount,
    total: change((each) => each.total),
    carried: change((each) => each.carried),
    preciseTotalAmountCents: change((each) => each.preciseTotalAmountCents),
  }
}
