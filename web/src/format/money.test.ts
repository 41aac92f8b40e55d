import { describe, expect, it } from 'vitest'
import {
  formatCents,
  formatPrice,
  formatUnitPrice,
  formatUnits,
  minorDigits,
  toMajor,
  toMinor,
  wholeCents,
} from './money.ts'

describe('amounts', () => {
  it('knows the digits of currencies', () => {
    expect(['JPY', 'EUR', 'KWD'].map(minorDigits)).toEqual([0, 2, 3])
  })

  it.each([
    [1205, 'EUR', '12.05'],
    [5, 'EUR', '0.05'],
    [-5, 'EUR', '-0.05'],
    [500, 'JPY', '500'],
    [1234567, 'KWD', '1234.567'],
    ['900719925474099312', 'EUR', '9007199254740993.12'],
  ])('%s of %s is %s', (minor, currency, major) => {
    expect(toMajor(minor, currency)).toBe(major)
  })

  it.each([
    ['12.5', 'EUR', 1250],
    ['0.05', 'EUR', 5],
    ['12.050', 'EUR', 1205],
    ['12.055', 'EUR', null],
    ['500', 'JPY', 500],
    ['abc', 'EUR', null],
    ['99999999999999999', 'EUR', null],
  ])('%s %s is %s minor units', (major, currency, minor) => {
    expect(toMinor(major, currency)).toBe(minor)
  })

  it('prints amounts beyond doubles without losing a digit', () => {
    expect(formatCents('900719925474099312', 'EUR').replace(/\D/g, '')).toBe('900719925474099312')
  })

  it('never rounds a unit price for looks', () => {
    expect(formatPrice('0.00015', 'EUR')).toContain('0.00015')
    expect(formatPrice('0.3', 'EUR')).toContain('0.30')
  })

  it.each([
    ['0.00015', '0.00015'],
    ['0.0008000000', '0.0008'],
    ['0.666666666666667', '0.666667'],
    ['0.00133833314537', '0.00133833'],
    ['12.3456789012345', '12.3457'],
    ['123456.789012345678', '123,456.79'],
  ])('shows the price %s of one unit as %s', (major, shown) => {
    expect(formatUnitPrice(major, 'EUR').replace(/[^\d.,]/g, '')).toBe(shown)
  })

  it('writes units without empty digits, and a real minus', () => {
    expect(formatUnits('56000.0')).toBe('56,000')
    expect(formatUnits('-1.5')).toBe('−1.5')
  })
})

describe('cents of analytics', () => {
  it.each([
    [8333.3333, '8333'],
    ['8333.5', '8334'],
    ['90071992547409931', '90071992547409931'],
    [-0.2, '0'],
    [null, '0'],
  ])('%s are %s', (cents, whole) => {
    expect(wholeCents(cents)).toBe(whole)
  })
})
