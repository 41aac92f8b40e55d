import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../input/exact-number.ts'
import { checkPrivilegeValue, type PrivilegeType, type ShownValue, shownValue } from './privilege-value.ts'

const privilege = (valueType: PrivilegeType) => ({
  code: 'p',
  name: null,
  valueType,
  selectOptions: valueType === 'select' ? ['email', 'slack'] : [],
})

describe('privilege values', () => {
  it.each<[PrivilegeType, unknown, ShownValue]>([
    ['integer', 10, 10],
    ['integer', '10', 10],
    ['integer', new ExactNumber('10'), 10],
    ['integer', -3, -3],
    ['integer', 0, 0],
    ['boolean', true, true],
    ['boolean', 'false', false],
    ['string', 'x', 'x'],
    ['string', '', ''],
    ['string', 'true', 'true'],
    ['select', 'slack', 'slack'],
    ['integer', null, null],
    ['select', null, null],
    ['boolean', undefined, null],
  ])('%s %j is shown as %j', (type, raw, shown) => {
    const check = checkPrivilegeValue(privilege(type), raw)
    expect(check.ok && shownValue(type, check.value)).toBe(shown)
    expect(check.ok).toBe(true)
  })

  it.each<[PrivilegeType, unknown, string]>([
    ['integer', '010', 'value_is_invalid'],
    ['integer', '1.5', 'value_is_invalid'],
    ['integer', 1.5, 'value_is_invalid'],
    ['integer', '-0', 'value_is_invalid'],
    ['integer', 'many', 'value_is_invalid'],
    ['integer', '', 'value_is_invalid'],
    ['integer', [12, 13], 'value_is_invalid'],
    ['integer', true, 'value_is_invalid'],
    ['integer', '9007199254740992', 'value_is_invalid'],
    ['integer', new ExactNumber('1e3'), 'value_is_invalid'],
    ['boolean', 1, 'value_is_invalid'],
    ['boolean', 'yes', 'value_is_invalid'],
    ['string', 5, 'value_is_invalid'],
    ['string', true, 'value_is_invalid'],
    ['string', {}, 'value_is_invalid'],
    ['select', 'okta', 'value_not_in_select_options'],
    ['select', 5, 'value_not_in_select_options'],
  ])('%s %j is refused with %s', (type, raw, code) => {
    expect(checkPrivilegeValue(privilege(type), raw)).toEqual({ ok: false, code })
  })

  it('gives every safe integer back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        const check = checkPrivilegeValue(privilege('integer'), String(n))
        expect(check.ok && shownValue('integer', check.value)).toBe(n)
      }),
    )
  })
})
