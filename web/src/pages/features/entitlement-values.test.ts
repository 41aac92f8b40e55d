import { describe, expect, it } from 'vitest'
import type { Feature } from '../../api/types.ts'
import { entitlementsBody, problemOfValue, typedValue, valuesOfEntitlements } from './entitlement-values.ts'

const max = { code: 'max', name: null, value_type: 'integer', config: {} } as const
const sso = { code: 'sso', name: null, value_type: 'boolean', config: {} } as const
const FEATURE: Feature = {
  ...{ code: 'seats', name: null, description: null, created_at: '2026-01-01T00:00:00Z' },
  privileges: [max, sso],
}

describe('entitlements as typed', () => {
  it('are sent by type, with null for what is cleared', () => {
    const stored = [
      {
        ...{ code: 'seats', name: null, description: null },
        privileges: [
          { ...max, value: 10 },
          { ...sso, value: false },
        ],
      },
    ]
    const values = valuesOfEntitlements(stored)
    expect(entitlementsBody(values, [FEATURE])).toEqual({ seats: { max: 10, sso: false } })
    expect(entitlementsBody({ seats: { ...values.seats, max: '' } }, [FEATURE])).toEqual({
      seats: { max: null, sso: false },
    })
    expect(typedValue('string', '10')).toBe('10')
  })

  it('are whole numbers where the privilege is one', () => {
    expect(problemOfValue(max, '1.5')).toBe('Enter a whole number.')
    expect(problemOfValue(max, '007')).toBe('Enter a whole number.')
    expect(problemOfValue(max, '-7')).toBeUndefined()
    expect(problemOfValue(sso, 'true')).toBeUndefined()
  })
})
