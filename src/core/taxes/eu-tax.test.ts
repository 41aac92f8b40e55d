import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { isInEu } from '../input/places.ts'
import { euTaxes } from './eu-rates.ts'
import { decideCheckedEuTax, decideEuTax, type EuTaxpayer, isEuTaxCode } from './eu-tax.ts'
import { parseVatNumber } from './vat-number.ts'

const nobody: EuTaxpayer = { country: null, zipcode: null, taxIdentificationNumber: null }
const seller = 'FR'

describe('the EU tax of a customer', () => {
  it.each<[string, Partial<EuTaxpayer>, string]>([
    ['without a country: the standard rate of the seller', {}, 'lago_eu_fr_standard'],
    ['in the EU: the standard rate of its country', { country: 'DE' }, 'lago_eu_de_standard'],
    ['outside the EU: exempt', { country: 'US' }, 'lago_eu_tax_exempt'],
    [
      'with a blank number: as without one',
      { country: 'IT', taxIdentificationNumber: ' ' },
      'lago_eu_it_standard',
    ],
    ['in a special territory', { country: 'ES', zipcode: '35001' }, 'lago_eu_es_exception_canary_islands'],
    [
      'in a special territory, with a number: no check',
      { country: 'PT', zipcode: '9000-123', taxIdentificationNumber: 'PT123456789' },
      'lago_eu_pt_exception_madeira',
    ],
    ['in a French territory without a number', { country: 'FR', zipcode: '97400' }, 'lago_eu_fr_standard'],
    [
      'in a French territory with a number',
      { country: 'FR', zipcode: '97 400', taxIdentificationNumber: 'FR 40 303265045' },
      'lago_eu_fr_exception_reunion',
    ],
    [
      'with the post code of a territory of another country',
      { country: 'DE', zipcode: '35001' },
      'lago_eu_de_standard',
    ],
  ])('%s', (_, customer, code) => {
    expect(decideEuTax(seller, { ...nobody, ...customer })).toEqual({ kind: 'code', code })
    expect(isEuTaxCode(code)).toBe(true)
  })

  it('needs a check with a VAT number, also with one that is not well-formed', () => {
    for (const taxIdentificationNumber of ['DE123456789', 'nonsense']) {
      expect(decideEuTax(seller, { ...nobody, country: 'DE', taxIdentificationNumber })).toEqual({
        kind: 'check',
      })
    }
    const inReunion = { country: 'FR', zipcode: '97400', taxIdentificationNumber: 'nonsense' }
    expect(decideEuTax(seller, inReunion)).toEqual({ kind: 'check' })
  })

  it.each<[string, string, boolean, Partial<EuTaxpayer>, string]>([
    ['valid, another country', 'DE123456789', true, { country: 'DE' }, 'lago_eu_reverse_charge'],
    ['valid, the country of the seller', 'FR40303265045', true, { country: 'FR' }, 'lago_eu_fr_standard'],
    [
      'valid, of the seller, in a territory',
      'FR40303265045',
      true,
      { zipcode: '97400' },
      'lago_eu_fr_exception_reunion',
    ],
    ['invalid, in the EU', 'DE123456789', false, { country: 'DE' }, 'lago_eu_de_standard'],
    ['invalid, no country', 'DE123456789', false, {}, 'lago_eu_fr_standard'],
    ['invalid, outside the EU', 'DE123456789', false, { country: 'CH' }, 'lago_eu_tax_exempt'],
    ['not well-formed, whatever VIES says', 'nonsense', true, { country: 'DE' }, 'lago_eu_de_standard'],
  ])('after a check: %s', (_, text, isValid, customer, code) => {
    const number = parseVatNumber(text) ?? null
    expect(decideCheckedEuTax(seller, { ...nobody, ...customer }, { number, isValid })).toBe(code)
  })
})

describe('VAT numbers', () => {
  it.each([
    ['de 123.456-789', 'DE', '123456789', 'DE'],
    ['GR123456789', 'EL', '123456789', 'GR'],
    ['EL123456789', 'EL', '123456789', 'GR'],
    ['ATU12345678', 'AT', 'U12345678', 'AT'],
    ['NL123456789B01', 'NL', '123456789B01', 'NL'],
    ['IE1234567FA', 'IE', '1234567FA', 'IE'],
    ['XI123456789', 'XI', '123456789', 'GB'],
  ])('reads %s', (text, prefix, digits, country) => {
    expect(parseVatNumber(text)).toEqual({ prefix, digits, country })
  })
  it.each([
    '',
    'DE',
    'DE12345678',
    'DE1234567890',
    'US123456789',
    '123456789',
    'FRIO123456789',
    'ATX12345678',
  ])('does not read %j', (text) => {
    expect(parseVatNumber(text)).toBeUndefined()
  })
})

describe('the taxes of EU tax management', () => {
  const at = (date: string) =>
    new Map(euTaxes(instant(Date.parse(date))).map(({ code, rate }) => [code, rate]))
  it('are one for each member state and territory, the reverse charge and the exemption', () => {
    const taxes = euTaxes(instant(Date.parse('2024-05-02')))
    const standard = taxes.filter(({ code }) => code.endsWith('_standard'))
    expect(standard).toHaveLength(27)
    expect(standard.every(({ code }) => isInEu(code.slice(8, 10).toUpperCase()))).toBe(true)
    expect(new Set(taxes.map(({ code }) => code)).size).toBe(27 + 18 + 2)
    expect(taxes.every(({ code, name }) => isEuTaxCode(code) && name.length > 0)).toBe(true)
  })
  it('have the rate in force', () => {
    expect(at('2024-05-02').get('lago_eu_it_standard')).toBe('22')
    expect(at('2025-06-30').get('lago_eu_ee_standard')).toBe('22')
    expect(at('2025-07-01').get('lago_eu_ee_standard')).toBe('24')
    expect(at('2020-01-01').get('lago_eu_fi_standard')).toBe('24')
    expect(at('2026-01-01').get('lago_eu_fi_standard')).toBe('25.5')
  })
})
