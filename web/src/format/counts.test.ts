import { describe, expect, it } from 'vitest'
import { counted, singular } from './counts.ts'

describe('counts', () => {
  it.each([
    [0, '0 customers'],
    [1, '1 customer'],
    [1200, '1,200 customers'],
  ])('%s is %s', (count, text) => {
    expect(counted(count, 'customer')).toBe(text)
  })

  it.each([
    ['plans', 'plan'],
    ['taxes', 'tax'],
    ['entries', 'entry'],
    ['billing entities', 'billing entity'],
    ['applied coupons', 'applied coupon'],
  ])('one of %s is a %s', (plural, one) => {
    expect(singular(plural)).toBe(one)
  })
})
