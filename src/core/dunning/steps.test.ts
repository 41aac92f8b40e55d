import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Instant, instant } from '../calendar/instant.ts'
import { type DunningCampaign, type DunningState, dunningStep, nextLookAt } from './steps.ts'

const at = (text: string): Instant => instant(Date.parse(text))
const never: DunningState = { lastAttemptAt: null, attempts: new Map() }
const campaign: DunningCampaign = {
  maxAttempts: 2,
  daysBetweenAttempts: 2,
  thresholds: [
    { currency: 'EUR', amountCents: 15_000n },
    { currency: 'USD', amountCents: 10_000n },
  ],
}
const overdue = (eur: bigint, usd: bigint) =>
  new Map([
    ['EUR', eur],
    ['USD', usd],
  ])

/** The attempt made at an instant, and the state after it. */
function attempt(state: DunningState, balances: ReadonlyMap<string, bigint>, now: Instant) {
  const step = dunningStep(campaign, state, balances, now)
  if (step.kind !== 'attempt') throw new Error(`no attempt: ${step.kind}`)
  const after: DunningState = { lastAttemptAt: now, attempts: step.attempts }
  return { currencies: step.currencies, isFinished: step.isFinished, after }
}

describe('dunning', () => {
  it('of two currencies with one clock', () => {
    const third = attempt(never, overdue(14_900n, 12_000n), at('2025-01-03T12:45:00Z'))
    expect(third).toMatchObject({ currencies: ['USD'], isFinished: false })
    expect(third.after.attempts).toEqual(new Map([['USD', 1]]))
    // Day 5, at the same hour: not more than two days have passed.
    expect(dunningStep(campaign, third.after, overdue(14_900n, 12_000n), at('2025-01-05T12:45:00Z'))).toEqual(
      {
        kind: 'wait',
        until: at('2025-01-05T13:45:00Z'),
      },
    )
    const sixth = attempt(third.after, overdue(15_900n, 12_000n), at('2025-01-06T12:45:00Z'))
    expect(sixth).toMatchObject({ currencies: ['EUR', 'USD'], isFinished: false })
    expect(sixth.after.attempts).toEqual(overdueAttempts(1, 2))
    const ninth = attempt(sixth.after, overdue(15_900n, 12_000n), at('2025-01-09T12:45:00Z'))
    expect(ninth).toMatchObject({ currencies: ['EUR'], isFinished: true })
    expect(ninth.after.attempts).toEqual(overdueAttempts(2, 2))
    expect(dunningStep(campaign, ninth.after, overdue(15_900n, 12_000n), at('2025-01-12T12:45:00Z'))).toEqual(
      {
        kind: 'nothing',
      },
    )
  })

  it('starts over in a currency whose count is reset, and a reset count finishes nothing', () => {
    const state: DunningState = {
      lastAttemptAt: at('2025-01-01T00:45:00Z'),
      attempts: new Map([
        ['EUR', 1],
        ['USD', 0],
      ]),
    }
    const step = attempt(state, overdue(15_000n, 0n), at('2025-01-04T00:45:00Z'))
    expect(step).toMatchObject({ currencies: ['EUR'], isFinished: true })
  })

  it('asks for nothing below the threshold or in another currency', () => {
    expect(dunningStep(campaign, never, overdue(14_999n, 9_999n), at('2025-01-01T00:45:00Z')).kind).toBe(
      'nothing',
    )
    const yen = new Map([['JPY', 1_000_000n]])
    expect(dunningStep(campaign, never, yen, at('2025-01-01T00:45:00Z')).kind).toBe('nothing')
    expect(dunningStep(campaign, never, new Map(), at('2025-01-01T00:45:00Z')).kind).toBe('nothing')
  })

  it('looks at minute 45', () => {
    expect(nextLookAt(at('2025-01-01T10:00:00Z'))).toBe(at('2025-01-01T10:45:00Z'))
    expect(nextLookAt(at('2025-01-01T10:45:00Z'))).toBe(at('2025-01-01T10:45:00Z'))
    expect(nextLookAt(at('2025-01-01T10:45:00.001Z'))).toBe(at('2025-01-01T11:45:00Z'))
    expect(nextLookAt(at('2025-01-01T23:50:00Z'))).toBe(at('2025-01-02T00:45:00Z'))
  })

  it('never asks more often than the campaign says, however often it is looked at', () => {
    const looks = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 90 }), fc.bigInt(0n, 30_000n), fc.bigInt(0n, 30_000n)),
    )
    fc.assert(
      fc.property(looks, (looks) => {
        let state = never
        let now = at('2025-01-01T00:45:00Z')
        const counts = new Map<string, number>()
        for (const [hours, eur, usd] of looks) {
          now = instant(now + hours * 3_600_000)
          const step = dunningStep(campaign, state, overdue(eur, usd), now)
          if (step.kind === 'wait') expect(step.until).toBeGreaterThan(now)
          if (step.kind !== 'attempt') continue
          if (state.lastAttemptAt !== null) expect(now - state.lastAttemptAt).toBeGreaterThan(2 * 86_400_000)
          for (const currency of step.currencies) counts.set(currency, (counts.get(currency) ?? 0) + 1)
          state = { lastAttemptAt: now, attempts: step.attempts }
        }
        for (const count of counts.values()) expect(count).toBeLessThanOrEqual(campaign.maxAttempts)
      }),
    )
  })
})

function overdueAttempts(eur: number, usd: number) {
  return new Map([
    ['USD', usd],
    ['EUR', eur],
  ])
}
