import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at } from '../../../test/support/subscription-fixtures.ts'
import { consume, inConsumptionOrder } from './consume.ts'
import type { Funding } from './transaction.ts'

const funding = (id: string, cents: number, changes: Partial<Funding> = {}): Funding => ({
  id,
  priority: 50,
  kind: 'granted',
  createdAt: at('2024-01-01T00:00:00Z'),
  remainingCents: BigInt(cents),
  ...changes,
})

function taken(fundings: readonly Funding[], cents: bigint) {
  const result = consume(fundings, cents)
  if (!result.ok) return result.problem
  const { consumptions, left } = result.value
  return {
    from: consumptions.map(({ inboundId, amountCents }) => [inboundId, amountCents]),
    left: left.map(({ id, remainingCents }) => [id, remainingCents]),
  }
}

describe('which credits are spent first', () => {
  it('takes 60 and 40 credits of 100 at half a euro', () => {
    const all = [funding('a', 5000)]
    expect(taken(all, 3000n)).toEqual({ from: [['a', 3000n]], left: [['a', 2000n]] })
    expect(taken([funding('a', 2000)], 2000n)).toEqual({ from: [['a', 2000n]], left: [] })
  })

  it('takes grants before purchases, whichever is older', () => {
    const all = [
      funding('bought', 7000, { kind: 'purchased', createdAt: at('2023-01-01T00:00:00Z') }),
      funding('granted', 3000),
    ]
    expect(taken(all, 8000n)).toEqual({
      from: [
        ['granted', 3000n],
        ['bought', 5000n],
      ],
      left: [['bought', 2000n]],
    })
  })

  it('takes by priority, and then the oldest', () => {
    const on = (day: number, cents: number, priority: number) =>
      funding(`day ${day}`, cents, { priority, createdAt: at(`2024-01-0${day}T00:00:00Z`) })
    const all = [on(4, 3000, 2), on(3, 2500, 2), on(1, 2000, 1), on(2, 2500, 2)]
    expect(taken(all, 8000n)).toEqual({
      from: [
        ['day 1', 2000n],
        ['day 2', 2500n],
        ['day 3', 2500n],
        ['day 4', 1000n],
      ],
      left: [['day 4', 2000n]],
    })
  })

  it('refuses more than there is', () => {
    expect(taken([funding('a', 3000)], 5000n)).toEqual({
      kind: 'invalid',
      details: { amount_cents: ['exceeds_available_amount'] },
    })
  })

  it('neither loses nor makes money, in any order of the credits', () => {
    const fundings = fc.array(
      fc.record({
        id: fc.uuid(),
        priority: fc.integer({ min: 1, max: 50 }),
        kind: fc.constantFrom('granted' as const, 'purchased' as const),
        createdAt: fc.integer({ min: 0, max: 5 }).map((ms) => at(`2024-01-01T00:00:0${ms}Z`)),
        remainingCents: fc.bigInt({ min: 1n, max: 10_000n }),
      }),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(fundings, fc.bigInt({ min: 0n, max: 40_000n }), (all, wanted) => {
        const held = all.reduce((sum, { remainingCents }) => sum + remainingCents, 0n)
        const result = consume(all, wanted)
        expect(result.ok).toBe(wanted <= held)
        if (!result.ok) return
        const { consumptions, left } = result.value
        expect(consumptions.reduce((sum, { amountCents }) => sum + amountCents, 0n)).toBe(wanted)
        expect(left.reduce((sum, { remainingCents }) => sum + remainingCents, 0n)).toBe(held - wanted)
        expect(inConsumptionOrder([...all].reverse())).toEqual(inConsumptionOrder(all))
      }),
    )
  })
})
