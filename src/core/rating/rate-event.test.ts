import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ratedCharge } from '../../../test/support/rating-fixtures.ts'
import { at } from '../../../test/support/subscription-fixtures.ts'
import type { Decimal } from '../amounts/decimal.ts'
import { addMs, type Instant } from '../calendar/instant.ts'
import type { AdvanceState } from '../metering/advance-state.ts'
import { type RawEvent, summarizeEvents, usageOf } from '../metering/reference.ts'
import type { RatedCharge } from './charge.ts'
import { type EventPlan, planEvent } from './event-plan.ts'
import { rateEvent, stepOfEvent } from './rate-event.ts'
import { rateBucket } from './rate-usage.ts'
import { planUsage } from './usage-plan.ts'

const from = at('2024-02-01T00:00:00Z')
const to = at('2024-02-29T23:59:59.999Z')
const context = { window: { from, to }, durationDays: 29, zone: 'UTC', exponent: 2, isRenewed: false }

type Sent = { readonly at?: Instant; readonly properties: RawEvent['properties'] }

/** The fees of events in advance in their order, and current usage after them, in exact cents. */
function charged(charge: RatedCharge, sent: readonly Sent[], isRenewed = false) {
  const events = sent.map((event, k): RawEvent => {
    const source = { code: 'm', externalSubscriptionId: 's', preciseTotalAmountCents: null }
    return { ...source, id: String(k), transactionId: `t${k}`, at: addMs(from, k * 1000), ...event }
  })
  let state: AdvanceState | null = null
  const fees: Decimal[] = []
  const shown: string[][] = []
  for (const [k, event] of events.entries()) {
    const plan = planEvent(charge, event, from)
    if (!plan) throw new Error('an event that does not count')
    const answer = answerOf(plan, events.slice(0, k + 1))
    const step = stepOfEvent(plan, answer, state, { ...context, isRenewed })
    state = step.state
    const rated = rateEvent(plan, answer, step, { ...context, isRenewed })
    fees.push(rated.fee.preciseAmountCents)
    shown.push(rated.presentation.map(({ units }) => units.toWire()))
  }
  const [bucket] = planUsage(charge, 's', { from, to: addMs(to, 1) })
  if (!bucket) throw new Error('a charge without a bucket')
  const answer = { groups: usageOf(events, bucket.query), presentation: [] }
  const [usage] = rateBucket(charge, bucket, answer, {
    ...context,
    purpose: 'current',
    endedByUpgrade: false,
    advanceStateOf: () => state,
  })
  return { fees: fees.map((fee) => fee.toNumber()), usage: usage?.fee.preciseAmountCents.toNumber(), shown }
}

function answerOf(plan: EventPlan, events: readonly RawEvent[]) {
  const one = (query: EventPlan['withEvent']) => usageOf(events, query)[0] ?? summarizeEvents({}, [], query)
  return { withEvent: one(plan.withEvent), before: plan.before && one(plan.before) }
}

const tiers = {
  graduated_ranges: [
    { from_value: 0, to_value: 5, per_unit_amount: '1', flat_amount: '10' },
    { from_value: 6, to_value: null, per_unit_amount: '0.5', flat_amount: '3' },
  ],
}
const percentTiers = {
  graduated_percentage_ranges: [
    { from_value: 0, to_value: 5, rate: '100', flat_amount: '10' },
    { from_value: 6, to_value: null, rate: '50', flat_amount: '3' },
  ],
}
const advance = { payInAdvance: true } as const
const graduated = { ...advance, model: 'graduated', properties: tiers } as const
const percents = { ...advance, model: 'graduated_percentage', properties: percentTiers } as const
const unique = { aggregation: 'unique_count_agg' } as const

const sums = (...values: readonly number[]): Sent[] => values.map((n) => ({ properties: { n } }))
const moves = (...list: readonly string[]): Sent[] =>
  list.map((move) => ({
    properties: { n: move.slice(1), operation_type: move.startsWith('-') ? 'remove' : 'add' },
  }))

describe('the first flat amount of tiers in advance', () => {
  it.each<[string, Partial<RatedCharge>, Sent[], number[]]>([
    ['the first event pays it, with units or without', graduated, sums(0, 0, 3), [1000, 0, 300]],
    ['coming back from zero does not', graduated, sums(3, -3, 2, 2), [1300, 0, 0, 100]],
    ['not even from below zero', graduated, sums(-5, 5, 2), [1000, 500, 0]],
    ['so with percentages', percents, sums(0, 0, 3), [1000, 0, 300]],
    ['so with percentages that come back', percents, sums(3, -3, 4), [1300, 0, 100]],
  ])('%s', (_, changes, sent, expected) => {
    const { fees, usage } = charged(ratedCharge(changes), sent)
    expect(fees).toEqual(expected)
    expect(usage).toBe(expected.reduce((a, b) => a + b, 0))
  })

  it('seats that are removed and added again do not pay it again', () => {
    const charge = ratedCharge({ ...graduated, metric: unique })
    const { fees, usage } = charged(charge, moves('+a', '-a', '+a', '-a', '+b', '+c'))
    expect(fees).toEqual([1100, 0, 0, 0, 0, 100])
    expect(usage).toBe(1200)
    expect(charged(charge, moves('-a', '+a')).fees).toEqual([1000, 100])
  })

  it('a count pays it once', () => {
    const charge = ratedCharge({ ...graduated, metric: { aggregation: 'count_agg', fieldName: null } })
    expect(charged(charge, sums(1, 1)).fees).toEqual([1100, 100])
  })

  it('a late event of a count, the first by its time, does not pay it again', () => {
    const counts = { aggregation: 'count_agg', fieldName: null } as const
    const late = [2000, 1000, 0].map((ms): Sent => ({ at: addMs(from, ms), properties: {} }))
    for (const model of [graduated, percents]) {
      expect(charged(ratedCharge({ ...model, metric: counts }), late).fees).toEqual([1100, 100, 100])
    }
  })

  it('the renewal of a recurring metric paid it', () => {
    const charge = ratedCharge({ ...graduated, metric: { ...unique, recurring: true } })
    expect(charged(charge, moves('+a'), true).fees).toEqual([100])
    expect(charged(charge, moves('+a'), false).fees).toEqual([1100])
    const grouped = { ...charge, properties: { ...tiers, pricing_group_keys: ['region'] } }
    expect(charged(grouped, moves('+a'), true).fees).toEqual([1100])
    const aimed = { ...charge, acceptsTargetWallet: true }
    expect(charged(aimed, moves('+a'), true).fees).toEqual([100])
  })

  it('fees add up to what current usage shows, whatever the events are', () => {
    const models = fc.constantFrom<Partial<RatedCharge>>(advance, graduated, {
      ...advance,
      model: 'package',
      properties: { amount: '7', package_size: 4, free_units: 3 },
    })
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(models, values, (changes, list) => {
        const { fees, usage } = charged(ratedCharge(changes), sums(...list))
        expect(fees.reduce((a, b) => a + b, 0)).toBe(usage)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the presentation of an event in advance', () => {
  const properties = { amount: '1', presentation_group_keys: [{ value: 'team' }] }

  it("holds a sum's own value, whatever of it is charged", () => {
    const { fees, shown } = charged(ratedCharge({ ...advance, properties }), sums(10, -4, 8))
    expect(fees).toEqual([1000, 0, 400])
    expect(shown).toEqual([['10.0'], ['-4.0'], ['8.0']])
  })

  it('holds what a seat shows', () => {
    const charge = ratedCharge({ ...advance, properties, metric: unique })
    expect(charged(charge, moves('+a', '-a', '+a', '+a')).shown).toEqual([['1.0'], ['0.0'], ['1.0'], ['0.0']])
  })
})

describe('a prorated event in advance', () => {
  it.each([
    ['the first instant', from, 2900],
    ['the last instant of a day', addMs(from, 86_399_999), 2900],
    ['the first of the last day', at('2024-02-29T00:00:00Z'), 100],
    ['the very last instant of the period', to, 100],
  ])('pays whole days, begun ones too: %s', (_, when, expected) => {
    const metric = { recurring: true }
    const charge = ratedCharge({ ...advance, prorated: true, properties: { amount: '29' }, metric })
    expect(charged(charge, [{ at: when, properties: { n: 1 } }]).fees.map(Math.round)).toEqual([expected])
  })
})
