import { describe, expect, it } from 'vitest'
import { type FieldErrors, refusedFields } from '../problems.ts'
import { checkFeature, featureChange, mergePrivileges } from './check-feature.ts'
import type { Privilege } from './privilege-value.ts'

const ABSENT = { name: null, selectOptions: [] }

describe('checkFeature', () => {
  it('takes a feature with privileges of every type', () => {
    const privileges = [
      { code: ' p1 ', value_type: 'string' },
      { code: 'p2', name: 'Maximum', value_type: 'integer' },
      { code: 'p3', value_type: 'boolean', config: {} },
      { code: 'p4', value_type: 'select', config: { select_options: ['a', 'b', 'a'] } },
      { code: 'p5' },
    ]
    expect(checkFeature({ code: 'seats', name: 'Seats', description: 'What it is', privileges })).toEqual({
      ok: true,
      value: {
        code: 'seats',
        name: 'Seats',
        description: 'What it is',
        privileges: [
          { ...ABSENT, code: 'p1', valueType: 'string' },
          { ...ABSENT, code: 'p2', name: 'Maximum', valueType: 'integer' },
          { ...ABSENT, code: 'p3', valueType: 'boolean' },
          { code: 'p4', name: null, valueType: 'select', selectOptions: ['a', 'b'] },
          { ...ABSENT, code: 'p5', valueType: 'string' },
        ],
      },
    })
  })

  it.each<[Record<string, unknown>, FieldErrors]>([
    [{ name: 'No code' }, { code: ['value_is_mandatory'] }],
    [{ code: ' ' }, { code: ['value_is_mandatory'] }],
    [{ code: 'x'.repeat(256) }, { code: ['value_is_too_long'] }],
    [{ code: 'f', privileges: 'x' }, { privileges: ['invalid_format'] }],
    [
      { code: 'f', privileges: [{ code: 'a', value_type: 'colour' }] },
      { 'privilege.value_type': ['value_is_invalid'] },
    ],
    [{ code: 'f', privileges: [{ code: ' ' }] }, { 'privilege.code': ['value_is_mandatory'] }],
    [
      { code: 'f', privileges: [{ code: 'a' }, { code: 'a' }] },
      { 'privilege.code': ['value_is_duplicated'] },
    ],
    [
      { code: 'f', privileges: [{ code: 'a', value_type: 'select' }] },
      { 'privilege.config': ['invalid_format'] },
    ],
    [
      { code: 'f', privileges: [{ code: 'a', value_type: 'select', config: { select_options: [] } }] },
      { 'privilege.config': ['invalid_format'] },
    ],
    [
      {
        code: 'f',
        privileges: [{ code: 'a', value_type: 'select', config: { select_options: ['x'], more: 1 } }],
      },
      { 'privilege.config': ['invalid_format'] },
    ],
    [
      { code: 'f', privileges: [{ code: 'a', config: { select_options: ['x'] } }] },
      { 'privilege.config': ['invalid_format'] },
    ],
    [{ code: 'f', privileges: [{ code: 'a', config: [1] }] }, { 'privilege.config': ['invalid_format'] }],
  ])('refuses case %#', (raw, errors) => {
    expect(checkFeature(raw)).toEqual(refusedFields(errors))
  })
})

describe('mergePrivileges', () => {
  const existing: readonly Privilege[] = [
    { code: 'p1', name: 'One', valueType: 'integer', selectOptions: [] },
    { code: 'p4', name: null, valueType: 'select', selectOptions: ['a', 'b'] },
  ]

  it('renames, adds options and creates, and leaves the rest (row 35)', () => {
    const raw = [
      { code: 'p1', name: 'Max.', value_type: 'boolean' },
      { code: 'p4', config: { select_options: ['c', 'a'] } },
      { code: 'p5', name: 'Added' },
    ]
    expect(mergePrivileges(existing, raw)).toEqual({
      ok: true,
      value: [
        { code: 'p1', name: 'Max.', valueType: 'integer', selectOptions: [] },
        { code: 'p4', name: null, valueType: 'select', selectOptions: ['a', 'b', 'c'] },
        { code: 'p5', name: 'Added', valueType: 'string', selectOptions: [] },
      ],
    })
  })

  it('does not look at the type that the body gives an existing privilege', () => {
    const raw = (code: string) => [{ code, name: 'One', value_type: 'float' }]
    expect(mergePrivileges(existing, raw('p1'))).toEqual({ ok: true, value: existing })
    expect(mergePrivileges(existing, raw('p6'))).toEqual(
      refusedFields({ 'privilege.value_type': ['value_is_invalid'] }),
    )
  })

  it('changes nothing when the body says nothing', () => {
    expect(mergePrivileges(existing, undefined)).toEqual({ ok: true, value: existing })
    expect(mergePrivileges(existing, [])).toEqual({ ok: true, value: existing })
    expect(mergePrivileges(existing, [{ code: 'p1' }])).toEqual({ ok: true, value: existing })
    const cleared = mergePrivileges(existing, [{ code: 'p1', name: null }])
    expect(cleared.ok && cleared.value[0]?.name).toBeNull()
  })
})

describe('the change of a feature', () => {
  it('has the parts that the body names, and never the code', () => {
    expect(featureChange({ code: 'other', description: 'Words' })).toEqual({ description: 'Words' })
    expect(featureChange({ name: null, description: undefined })).toEqual({ name: null })
    expect(featureChange({ privileges: [] })).toEqual({})
  })
})
