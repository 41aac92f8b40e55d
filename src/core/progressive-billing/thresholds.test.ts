import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkUsageThresholds, passedThresholds, thresholdProgress } from './thresholds.ts'

const of = (fixed: readonly number[], recurring: number | null) => ({
  fixedCents: fixed.map(BigInt),
  recurringCents: recurring === null ? null : BigInt(recurring),
})

/** Fixed amounts, then `r` for the recurring one. */
function passed(fixed: readonly number[], recurring: number | null, past: number, current: number) {
  const result = passedThresholds(of(fixed, recurring), BigInt(past), BigInt(current))
  return [...result.fixedCents.map(Number), ...(result.recurring ? ['r'] : [])]
}

describe('passedThresholds', () => {
  it.each<[number, number, (number | string)[]]>([
    [0, 15, [10, 'r']],
    [0, 20, [10, 'r']],
    [9, 2, [10]],
    [9, 6, [10, 'r']],
    [11, 3, []],
    [11, 4, ['r']],
    [11, 20, ['r']],
  ])('case 86: (%s, %s)', (past, current, expected) => {
    expect(passed([10], 5, past, current)).toEqual(expected)
  })

  it.each<[number, number, (number | string)[]]>([
    [0, 44, [10, 20, 31, 40]],
    [0, 45, [10, 20, 31, 40, 'r']],
    [40, 5, ['r']],
    [49, 1, ['r']],
    [50, 0, []],
  ])('case 87: (%s, %s)', (past, current, expected) => {
    expect(passed([40, 10, 31, 20], 5, past, current)).toEqual(expected)
  })

  it.each<[number, number, (number | string)[]]>([
    [0, 45, [20, 31, 40, 'r']],
    [11, 10, []],
    [20, 20, [31, 40]],
    [40, 14, []],
    [40, 15, ['r']],
    [49, 11, ['r']],
  ])('case 88: invoiced %s, current usage %s, billed progressively 10', (invoiced, usage, expected) => {
    expect(passed([10, 20, 31, 40], 5, invoiced + 10, usage - 10)).toEqual(expected)
  })

  it('passes nothing on falling usage, and nothing without thresholds', () => {
    expect(passed([10], 5, 0, -1)).toEqual([])
    expect(passed([], null, 0, 1000)).toEqual([])
    expect(passed([], 5, 0, 7)).toEqual(['r'])
  })

  it('passes each fixed threshold once as usage grows', () => {
    const amounts = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 5 })
    fc.assert(
      fc.property(amounts, fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), (fixed, steps) => {
        let past = 0
        const all: (number | string)[] = []
        for (const step of steps) {
          all.push(...passed(fixed, null, past, step))
          past += step
        }
        expect(all).toEqual(fixed.filter((each) => each <= past).sort((a, b) => a - b))
      }),
    )
  })
})

describe('thresholdProgress', () => {
  it.each<[number[], number | null, number, [number, string, boolean][]]>([
    [
      [100, 200],
      null,
      120,
      [
        [100, '1', true],
        [200, '0.2', false],
      ],
    ],
    [
      [100],
      200,
      120,
      [
        [100, '1', true],
        [300, '0.1', false],
      ],
    ],
    [
      [100, 200],
      null,
      50,
      [
        [100, '0.5', false],
        [200, '0', false],
      ],
    ],
    [
      [100, 200],
      50,
      120,
      [
        [100, '1', true],
        [200, '0.2', false],
        [250, '0', false],
      ],
    ],
    [
      [100],
      200,
      100,
      [
        [100, '1', true],
        [300, '0', false],
      ],
    ],
    [
      [100],
      200,
      550,
      [
        [100, '1', true],
        [300, '1', true],
        [500, '1', true],
        [700, '0.25', false],
      ],
    ],
    [
      [],
      200,
      250,
      [
        [200, '1', true],
        [400, '0.25', false],
      ],
    ],
    [[300], null, 100, [[300, '0.3333333333333333', false]]],
    [[], null, 100, []],
  ])('%j and %s at %s', (fixed, recurring, total, expected) => {
    const lines = thresholdProgress(of(fixed, recurring), BigInt(total))
    expect(
      lines.map((each) => [Number(each.amountCents), String(each.completionRatio), each.isReached]),
    ).toEqual(expected)
  })

  it('bounds the steps that it shows', () => {
    const lines = thresholdProgress(of([], 1), 1_000_000_000n)
    expect([lines.length, lines.at(-1)?.amountCents]).toEqual([1001, 1_000_000_001n])
  })
})

describe('checkUsageThresholds', () => {
  it.each<[unknown, string[]]>([
    [undefined, []],
    [[], []],
    [[{ amount_cents: 1000 }, { amount_cents: 1000, recurring: true }], []],
    [[{ amount_cents: '1000' }], []],
    [[{ threshold_display_name: 'x' }], ['missing_amount_cents']],
    [[{ amount_cents: 1000 }, { amount_cents: 1000 }], ['duplicated_values']],
    [
      [
        { amount_cents: 1, recurring: true },
        { amount_cents: 2, recurring: true },
      ],
      ['multiple_recurring_thresholds'],
    ],
    [[{ amount_cents: 0 }], ['value_is_out_of_range']],
    [[{ amount_cents: -5 }], ['value_is_out_of_range']],
    [[{ amount_cents: 'x' }], ['value_is_invalid']],
    [[{ amount_cents: 1.5 }], ['value_is_invalid']],
    ['x', ['value_is_invalid']],
  ])('%j gives %j', (raw, codes) => {
    expect(checkUsageThresholds(raw)).toEqual(codes)
  })
})

describe('amounts of any JSON type', () => {
  it.each([[{ toString: 1 }], [[1]], [true], ['x']])('%j is no amount', (amount) => {
    expect(checkUsageThresholds([{ amount_cents: amount }])).toEqual(['value_is_invalid'])
  })
})
