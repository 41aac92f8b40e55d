import { describe, expect, it } from 'vitest'
import { parseBody } from './body.ts'

type Tree = { readonly [key: string]: Tree }

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
