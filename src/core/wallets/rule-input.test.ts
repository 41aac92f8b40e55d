import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { Problems } from '../problems.ts'
import { keepsLimits, readRules } from './rule-input.ts'

const NOW = instant(Date.UTC(2026, 0, 1))
const INTERVAL = { trigger: 'interval', interval: 'monthly', paid_credits: '10' }
const THRESHOLD = { trigger: 'threshold', threshold_credits: '5', paid_credits: '10' }
const TARGET = { ...THRESHOLD, method: 'target', target_ongoing_balance: '10' }

function read(raw: unknown) {
  const problems = new Problems()
  return { rules: readRules(raw, NOW, problems), errors: problems.details() }
}

const errorOf = (raw: unknown) => read(raw).errors.recurring_transaction_rules
/** A rule as values that can be compared. */
const ruleOf = (raw: object) => JSON.parse(JSON.stringify(read([raw]).rules?.[0] ?? null)) as unknown

describe('readRules', () => {
  it('reads an interval', () => {
    expect(
      ruleOf({ ...INTERVAL, lago_id: 'r1', started_at: '2026-02-01T00:00:00Z', transaction_name: 'n' }),
    ).toEqual({
      id: 'r1',
      rule: {
        trigger: 'interval',
        interval: 'monthly',
        thresholdCredits: '0',
        method: 'fixed',
        paidCredits: '10',
        grantedCredits: '0',
        targetOngoingBalance: null,
        grantsTargetTopUp: null,
        startedAt: Date.UTC(2026, 1, 1),
        transactionMetadata: [],
        transactionName: 'n',
      },
    })
  })

  it('reads a threshold with a target', () => {
    const raw = {
      ...TARGET,
      grants_target_top_up: true,
      ignore_paid_top_up_limits: true,
      invoice_requires_successful_payment: true,
      transaction_metadata: [{ key: 'k', value: 'v' }],
      invoice_custom_section: { invoice_custom_section_codes: ['a'] },
    }
    expect(ruleOf(raw)).toMatchObject({
      id: null,
      rule: {
        trigger: 'threshold',
        interval: null,
        thresholdCredits: '5',
        method: 'target',
        targetOngoingBalance: '10',
        grantsTargetTopUp: true,
        ignorePaidTopUpLimits: true,
        invoiceRequiresSuccessfulPayment: true,
        transactionMetadata: [{ key: 'k', value: 'v' }],
      },
      sections: { skips: false, codes: ['a'] },
    })
  })

  it('leaves credits to the wallet when none are stated', () => {
    const rule = read([{ trigger: 'interval', interval: 'weekly' }]).rules?.[0]?.rule
    expect([rule?.paidCredits, rule?.grantedCredits]).toEqual([undefined, undefined])
  })

  it('takes one stated amount for both', () => {
    const rule = read([{ ...INTERVAL, paid_credits: 'none', granted_credits: '3' }]).rules?.[0]?.rule
    expect([rule?.paidCredits?.toString(), rule?.grantedCredits?.toString()]).toEqual(['0', '3'])
  })

  it('reads nothing, and an empty list', () => {
    expect(read(undefined)).toEqual({ rules: undefined, errors: {} })
    expect(read(null)).toEqual({ rules: undefined, errors: {} })
    expect(read([])).toEqual({ rules: [], errors: {} })
  })

  it('refuses a second rule', () => {
    expect(errorOf([INTERVAL, THRESHOLD])).toEqual(['invalid_number_of_recurring_rules'])
  })

  it.each<[string, unknown]>([
    ['no list', 'x'],
    ['no object', ['x']],
    ['no trigger', [{ ...INTERVAL, trigger: undefined }]],
    ['an unknown trigger', [{ ...INTERVAL, trigger: 'daily' }]],
    ['an unknown interval', [{ ...INTERVAL, interval: 'daily' }]],
    ['an interval that is no word', [{ ...INTERVAL, interval: ['monthly'] }]],
    ['a threshold without credits', [{ ...THRESHOLD, threshold_credits: undefined }]],
    ['a threshold as a number', [{ ...THRESHOLD, threshold_credits: 5 }]],
    ['a threshold below zero', [{ ...THRESHOLD, threshold_credits: '-1' }]],
    ['an unknown method', [{ ...INTERVAL, method: 'all' }]],
    ['a target without its balance', [{ ...TARGET, target_ongoing_balance: null }]],
    ['a target below its threshold', [{ ...TARGET, target_ongoing_balance: '4.99' }]],
    ['credits that are no amounts', [{ ...INTERVAL, paid_credits: 'x', granted_credits: 7 }]],
    ['credits that are too many', [{ ...INTERVAL, paid_credits: '1e25' }]],
    ['a grant of a fixed amount', [{ ...THRESHOLD, grants_target_top_up: false }]],
    ['a grant that is no boolean', [{ ...TARGET, grants_target_top_up: 'true' }]],
    ['an expiry that has passed', [{ ...INTERVAL, expiration_at: '2026-01-01T00:00:00Z' }]],
    ['an expiry that is no date', [{ ...INTERVAL, expiration_at: 'soon' }]],
    ['a start that is no date', [{ ...INTERVAL, started_at: 'soon' }]],
    ['metadata of another shape', [{ ...INTERVAL, transaction_metadata: [{ a: 'b' }] }]],
    ['a sixth pair', [{ ...INTERVAL, transaction_metadata: Array(6).fill({ key: 'k', value: 'v' }) }]],
    ['an unknown payment method', [{ ...INTERVAL, payment_method: { payment_method_type: 'cash' } }]],
    ['a long name', [{ ...INTERVAL, transaction_name: 'n'.repeat(256) }]],
  ])('refuses %s', (_, raw) => {
    expect(errorOf(raw)).toEqual(['invalid_recurring_rule'])
  })

  it('takes a target at its threshold, and any target of an interval', () => {
    expect(errorOf([{ ...TARGET, target_ongoing_balance: '5' }])).toBeUndefined()
    expect(errorOf([{ ...INTERVAL, method: 'target', target_ongoing_balance: '1' }])).toBeUndefined()
  })
})

describe('keepsLimits', () => {
  const unit = { currency: 'EUR', rate: Decimal.of('2') }
  const limits = { minCents: 1000n, maxCents: 5000n }
  const rule = (paid: string, more = {}) => ({
    method: 'fixed' as const,
    paidCredits: Decimal.of(paid),
    ignorePaidTopUpLimits: false,
    ...more,
  })

  it.each<[string, ReturnType<typeof rule>, boolean]>([
    ['below', rule('4.99'), false],
    ['the minimum', rule('5'), true],
    ['the maximum', rule('25'), true],
    ['above', rule('25.01'), false],
    ['nothing sold', rule('0'), true],
    ['limits ignored', rule('4', { ignorePaidTopUpLimits: true }), true],
    ['a target', rule('4', { method: 'target' }), true],
  ])('%s', (_, of, expected) => {
    expect(keepsLimits(of, limits, unit)).toBe(expected)
  })

  it('has no limits', () => {
    expect(keepsLimits(rule('0.01'), { minCents: null, maxCents: null }, unit)).toBe(true)
  })
})
