import { describe, expect, it } from 'vitest'
import type { JsonReply } from '../json-calls.ts'
import { declineOf, problemOf } from './problems.ts'
import { idIn, metadataOf, readResult, referenceOf } from './reading.ts'

const answered = (status: number, errorCode?: string, headers: Record<string, string> = {}): JsonReply => ({
  kind: 'answered',
  status,
  headers,
  body: errorCode === undefined ? undefined : { status, errorCode, message: 'no', errorType: 'x' },
})

describe('what Adyen did not do', () => {
  it.each([
    ['no connection', { kind: 'not_connected', message: 'ECONNREFUSED' }, 'not_sent', 'network'],
    ['no answer', { kind: 'no_answer', message: 'no answer within 60000 ms' }, 'unknown', 'network'],
    ['a reset', { kind: 'no_answer', message: 'other side closed' }, 'unknown', 'provider_unavailable'],
    ['half an answer', answered(200), 'unknown', 'provider_unavailable'],
    ['a redirect', answered(302), 'unknown', 'provider_unavailable'],
    ['a page of HTML', answered(404), 'unknown', 'provider_unavailable'],
    ['401', answered(401, '000'), 'not_sent', 'invalid_credentials'],
    ['403', answered(403, '901'), 'not_sent', 'permission_missing'],
    ['408', answered(408, '000'), 'unknown', 'provider_unavailable'],
    ['429', answered(429, '429'), 'not_sent', 'rate_limited'],
    ['500', answered(500, '905'), 'unknown', 'provider_unavailable'],
    ['a key in use', answered(422, '704'), 'unknown', 'key_conflict'],
    ['too little', answered(422, '137'), 'refused', 'amount_too_small'],
    ['no such contract', answered(422, '800'), 'refused', 'method_revoked'],
    ['no such card', answered(422, '803'), 'refused', 'method_revoked'],
    ['another refusal', answered(422, '130'), 'refused', 'invalid_request'],
    ['400', answered(400, '702'), 'refused', 'invalid_request'],
  ] as const)('%s', (_name, reply, kind, reason) => {
    const problem = problemOf(reply)
    expect([problem.kind, problem.error.class]).toEqual([kind, reason])
  })

  it('is tried again when Adyen says', () => {
    expect(problemOf(answered(429, '429', { 'retry-after': '7' })).retryAfterMs).toBe(7000)
    expect(problemOf(answered(429, '429')).retryAfterMs).toBeNull()
  })
})

describe('a decline of Adyen', () => {
  it.each([
    ['2', 'Refused', 'card_declined'],
    ['11', '3D Not Authenticated', 'authentication_required'],
    ['12', 'Not enough balance', 'insufficient_funds'],
    ['14', 'Acquirer Fraud', 'fraud_suspected'],
    ['20', 'FRAUD', 'fraud_suspected'],
    ['22', 'FRAUD-CANCELLED', 'fraud_suspected'],
    ['26', 'Revocation Of Auth', 'method_revoked'],
    ['31', 'Issuer Suspected Fraud', 'fraud_suspected'],
    ['38', 'Authentication required', 'authentication_required'],
  ])('%s, %s', (code, words, reason) => {
    expect(declineOf(code, words).class).toBe(reason)
    // Messages have the words only.
    expect(declineOf(null, words).class).toBe(reason)
  })
})

describe('what is sent to Adyen', () => {
  const id = '01a227ae-b7ba-7000-8002-cf17dd322d5f'

  it('is called by our id and what fits of the number', () => {
    expect(referenceOf(id, 'LAG-1234-001-002')).toBe(`${id} - Invoice LAG-1234-001-002`)
    const long = referenceOf(id, `${'x'.repeat(40)}-001`)
    expect([long.length, long.startsWith(id), long.endsWith('x-001')]).toEqual([80, true, true])
    expect(idIn(long)).toBe(id)
  })

  it.each([null, '', 'x', `x${id}`, `${id}x`, id.toUpperCase(), { id }])(
    'is not found in %s',
    (reference) => {
      expect(idIn(reference)).toBeNull()
    },
  )

  it('has metadata with short names and short values', () => {
    const kept = metadataOf({ lago_billing_entity_id: id, lago_organization_id: id, x: 'y'.repeat(81) })
    expect(kept).toEqual({ lago_organization_id: id, x: 'y'.repeat(80) })
  })

  it.each([
    ['Authorised', 'settled'],
    ['AuthorisedPending', 'processing'],
    ['Received', 'processing'],
    ['Pending', 'processing'],
    ['RedirectShopper', 'action_required'],
    ['ChallengeShopper', 'action_required'],
    ['IdentifyShopper', 'action_required'],
    ['PresentToShopper', 'action_required'],
    ['Refused', 'declined'],
    ['Error', 'declined'],
    ['Expired', 'declined'],
    ['PartiallyAuthorised', 'declined'],
    ['Cancelled', 'canceled'],
    ['SomethingNew', 'processing'],
  ])('%s means %s', (resultCode, state) => {
    const money = { cents: 1000n, currency: 'EUR' }
    expect(readResult({ resultCode, pspReference: 'P' }, id, money)).toMatchObject({ state, money })
  })
})
