import { describe, expect, it } from 'vitest'
import { instant } from '../calendar/instant.ts'
import { readPreview } from './preview-input.ts'

const NOW = instant(Date.UTC(2024, 0, 10))
const read = (input: object, customer: object = { external_id: ' c ' }) =>
  readPreview({ ...input }, { ...customer }, NOW)
const modeOf = (input: object) => {
  const asked = read(input)
  if (!asked.ok) throw new Error(JSON.stringify(asked.problem))
  return asked.value.mode
}

describe('readPreview', () => {
  it('means a new subscription without external ids', () => {
    expect(modeOf({ plan_code: 'p', subscriptions: { external_ids: [] } })).toEqual({
      kind: 'start',
      planCode: 'p',
      billingTime: 'calendar',
      subscriptionAt: null,
    })
  })

  it('means the next bill, a termination or a change of plan of subscriptions that exist', () => {
    const ids = { external_ids: ['s', 's ', 't'] }
    expect(modeOf({ subscriptions: ids })).toEqual({ kind: 'next', externalIds: ['s', 't'] })
    expect(modeOf({ subscriptions: { external_ids: ['s'], terminated_at: '2024-01-10' } })).toEqual({
      kind: 'termination',
      externalId: 's',
      at: NOW,
      creditNote: null,
    })
    expect(modeOf({ subscriptions: { external_ids: ['s'], plan_code: ' q ' } })).toEqual({
      kind: 'plan_change',
      externalId: 's',
      planCode: 'q',
    })
  })

  it('lets a termination go before a change of plan', () => {
    const both = { external_ids: ['s'], plan_code: 'q', terminated_at: '2024-02-01' }
    expect(modeOf({ subscriptions: both })).toMatchObject({ kind: 'termination' })
  })

  it.each([
    [{ coupons: {} }, { kind: 'bad_request', message: 'coupons_must_be_an_array' }],
    [{ subscriptions: [] }, { kind: 'bad_request', message: 'subscriptions_must_be_an_object' }],
    [
      { subscriptions: { external_ids: 's' } },
      { kind: 'invalid', details: { external_ids: ['value_is_invalid'] } },
    ],
    [
      { subscriptions: { external_ids: ['s'], terminated_at: '2024-01-09T23:59:59Z' } },
      { kind: 'invalid', details: { terminated_at: ['cannot_be_in_past'] } },
    ],
    [
      { subscriptions: { external_ids: ['s', 't'], terminated_at: 'x' } },
      {
        kind: 'invalid',
        details: {
          subscriptions: ['only_one_subscription_allowed_for_termination'],
          terminated_at: ['invalid_timestamp'],
        },
      },
    ],
  ])('refuses %o', (input, problem) => {
    expect(read(input)).toEqual({ ok: false, problem })
  })

  it('asks for a customer when it is asked for subscriptions', () => {
    expect(read({ subscriptions: { external_ids: ['s'] } }, { name: 'Maybe' })).toEqual({
      ok: false,
      problem: { kind: 'invalid', details: { customer: ['must_be_persisted'] } },
    })
    expect(read({ plan_code: 'p' }, { name: 'Maybe' })).toMatchObject({ value: { externalCustomerId: null } })
  })
})
