import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { DAY_MS, instant } from '../calendar/instant.ts'
import type { Movement } from '../pricing/charge-model.ts'
import { type MeasureContext, type MeasuredUsage, measure } from './measure.ts'
import { daysLeft, windowDays } from './proration.ts'
import { type RawEvent, usageOf } from './reference.ts'
import type { Aggregation } from './usage.ts'

function at(text: string) {
  return instant(Date.parse(text.length === 10 ? `${text}T12:00:00Z` : text))
}

/** The whole month `YYYY-MM`. */
function month(text: string): Pick<MeasureContext, 'from' | 'to' | 'chargesDurationDays'> {
  const from = at(`${text}-01T00:00:00Z`)
  const next = new Date(from)
  next.setUTCMonth(next.getUTCMonth() + 1)
  return { from, to: instant(next.getTime() - 1), chargesDurationDays: (next.getTime() - from) / DAY_MS }
}

let sequence = 0
function raw(on: string, properties: Record<string, unknown>): RawEvent {
  sequence += 1
  return {
    id: String(sequence),
    transactionId: `t${sequence}`,
    code: 'm',
    externalSubscriptionId: 's',
    at: at(on),
    properties,
    preciseTotalAmountCents: null,
  }
}

function measured(
  aggregation: Aggregation,
  events: readonly RawEvent[],
  over: Partial<MeasureContext> & Pick<MeasureContext, 'from' | 'to' | 'chargesDurationDays'>,
): MeasuredUsage {
  const context: MeasureContext = {
    aggregation,
    recurring: false,
    prorated: false,
    endedByUpgrade: false,
    zone: 'UTC',
    initialLevel: null,
    roundingFunction: null,
    roundingPrecision: null,
    ...over,
  }
  const [group] = usageOf(events, {
    externalSubscriptionId: 's',
    code: 'm',
    aggregation,
    fieldName: aggregation === 'count_agg' ? null : 'v',
    period: { from: context.from, to: instant(context.to + 1) },
    recurring: context.recurring,
    match: { include: {}, exclude: [] },
    groupBy: [],
    detail: 'events',
  })
  if (!group) throw new Error('no group')
  return measure(group, context)
}

/**
 * Prices movements as prorated graduated (docs/rules/pricing-models.md#graduated-and-prorated), in cents, to check
 * them by their amounts.
 */
function proratedGraduated(tiers: readonly [number | null, number, number][], usage: MeasuredUsage): string {
  const flat = (tier: number) => tiers.slice(0, tier + 1).reduce((sum, [, , each]) => sum + each, 0)
  if (usage.pricedUnits.isZero()) return String(flat(0) * 100)
  let position = 0
  let top = 0
  let money = 0
  for (const movement of usage.movements ?? []) {
    const units = movement.units.toNumber()
    const share = movement.prorated.toNumber() / units
    tiers.forEach(([to, price], tier) => {
      const low = tier === 0 ? Number.NEGATIVE_INFINITY : (tiers[tier - 1]?.[0] ?? 0)
      const high = to ?? Number.POSITIVE_INFINITY
      const start = Math.min(Math.max(position, low), high)
      const end = Math.min(Math.max(position + units, low), high)
      money += (end - start) * share * price
    })
    position += units
    top = Math.max(top, position)
  }
  if (position < 0) return '0'
  const reached = tiers.findIndex(([to]) => to === null || top <= to)
  return String(Math.round((Math.max(money, 0) + flat(reached)) * 100))
}

describe('plain units', () => {
  const march = month('2024-03')
  it.each<[Aggregation, (string | number)[], string, number]>([
    ['count_agg', [1, 'x', 3], '3', 3],
    ['sum_agg', [1, 'x', '2.5'], '3.5', 2],
    ['max_agg', [5, 20, 3], '20', 3],
    ['max_agg', [], '0', 0],
    ['latest_agg', [10, 3, 50], '50', 3],
    ['latest_agg', [10, -3], '0', 2],
    ['latest_agg', [], '0', 0],
    ['unique_count_agg', ['a', 'b', 'a'], '2', 2],
  ])('%s of %j is %s with %s events', (aggregation, values, units, eventsCount) => {
    const events = values.map((v, index) => raw(`2024-03-0${index + 1}`, { v }))
    const usage = measured(aggregation, events, march)
    expect([usage.units.toString(), usage.eventsCount]).toEqual([units, eventsCount])
    expect(usage.pricedUnits.equals(usage.units) && usage.totalAggregatedUnits.equals(usage.units)).toBe(true)
    expect(usage.movements).toBeUndefined()
  })

  it.each<['round' | 'ceil' | 'floor', number | null, string]>([
    ['ceil', 2, '123.46'],
    ['floor', 2, '123.45'],
    ['round', null, '123'],
    ['ceil', -2, '200'],
    ['floor', null, '123'],
  ])('rounds with %s at %s', (roundingFunction, roundingPrecision, units) => {
    const usage = measured('sum_agg', [raw('2024-03-02', { v: '123.456' })], {
      ...march,
      roundingFunction,
      roundingPrecision,
    })
    expect(usage.units.toString()).toBe(units)
  })

  it('adds what a recurring sum carried in', () => {
    const events = [raw('2023-01-01', { v: 70 }), raw('2024-03-02', { v: 5 })]
    expect(measured('sum_agg', events, { ...march, recurring: true }).units.toString()).toBe('75')
    expect(measured('sum_agg', events, march).units.toString()).toBe('5')
  })
})

describe('prorated sum', () => {
  const tiersB: [number | null, number, number][] = [
    [5, 10, 100],
    [15, 5, 50],
    [null, 2, 0],
  ]
  const september = month('2023-09')
  const changes: [string, number][] = [
    ['2023-09-10', 2],
    ['2023-09-16', 5],
    ['2023-09-20', -6],
    ['2023-09-25', 10],
    ['2023-09-26', 4],
    ['2023-09-30', 60],
  ]
  const events = changes.map(([on, v]) => raw(on, { v }))
  const recurring = { recurring: true, prorated: true }

  it.each([
    [0, '10000', '0'],
    [1, '11400', '2'],
    [2, '18400', '7'],
    [3, '16567', '1'],
    [4, '17967', '11'],
    [5, '18300', '15'],
    [6, '18700', '75'],
  ])('case 34: after %s events, %s cents, %s units', (count, cents, units) => {
    const usage = measured('sum_agg', events.slice(0, count), { ...september, ...recurring })
    expect([proratedGraduated(tiersB, usage), usage.units.toString()]).toEqual([cents, units])
  })

  it('case 35: the carried quantity pays the full month', () => {
    const october = { ...month('2023-10'), ...recurring }
    const quiet = measured('sum_agg', events, october)
    expect([proratedGraduated(tiersB, quiet), quiet.units.toString()]).toEqual(['37000', '75'])
    const more = measured('sum_agg', [...events, raw('2023-10-17', { v: 20 })], october)
    expect([proratedGraduated(tiersB, more), more.units.toString()]).toEqual(['38935', '95'])
  })

  it('case 37: quantities dated before the start pay each period', () => {
    const tiers: [number | null, number, number][] = [
      [5, 0, 0],
      [null, 12, 0],
    ]
    const early = [raw('2023-11-01', { v: 5 }), raw('2023-11-02', { v: 5 })]
    const january = { ...month('2024-01'), ...recurring }
    expect(proratedGraduated(tiers, measured('sum_agg', early, january))).toBe('6000')
    const more = measured('sum_agg', [...early, raw('2024-01-06', { v: 2 })], january)
    expect([proratedGraduated(tiers, more), more.units.toString()]).toEqual(['8013', '12'])
  })

  it.each([
    [1, '2', '0'],
    [2, '1', '0'],
    [3, '2', '0'],
  ])('cases 38, 39: case %s', (which, units, cents) => {
    const tiers: [number | null, number, number][] = [
      [2, 0, 0],
      [null, 150, 0],
    ]
    const removed = [1, 2, 3].map((day) => raw(`2024-01-0${day}`, { v: -1 }))
    const added = [1, 2, 3, 4].map((day) => raw(`2024-02-0${day}`, { v: 1 }))
    const backdated = raw('2024-01-05', { v: 1 })
    const history = [...removed, ...added, ...(which === 2 ? [] : [backdated])]
    const usage = measured('sum_agg', history, { ...month('2024-02'), ...recurring })
    expect([usage.units.toString(), proratedGraduated(tiers, usage)]).toEqual([units, cents])
  })

  it('takes the day of an upgrade off the carried quantity only', () => {
    const window = {
      ...month('2023-10'),
      to: at('2023-10-18T23:59:59.999Z'),
      endedByUpgrade: true,
      ...recurring,
    }
    const usage = measured('sum_agg', [raw('2023-09-01', { v: 31 }), raw('2023-10-17', { v: 31 })], window)
    expect(usage.movements?.map((each: Movement) => each.prorated.round(10).toString())).toEqual(['17', '2'])
    expect([usage.pricedUnits.toString(), usage.units.toString()]).toEqual(['19', '62'])
  })

  it('prorates, rounds up at 5 decimals, then rounds as the metric says', () => {
    const usage = measured('sum_agg', [raw('2024-02-23', { v: '1.4' })], {
      ...month('2024-02'),
      ...recurring,
    })
    expect([usage.pricedUnits.toString(), usage.units.toString()]).toEqual(['0.33794', '1.4'])
    const rounded = measured('sum_agg', [raw('2024-02-23', { v: '1.4' })], {
      ...month('2024-02'),
      ...recurring,
      roundingFunction: 'ceil',
      roundingPrecision: 1,
    })
    expect([rounded.pricedUnits.toString(), rounded.units.toString()]).toEqual(['0.4', '1.4'])
  })

  it('never pays more than the full quantity when all is added', () => {
    const change = fc.record({ day: fc.integer({ min: 1, max: 30 }), v: fc.integer({ min: 0, max: 50 }) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (specs) => {
        const history = specs.map(({ day, v }) => raw(`2023-09-${String(day).padStart(2, '0')}`, { v }))
        const usage = measured('sum_agg', history, { ...september, ...recurring })
        expect(usage.pricedUnits.compare(usage.units)).toBeLessThanOrEqual(0)
        const moved = Decimal.sum((usage.movements ?? []).map((each) => each.units))
        expect(moved.toString()).toBe(usage.units.toString())
        const shares = Decimal.sum((usage.movements ?? []).map((each) => each.prorated))
        expect(
          shares.round(5, 'ceil').minus(usage.pricedUnits).abs().compare(Decimal.of('0.00001')),
        ).toBeLessThan(1)
      }),
    )
  })
})

describe('prorated unique count', () => {
  const tiers: [number | null, number, number][] = [
    [1, 10, 100],
    [null, 5, 50],
  ]
  const recurring = { recurring: true, prorated: true }
  const operations: [string, string, string][] = [
    ['2023-09-10', '1111', 'add'],
    ['2023-09-12', '1111', 'remove'],
    ['2023-09-14', '1111', 'add'],
    ['2023-09-15', '2222', 'add'],
    ['2023-09-16', '2222', 'add'],
    ['2023-09-20', '3333', 'add'],
  ]
  const events = operations.map(([on, v, operation_type]) => raw(on, { v, operation_type }))

  it.each([
    [1, '10700', '1'],
    [2, '10100', '0'],
    [3, '10667', '1'],
    [4, '15933', '2'],
    [5, '15933', '2'],
    [6, '16117', '3'],
  ])('cases 40 to 45: after %s events, %s cents, %s units', (count, cents, units) => {
    const usage = measured('unique_count_agg', events.slice(0, count), { ...month('2023-09'), ...recurring })
    expect([proratedGraduated(tiers, usage), usage.units.toString()]).toEqual([cents, units])
    expect(usage.eventsCount).toBe(Number(units))
  })

  it('case 46: October and November', () => {
    const more = [...events, raw('2023-10-17', { v: '4444' })]
    const october = { ...month('2023-10'), ...recurring }
    const quiet = measured('unique_count_agg', events, october)
    expect([proratedGraduated(tiers, quiet), quiet.units.toString()]).toEqual(['17000', '3'])
    expect(proratedGraduated(tiers, measured('unique_count_agg', more, october))).toBe('17242')
    const november = measured('unique_count_agg', more, { ...month('2023-11'), ...recurring })
    expect([proratedGraduated(tiers, november), november.units.toString()]).toEqual(['17500', '4'])
  })

  it.each<[string, [string, string][], string, string]>([
    ['added on the 23rd of 29 days', [['2024-02-23', 'add']], '0.24138', '1'],
    [
      'the day of removal counts',
      [
        ['2024-02-23', 'add'],
        ['2024-02-29', 'remove'],
      ],
      '0.24138',
      '0',
    ],
    [
      'a remove that the same day takes back',
      [
        ['2024-02-01', 'add'],
        ['2024-02-10T01:00:00Z', 'remove'],
        ['2024-02-10T02:00:00Z', 'add'],
      ],
      '1',
      '1',
    ],
    [
      'added and removed before the period',
      [
        ['2024-01-05', 'add'],
        ['2024-01-09', 'remove'],
      ],
      '0',
      '0',
    ],
    [
      'removed twice',
      [
        ['2024-02-01', 'add'],
        ['2024-02-02', 'remove'],
        ['2024-02-09', 'remove'],
      ],
      '0.06897',
      '0',
    ],
    ['removed first', [['2024-02-02', 'remove']], '0', '0'],
    ['carried all month', [['2023-05-01', 'add']], '1', '1'],
  ])('%s', (_, history, priced, units) => {
    const list = history.map(([on, operation_type]) => raw(on, { v: 'a', operation_type }))
    const usage = measured('unique_count_agg', list, { ...month('2024-02'), ...recurring })
    expect([usage.pricedUnits.toString(), usage.units.toString()]).toEqual([priced, units])
  })
})

describe('weighted sum', () => {
  it('case 66: a level from 5 March on', () => {
    const usage = measured('weighted_sum_agg', [raw('2023-03-05T00:00:00Z', { v: 2500 })], month('2023-03'))
    expect(usage.units.toString()).toBe('2177.4193548387096774')
    expect(usage.totalAggregatedUnits.toString()).toBe('2500')
  })

  it('case 67: the level carries into the next month', () => {
    const events = [raw('2023-04-04T00:00:00Z', { v: -2000 }), raw('2023-04-06T00:00:00Z', { v: -200 })]
    const usage = measured('weighted_sum_agg', events, {
      ...month('2023-04'),
      recurring: true,
      initialLevel: Decimal.of(2500),
    })
    expect(usage.units.toString()).toBe('533.3333333333333333')
    expect([usage.totalAggregatedUnits.toString(), usage.eventsCount]).toEqual(['300', 2])
  })

  it('case 68: deltas at the start count in full', () => {
    const events = [raw('2023-04-01T00:00:00Z', { v: 3 }), raw('2023-04-01T00:00:00Z', { v: 3 })]
    const usage = measured('weighted_sum_agg', events, month('2023-04'))
    expect([usage.units.toString(), usage.eventsCount]).toEqual(['6', 2])
  })

  it.each([
    [null, '0.02218'],
    ['1000', '1000.02218'],
  ])('a day of deltas on a level of %s', (level, units) => {
    const deltas: [string, number][] = [
      ['00:00', 2],
      ['01:00', 3],
      ['01:30', 1],
      ['02:00', -4],
      ['04:00', -2],
      ['05:00', 10],
      ['05:30', -10],
    ]
    const events = deltas.map(([time, v]) => raw(`2023-08-01T${time}:00Z`, { v }))
    const usage = measured('weighted_sum_agg', events, {
      ...month('2023-08'),
      recurring: level !== null,
      initialLevel: level === null ? null : Decimal.of(level),
    })
    expect(usage.units.round(5).toString()).toBe(units)
  })

  it('halves a level held for half of the period', () => {
    const window = { ...month('2023-04'), from: at('2023-04-16T00:00:00Z') }
    const usage = measured('weighted_sum_agg', [raw('2023-04-16T00:00:00Z', { v: 100 })], window)
    expect(usage.units.toString()).toBe('50')
  })
})

describe('days', () => {
  it('counts both ends, less the day of an upgrade, never below zero', () => {
    const window = { ...month('2023-10'), zone: 'UTC', endedByUpgrade: false }
    expect([windowDays(window), daysLeft(at('2023-10-31'), window), daysLeft(window.from, window)]).toEqual([
      31, 1, 31,
    ])
    expect(windowDays({ ...window, endedByUpgrade: true })).toBe(30)
    expect(windowDays({ ...window, to: instant(window.from - DAY_MS), endedByUpgrade: true })).toBe(0)
  })

  it("belong to the customer's zone, across a change of its clocks", () => {
    const window = {
      from: at('2024-02-29T23:00:00Z'),
      to: instant(at('2024-03-31T22:00:00Z') - 1),
      chargesDurationDays: 31,
      endedByUpgrade: false,
      zone: 'Europe/Berlin',
    }
    expect(windowDays(window)).toBe(31)
    expect(daysLeft(at('2024-03-31T21:59:59Z'), window)).toBe(1)
    expect(daysLeft(at('2024-03-30T23:00:00Z'), window)).toBe(1)
    expect(daysLeft(at('2024-03-30T22:59:59Z'), window)).toBe(2)
  })
})
