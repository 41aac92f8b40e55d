import { describe, expect, it } from 'vitest'
import type { JsonReply } from '../json-calls.ts'
import { failureOf, problemOf } from './problems.ts'

const answered = (status: number, error?: object, headers: Record<string, string> = {}): JsonReply => ({
  kind: 'answered',
  status,
  headers,
  body: error === undefined ? undefined : { error },
})
const fault = (reason: string, field?: string, message = '') => ({
  type: 'validation_failed',
  errors: [{ reason, field, message }],
})

describe('what GoCardless did not do', () => {
  it.each([
    ['no connection', { kind: 'not_connected', message: 'ECONNREFUSED' }, 'not_sent', 'network'],
    ['no answer', { kind: 'no_answer', message: 'no answer within 60000 ms' }, 'unknown', 'network'],
    ['half an answer', answered(201), 'unknown', 'provider_unavailable'],
    ['a redirect', answered(302), 'unknown', 'provider_unavailable'],
    ['a page of HTML', answered(404), 'unknown', 'provider_unavailable'],
    ['401', answered(401, {}), 'not_sent', 'invalid_credentials'],
    ['403', answered(403, {}), 'not_sent', 'permission_missing'],
    ['408', answered(408, {}), 'unknown', 'provider_unavailable'],
    ['409', answered(409, fault('idempotent_creation_conflict')), 'unknown', 'key_conflict'],
    ['429', answered(429, {}), 'not_sent', 'rate_limited'],
    ['500', answered(500, {}), 'unknown', 'provider_unavailable'],
    ['400', answered(400, fault('bad_request')), 'refused', 'invalid_request'],
    ['mandate_is_inactive', answered(422, fault('mandate_is_inactive')), 'refused', 'method_revoked'],
    [
      'too little',
      answered(422, fault('x', 'amount', 'must be at least 100')),
      'refused',
      'amount_too_small',
    ],
    ['too much', answered(422, fault('x', 'amount', 'must be less than 9')), 'refused', 'amount_too_large'],
    ['currency', answered(422, fault('x', 'currency')), 'refused', 'currency_not_supported'],
    ['customer', answered(422, fault('x', 'customer')), 'refused', 'customer_missing'],
  ] as const)('%s', (_name, reply, kind, reason) => {
    const problem = problemOf(reply as JsonReply)
    expect([problem.kind, problem.error.class]).toEqual([kind, reason])
  })

  it('says what was made first, and when to come again', () => {
    const links = { conflicting_resource_id: 'PM1' }
    const errors = [{ reason: 'idempotent_creation_conflict', links }]
    expect(problemOf(answered(409, { errors })).firstId).toBe('PM1')
    expect(problemOf(answered(429, {}, { 'retry-after': '7' })).retryAfterMs).toBe(7000)
    expect(problemOf(answered(404, { message: 'not found' })).isMissing).toBe(true)
  })

  it('has the cause of a failed payment as its code', () => {
    const details = { cause: 'insufficient_funds', description: 'No money' }
    expect(failureOf(details)).toEqual({
      class: 'insufficient_funds',
      code: 'insufficient_funds',
      message: 'No money',
    })
    expect(failureOf({ cause: 'bank_account_closed' })).toMatchObject({ class: 'card_declined' })
    expect(failureOf(undefined)).toMatchObject({ class: 'card_declined', code: 'failed' })
  })
})
