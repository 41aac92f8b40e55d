import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import {
  type AdvanceEvent,
  type AdvanceState,
  advance,
  advanceUsage,
  type PeriodShare,
} from './advance-state.ts'

const none = { roundingFunction: null, roundingPrecision: null }
const sum = (value: number): AdvanceEvent => ({ aggregation: 'sum_agg', value: Decimal.of(value) })

/** Runs unique-count operations (`+id`, `-id`), with `active` as known before. */
function unique(operations: readonly string[], active: readonly string[] = []): readonly AdvanceEvent[] {
  const now = new Set(active)
  return operations.map((text) => {
    const id = text.slice(1)
    const wasActive = now.has(id)
    const operation = text.startsWith('+') ? 'add' : 'remove'
    if (operation === 'add') now.add(id)
    else now.delete(id)
    return { aggregation: 'unique_count_agg', operation, wasActive }
  })
}

/** `q (displayed units)` of each event. */
function run(events: readonly AdvanceEvent[], share: (PeriodShare | null)[] = []) {
  let state: AdvanceState | null = null
  const shown: string[] = []
  for (const [index, event] of events.entries()) {
    const step = advance(state, event, share[index] ?? null)
    state = step.state
    shown.push(`${step.pricedQuantity} (${step.displayedUnits})`)
  }
  return { shown, state: state as AdvanceState | null }
}

describe('advance', () => {
  it('case 47: every counted event is one', () => {
    expect(run([{ aggregation: 'count_agg' }, { aggregation: 'count_agg' }])).toEqual({
      shown: ['1 (1)', '1 (1)'],
      state: { current: Decimal.of(2), max: Decimal.of(2), maxProrated: Decimal.of(2) },
    })
  })

  it('case 49: seats added, removed and added again', () => {
    const events = unique(['+id1', '-id1', '+id1', '+id2', '+id2', '+id3', '-id3'])
    expect(run(events).shown).toEqual(['1 (1)', '0 (0)', '0 (1)', '1 (1)', '0 (0)', '1 (1)', '0 (0)'])
  })

  it.each([
    ['row 50', [10, -4, 8], ['10 (10)', '0 (0)', '4 (4)']],
    ['row 51', [3, 1, 2], ['3 (3)', '1 (1)', '2 (2)']],
    ['rows 53 and 59', [8, 5, 3], ['8 (8)', '5 (5)', '3 (3)']],
    ['row 55', [5, 1], ['5 (5)', '1 (1)']],
    ['back up to the mark', [10, -5, 2], ['10 (10)', '0 (0)', '0 (2)']],
    ['a first negative value', [-4, 8, 1, 5], ['0 (0)', '8 (8)', '0 (1)', '2 (2)']],
    ['a zero', [0, 0, 2], ['0 (0)', '0 (0)', '2 (2)']],
  ])('%s: a sum of %j', (_, values, expected) => {
    expect(run(values.map(sum)).shown).toEqual(expected)
  })

  it('case 61: a prorated sum', () => {
    const first = advance(null, sum(4), { days: 29, durationDays: 30 })
    expect(first.pricedQuantity.toString()).toBe('3.86667')
    const real = advance(null, sum(4), { days: 28, durationDays: 30 })
    const second = advance(real.state, sum(4), { days: 27, durationDays: 30 })
    expect([second.pricedQuantity.toString(), second.displayedUnits.toString()]).toEqual(['3.6', '4'])
    expect(second.state?.maxProrated.toString()).toBe('7.33334')
  })

  it('case 62: prorated seats', () => {
    const shares = [29, 28, 26, 25].map((days) => ({ days, durationDays: 30 }))
    const events = unique(['+a', '+known', '+b', '-b'], ['known'])
    expect(run(events, shares).shown).toEqual(['0.96667 (1)', '0 (0)', '0.86667 (1)', '0 (0)'])
  })

  it('a remove of an unknown value creates an empty state', () => {
    const { shown, state } = run(unique(['-x', '+a']))
    expect(shown).toEqual(['0 (0)', '1 (1)'])
    expect(state?.max.toString()).toBe('1')
  })

  it('never charges a negative quantity, and the charges sum to the maximum', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 }), (values) => {
        let state: AdvanceState | null = null
        let charged = Decimal.zero
        for (const value of values) {
          const step = advance(state, sum(value), null)
          expect(step.quantity.isNegative() || step.displayedUnits.isNegative()).toBe(false)
          charged = charged.plus(step.quantity)
          state = step.state
        }
        expect(charged.toString()).toBe(Decimal.max(state?.max ?? Decimal.zero, Decimal.zero).toString())
        const level = values.reduce((a, b) => a + b, 0)
        expect(state?.current.toString()).toBe(String(level))
      }),
    )
  })

  it('charges seats up to the most that were ever active at once', () => {
    const operation = fc
      .tuple(fc.constantFrom('+', '-'), fc.constantFrom('a', 'b', 'c'))
      .map((each) => each.join(''))
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 30 }), (operations) => {
        const active = new Set<string>()
        let most = 0
        for (const each of operations) {
          if (each.startsWith('+')) active.add(each.slice(1))
          else active.delete(each.slice(1))
          most = Math.max(most, active.size)
        }
        expect(run(unique(operations)).state?.max.toString()).toBe(String(most))
      }),
    )
  })
})

describe('advanceUsage', () => {
  const whole = { days: 29, durationDays: 29 }
  const shown = (usage: { units: Decimal; pricedUnits: Decimal }) => [
    String(usage.units),
    String(usage.pricedUnits),
  ]

  it.each([
    [[10], '10', ['10', '8.27587']],
    [[10, -5], '5', ['5', '8.27587']],
    [[10, -5, 2], '7', ['7', '8.27587']],
  ])('the high-water mark after %j', (values, total, expected) => {
    const { state } = run(values.map(sum), [{ days: 24, durationDays: 29 }])
    const usage = advanceUsage(Decimal.of(total), state, { share: whole, prorated: Decimal.zero }, none)
    expect(shown(usage)).toEqual(expected)
  })

  it.each([
    [['+a'], '1', ['1', '0.24138']],
    [['+a', '-a'], '0', ['0', '0.24138']],
    [['+a', '-a', '-a'], '0', ['0', '0.24138']],
  ])('case 64: after %j', (operations, total, expected) => {
    const { state } = run(unique(operations), [{ days: 7, durationDays: 29 }])
    const usage = advanceUsage(Decimal.of(total), state, { share: whole, prorated: Decimal.zero }, none)
    expect(shown(usage)).toEqual(expected)
  })

  it.each([
    [['+seat1'], '1', ['1', '1']],
    [['+seat1', '-seat1'], '0', ['0', '1']],
    [['+seat1', '-seat1', '+seat2'], '1', ['1', '1']],
  ])('case 65: after %j', (operations, total, expected) => {
    const { state } = run(unique(operations))
    expect(shown(advanceUsage(Decimal.of(total), state, null, none))).toEqual(expected)
  })

  it('a carried quantity pays the share of a partial period', () => {
    const share = { days: 15, durationDays: 30 }
    const prorating = { share, prorated: Decimal.of('3.5') }
    expect(shown(advanceUsage(Decimal.of(7), null, prorating, none))).toEqual(['7', '3.5'])
    expect(shown(advanceUsage(Decimal.of(7), null, { ...prorating, share: whole }, none))).toEqual(['7', '7'])
    const { state } = run([sum(3)], [{ days: 10, durationDays: 30 }])
    expect(shown(advanceUsage(Decimal.of(10), state, prorating, none))).toEqual(['10', '4.5'])
  })

  it('floors at zero and rounds as the metric says', () => {
    const rounding = { roundingFunction: 'ceil', roundingPrecision: null } as const
    expect(shown(advanceUsage(Decimal.of('-3'), null, null, none))).toEqual(['0', '0'])
    expect(shown(advanceUsage(Decimal.of('2.1'), null, null, rounding))).toEqual(['3', '3'])
  })
})
