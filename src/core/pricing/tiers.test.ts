import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { tiersAt } from './tiers.ts'

const range = (from_value: number | string, to_value: number | string | null) => ({
  ...{ from_value, to_value, per_unit_amount: '1', flat_amount: '0' },
})
const WHOLE = [range(0, 100), range(101, 1000), range(1001, null)]

describe('the tier that units have reached, and what is left in it', () => {
  it.each([
    ['0', 0, '100.0'],
    ['99.5', 0, '0.5'],
    // The whole tier is used, and the next unit begins another.
    ['100', 0, '0.0'],
    ['100.5', 1, '899.5'],
    ['101', 1, '899.0'],
    ['1000', 1, '0.0'],
    ['1001', 2, null],
    ['999999', 2, null],
  ])('%s units', (units, place, left) => {
    for (const model of ['graduated', 'volume']) {
      const found = tiersAt(model, { [`${model}_ranges`]: WHOLE }, Decimal.of(units))
      expect(found.tiers.map(({ isCurrent }) => isCurrent)).toEqual(WHOLE.map((_, n) => n === place))
      expect(found.left?.toWire() ?? null).toBe(left)
    }
  })

  it('takes bounds that are texts, and tiers in any order', () => {
    const graduated_ranges = [range('0.5', null), range(0, '0.5')]
    const { tiers, left } = tiersAt('graduated', { graduated_ranges }, Decimal.of('0.2'))
    expect([tiers.map(({ isCurrent }) => isCurrent), left?.toWire()]).toEqual([[true, false], '0.3'])
  })

  it('has none in models without tiers', () => {
    expect(tiersAt('package', { package_size: 10 }, Decimal.of('5'))).toEqual({ tiers: [], left: null })
  })
})
