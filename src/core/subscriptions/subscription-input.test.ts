import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../input/exact-number.ts'
import { Problems } from '../problems.ts'
import { readNewSubscription, readSubscriptionChange } from './subscription-input.ts'

function refusals(input: Record<string, unknown>) {
  const problems = new Problems()
  readNewSubscription({ external_customer_id: 'c', external_id: 's', plan_code: 'p', ...input }, problems)
  return problems.details()
}

describe('the request of a subscription', () => {
  it('reads what is given and trims the external id', () => {
    const problems = new Problems()
    const read = readNewSubscription(
      {
        external_customer_id: 'c',
        external_id: ' s ',
        plan_code: 'p',
        billing_time: 'anniversary',
        subscription_at: '2024-01-31T01:00:00Z',
        ending_at: '',
        consolidate_invoice: false,
        usage_thresholds: [{ amount_cents: '500', threshold_display_name: 'T', recurring: true }],
      },
      problems,
    )
    expect(problems.details()).toEqual({})
    expect(read).toMatchObject({
      externalId: 's',
      billingTime: 'anniversary',
      subscriptionAt: Date.parse('2024-01-31T01:00:00Z'),
      endingAt: null,
      consolidateInvoice: false,
      purchaseOrderNumber: undefined,
      usageThresholds: [{ amountCents: 500n, displayName: 'T', isRecurring: true }],
    })
  })

  it('names what is missing', () => {
    const problems = new Problems()
    readNewSubscription({}, problems)
    expect(problems.details()).toEqual({
      external_customer_id: ['value_is_mandatory'],
      external_id: ['value_is_mandatory'],
    })
  })

  it('names what is wrong', () => {
    expect(
      refusals({
        billing_time: 'whenever',
        subscription_at: 'hello',
        ending_at: 12,
        payment_method: { payment_method_id: 12 },
        usage_thresholds: [{ amount_cents: 0 }],
      }),
    ).toEqual({
      billing_time: ['value_is_invalid'],
      subscription_at: ['invalid_date'],
      ending_at: ['invalid_date'],
      payment_method: ['invalid_payment_method'],
      usage_thresholds: ['value_is_out_of_range'],
    })
    expect(refusals({ usage_thresholds: [], plan_overrides: { usage_thresholds: [] } })).toEqual({
      plan_overrides: ['incompatible_params'],
      usage_thresholds: ['incompatible_params'],
    })
    expect(refusals({ usage_thresholds: [{ amount_cents: '1e400' }] })).toEqual({
      usage_thresholds: ['value_is_out_of_range'],
    })
    expect(refusals({ usage_thresholds: [{ amount_cents: { toString: 1 } }] })).toEqual({
      usage_thresholds: ['value_is_invalid'],
    })
  })

  it('checks the form of activation rules', () => {
    expect(refusals({ activation_rules: [] })).toEqual({})
    expect(refusals({ activation_rules: 'x' })).toEqual({ activation_rules: ['invalid_format'] })
    expect(refusals({ activation_rules: [{ type: 'x', timeout_hours: -1 }] })).toEqual({
      activation_rules: ['invalid_type'],
      timeout_hours: ['value_must_be_positive_or_zero'],
    })
    expect(refusals({ activation_rules: [{ type: 'payment' }, { type: 'payment' }] })).toEqual({
      activation_rules: ['duplicated_type'],
    })
    expect(refusals({ activation_rules: [{ type: 'payment', timeout_hours: '1e9' }] })).toEqual({
      timeout_hours: ['value_is_out_of_range'],
    })
    expect(refusals({ activation_rules: [{ type: 'payment', timeout_hours: 48 }] })).toEqual({})
  })

  it('checks the options of a termination', () => {
    const problems = new Problems()
    const change = readSubscriptionChange(
      { on_termination_credit_note: 'never', on_termination_invoice: 'skip' },
      problems,
    )
    expect(change.onTermination).toEqual({ creditNote: undefined, invoice: 'skip' })
    expect(problems.details()).toEqual({ on_termination_credit_note: ['invalid_value'] })
  })

  it('never throws, whatever the values are', () => {
    const keys = ['external_id', 'subscription_at', 'ending_at', 'payment_method', 'usage_thresholds']
    const others = ['plan_overrides', 'activation_rules', 'billing_entity_id', 'name', 'billing_time']
    const exact = new ExactNumber('1e400')
    const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(exact, [exact], [{ amount_cents: exact }]))
    fc.assert(
      fc.property(fc.constantFrom(...keys, ...others), anything, (key, value) => {
        expect(refusals({ [key]: value })).toBeTypeOf('object')
      }),
    )
  })
})
