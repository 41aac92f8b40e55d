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

/** The price of movements written as `full:prorated`; the prorated units are a decimal or a fraction. */
function price(ranges: readonly unknown[], text: string) {
  const movements = text.split(' ').filter(Boolean).map(movementOf)
  const usage = {
    ...plainUsage(Decimal.sum(movements.map((movement) => movement.prorated))),
    fullUnits: Decimal.sum(movements.map((movement) => movement.units)),
    movements,
  }
  const { amount, unitAmount, details } = graduated.price({ graduated_ranges: ranges }, usage)
  expect(details).toEqual({})
  return { amount: amount.round(2).toString(), unitAmount: unitAmount.round(2).toString() }
}

function movementOf(text: string): Movement {
  const [full = '', prorated = ''] = text.split(':')
  const [over = '', under = '1'] = prorated.split('/')
  return { units: d(full), prorated: d(over).dividedBy(d(under)) }
}

/** The amount after each movement. */
function amounts(ranges: readonly unknown[], text: string) {
  const list = text.split(' ')
  return list.map((_movement, k) => price(ranges, list.slice(0, k + 1).join(' ')).amount)
}

describe('prorated graduated: tiers by full units, money by prorated units', () => {
  const A = [tier(0, 5, '10', '100'), tier(6, null, '5', '50')]
  it.each([
    [25, '5:3.5 5:2.66667 10:2 -6:-2.2', '197.33', '14.1'],
    [26, '2:1.4 5:2.66667 10:2 -6:-2.2', '184.33', '16.76'],
    [27, '1:0.7097 4:1.54839 1:0.2258 -5:-0.80645 -1:-0.0645', '165.81', '0'],
    [28, '5:3.5 -2:-1', '125', '41.67'],
    [29, '4:2.8 2:1 -3:-0.6', '180.5', '60.17'],
    [30, '5:3.5 2:1 -4:-1.6 10:2', '190', '14.62'],
    [31, '5:2 -100:-33.33', '0', '0'],
    [32, '', '100', '0'],
  ])('cases 25 to 32: case %s', (_case, movements, amount, unitAmount) => {
    expect(price(A, movements)).toEqual({ amount, unitAmount })
  })

  it('money below zero does not eat the flat amounts', () => {
    expect(price(A, '5:2 -3:-3').amount).toBe('100')
  })

  it('case 33: the second flat amount waits for the second unit', () => {
    const ranges = [tier(0, 1, '10', '100'), tier(2, null, '5', '50')]
    expect(price(ranges, '1:0.7')).toEqual({ amount: '107', unitAmount: '107' })
  })
})

describe('prorated graduated over periods', () => {
  const B = [tier(0, 5, '10', '100'), tier(6, 15, '5', '50'), tier(16, null, '2', '0')]

  it('case 34: a month of a sum', () => {
    expect(price(B, '').amount).toBe('100')
    expect(amounts(B, '2:42/30 5:75/30 -6:-66/30 10:60/30 4:20/30 60:60/30')).toEqual([
      '114',
      '184',
      '165.67',
      '179.67',
      '183',
      '187',
    ])
  })

  it('cases 35, 36: the carried quantity is one movement', () => {
    expect(amounts(B, '75:75 20:300/31')).toEqual(['370', '389.35'])
  })

  it('case 37: events before the start count from the first day', () => {
    const ranges = [tier(0, 5, '0', '0'), tier(6, null, '12', '0')]
    expect(amounts(ranges, '10:10 2:52/31')).toEqual(['60', '80.13'])
  })

  it.each(['-1:-0.9 -1:-0.8 -1:-0.7', '-3:-3 1:0.9 1:0.8 1:0.7 1:0.6', '-2:-2 1:0.9 1:0.8 1:0.7 1:0.6'])(
    'cases 38, 39: units below zero are in the first tier, %s',
    (movements) => {
      const ranges = [tier(0, 2, '0', '0'), tier(3, null, '150', '0')]
      expect(price(ranges, movements).amount).toBe('0')
    },
  )

  it.each([
    [40, '1:21/30', '107'],
    [41, '1:3/30 -1:0', '101'],
    [42, '1:3/30 -1:0 1:17/30', '106.67'],
    [43, '1:3/30 -1:0 1:17/30 1:16/30', '159.33'],
    [45, '1:3/30 -1:0 1:17/30 1:16/30 1:11/30', '161.17'],
    [46, '1:1 1:1 1:1', '170'],
    [46, '1:1 1:1 1:1 1:15/31', '172.42'],
    [46, '1:1 1:1 1:1 1:1', '175'],
  ])(
    'cases 40 to 46: case %s, unique values: a removal ends the share of its add',
    (_case, movements, amount) => {
      const ranges = [tier(0, 1, '10', '100'), tier(2, null, '5', '50')]
      expect(price(ranges, movements).amount).toBe(amount)
    },
  )
})
