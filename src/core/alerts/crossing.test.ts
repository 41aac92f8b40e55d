import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type AlertDirection, type AlertThreshold, crossedThresholds } from './crossing.ts'

function thresholds(fixed: readonly number[], recurring: number | null): readonly AlertThreshold[] {
  const of = (value: number, isRecurring: boolean) => ({
    code: isRecurring ? 'again' : `at_${value}`,
    value: Decimal.of(value),
    recurring: isRecurring,
  })
  return [...fixed.map((value) => of(value, false)), ...(recurring === null ? [] : [of(recurring, true)])]
}

function crossed(
  direction: AlertDirection,
  fixed: readonly number[],
  recurring: number | null,
  previous: number,
  current: number,
) {
  const list = thresholds(fixed, recurring)
  return crossedThresholds(direction, list, Decimal.of(previous), Decimal.of(current))
}

describe('crossedThresholds', () => {
  it.each<[string, AlertDirection, number[], number | null, number, number, number[]]>([
    ['row 89', 'increasing', [1500, 3000, 5000], null, 0, 1000, []],
    ['row 89', 'increasing', [1500, 3000, 5000], null, 1000, 3000, [1500, 3000]],
    ['row 90', 'increasing', [1500, 3000], 1000, 0, 3500, [1500, 3000]],
    ['row 90', 'increasing', [1500, 3000], 1000, 3500, 5500, [4000, 5000]],
    ['row 91', 'increasing', [], 1000, 0, 3500, [1000, 2000, 3000]],
    ['row 91', 'increasing', [], 1000, 3500, 5500, [4000, 5000]],
    ['row 92', 'increasing', [10, 30, 50], 100, 33, 351, [50, 150, 250, 350]],
    ['row 93', 'decreasing', [200, 500, 800], 100, 1000, 500, [500, 800]],
    ['row 93', 'decreasing', [200, 500, 800], 100, 450, 100, [200, 100]],
    ['row 93', 'decreasing', [200, 500, 800], 100, 600, -100, [200, 500, -100, 0, 100]],
    ['row 93', 'decreasing', [200, 500, 800], 100, 400, 450, []],
    ['row 94', 'decreasing', [8000], 2000, 9500, 7000, [8000]],
    ['row 94', 'decreasing', [8000], 2000, 7000, 5000, [6000]],
    ['row 95', 'increasing', [90], null, 0, 89, []],
    ['row 95', 'increasing', [90], null, 89, 94, [90]],
    ['row 96', 'increasing', [15_000], null, 0, 5000, []],
    ['row 96', 'increasing', [15_000], null, 5000, 10_000, []],
    ['row 96', 'increasing', [15_000], null, 10_000, 15_500, [15_000]],
    ['unchanged', 'increasing', [10], 5, 20, 20, []],
    ['on a step, it is told again', 'increasing', [], 10, 10, 15, [10]],
    ['on a step, it is told again', 'decreasing', [], 10, -10, -15, [-10]],
    ['below the first fixed one', 'increasing', [100], 10, 0, 50, []],
    ['unsorted', 'increasing', [30, 10, 20], null, 0, 25, [10, 20]],
    ['a step of nothing is none', 'increasing', [10], 0, 0, 25, [10]],
  ])(
    'cases 89 to 96: %s %s %j and %s: %s to %s',
    (_, direction, fixed, recurring, previous, current, expected) => {
      const values = crossed(direction, fixed, recurring, previous, current).map((each) =>
        each.value.toNumber(),
      )
      expect(values).toEqual(expected)
    },
  )

  it('gives the code of the threshold and the level that was reached', () => {
    const [, level] = crossed('increasing', [100], 50, 0, 160)
    expect([level?.code, level?.value.toString(), level?.recurring]).toEqual(['again', '150', true])
  })

  it('bounds the levels of a tiny step', () => {
    const levels = crossed('increasing', [], 1, 0, 1_000_000_000)
    expect([levels.length, levels.at(-1)?.value.toString()]).toEqual([1000, '1000000000'])
  })

  it('reports each fixed threshold once when usage rises in several steps', () => {
    const value = fc.integer({ min: 0, max: 200 })
    fc.assert(
      fc.property(
        fc.uniqueArray(value, { maxLength: 5 }),
        fc.array(value, { maxLength: 10 }),
        (fixed, legs) => {
          const way = [0, ...legs.sort((a, b) => a - b)]
          const told = way
            .slice(1)
            .flatMap((current, index) => crossed('increasing', fixed, null, way[index] ?? 0, current))
          const end = way.at(-1) ?? 0
          const values = told.map((each) => each.value.toNumber()).sort((a, b) => a - b)
          expect(values).toEqual(fixed.filter((each) => each > 0 && each <= end).sort((a, b) => a - b))
        },
      ),
    )
  })
})
