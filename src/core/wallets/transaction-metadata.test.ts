import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../input/exact-number.ts'
import { refusedFields } from '../problems.ts'
import { readTransactionMetadata } from './transaction-metadata.ts'

const pairs = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `k${n}`, value: 'v' }))

describe('readTransactionMetadata', () => {
  it.each<[string, unknown, readonly { key: string; value: string }[]]>([
    ['absent', undefined, []],
    ['null', null, []],
    ['an empty object', {}, []],
    ['pairs', [{ key: 'a', value: 'b' }], [{ key: 'a', value: 'b' }]],
    ['a number', [{ key: 'a', value: new ExactNumber('1.50') }], [{ key: 'a', value: '1.50' }]],
    ['a boolean', [{ value: true, key: 'a' }], [{ key: 'a', value: 'true' }]],
  ])('reads %s', (_, raw, expected) => {
    expect(readTransactionMetadata(raw, 5)).toEqual({ ok: true, value: expected })
  })

  it.each<[string, unknown, Parameters<typeof refusedFields>[0]['metadata']]>([
    ['a text', 'a', ['invalid_type']],
    ['an object', { a: 'b' }, ['invalid_type']],
    ['too many pairs', pairs(6), ['too_many_keys']],
    ['another shape', [{ a: 'b' }], ['invalid_key_value_pair']],
    ['a third key', [{ key: 'a', value: 'b', more: 'c' }], ['invalid_key_value_pair']],
    ['a blank key', [{ key: ' ', value: 'b' }], ['invalid_key_value_pair']],
    ['no value', [{ key: 'a', value: null }], ['invalid_key_value_pair']],
    ['a long key', [{ key: 'k'.repeat(21), value: 'b' }], ['key_too_long']],
    ['a long value', [{ key: 'a', value: 'v'.repeat(101) }], ['value_too_long']],
    ['a list as value', [{ key: 'a', value: ['b'] }], ['nested_structure_not_allowed']],
    ['an object as value', [{ key: 'a', value: { b: 'c' } }], ['nested_structure_not_allowed']],
  ])('refuses %s', (_, raw, codes) => {
    expect(readTransactionMetadata(raw, 5)).toEqual(refusedFields({ metadata: codes ?? [] }))
  })
})
