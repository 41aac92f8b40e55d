import { describe, expect, it } from 'vitest'
import { checkGroupKeys, writtenGroupKeys } from './group-keys-check.ts'

const onCharge = { isFilter: false }
const presentation = (...keys: unknown[]) => ({ presentation_group_keys: keys })

describe('group keys', () => {
  it('too_many_keys: by which usage is split, beyond 100', () => {
    const keys = Array.from({ length: 101 }, (_, n) => `k${n}`)
    expect(checkGroupKeys({ pricing_group_keys: keys.slice(1) }, onCharge)).toEqual([])
    expect(checkGroupKeys({ pricing_group_keys: keys }, onCharge)).toEqual(['too_many_keys'])
    expect(checkGroupKeys({ grouped_by: keys }, { isFilter: true })).toEqual(['too_many_keys'])
  })

  it.each([
    [{}, []],
    [{ pricing_group_keys: null }, []],
    [{ pricing_group_keys: ['region', 'tier'] }, []],
    [{ pricing_group_keys: [] }, []],
    [{ pricing_group_keys: 'region' }, ['invalid_type']],
    [{ pricing_group_keys: ['region', ''] }, ['invalid_type']],
    [{ pricing_group_keys: [1] }, ['invalid_type']],
    [{ grouped_by: { region: true } }, ['invalid_type']],
    [{ grouped_by: 'x', pricing_group_keys: 'y' }, ['invalid_type']],
    [presentation({ value: 'a' }, { value: 'b', options: { display_in_invoice: true } }), []],
    [presentation({ value: 'a', options: null }), []],
    [presentation('a'), ['invalid_type']],
    [presentation({ value: '' }), ['invalid_type']],
    [presentation({ value: 'a', options: { display_in_invoice: 'yes' } }), ['invalid_type']],
    [presentation({ value: 'a', options: { color: true } }), ['invalid_type']],
    [presentation({ value: 'a', options: [] }), ['invalid_type']],
    [{ presentation_group_keys: 'a' }, ['invalid_type']],
    [presentation({ value: 'a' }, { value: 'b' }, { value: 'c' }), ['too_many_keys']],
    [presentation({ value: 'a' }, { value: 'a' }), ['value_is_duplicated']],
    [presentation({ value: 'a' }, { value: 'a' }, { value: 'b' }), ['too_many_keys', 'value_is_duplicated']],
  ])('%j', (properties, codes) => {
    expect(checkGroupKeys(properties, onCharge)).toEqual(codes)
  })

  it('ignores presentation keys on a filter', () => {
    expect(checkGroupKeys(presentation('a'), { isFilter: true })).toEqual([])
  })

  it('reads the keys, the new name first', () => {
    expect(writtenGroupKeys({ pricing_group_keys: ['a'], grouped_by: ['b'] })).toEqual(['a'])
    expect(writtenGroupKeys({ pricing_group_keys: [], grouped_by: ['b'] })).toEqual(['b'])
    expect(writtenGroupKeys({})).toEqual([])
  })
})
