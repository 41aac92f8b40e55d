import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { addMs, HOUR_MS, instant } from '../calendar/instant.ts'
import { type LastPurchase, thresholdTopUp } from './threshold-top-up.ts'
import type { TopUpTerms } from './top-up-amounts.ts'

const NOW = instant(Date.UTC(2026, 4, 1))

function terms(threshold: string, paid: string, granted: string): TopUpTerms {
  return {
    trigger: 'threshold',
    method: 'fixed',
    thresholdCredits: Decimal.of(threshold),
    paidCredits: Decimal.of(paid),
    grantedCredits: Decimal.of(granted),
    targetOngoingBalance: null,
    grantsTargetTopUp: false,
    ignorePaidTopUpLimits: false,
  }
}

function topUp(of: TopUpTerms, ongoing: string, pending = '0', last: LastPurchase | null = null) {
  const wallet = {
    ongoingCredits: Decimal.of(ongoing),
    pendingCredits: Decimal.of(pending),
    minCredits: null,
    maxCredits: null,
  }
  const credits = thresholdTopUp(of, wallet, last, NOW)
  return credits && [credits.paid.toString(), credits.granted.toString()]
}

describe('thresholdTopUp', () => {
  it.each<[string, string, string, string[] | null]>([
    ['above', '6.00001', '0', null],
    ['at the threshold', '6', '0', ['10', '3']],
    ['below', '5.5', '0', ['10', '3']],
    ['above with what is pending', '5.5', '1', null],
    ['at the threshold with what is pending', '5', '1', ['10', '3']],
  ])('%s', (_, ongoing, pending, expected) => {
    expect(topUp(terms('6', '10', '3'), ongoing, pending)).toEqual(expected)
  })

  it('adds nothing when the rule has no credits', () => {
    expect(topUp(terms('6', '0', '0'), '1')).toBeNull()
  })

  it.each<[string, number | null, boolean, boolean]>([
    ['a purchase that has not failed', null, false, true],
    ['one that failed just now', 0, false, false],
    ['one that failed 59 minutes ago', 59 * 60_000, false, false],
    ['one that failed an hour ago', HOUR_MS, false, true],
    ['one that failed, with one paid since', 1000, true, true],
  ])('after %s', (_, agoMs, isSettledSince, isAdded) => {
    const last = { failedAt: agoMs === null ? null : addMs(NOW, -agoMs), isSettledSince }
    expect(topUp(terms('6', '10', '0'), '1', '0', last)).toEqual(isAdded ? ['10', '0'] : null)
  })

  it('grants credits whatever payment failed', () => {
    const last = { failedAt: NOW, isSettledSince: false }
    expect(topUp(terms('6', '0', '3'), '1', '0', last)).toEqual(['0', '3'])
  })
})
