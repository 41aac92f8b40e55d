import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInstant } from './parse-instant.ts'

const utc = (text: string) => Date.parse(text)

describe('the instant of a text', () => {
  it('reads dates and date-times, in UTC unless an offset is given', () => {
    expect(parseInstant('2024-03-05')).toBe(utc('2024-03-05T00:00:00Z'))
    expect(parseInstant('2024-03-05T10:20')).toBe(utc('2024-03-05T10:20:00Z'))
    expect(parseInstant('2024-03-05 10:20:30')).toBe(utc('2024-03-05T10:20:30Z'))
    expect(parseInstant('2024-03-05T10:20:30.1239Z')).toBe(utc('2024-03-05T10:20:30.123Z'))
    expect(parseInstant('2024-03-05T10:20:30+0200')).toBe(utc('2024-03-05T08:20:30Z'))
    expect(parseInstant('2024-03-05T10:20:30-05')).toBe(utc('2024-03-05T15:20:30Z'))
  })

  it('refuses days that there are not, other texts and far years', () => {
    for (const text of ['hello', '', '2024-02-30', '2024-13-01', '2024-01-01T25:00:00Z', '9999-01-01', '12'])
      expect(parseInstant(text), text).toBeUndefined()
  })

  it('gives back every instant from its own text', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000_000, max: 20_000_000_000_000 }), (ms) => {
        expect(parseInstant(new Date(ms).toISOString())).toBe(ms)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseInstant(text)
        expect(read === undefined || Number.isSafeInteger(read)).toBe(true)
      }),
    )
  })
})
