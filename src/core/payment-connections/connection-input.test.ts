import { describe, expect, it } from 'vitest'
import type { Outcome } from '../problems.ts'
import { freeConnectionCode, readConnectionChange, readNewConnection } from './connection-input.ts'

const refusedBy = (outcome: Outcome<unknown>) =>
  outcome.ok ? undefined : (outcome.problem as { readonly details?: object }).details

describe('a new connection', () => {
  it('is one to a customer that is known there, or that is made', () => {
    expect(readNewConnection({ payment_provider: 'stripe', provider_customer_id: ' cus_1 ' })).toEqual({
      ok: true,
      value: {
        code: null,
        isDefault: undefined,
        link: {
          type: 'stripe',
          code: null,
          providerCustomerId: 'cus_1',
          syncWithProvider: false,
          isImmediate: false,
          methodTypes: undefined,
        },
      },
    })
    const made = {
      payment_provider: 'stripe',
      payment_provider_code: 'eu',
      code: 'main',
      is_default: false,
      sync_with_provider: true,
      sync: true,
      provider_payment_methods: ['sepa_debit'],
    }
    expect(readNewConnection(made)).toMatchObject({
      value: { code: 'main', isDefault: false, link: { code: 'eu', isImmediate: true } },
    })
    expect(readNewConnection({ payment_provider: 'cashfree' })).toMatchObject({ ok: true })
  })

  it.each([
    [{}, { payment_provider: ['value_is_mandatory'] }],
    [{ payment_provider: null }, { payment_provider: ['value_is_mandatory'] }],
    [{ payment_provider: 'paypal' }, { payment_provider: ['value_is_invalid'] }],
    [{ payment_provider: 'stripe' }, { provider_customer_id: ['value_is_mandatory'] }],
    [
      { payment_provider: 'stripe', sync_with_provider: false, code: 'lago_manual' },
      { code: ['value_is_reserved'], provider_customer_id: ['value_is_mandatory'] },
    ],
    [
      { payment_provider: 'gocardless', provider_customer_id: '../x', code: 'x'.repeat(256) },
      { code: ['value_is_too_long'], provider_customer_id: ['value_is_invalid'] },
    ],
    [
      { payment_provider: 'stripe', sync_with_provider: true, provider_payment_methods: ['link'], code: ' ' },
      { code: ['value_is_mandatory'], provider_payment_methods: ['value_is_invalid'] },
    ],
  ])('%j is refused', (input, details) => {
    expect(refusedBy(readNewConnection(input))).toEqual(details)
  })
})

describe('a change of a connection', () => {
  it('is of what is named alone', () => {
    expect(readConnectionChange({}, 'stripe')).toEqual({
      ok: true,
      value: { change: {}, isImmediate: false },
    })
    const all = {
      code: 'b',
      provider_customer_id: 'cus_2',
      sync_with_provider: false,
      sync: true,
      provider_payment_methods: ['card', 'link'],
    }
    expect(readConnectionChange(all, 'stripe')).toEqual({
      ok: true,
      value: {
        change: {
          code: 'b',
          providerCustomerId: 'cus_2',
          syncWithProvider: false,
          methodTypes: ['card', 'link'],
        },
        isImmediate: true,
      },
    })
  })

  it.each([
    [{ code: null }, { code: ['value_is_mandatory'] }],
    [{ code: 'lago_manual' }, { code: ['value_is_reserved'] }],
    [{ provider_customer_id: null }, { provider_customer_id: ['value_is_mandatory'] }],
    [{ provider_customer_id: 'a/b' }, { provider_customer_id: ['value_is_invalid'] }],
  ])('%j is refused', (input, details) => {
    expect(refusedBy(readConnectionChange(input, 'stripe'))).toEqual(details)
  })
})

describe('the code of a connection that nobody named', () => {
  it.each([
    ['eu', [], 'eu'],
    ['eu', ['us'], 'eu'],
    ['eu', ['eu'], 'eu-2'],
    ['eu', ['eu-2', 'eu', 'eu-3'], 'eu-4'],
    ['lago_manual', [], 'lago_manual-2'],
  ])('%s beside %j is %s', (wanted, taken, code) => {
    expect(freeConnectionCode(wanted, taken)).toBe(code)
  })

  it('is no longer than a code may be', () => {
    const long = 'x'.repeat(255)
    expect(freeConnectionCode(long, [long]).length).toBeLessThanOrEqual(255)
  })
})
