import { describe, expect, it } from 'vitest'
import { DAY_MS, instant, MINUTE_MS } from '../calendar/instant.ts'
import { confirmationEnd, sessionEnd } from './session-life.ts'

const START = instant(Date.parse('2026-01-01T00:00:00Z'))
const days = (count: number) => instant(START + count * DAY_MS)

describe('the life of a session', () => {
  it('ends seven days after the last request, and thirty after the sign-in', () => {
    expect(sessionEnd({ createdAt: START, lastUsedAt: START })).toBe(days(7))
    expect(sessionEnd({ createdAt: START, lastUsedAt: days(20) })).toBe(days(27))
    expect(sessionEnd({ createdAt: START, lastUsedAt: days(29) })).toBe(days(30))
  })

  it('counts a password as just given for ten minutes', () => {
    expect(confirmationEnd(START)).toBe(START + 10 * MINUTE_MS)
  })
})
