import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { type RawEvent, usageOf } from './reference.ts'
import { AGGREGATIONS, type Aggregation, type UsageGroup, type UsageQuery } from './usage.ts'

function raw(id: number, at: number, properties: Record<string, unknown>, precise?: string): RawEvent {
  return {
    id: String(id),
    transactionId: `t${id}`,
    code: 'm',
    externalSubscriptionId: 's',
    at: instant(at),
    properties,
    preciseTotalAmountCents: precise === undefined ? null : Decimal.of(precise),
  }
}

function query(aggregation: Aggregation, over: Partial<UsageQuery> = {}): UsageQuery {
  return {
    externalSubscriptionId: 's',
    code: 'm',
    aggregation,
    fieldName: aggregation === 'count_agg' ? null : 'v',
    period: { from: instant(100), to: instant(200) },
    recurring: false,
    match: { include: {}, exclude: [] },
    groupBy: [],
    detail: 'totals',
    ...over,
  }
}

function only(groups: readonly UsageGroup[]): UsageGroup {
  const [group, ...others] = groups
  if (!group || others.length > 0) throw new Error(`${groups.length} groups`)
  return group
}

const values = [
  raw(1, 99, { v: '7' }),
  raw(2, 100, { v: 10 }, '1.5'),
  raw(10, 150, { v: '3' }, '2'),
  raw(9, 150, { v: '50' }),
  raw(3, 199, { v: '-4' }),
  raw(4, 200, { v: '1000' }),
  raw(5, 120, { v: '1e3' }, '100'),
  raw(6, 121, { v: '+2' }),
  raw(7, 122, { v: '' }),
  raw(8, 123, {}),
  { ...raw(11, 130, { v: '9' }), code: 'other' },
  { ...raw(12, 130, { v: '9' }), externalSubscriptionId: 'else' },
  { ...raw(13, 130, { v: '9' }), externalSubscriptionId: null },
]

describe('usageOf up to an event', () => {
  it('takes of the last instant only what arrived before', () => {
    const period = { from: instant(100), to: instant(151) }
    const at = (id: string, isIncluded: boolean) =>
      only(usageOf(values, query('sum_agg', { period, upTo: { id, isIncluded } }))).total.toString()
    expect([at('9', false), at('9', true), at('10', false), at('10', true)]).toEqual(['10', '60', '60', '63'])
  })
})

describe('usageOf', () => {
  it.each<[Aggregation, boolean, string, number]>([
    ['count_agg', false, '8', 8],
    ['sum_agg', false, '59', 4],
    ['sum_agg', true, '59', 5],
    ['max_agg', false, '50', 4],
    ['latest_agg', false, '-4', 4],
    ['weighted_sum_agg', true, '59', 4],
  ])('%s (recurring %s) is %s from %s events', (aggregation, recurring, total, eventsCount) => {
    const group = only(usageOf(values, query(aggregation, { recurring })))
    expect([group.total.toString(), group.eventsCount]).toEqual([total, eventsCount])
  })

  it('carries what was before the period of a recurring sum', () => {
    expect(only(usageOf(values, query('sum_agg', { recurring: true }))).carried.toString()).toBe('7')
    expect(only(usageOf(values, query('sum_agg'))).carried.toString()).toBe('0')
  })

  it('breaks ties of the newest value by arrival', () => {
    const tied = values.filter((event) => event.at <= 150)
    expect(only(usageOf(tied, query('latest_agg'))).total.toString()).toBe('3')
  })

  it('weighs deltas by their moment', () => {
    const group = only(usageOf(values, query('weighted_sum_agg')))
    expect(group.momentMs.toString()).toBe(String(0 * 10 + 50 * 3 + 50 * 50 - 99 * 4))
    expect(group.lastEventAt).toBe(199)
  })

  it('adds the precise amounts of counted events only', () => {
    expect(only(usageOf(values, query('sum_agg'))).preciseTotalAmountCents.toString()).toBe('3.5')
  })

  it('counts unique values by their last operation, a missing value being one of them', () => {
    const seats = [
      raw(1, 50, { v: 'old' }),
      raw(2, 110, { v: 'a' }),
      raw(3, 111, { v: 'a', operation_type: 'remove' }),
      raw(4, 112, { v: 'b', operation_type: 'remove' }),
      raw(5, 113, { v: 'c' }),
      raw(6, 114, { v: 'c', operation_type: 'add' }),
      raw(7, 115, {}),
      raw(8, 116, { v: 'old', operation_type: 'remove' }),
    ]
    expect(only(usageOf(seats, query('unique_count_agg'))).total.toString()).toBe('2')
    expect(
      only(usageOf(seats.slice(0, 7), query('unique_count_agg', { recurring: true }))).total.toString(),
    ).toBe('3')
  })

  it('keeps a recurring value of an earlier period (row 74)', () => {
    const seats = [raw(1, 50, { v: 'a', region: 'europe' })]
    const match = { include: { region: ['europe'] }, exclude: [] }
    expect(only(usageOf(seats, query('unique_count_agg', { recurring: true, match }))).total.toString()).toBe(
      '1',
    )
    expect(only(usageOf(seats, query('unique_count_agg', { match }))).total.toString()).toBe('0')
  })

  it('counts an event whose value is zero (row 75) and ignores 1e3 (row 102)', () => {
    const zero = only(usageOf([raw(1, 120, { v: 0 })], query('sum_agg')))
    expect([zero.total.toString(), zero.eventsCount]).toEqual(['0', 1])
    const ignored = only(usageOf([raw(1, 120, { v: '1e3' })], query('sum_agg')))
    expect([ignored.total.toString(), ignored.eventsCount]).toEqual(['0', 0])
  })

  it('gives one zero answer without groups, and none with', () => {
    expect(only(usageOf([], query('sum_agg'))).total.isZero()).toBe(true)
    expect(usageOf([], query('sum_agg', { groupBy: ['region'] }))).toEqual([])
  })

  it('answers once for each group', () => {
    const events = [
      raw(1, 110, { v: 1, region: 'eu' }),
      raw(2, 111, { v: 2, region: '' }),
      raw(3, 112, { v: 3 }),
      raw(4, 113, { v: 4, region: 'eu' }),
      raw(5, 114, { v: 'x', region: 'us' }),
    ]
    const groups = usageOf(events, query('sum_agg', { groupBy: ['region'], detail: 'events' }))
    expect(
      groups.map((group) => [group.groupedBy.region, group.total.toString(), group.events.length]),
    ).toEqual([
      ['eu', '5', 2],
      [null, '5', 2],
    ])
  })

  const history = fc.array(
    fc.record({
      at: fc.integer({ min: 50, max: 220 }),
      v: fc.oneof(fc.integer({ min: -20, max: 20 }).map(String), fc.constantFrom('a', 'b', '1e3', '')),
      operation_type: fc.constantFrom('add', 'remove'),
      g: fc.constantFrom('x', 'y', ''),
    }),
    { maxLength: 25 },
  )

  it('does not depend on the order of arrival in the list', () => {
    fc.assert(
      fc.property(
        history,
        fc.constantFrom(...AGGREGATIONS),
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        (specs, aggregation, recurring, chance) => {
          const events = specs.map(({ at, ...properties }, index) => raw(index, at, properties))
          const shuffled = events
            .map((event) => ({ event, key: chance.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ event }) => event)
          const asked = query(aggregation, { recurring, groupBy: ['g'], detail: 'events' })
          expect(usageOf(shuffled, asked)).toEqual(usageOf(events, asked))
        },
      ),
    )
  })

  it('counts a unique value exactly when its last operation is add', () => {
    fc.assert(
      fc.property(history, (specs) => {
        const events = specs.map(({ at, ...properties }, index) => raw(index, at, properties))
        // The walk of the definition, event by event, against the shortcut of the code.
        const asked = query('unique_count_agg', { detail: 'events' })
        const group = only(usageOf(events, asked))
        const previous = new Map<string | null, string>()
        let units = 0
        for (const event of group.events) {
          const before = previous.get(event.uniqueValue) ?? 'remove'
          if (event.operation !== before) units += event.operation === 'add' ? 1 : -1
          previous.set(event.uniqueValue, event.operation)
        }
        expect(group.total.toString()).toBe(String(units))
      }),
    )
  })

  it('splits a sum over groups without loss', () => {
    fc.assert(
      fc.property(history, (specs) => {
        const events = specs.map(({ at, ...properties }, index) => raw(index, at, properties))
        const whole = only(usageOf(events, query('sum_agg')))
        const parts = usageOf(events, query('sum_agg', { groupBy: ['g'] }))
        expect(Decimal.sum(parts.map((part) => part.total)).toString()).toBe(whole.total.toString())
      }),
    )
  })
})
