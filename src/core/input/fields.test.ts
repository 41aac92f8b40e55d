import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Problems } from '../problems.ts'
import { ExactNumber } from './exact-number.ts'
import { Fields, given } from './fields.ts'

function fieldsOf(input: Record<string, unknown>): { fields: Fields; problems: Problems } {
  const problems = new Problems()
  return { fields: new Fields(input, problems), problems }
}

describe('fields of a request', () => {
  it('gives undefined for absent keys and null for null', () => {
    const { fields, problems } = fieldsOf({ a: null })
    expect([fields.text('a'), fields.text('b'), fields.integer('a'), fields.decimal('b')]).toEqual([
      null,
      undefined,
      null,
      undefined,
    ])
    expect(problems.any).toBe(false)
  })

  it('reads numbers by their digits, exactly', () => {
    const { fields } = fieldsOf({ n: new ExactNumber('0.12345678901234567890'), i: '12', t: 5 })
    expect(fields.decimal('n')?.toString()).toBe('0.1234567890123456789')
    expect(fields.integer('i')).toBe(12)
    expect(fields.text('t')).toBe('5')
  })

  it('names what is wrong', () => {
    const { fields, problems } = fieldsOf({ a: {}, b: -1, c: 'x', d: '  ', e: [], f: 'abc', g: {} })
    fields.text('a')
    fields.integer('b')
    fields.decimal('c', 'not_a_number')
    fields.mandatoryText('d')
    fields.boolean('e')
    fields.text('f', 2)
    fields.mandatoryText('g')
    expect(problems.details()).toEqual({
      a: ['value_is_invalid'],
      b: ['value_is_out_of_range'],
      c: ['not_a_number'],
      d: ['value_is_mandatory'],
      e: ['value_is_invalid'],
      f: ['value_is_too_long'],
      g: ['value_is_invalid'],
    })
  })

  it('value_is_too_long: lists and texts that no statement holds', () => {
    const long = 'x'.repeat(10_001)
    const many = (count: number) => Array.from({ length: count }, (_, n) => n)
    const { fields, problems } = fieldsOf({ a: many(10_000), b: many(10_001), c: ['x', long], d: long })
    expect(fields.texts('a')).toHaveLength(10_000)
    for (const key of ['b', 'c']) expect(fields.texts(key)).toBeUndefined()
    expect(fields.text('d')).toBeUndefined()
    const codes = ['value_is_too_long']
    expect(problems.details()).toEqual({ b: codes, c: codes, d: codes })
  })

  it('never throws, whatever the value is', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(new ExactNumber('1e400'), new ExactNumber('9'.repeat(400)), 1e308),
    )
    fc.assert(
      fc.property(anything, (value) => {
        const { fields } = fieldsOf({ k: value })
        fields.text('k')
        fields.mandatoryText('k')
        fields.word('k', ['a', 'b'])
        fields.boolean('k')
        fields.decimal('k')
        fields.texts('k')
        fields.object('k')
        const whole = fields.integer('k')
        expect(whole === null || whole === undefined || Number.isSafeInteger(whole)).toBe(true)
      }),
    )
  })

  it('keeps only what was given', () => {
    expect(given({ a: 1, b: undefined, c: null })).toEqual({ a: 1, c: null })
  })
})
