import { afterEach, describe, expect, it } from 'vitest'
import { setLocale } from './locale.ts'
import {
  exampleNumber,
  firstUnread,
  isUnread,
  readDecimal,
  readTyped,
  shownValue,
  whyUnread,
} from './typed-number.ts'

afterEach(() => setLocale('en'))

describe('typed numbers', () => {
  it.each([
    ['en', '1,500', '1500'],
    ['en', '1,500.25', '1500.25'],
    ['en', ' 1500.25 ', '1500.25'],
    ['en', '1,234,567', '1234567'],
    ['en', '0.00015', '0.00015'],
    ['en', '.5', '0.5'],
    ['en', '12.', '12'],
    ['en', '007', '7'],
    ['en', '-1,500', '-1500'],
    ['en', '−5', '-5'],
    ['en', '900,719,925,474,099,312', '900719925474099312'],
    ['en', '', ''],
    ['de', '1.500', '1500'],
    ['de', '1.500,25', '1500.25'],
    ['de', '1500,25', '1500.25'],
    ['de', '0,3', '0.3'],
    ['de', '1,500', '1.500'],
    ['es', '1.500', '1500'],
    ['es', '1500,5', '1500.5'],
    ['it', '1.500,25', '1500.25'],
    ['pt-BR', '1.500,25', '1500.25'],
    ['fr', '1 500,25', '1500.25'],
    ['fr', '1\u202f500,25', '1500.25'],
    ['nb', '1\u00a0500,25', '1500.25'],
    ['sv', '1 500', '1500'],
    ['zh-TW', '1,500.25', '1500.25'],
    ['de-CH', "1'500.25", '1500.25'],
    ['de-CH', '1’500', '1500'],
    ['fr-CH', '1 500.25', '1500.25'],
    ['fr-CH', '1 500,25', '1500.25'],
    ['en-IN', '12,34,567.5', '1234567.5'],
    ['ar-EG', '١٬٥٠٠٫٢٥', '1500.25'],
  ])('in %s, %j is %j', (name, typed, read) => {
    expect(readDecimal(typed, name)).toBe(read)
  })

  it.each([
    ['en', '1,50'],
    ['en', '1,5'],
    ['en', '1,5,00'],
    ['en', '1,5000'],
    ['en', '1500,000'],
    ['en', '0,500'],
    ['en', ',500'],
    ['en', '1.2.3'],
    ['en', '1.500,25'],
    ['en', '1.5,00'],
    ['en', '1 500'],
    ['en', '12,34,567'],
    ['en', '$5'],
    ['en', 'abc'],
    ['en', '1e3'],
    ['en', '-'],
    ['en', '.'],
    ['de', '1.50'],
    ['de', '1,500.25'],
    ['de', '1 500'],
    ['fr', '1.500'],
    ['fr', '1,500,00'],
    ['de-CH', '1,50'],
    ['de-CH', "15'00"],
    ['nb', '1 50'],
  ])('in %s, %j is refused', (name, typed) => {
    expect(readDecimal(typed, name)).toBeUndefined()
  })

  it.each(['en', 'de', 'de-CH', 'fr', 'fr-CH', 'es', 'it', 'nb', 'pt-BR', 'sv', 'zh-TW', 'en-IN', 'pl'])(
    'reads in %s what is printed there',
    (name) => {
      setLocale(name)
      const euros = new Intl.NumberFormat(name, { style: 'currency', currency: 'CHF' }).format(1234567.25)
      expect(readDecimal(euros.replace(/CHF/, ''), name)).toBe('1234567.25')
      expect(readDecimal(exampleNumber(), name)).toBe('1234.50')
    },
  )
})

describe('numbers of a form', () => {
  it('keeps what cannot be read as no number, and shows it as typed', () => {
    const kept = readTyped('1,50')
    expect([isUnread(kept), shownValue(kept), Number(kept)]).toEqual([true, '1,50', Number.NaN])
    expect(isUnread(readTyped('1,500'))).toBe(false)
  })

  it('shows a stored number in the locale, so that leaving the field does not change it', () => {
    setLocale('de')
    expect(shownValue('1234.125')).toBe('1234,125')
    expect(readTyped(shownValue('1234.125'))).toBe('1234.125')
  })

  it.each([
    ['en', '1,50', '“1,50” is not clear. Write 1.50 if that is meant; thousands are written like 1,234.50.'],
    ['de', '1.5', '“1.5” is not clear. Write 1,5 if that is meant; thousands are written like 1.234,50.'],
    ['en', '1.2.3', '“1.2.3” is not a number. Numbers are written like 1,234.50.'],
  ])('says in %s how %s is written', (name, typed, why) => {
    setLocale(name)
    expect(whyUnread(readTyped(typed))).toBe(why)
  })

  it('finds what could not be read however deep it is', () => {
    const charges = [{ properties: { tiers: [{ price: '1.5' }, { price: readTyped('1,5') }] } }]
    expect(whyUnread(firstUnread(charges))).toContain('“1,5”')
    expect(firstUnread([{ name: '1,5', rule: null }])).toBeUndefined()
  })
})
