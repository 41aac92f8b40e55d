import type { Decimal } from '../amounts/decimal.ts'
import { type RawEvent, summarizeEvents, usageOf } from './reference.ts'
import type { UsageEvent, UsageGroup, UsageQuery } from './usage.ts'

/**
 * The events that a query for one group counts.
 *
 * @param query a query whose `groupBy` selects the group without any of the keys
 */
export function countedOf(events: readonly RawEvent[], query: UsageQuery): readonly UsageEvent[] {
  const groups = usageOf(events, { ...query, detail: 'events' })
  return groups.find(({ groupedBy }) => hasNoKeys(groupedBy))?.events ?? []
}

/** Whether a group is that of events without any of the keys. */
export function hasNoKeys(groupedBy: UsageGroup['groupedBy']): boolean {
  return Object.values(groupedBy).every((value) => value === null)
}

/**
 * A group as it was before some of its events were accepted. The price of an event in advance depends on this, no
 * matter how many events were accepted since.
 *
 * @param later the counted events that were accepted later
 * @param ofValues for a unique count's totals: all counted events with the values in `later`
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
  // A unique count depends on the order of all operations on its values; other totals are plain sums.
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
