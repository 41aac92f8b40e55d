import { ExactNumber } from '../input/exact-number.ts'

export const PRIVILEGE_TYPES = ['integer', 'string', 'boolean', 'select'] as const

export type PrivilegeType = (typeof PRIVILEGE_TYPES)[number]

/** A privilege of a feature, as needed to check its values. */
export type Privilege = {
  readonly code: string
  readonly name: string | null
  readonly valueType: PrivilegeType
  /** Empty unless the type is a select. */
  readonly selectOptions: readonly string[]
}

/** A privilege's value as stored: a string, or null for none. */
export type StoredValue = string | null

/** A value as returned by the API, cast to the type of its privilege. */
export type ShownValue = string | number | boolean | null

export type PrivilegeValueCheck =
  | { readonly ok: true; readonly value: StoredValue }
  | { readonly ok: false; readonly code: 'value_is_invalid' | 'value_not_in_select_options' }

const CANONICAL_INTEGER = /^(0|-?[1-9]\d*)$/

/**
 * The stored form of a value as received. Integers are whole numbers or their canonical string, booleans true/false
 * or those strings, strings are strings, selects one of the options; null is always allowed. Integers that JSON
 * numbers cannot hold exactly are rejected.
 */
export function checkPrivilegeValue(privilege: Privilege, raw: unknown): PrivilegeValueCheck {
  if (raw === null || raw === undefined) return { ok: true, value: null }
  const value = storedValue(privilege.valueType, raw)
  if (privilege.valueType === 'select') {
    const isListed = value !== undefined && privilege.selectOptions.includes(value)
    return isListed ? { ok: true, value } : { ok: false, code: 'value_not_in_select_options' }
  }
  return value === undefined ? { ok: false, code: 'value_is_invalid' } : { ok: true, value }
}

/** A stored value as returned by the API. */
export function shownValue(type: PrivilegeType, value: StoredValue): ShownValue {
  if (value === null) return null
  if (type === 'integer') return Number(value)
  return type === 'boolean' ? value === 'true' : value
}

function storedValue(type: PrivilegeType, raw: unknown): string | undefined {
  const isNumber = typeof raw === 'number' || raw instanceof ExactNumber
  const text = isNumber ? raw.toString() : typeof raw === 'boolean' ? String(raw) : raw
  if (typeof text !== 'string') return undefined
  if (type === 'integer') return isExactInteger(text) ? text : undefined
  if (type === 'boolean') return text === 'true' || text === 'false' ? text : undefined
  return typeof raw === 'string' ? raw : undefined
}

function isExactInteger(text: string): boolean {
  return CANONICAL_INTEGER.test(text) && Number.isSafeInteger(Number(text))
}
