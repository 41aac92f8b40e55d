import { describe, expect, it } from 'vitest'
import { DAY_MS, instant, MINUTE_MS } from '../calendar/instant.ts'
import { type Failures, lockedUntil, oneMoreFailure } from './lockout.ts'

const START = instant(Date.parse('2026-01-01T00:00:00Z'))

/** The failures after so many of them, all at the start. */
function failedTimes(count: number): Failures | undefined {
  let failures: Failures | undefined
  for (let i = 0; i < count; i += 1) failures = oneMoreFailure(failures, START)
  return failures
}

describe('the lock after failed sign-ins', () => {
  it.each([
    [4, null],
    [5, 1],
    [6, 2],
    [7, 4],
    [8, 8],
    [9, 15],
    [500, 15],
  ])('of an address after %i failures holds for %s minutes', (count, minutes) => {
    const until = lockedUntil(failedTimes(count), 'address', START)
    expect(until).toBe(minutes === null ? null : START + minutes * MINUTE_MS)
  })

  it('of a sender comes after thirty failures', () => {
    expect(lockedUntil(failedTimes(29), 'sender', START)).toBeNull()
    expect(lockedUntil(failedTimes(30), 'sender', START)).toBe(START + MINUTE_MS)
  })

  it('opens when its time is over, and is longer after the next failure', () => {
    const later = instant(START + MINUTE_MS)
    expect(lockedUntil(failedTimes(5), 'address', later)).toBeNull()
    expect(lockedUntil(oneMoreFailure(failedTimes(5), later), 'address', later)).toBe(later + 2 * MINUTE_MS)
  })

  it('is forgotten after a day without a failure', () => {
    const later = instant(START + DAY_MS)
    expect(oneMoreFailure(failedTimes(9), later)).toEqual({ failures: 1, failedAt: later })
    expect(lockedUntil(failedTimes(9), 'address', later)).toBeNull()
    expect(lockedUntil(undefined, 'address', START)).toBeNull()
  })
})
