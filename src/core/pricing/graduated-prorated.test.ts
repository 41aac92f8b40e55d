import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type Movement, plainUsage } from './charge-model.ts'
import { graduated } from './graduated.ts'

const d = Decimal.of
const tier = (from: number, to: number | null, perUnit: string, flat: string) => ({
  from_value: from,
  to_value: to,
  per_unit_amount: perUnit,
  flat_amount: flat,
})

function price(ranges: readonly unknown[], movements: readonly (readonly [number, string | number])[]) {
  const moved: readonly Movement[] = movements.map(([full, prorated]) => ({
    units: d(full),
    prorated: typeof prorated === 'number' ? d(prorated) : fraction(prorated),
  }))
  const units = Decimal.sum(moved.map((movement) => movement.prorated))
  const fullUnits = Decimal.sum(moved.map((movement) => movement.units))
  const usage = { ...plainUsage(units), fullUnits, movements: moved }
  const { amount, unitAmount, details } = graduated.price({ graduated_ranges: ranges }, usage)
  expect(details).toEqual({})
  return { amount: amount.round(2).toString(), unitAmount: unitAmount.round(2).toString() }
}

/** `"60/30"` is the share 60/30; anything else a decimal. */
function fraction(text: string): Decimal {
  const [over, under] = text.split('/')
  return under === undefined ? d(text) : d(over ?? '').dividedBy(d(under))
}

const A = [tier(0, 5, '10', '100'), tier(6, null, '5', '50')]
const B = [tier(0, 5, '10', '100'), tier(6, 15, '5', '50'), tier(16, null, '2', '0')]

describe('prorated graduated: tiers by full units, money by prorated units', () => {
  it.each([
    [
      25,
      [
        [5, '3.5'],
        [5, '2.66667'],
        [10, '2'],
        [-6, '-2.2'],
      ],
      '197.33',
      '14.1',
    ],
    [
      26,
      [
        [2, '1.4'],
        [5, '2.66667'],
        [10, '2'],
        [-6, '-2.2'],
      ],
      '184.33',
      '16.76',
    ],
    [
      27,
      [
        [1, '0.7097'],
        [4, '1.54839'],
        [1, '0.2258'],
        [-5, '-0.80645'],
        [-1, '-0.0645'],
      ],
      '165.81',
      '0',
    ],
    [
      28,
      [
        [5, '3.5'],
        [-2, '-1'],
      ],
      '125',
      '41.67',
    ],
    [
      29,
      [
        [4, '2.8'],
        [2, '1'],
        [-3, '-0.6'],
      ],
      '180.5',
      '60.17',
    ],
    [
      30,
      [
        [5, '3.5'],
        [2, '1'],
        [-4, '-1.6'],
        [10, '2'],
      ],
      '190',
      '14.62',
    ],
    [
      31,
      [
        [5, '2'],
        [-100, '-33.33'],
      ],
      '0',
      '0',
    ],
    [32, [], '100', '0'],
  ] as const)('case %s', (_case, movements, amount, unitAmount) => {
    expect(price(A, movements)).toEqual({ amount, unitAmount })
  })

  it('case 33: the second flat amount waits for the second unit', () => {
    const ranges = [tier(0, 1, '10', '100'), tier(2, null, '5', '50')]
    expect(price(ranges, [[1, '0.7']])).toEqual({ amount: '107', unitAmount: '107' })
  })

  it('case 34: a month of a sum', () => {
    const september = [
      [2, '42/30'],
      [5, '75/30'],
      [-6, '-66/30'],
      [10, '60/30'],
      [4, '20/30'],
      [60, '60/30'],
    ] as const
    const amounts = september.map((_movement, k) => price(B, september.slice(0, k + 1)).amount)
    expect(price(B, []).amount).toBe('100')
    expect(amounts).toEqual(['114', '184', '165.67', '179.67', '183', '187'])
  })

  it('cases 35 and 36: the carried quantity is one movement', () => {
    expect(price(B, [[75, 75]]).amount).toBe('370')
    expect(
      price(B, [
        [75, 75],
        [20, '300/31'],
      ]).amount,
    ).toBe('389.35')
  })

  it('case 37: events before the start count from the first day', () => {
    const ranges = [tier(0, 5, '0', '0'), tier(6, null, '12', '0')]
    expect(price(ranges, [[10, 10]]).amount).toBe('60')
    expect(
      price(ranges, [
        [10, 10],
        [2, '52/31'],
      ]).amount,
    ).toBe('80.13')
  })

  it('cases 38 and 39: units below zero are in the first tier', () => {
    const ranges = [tier(0, 2, '0', '0'), tier(3, null, '150', '0')]
    expect(
      price(ranges, [
        [-1, '-0.9'],
        [-1, '-0.8'],
        [-1, '-0.7'],
      ]).amount,
    ).toBe('0')
    const adds = [
      [1, '0.9'],
      [1, '0.8'],
      [1, '0.7'],
      [1, '0.6'],
    ] as const
    expect(price(ranges, [[-3, -3], ...adds]).amount).toBe('0')
    expect(price(ranges, [[-2, -2], ...adds]).amount).toBe('0')
  })

  it('cases 40 to 46: unique values, a removal ends the share of its add', () => {
    const ranges = [tier(0, 1, '10', '100'), tier(2, null, '5', '50')]
    const steps: (readonly [number, string | number])[][] = [
      [[1, '21/30']],
      [
        [1, '3/30'],
        [-1, 0],
      ],
      [
        [1, '3/30'],
        [-1, 0],
        [1, '17/30'],
      ],
      [
        [1, '3/30'],
        [-1, 0],
        [1, '17/30'],
        [1, '16/30'],
      ],
      [
        [1, '3/30'],
        [-1, 0],
        [1, '17/30'],
        [1, '16/30'],
        [1, '11/30'],
      ],
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [1, '15/31'],
      ],
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ]
    const expected = ['107', '101', '106.67', '159.33', '161.17', '170', '172.42', '175']
    expect(steps.map((movements) => price(ranges, movements).amount)).toEqual(expected)
  })
})
