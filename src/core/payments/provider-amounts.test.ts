import { describe, expect, it } from 'vitest'
import type { ProviderType } from './gateway.ts'
import {
  fromMajorUnits,
  fromProviderUnits,
  toMajorNumber,
  toMajorUnits,
  toProviderUnits,
} from './provider-amounts.ts'

const CASES: readonly (readonly [ProviderType, string, bigint, bigint | 'amount_not_representable'])[] = [
  ['stripe', 'EUR', 1000n, 1000n],
  ['stripe', 'JPY', 1500n, 1500n],
  ['stripe', 'UGX', 5000n, 500_000n],
  ['stripe', 'ISK', 2790n, 279_000n],
  ['stripe', 'KWD', 12_340n, 12_340n],
  ['stripe', 'KWD', 12_345n, 'amount_not_representable'],
  ['stripe', 'MGA', 150_000n, 1500n],
  ['stripe', 'MGA', 150_050n, 'amount_not_representable'],
  ['adyen', 'ISK', 2790n, 279_000n],
  ['adyen', 'CLP', 990n, 99_000n],
  ['adyen', 'CVE', 12_300n, 123n],
]

describe('amounts at the border', () => {
  it.each(CASES)('payment cases 12, 13: %s takes %s %s as %s', (provider, currency, cents, expected) => {
    const sent = toProviderUnits(provider, { cents, currency })
    expect(sent.ok ? sent.units : sent.reason).toBe(expected)
    if (sent.ok) expect(fromProviderUnits(provider, sent.units, currency)).toBe(cents)
  })

  it('are refused in currencies that a provider does not have', () => {
    expect(toProviderUnits('gocardless', { cents: 1500n, currency: 'JPY' })).toEqual({
      ok: false,
      reason: 'currency_not_supported',
    })
    expect(toProviderUnits('gocardless', { cents: 1500n, currency: 'GBP' })).toEqual({
      ok: true,
      units: 1500n,
    })
  })

  it('come back only when we have such an amount', () => {
    expect(fromProviderUnits('stripe', 279_050n, 'ISK')).toBeUndefined()
  })
})

describe('amounts in major units', () => {
  it.each([
    ['EUR', 1234n, '12.34'],
    ['EUR', 1230n, '12.3'],
    ['EUR', 1200n, '12'],
    ['EUR', 5n, '0.05'],
    ['INR', 999_999_999_999_99n, '999999999999.99'],
    ['JPY', 1500n, '1500'],
    ['KWD', 12_340n, '12.34'],
    ['KWD', 12_345n, 'amount_not_representable'],
  ] as const)('payment case 14: %s %s is %s', (currency, cents, expected) => {
    const sent = toMajorUnits({ cents, currency })
    expect(sent.ok ? sent.text : sent.reason).toBe(expected)
    const number = toMajorNumber({ cents, currency })
    expect(number.ok ? String(number.number) : number.reason).toBe(expected)
    if (sent.ok && currency !== 'KWD') expect(fromMajorUnits(sent.text, currency)).toBe(cents)
  })

  it('are no number when a double has other digits', () => {
    const money = { cents: 12_345_678_901_234_567_89n, currency: 'EUR' }
    expect(toMajorUnits(money)).toEqual({ ok: true, text: '12345678901234567.89' })
    expect(toMajorNumber(money)).toEqual({ ok: false, reason: 'amount_not_representable' })
  })

  it.each([
    [12.34, 'EUR', 1234n],
    ['12.340', 'EUR', 1234n],
    ['12.345', 'EUR', undefined],
    [0.1 + 0.2, 'EUR', undefined],
    ['1500.00', 'JPY', 1500n],
    [1e21, 'EUR', undefined],
    ['-1', 'EUR', undefined],
    [null, 'EUR', undefined],
    ['1', 'no currency', undefined],
  ])('%s %s comes back as %s', (told, currency, expected) => {
    expect(fromMajorUnits(told, currency)).toBe(expected)
  })
})
