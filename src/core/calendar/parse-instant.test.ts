import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_DATES } from '../../../test/support/no-dates.ts'
import { instant } from './instant.ts'
import { isBillable, parseDay, parseInstant } from './parse-instant.ts'

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
    for (const text of [...NO_DATES, '', ' ', '\u00002024-01-01'])
      expect([text, parseInstant(text), parseDay(text)]).toEqual([text, undefined, undefined])
  })

  it('reads what database tools and Ruby write', () => {
    expect(parseInstant('2024-03-05 10:20:30 UTC')).toBe(utc('2024-03-05T10:20:30Z'))
    expect(parseInstant('2024-03-05T10:20:30.123456789012Z')).toBe(utc('2024-03-05T10:20:30.123Z'))
    expect(parseInstant('0001-01-01')).toBe(utc('0001-01-01T00:00:00Z'))
    expect(parseInstant('9999-12-31T23:59:59.999Z')).toBe(utc('9999-12-31T23:59:59.999Z'))
  })

  it('takes the day that a date-time names in its own offset', () => {
    expect(parseDay('2024-02-29')).toBe('2024-02-29')
    expect(parseDay('2024-03-01T00:30:00+02:00')).toBe('2024-03-01')
  })

  it('knows the years that subscriptions live in', () => {
    const texts = ['1899-12-31T23:59:59.999Z', '1900-01-01', '2999-12-31', '3000-01-01']
    expect(texts.map((text) => isBillable(instant(utc(text))))).toEqual([false, true, true, false])
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
