import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { needsSomebody, nextLookAfter, nextPageLook, nextTryAfter } from './next-look.ts'

const NOW = instant(1_700_000_000_000)
const seconds = (at: number | null) => (at === null ? null : (at - NOW) / 1000)

describe('when a payment is looked at', () => {
  it('soon while its outcome is unknown, then hourly, then daily once somebody is asked', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 52, 53].map((looks) =>
      seconds(nextLookAfter('unknown', looks, 'card', NOW)),
    )
    expect(pauses).toEqual([30, 120, 300, 900, 3600, 3600, 3600, 86_400])
    expect([needsSomebody(52), needsSomebody(53)]).toEqual([false, true])
  })

  it('hourly for three days where nobody can be asked', () => {
    const pauses = [53, 76, 77].map((looks) => seconds(nextLookAfter('unknown', looks, 'card', NOW, 72)))
    expect(pauses).toEqual([3600, 3600, 86_400])
    expect([needsSomebody(76, 72), needsSomebody(77, 72)]).toEqual([false, true])
  })

  it('daily for debits, sooner for cards, never after its end', () => {
    expect([0, 1, 2, 3].map((looks) => seconds(nextLookAfter('processing', looks, 'card', NOW)))).toEqual([
      600, 3600, 86_400, 86_400,
    ])
    expect(seconds(nextLookAfter('processing', 0, 'sepa_debit', NOW))).toBe(86_400)
    expect(nextLookAfter('succeeded', 0, 'card', NOW)).toBeNull()
    expect(seconds(nextLookAfter('sending', 0, 'card', NOW))).toBe(90)
  })

  it('is sent again after growing pauses, or when the provider says', () => {
    const pauses = [1, 2, 3, 4, 5, 6].map((tries) => seconds(nextTryAfter(tries, null, NOW)))
    expect(pauses).toEqual([5, 30, 120, 600, 1800, 3600])
    expect(seconds(nextTryAfter(1, 7000, NOW))).toBe(7)
  })
})

describe('when a page is looked at', () => {
  it('every ten minutes at first, then hourly, and at its end', () => {
    const minutes = (passed: number, lives: number) => {
      const page = { createdAt: NOW, expiresAt: instant(NOW + lives * 60_000) }
      return (nextPageLook(page, instant(NOW + passed * 60_000)) - NOW) / 60_000
    }
    expect([0, 10, 25].map((passed) => minutes(passed, 30))).toEqual([10, 20, 30])
    expect([0, 59, 60, 1400].map((passed) => minutes(passed, 1439))).toEqual([10, 69, 120, 1439])
  })
})
