import { describe, expect, it } from 'vitest'
import type { Coupon } from '../../api/types.ts'
import {
  checkCoupon,
  couponBody,
  couponFrequency,
  couponSentence,
  newCoupon,
  valuesOfCoupon,
} from './coupon-values.ts'

const spring = { ...newCoupon('EUR'), name: ' Spring ', code: 'spring', percentage_rate: '20' }

describe('the body of a coupon', () => {
  it('holds a rate or an amount in cents, never both', () => {
    expect(couponBody(spring)).toEqual({
      name: 'Spring',
      code: 'spring',
      description: null,
      coupon_type: 'percentage',
      percentage_rate: '20',
      frequency: 'once',
      reusable: false,
      expiration: 'no_expiration',
      expiration_at: null,
      applies_to: { plan_codes: [], billable_metric_codes: [] },
    })
    const fixed = couponBody({ ...spring, coupon_type: 'fixed_amount', amount_cents: '12.5' })
    expect(fixed).toMatchObject({ amount_cents: 1250, amount_currency: 'EUR' })
    expect(fixed).not.toHaveProperty('percentage_rate')
  })

  it('ends with its last day, and names only the limit that is chosen', () => {
    const both = { plan_codes: ['pro'], billable_metric_codes: ['calls'] }
    const body = couponBody({ ...spring, ...both, limit: 'plans', expiration_at: '2026-12-31' })
    expect(body).toMatchObject({ expiration: 'time_limit', expiration_at: '2026-12-31T23:59:59Z' })
    expect(body.applies_to).toEqual({ plan_codes: ['pro'], billable_metric_codes: [] })
  })

  it('is the same after a coupon was read into the form', () => {
    const stored = {
      ...couponBody({ ...spring, coupon_type: 'fixed_amount', amount_cents: '5', amount_currency: 'JPY' }),
      amount_cents: 5,
      percentage_rate: null,
      frequency_duration: null,
      limited_plans: true,
      limited_billable_metrics: false,
      plan_codes: ['pro'],
      billable_metric_codes: [],
    } as unknown as Coupon
    const body = couponBody(valuesOfCoupon(stored, 'EUR'))
    expect(body).toMatchObject({ amount_cents: 5, amount_currency: 'JPY' })
    expect(body.applies_to.plan_codes).toEqual(['pro'])
  })
})

describe('the check of a coupon', () => {
  const wrong = (change: object) =>
    Object.entries(checkCoupon({ ...spring, ...change }))
      .filter(([, text]) => text !== undefined)
      .map(([field]) => field)

  it('takes rates above 0 up to 100', () => {
    expect(['0', '0.00', '100.1', '101', 'x', ''].map((rate) => wrong({ percentage_rate: rate }))).toEqual(
      Array(6).fill(['percentage_rate']),
    )
    expect(['0.5', '100', '33.33333'].flatMap((rate) => wrong({ percentage_rate: rate }))).toEqual([])
  })

  it('takes amounts above zero with the digits of the currency', () => {
    const fixed = (amount: string) => wrong({ coupon_type: 'fixed_amount', amount_cents: amount })
    expect(['0', '-1', '1.001', ''].map(fixed)).toEqual(Array(4).fill(['amount_cents']))
    expect(fixed('0.01')).toEqual([])
  })

  it('asks for a number of invoices and for what it is limited to', () => {
    expect(wrong({ frequency: 'recurring', frequency_duration: '0' })).toEqual(['frequency_duration'])
    expect(wrong({ limit: 'plans' })).toEqual(['plan_codes'])
    expect(wrong({ limit: 'metrics' })).toEqual(['billable_metric_codes'])
  })
})

it('a coupon reads as a sentence', () => {
  expect(couponSentence({ ...spring, frequency: 'recurring' })).toBe(
    'Takes 20% off, before taxes, from each of the next 3 invoices.',
  )
  expect(
    couponSentence({ ...spring, coupon_type: 'fixed_amount', amount_cents: '10', limit: 'plans' }),
  ).toMatch(/until the amount is used up, for the chosen plans only\.$/)
  const terms = { amount_cents: null, amount_currency: null, percentage_rate: '5' }
  expect(couponFrequency({ ...terms, frequency: 'recurring', frequency_duration: 1 })).toBe('On 1 invoice')
})
