import { describe, expect, it } from 'vitest'
import { objectOf } from './object-of.ts'

const told = (resource_type: string, activity_object: unknown = null) => ({
  ...{ activity_type: 'plan.updated' as const, resource_type, resource_id: 'an-id', activity_object },
  ...{ external_customer_id: 'acme & co', external_subscription_id: 'sub/1' },
})

describe('the object of an activity', () => {
  it.each([
    ['Customer', null, '/customers/acme%20%26%20co', null],
    ['Subscription', null, '/subscriptions/sub%2F1', null],
    ['Invoice', { number: 'ACM-1' }, '/invoices/an-id', 'ACM-1'],
    ['Plan', { code: 'pro', name: 'Pro' }, '/plans/pro', 'Pro'],
    ['PaymentReceipt', { number: 'R-1', payment: { lago_id: 'paid' } }, '/payments/paid', 'R-1'],
  ])('of a %s has a page', (type, body, path, name) => {
    expect(objectOf(told(type, body))).toEqual({ path, name })
  })

  it('has none where nothing tells its address', () => {
    expect(objectOf(told('Plan')).path).toBeNull()
    expect(objectOf(told('PaymentReceipt')).path).toBeNull()
    const deleted = { ...told('Plan', { code: 'pro' }), activity_type: 'plan.deleted' as const }
    expect(objectOf(deleted)).toEqual({ path: null, name: 'pro' })
    expect(objectOf(told('Alert', { code: 'a', name: 'Budget' }))).toEqual({ path: null, name: 'Budget' })
  })
})
