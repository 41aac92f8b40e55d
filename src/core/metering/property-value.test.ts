import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../input/exact-number.ts'
import {
  isLargerThan,
  isStorable,
  numericValue,
  plainNumber,
  propertyOf,
  propertyText,
  textOf,
} from './property-value.ts'

describe('propertyText', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    [12, '12'],
    [0.1, '0.1'],
    [1e21, '1000000000000000000000'],
    [1e-7, '0.0000001'],
    [-0, '0'],
    [true, 'true'],
    [false, 'false'],
    [null, null],
    [undefined, undefined],
    [new ExactNumber('1.50'), '1.50'],
    [new ExactNumber('1.5e2'), '150'],
    [new ExactNumber('100e-2'), '1.00'],
    [new ExactNumber('0.1e1'), '1'],
    [new ExactNumber('12345678901234567890.123456789012345678'), '12345678901234567890.123456789012345678'],
    [[1, 'a', null], '[1, "a", null]'],
    [{ bb: 1, a: { z: [] }, c: 'x"y' }, '{"a": {"z": []}, "c": "x\\"y", "bb": 1}'],
    [{}, '{}'],
    [{ é: 1, zz: 2, a: 3 }, '{"a": 3, "zz": 2, "é": 1}'],
  ])('%j is the text %j', (value, text) => {
    expect(propertyText(value)).toBe(text)
  })

  it('reads numbers whose digits were kept', () => {
    const properties = { n: new ExactNumber('1e3'), o: { x: new ExactNumber('1.0') } }
    expect(textOf(properties, 'n')).toBe('1000')
    expect(textOf(properties, 'o')).toBe('{"x": 1.0}')
  })

  it('is not fooled by JSON that looks like a number with kept digits', () => {
    const lookalike = { isLosslessNumber: true, toString: 'x', value: '1' }
    expect(propertyText(lookalike)).toBe('{"value": "1", "toString": "x", "isLosslessNumber": true}')
  })

  it('does not take inherited names for properties', () => {
    expect(propertyOf({}, 'constructor')).toBeUndefined()
    expect(textOf({}, 'toString')).toBeNull()
  })
})

describe('numericValue', () => {
  it.each(['0', '-1', '10.50', '007', '-0.0'])('%s is a number', (text) => {
    expect(numericValue(text)).toBeDefined()
  })
  it.each(['1e3', '+2', '.5', ' 3', '3 ', '', '1.', 'abc', '1\n', '--1', 'NaN', null, undefined])(
    '%j is no number',
    (text) => {
      expect(numericValue(text)).toBeUndefined()
    },
  )
  it('is the text again for any plain integer', () => {
    fc.assert(
      fc.property(fc.bigInt(), (n) => {
        expect(numericValue(n.toString())?.toString()).toBe(n.toString())
      }),
    )
  })
})

describe('plainNumber', () => {
  it('denotes the same number as the double did', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
        const plain = plainNumber(n.toString())
        expect(plain).toMatch(/^-?\d+(\.\d+)?$/)
        expect(Number(plain) + 0).toBe(n + 0)
      }),
    )
  })
  it('refuses what PostgreSQL cannot hold', () => {
    expect(plainNumber('1e131072')).toBeUndefined()
    expect(plainNumber('1e999999999')).toBeUndefined()
    expect(plainNumber('1e-16384')).toBeUndefined()
    expect(plainNumber('x')).toBeUndefined()
  })
})

describe('isLargerThan', () => {
  it('counts the bytes of the JSON text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: true }), (value) => {
        const text = JSON.stringify(value, (_key, each: unknown) => (Object.is(each, -0) ? 0 : each))
        // Escapes count as what they stand for.
        fc.pre(!text.includes('\\'))
        const bytes = Buffer.byteLength(text)
        expect([isLargerThan(value, bytes), isLargerThan(value, bytes - 1)]).toEqual([false, true])
      }),
    )
  })
  it.each([
    [{ a: 'é🙂' }, 14],
    [{ n: new ExactNumber('1.50') }, 10],
    [[[], {}, [1, 2]], 13],
  ])('case %#', (value, bytes) => {
    expect([isLargerThan(value, bytes), isLargerThan(value, bytes - 1)]).toEqual([false, true])
  })
})

describe('isStorable', () => {
  it.each([[{ a: '\u0000' }], [{ '\u0000': 1 }], [['\ud800']], [new ExactNumber('1e999999')], [Number.NaN]])(
    'refuses case %#',
    (value) => {
      expect(isStorable(value)).toBe(false)
    },
  )
  it('refuses nesting without end and takes ordinary values', () => {
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(isStorable(deep)).toBe(false)
    expect(propertyText(deep)?.startsWith('[[')).toBe(true)
    expect(isStorable({ a: [1, 'é', '🙂', null, true] })).toBe(true)
  })
})
