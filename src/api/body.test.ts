import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../core/input/exact-number.ts'
import { exactJson } from '../core/metering/exact-json.ts'
import { readBody } from './body.ts'
import { JsonReader } from './json-reader.ts'

const parseBody = (text: string, keepsDigits = false) => readBody(Buffer.from(text), keepsDigits)

/** What every parser takes for the same: no NUL, no half of a pair, no key that is dropped. */
const isTaken = (text: string) => !/\\u0000|\\ud|__proto__/i.test(text)

type Tree = { readonly [key: string]: Tree }

/** Every number of a value as its text. */
const textsOf = (body: unknown) => (body as { n: unknown[] }).n.map(String)

describe('numbers of a body', () => {
  it('keeps them as they were written where digits count', () => {
    const texts = ['1.0', '2.50', '1', '1.5', '0.10', '1e3', '1.0e2', '100', '12345678901234567890', '0.0']
    const body = `{"n": [${texts.join(', ')}]}`
    expect(textsOf(parseBody(body, true))).toEqual(texts)
    expect(exactJson(parseBody(body, true))).toBe(`{"n":[${texts.join(',')}]}`)
  })

  it('knows no negative zero', () => {
    expect(exactJson(parseBody('{"n": [-0, -0.0, -0.50]}', true))).toBe('{"n":[0,0.0,-0.50]}')
  })

  it('takes a double elsewhere whenever it is the same number', () => {
    const { n } = parseBody('{"n": [1e3, 1.0, 2.50, 10000000000000000, 1E-2, -1.50e1]}') as { n: unknown[] }
    expect(n).toEqual([1000, 1, 2.5, 10_000_000_000_000_000, 0.01, -15])
  })

  it.each(['9007199254740993', '0.1234567890123456789', '1e400', '1e-400', '123456789012345678901234567890'])(
    'keeps %s, which no double is, everywhere',
    (text) => {
      for (const keepsDigits of [true, false]) {
        const { n } = parseBody(`{"n": ${text}}`, keepsDigits) as { n: unknown }
        expect(n).toBeInstanceOf(ExactNumber)
        expect(String(n)).toBe(text)
      }
    },
  )

  it('is not misled by texts that look like numbers', () => {
    expect(parseBody('{"a":", 2.50, 1e5","b":"[1.0"}', true)).toEqual({ a: ', 2.50, 1e5', b: '[1.0' })
  })

  it('loses no digit of any number', () => {
    const number = fc
      .tuple(fc.boolean(), fc.bigInt({ min: 1n, max: 10n ** 25n }), fc.stringMatching(/^\d{0,20}$/))
      .map(
        ([minus, whole, fraction]) => `${minus ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`,
      )
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 5 }), (texts) => {
        expect(textsOf(parseBody(`{"n":[${texts.join(',')}]}`, true))).toEqual(texts)
      }),
    )
  })
})

describe('parseBody', () => {
  it.each([
    ['at the top', '{"__proto__": {"x": 1}, "y": 2}', { y: 2 }],
    ['in an object', '{"a": {"__proto__": {"x": 1}, "y": 2}}', { a: { y: 2 } }],
    ['in a list', '{"a": [{"__proto__": {"x": 1}}, [{"__proto__": null}]]}', { a: [{}, [{}]] }],
    ['in what it holds itself', '{"__proto__": {"__proto__": {"x": 1}}}', {}],
    ['written with escapes', '{"a": {"\\u005f_proto__": {"x": 1}, "__\\u0070roto__": {"x": 1}}}', { a: {} }],
    [
      'beside exact numbers',
      '{"a": {"__proto__": {"x": 1}}, "n": {"__proto__": 1e400, "m": 1}}',
      { a: {}, n: { m: 1 } },
    ],
  ])('takes the key __proto__ away %s', (_where, text, expected) => {
    const value = parseBody(text) as Tree
    expect(value).toEqual(expected)
    for (const each of [value, value.a, value.n]) {
      if (each === undefined || Array.isArray(each)) continue
      expect(Object.getPrototypeOf(each)).toBe(Object.prototype)
      expect(each.x).toBeUndefined()
    }
  })

  it('keeps it where it is a text, and every other key', () => {
    const text = '{"a": "__proto__", "proto": {"constructor": 1, "n": 123456789012345678901234567890}}'
    const value = parseBody(text) as Tree
    expect(value.a).toBe('__proto__')
    expect(Object.keys(value.proto ?? {})).toEqual(['constructor', 'n'])
    expect(String(value.proto?.n)).toBe('123456789012345678901234567890')
  })
})

describe('one rule for each kind of wrong body', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  /** Beside each of these, which plain reading takes or does not, the rules are the same. */
  const besides = ['1', '1.0', '1e1', '123456789012345678', '"\\u0041"', '"é"', '{"__proto__":1}']

  it.each([
    ['a key twice', '{"a":1,"a":1}', /the key .*a.* twice/],
    ['a key twice, once by an escape', '{"a":1,"\\u0061":2}', /the key .*a.* twice/],
    ['too many levels', deep(65), /more than 64 levels/],
    ['half of a surrogate pair', '"\\ud83d"', /half of a surrogate pair/],
    ['half of a pair in a key', '{"\\ude00":1}', /half of a surrogate pair/],
    ['a NUL character', '"\\u0000"', /NUL/],
    ['a number without end', '9'.repeat(3000), /2000 characters/],
    ['a fraction without end', `0.${'0'.repeat(3000)}`, /2000 characters/],
    ['too long a text', `"${'x'.repeat(2_100_000)}"`, /2097152 bytes/],
    ['too many values', `[${'1,'.repeat(500_000)}1]`, /500000 values/],
    ['a leading zero', '01', /not JSON/],
    ['a comma too many', '[1,]', /not JSON/],
    ['a bare word', 'nul', /not JSON/],
    ['a control character', '"\u0001"', /not JSON/],
    ['an unknown escape', '"\\x"', /escape/],
    ['a missing bracket', '[1', /too early|not JSON/],
    ['a byte order mark', '\ufeff1', /not JSON/],
  ])('%s', (_name, wrong, message) => {
    for (const beside of besides) {
      for (const body of [`[${wrong},${beside}]`, `[${beside},${wrong}]`, `{"x":${beside},"y":${wrong}}`]) {
        for (const keepsDigits of [true, false]) expect(() => parseBody(body, keepsDigits)).toThrow(message)
      }
    }
  })

  it('takes what lies at a bound', () => {
    expect(JSON.stringify(parseBody(deep(64)))).toBe(deep(64))
    expect(String(parseBody(`1${'0'.repeat(1999)}`))).toHaveLength(2000)
    expect(parseBody('"\\ud83d\\ude00 \\" \\n \\/"')).toBe('😀 " \n /')
  })

  it.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xf8]]])(
    'refuses bytes %j, which are no UTF-8',
    (bytes) => {
      const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])
      expect(() => readBody(body, false)).toThrow('not UTF-8')
    },
  )

  it('reads any JSON as other parsers do, plain or not, whole or in slices', () => {
    fc.assert(
      fc.property(fc.json().filter(isTaken), fc.integer({ min: 1, max: 9 }), (text, slice) => {
        const expected: unknown = JSON.parse(text, (_key, each) => (Object.is(each, -0) ? 0 : each))
        expect(parseBody(text)).toEqual(expected)
        const reader = new JsonReader(Buffer.from(text), false)
        while (!reader.step(slice));
        expect(reader.value).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })
})
