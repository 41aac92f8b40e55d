import { describe, expect, it } from 'vitest'
import { ACTIVITY_TYPES, changesBetween, keepsObject, resourceTypeOf } from './activity.ts'

describe('types of activities', () => {
  it('are webhooks of objects and some more, each about something', () => {
    expect(ACTIVITY_TYPES).toContain('plan.updated')
    expect(ACTIVITY_TYPES).toContain('coupon.created')
    expect(ACTIVITY_TYPES).not.toContain('fee.created')
    expect(ACTIVITY_TYPES).not.toContain('payment.succeeded')
    expect(new Set(ACTIVITY_TYPES).size).toBe(ACTIVITY_TYPES.length)
  })

  it.each([
    ['billing_entities.created', 'BillingEntity', true],
    ['invoice.created', 'Invoice', false],
    ['payment.recorded', 'Payment', true],
    ['customer.updated', 'Customer', true],
    ['wallet_transaction.created', 'WalletTransaction', false],
    ['alert.triggered', undefined, false],
    ['payment_provider.error', undefined, false],
  ] as const)('%s is about %s', (type, resource, keeps) => {
    expect(resourceTypeOf(type)).toBe(resource)
    expect(keepsObject(type)).toBe(keeps)
  })
})

describe('changes', () => {
  it('are the fields that differ, each before and after', () => {
    const before = { name: 'a', taxes: [{ code: 'x' }], same: 1, gone: true, updated_at: 'then' }
    const after = { name: 'b', taxes: [{ code: 'y' }], same: 1, updated_at: 'now', fresh: null }
    expect(changesBetween(before, after)).toEqual({
      name: ['a', 'b'],
      taxes: [[{ code: 'x' }], [{ code: 'y' }]],
      gone: [true, null],
      fresh: [null, null],
    })
    expect(changesBetween(null, { a: 1 })).toEqual({ a: [null, 1] })
  })
})
