import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactJson } from '../core/metering/exact-json.ts'
import { ExactNumber, parseBody } from './body.ts'

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
