import { describe, expect, it } from 'vitest'
import { bodyOfConnection, checkConnection, fieldsOfType, newConnection } from './connection-values.ts'

const stripe = { ...newConnection('stripe'), name: 'Stripe EU', code: 'eu', secret_key: ' sk_test_1 ' }

describe('what a connection sends', () => {
  it('only the fields of its type, and no secret that was not typed', () => {
    expect(bodyOfConnection(stripe, true)).toEqual({
      type: 'stripe',
      name: 'Stripe EU',
      code: 'eu',
      success_redirect_url: null,
      refund_duplicates: true,
      secret_key: 'sk_test_1',
      supports_3ds: false,
      require_terms_of_service_consent: false,
    })
    const debit = { ...newConnection('gocardless'), name: 'Debits', code: 'd', access_token: 'sandbox_1' }
    expect(bodyOfConnection(debit, true)).toEqual({
      type: 'gocardless',
      name: 'Debits',
      code: 'd',
      success_redirect_url: null,
      refund_duplicates: true,
      access_token: 'sandbox_1',
    })
  })

  it('a change names no type, and leaves an empty secret as it is', () => {
    const body = bodyOfConnection({ ...stripe, secret_key: '' }, false)
    expect(body).not.toHaveProperty('type')
    expect(body).not.toHaveProperty('secret_key')
  })
})

describe('what is wrong with a connection', () => {
  it('a new one needs its key, a stored one does not', () => {
    expect(checkConnection({ ...stripe, secret_key: '' }, true).secret_key).toBeDefined()
    expect(checkConnection({ ...stripe, secret_key: '' }, false).secret_key).toBeUndefined()
    expect(Object.values(checkConnection(stripe, true)).filter(Boolean)).toEqual([])
  })

  it('a token that does not begin with its environment needs one', () => {
    const debit = { ...newConnection('gocardless'), name: 'Debits', code: 'd', access_token: 'abc' }
    expect(checkConnection(debit, true).environment).toBeDefined()
    expect(checkConnection({ ...debit, access_token: 'live_abc' }, true).environment).toBeUndefined()
    expect(checkConnection({ ...debit, environment: 'sandbox' }, true).environment).toBeUndefined()
  })

  it('every type has its own fields', () => {
    expect(fieldsOfType('stripe')).toContain('secret_key')
    expect(fieldsOfType('gocardless')).not.toContain('secret_key')
  })
})
