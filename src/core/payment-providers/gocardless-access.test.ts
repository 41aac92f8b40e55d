import { describe, expect, it } from 'vitest'
import { addMs, instant } from '../calendar/instant.ts'
import { environmentMeant, forgottenBefore, readAccessGiven, standingOf } from './gocardless-access.ts'

const NOW = instant(Date.parse('2026-11-30T12:00:00Z'))
const MINUTE_MS = 60_000

describe('a request for access to an account', () => {
  it.each([
    [0, null, 'good'],
    [10 * MINUTE_MS - 1, null, 'good'],
    [10 * MINUTE_MS, null, 'expired'],
    [1, 0, 'used'],
    [60 * MINUTE_MS, 1, 'used'],
  ] as const)('%s ms later, used after %s ms: %s', (laterMs, usedMs, standing) => {
    const usedAt = usedMs === null ? null : addMs(NOW, usedMs)
    expect(standingOf({ createdAt: NOW, usedAt }, addMs(NOW, laterMs))).toBe(standing)
  })

  it('is forgotten a day after its time', () => {
    expect(forgottenBefore(NOW)).toBe(Date.parse('2026-11-29T11:50:00Z'))
  })

  it.each([
    [undefined, false, 'live'],
    ['sandbox', false, 'sandbox'],
    ['live', false, 'live'],
    [undefined, true, 'sandbox'],
    ['sandbox', true, 'sandbox'],
  ] as const)('for %s in a sandbox (%s) is for %s', (named, isSandbox, meant) => {
    expect(environmentMeant(named, isSandbox)).toEqual({ ok: true, value: meant })
  })

  it('for a real account is refused in a sandbox', () => {
    expect(environmentMeant('live', true)).toMatchObject({
      ok: false,
      problem: { details: { environment: ['live_credentials_in_sandbox'] } },
    })
  })
})

describe('what is brought back', () => {
  it('is four texts', () => {
    const brought = { state: 's', access_code: 'a', code: ' dd ', name: 'Debits' }
    expect(readAccessGiven(brought)).toEqual({
      ok: true,
      value: { state: 's', accessCode: 'a', code: 'dd', name: 'Debits' },
    })
  })

  it('is refused with every fault at once', () => {
    expect(readAccessGiven({ state: 'x'.repeat(1001), access_code: {}, name: ' ' })).toMatchObject({
      ok: false,
      problem: {
        details: {
          state: ['value_is_too_long'],
          access_code: ['value_is_invalid'],
          code: ['value_is_mandatory'],
          name: ['value_is_mandatory'],
        },
      },
    })
  })
})
