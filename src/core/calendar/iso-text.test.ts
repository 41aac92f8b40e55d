import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instant } from './instant.ts'
import { isoText } from './iso-text.ts'

const FIRST = Date.parse('0001-01-01T00:00:00.000Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')

describe('an instant as text', () => {
  it('is what JavaScript writes', () => {
    for (const text of [
      '1970-01-01T00:00:00.000Z',
      '1969-12-31T23:59:59.999Z',
      '2024-02-29T23:59:59.001Z',
      '2100-02-28T12:00:00.050Z',
      '2100-03-01T00:00:00.000Z',
      '0001-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ]) {
      expect(isoText(instant(Date.parse(text)))).toBe(text)
    }
  })

  it('is what JavaScript writes, at any instant of four-digit years', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (ms) => {
        expect(isoText(instant(ms))).toBe(new Date(ms).toISOString())
      }),
    )
  })
})
