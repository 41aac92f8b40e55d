import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMs, instant } from '../calendar/instant.ts'
import { countedOf, hasNoKeys, withoutLater } from './accepted-usage.ts'
import { type RawEvent, usageOf } from './reference.ts'
import type { Aggregation, UsageGroup, UsageQuery } from './usage.ts'

const inputs = fc.record({
  at: fc.integer({ min: 0, max: 12 }),
  value: fc.constantFrom('1', '2', '-3', '2.5', 'x', '', null),
  operation: fc.constantFrom('add', 'remove'),
  group: fc.constantFrom('a', null),
})

/** Events in the order of their acceptance, which is that of their ids. */
function eventsOf(given: readonly (typeof inputs extends fc.Arbitrary<infer T> ? T : never)[]): RawEvent[] {
  return given.map(({ at, value, operation, group }, index) => ({
    id: String(index + 10),
    transactionId: `t${index}`,
    code: 'm',
    externalSubscriptionId: 's',
    at: instant(at),
    properties: {
      ...(value === null ? {} : { n: value }),
      ...(group === null ? {} : { group }),
      operation_type: operation,
    },
    preciseTotalAmountCents: null,
  }))
}

function queryUpTo(event: RawEvent, changes: Partial<UsageQuery>): UsageQuery {
  return {
    externalSubscriptionId: 's',
    code: 'm',
    aggregation: 'count_agg',
    fieldName: 'n',
    period: { from: instant(4), to: addMs(event.at, 1) },
    recurring: false,
    match: { include: {}, exclude: [] },
    groupBy: [],
    detail: 'totals',
    upTo: { id: event.id, isIncluded: true },
    ...changes,
  }
}

const ownOf = (groups: readonly UsageGroup[]) => groups.find(({ groupedBy }) => hasNoKeys(groupedBy))

describe('usage without what was accepted later', () => {
  const aggregations = fc.constantFrom<Aggregation>('count_agg', 'sum_agg', 'unique_count_agg', 'custom_agg')

  it('is the usage of the events that were accepted before', () => {
    const histories = fc.array(inputs, { minLength: 1, maxLength: 14 })
    const settings = fc.record({
      aggregation: aggregations,
      recurring: fc.boolean(),
      detail: fc.constantFrom('totals', 'events'),
      groupBy: fc.constantFrom([], ['group']),
    })
    fc.assert(
      fc.property(histories, settings, fc.nat(), fc.boolean(), (given, changes, pick, isIncluded) => {
        const events = eventsOf(given)
        const place = pick % events.length
        const event = events[place]
        if (!event) return
        const query = queryUpTo(event, { ...changes, upTo: { id: event.id, isIncluded } })
        const all = ownOf(usageOf(events, query))
        const then = ownOf(usageOf(events.slice(0, place + 1), query))
        if (!all || !then) return
        const later = countedOf(events.slice(place + 1), query)
        const values = new Set(later.map(({ uniqueValue }) => uniqueValue))
        const ofValues = countedOf(events, query).filter((each) => values.has(each.uniqueValue))
        const found = withoutLater(all, later, query, ofValues)
        expect({ ...found, lastEventAt: null }).toEqual({ ...then, lastEventAt: null })
      }),
      { numRuns: 500 },
    )
  })

  it('does not lose a remove before a later add', () => {
    const event = (id: string, at: number, n: string, operation: string): RawEvent => ({
      ...(eventsOf([{ at, value: null, operation: 'add', group: null }])[0] as RawEvent),
      id,
      properties: { n, operation_type: operation },
    })
    const events = [event('1', 5, 'a', 'add'), event('2', 9, 'b', 'add'), event('3', 7, 'a', 'remove')]
    const [, own] = events
    if (!own) throw new Error('no event')
    const query = queryUpTo(own, { aggregation: 'unique_count_agg' })
    const [all] = usageOf(events, query)
    if (!all) throw new Error('no usage')
    expect(String(all.total)).toBe('1')
    const later = countedOf(events.slice(2), query)
    expect(String(withoutLater(all, later, query, countedOf(events, query)).total)).toBe('2')
  })
})
