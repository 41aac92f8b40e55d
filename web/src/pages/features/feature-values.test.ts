import { describe, expect, it } from 'vitest'
import { checkFeature, featureBody, NEW_FEATURE, newPrivilege, valuesOfFeature } from './feature-values.ts'

const SEATS = {
  code: 'seats',
  name: 'Seats',
  description: null,
  privileges: [
    { code: 'max', name: null, value_type: 'integer', config: {} },
    { code: 'sso', name: 'SSO', value_type: 'select', config: { select_options: ['okta', 'google'] } },
  ],
  created_at: '2026-01-01T00:00:00Z',
} as const

describe('a feature as typed', () => {
  it('is sent as it was read', () => {
    expect(featureBody(valuesOfFeature(SEATS))).toEqual({
      code: 'seats',
      name: 'Seats',
      description: null,
      privileges: [
        { code: 'max', name: null, value_type: 'integer' },
        {
          code: 'sso',
          name: 'SSO',
          value_type: 'select',
          config: { select_options: ['okta', 'google'] },
        },
      ],
    })
  })

  it('needs codes that differ, and values for a list', () => {
    const of = (...privileges: object[]) =>
      checkFeature({
        ...NEW_FEATURE,
        code: 'f',
        privileges: privileges.map((each) => ({ ...newPrivilege(), ...each })),
      }).privileges
    expect(checkFeature(NEW_FEATURE).code).toBe('Give it a code.')
    expect(of({ code: '' })).toBe('Every privilege needs a code.')
    expect(of({ code: 'a' }, { code: 'a ' })).toBe('Two privileges have the same code.')
    expect(of({ code: 'a', type: 'select' })).toBe('A list needs at least one value.')
    expect(of({ code: 'a' }, { code: 'b', type: 'select', options: ['x'] })).toBeUndefined()
  })
})
