import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at } from '../../../test/support/subscription-fixtures.ts'
import { instant } from '../calendar/instant.ts'
import { balanceHistory, emptyAt } from './balance-history.ts'

const day = (n: number) => at(`2024-01-${String(n).padStart(2, '0')}T00:00:00Z`)

describe('what a wallet held', () => {
  it('is reckoned back from its balance, oldest first', () => {
    const movements = [
      { at: day(9), cents: -300n },
      { at: day(5), cents: 1000n },
      { at: day(1), cents: 500n },
    ]
    expect(balanceHistory(1200n, movements)).toEqual([
      { at: day(1), balanceCents: 500n },
      { at: day(5), balanceCents: 1500n },
      { at: day(9), balanceCents: 1200n },
    ])
  })

  it('ends with the balance and rises or falls by each movement', () => {
    const movement = fc.record({ at: fc.constant(day(1)), cents: fc.bigInt(-1000n, 1000n) })
    fc.assert(
      fc.property(fc.array(movement, { minLength: 1 }), fc.bigInt(0n, 9999n), (movements, balance) => {
        const points = balanceHistory(balance, movements)
        expect(points.at(-1)?.balanceCents).toBe(balance)
        const steps = points
          .slice(1)
          .map(({ balanceCents }, n) => balanceCents - (points[n]?.balanceCents ?? 0n))
        expect(steps).toEqual(
          movements
            .slice(0, -1)
            .map(({ cents }) => cents)
            .reverse(),
        )
      }),
    )
  })
})

describe('when a wallet is empty', () => {
  it.each([
    ['as much left as was spent in 30 days', 900n, 900n, '2024-01-31T00:00:00Z'],
    ['a third of it', 300n, 900n, '2024-01-11T00:00:00Z'],
    ['nothing spent', 900n, 0n, null],
    ['nothing left', 0n, 900n, null],
    ['overspent', -1n, 900n, null],
    ['a balance for thousands of years', 10n ** 15n, 1n, null],
  ])('%s', (_title, balance, spent, expected) => {
    const found = emptyAt(balance, spent, instant(Date.parse('2024-01-01T00:00:00Z')))
    expect(found === null ? null : new Date(found).toISOString()).toBe(
      expected && new Date(expected).toISOString(),
    )
  })
})
