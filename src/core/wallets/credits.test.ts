import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import {
  centsOfCredits,
  creditsOfCents,
  inboundAmount,
  invoicedAmount,
  roundsToZero,
  voidedAmount,
} from './credits.ts'

const unit = (rate: string, currency = 'EUR') => ({ currency, rate: Decimal.of(rate) })
const shown = ({ amountCents, credits }: ReturnType<typeof inboundAmount>) => [
  amountCents,
  credits.toString(),
]

describe('credits and money', () => {
  it.each<[string, string, string, bigint, string]>([
    ['17.9699999999999988631316', '1', 'EUR', 1797n, '17.97'],
    ['100', '0.5', 'EUR', 5000n, '100'],
    ['1', '0.001', 'EUR', 0n, '0'],
    ['10', '10', 'EUR', 10000n, '10'],
    ['1.5', '1', 'JPY', 2n, '2'],
    ['0.33333', '3', 'EUR', 100n, '0.33333'],
    ['0.000009', '1000', 'EUR', 0n, '0'],
  ])('%s credits at %s %s enter a wallet as %s cents', (asked, rate, currency, cents, credits) => {
    expect(shown(inboundAmount(Decimal.of(asked), unit(rate, currency)))).toEqual([cents, credits])
  })

  it('keeps voided credits with five decimals, and their money in cents', () => {
    expect(shown(voidedAmount(Decimal.of('14.28444999'), unit('1')))).toEqual([1428n, '14.28444'])
    expect(centsOfCredits(Decimal.of('14.28444999'), unit('1'))).toBe(1428n)
  })

  it('gives the credits of what an invoice takes', () => {
    expect(shown(invoicedAmount(2200n, unit('10')))).toEqual([2200n, '2.2'])
    expect(creditsOfCents(-12100n, unit('10')).toWire()).toBe('-12.1')
    expect(creditsOfCents(100n, unit('3')).toString()).toBe('0.33333')
  })

  it('tells credits that are worth less than a cent', () => {
    expect(roundsToZero(Decimal.one, unit('0.001'))).toBe(true)
    expect(roundsToZero(Decimal.of('5'), unit('0.001'))).toBe(false)
    expect(roundsToZero(Decimal.zero, unit('1'))).toBe(false)
  })
})
