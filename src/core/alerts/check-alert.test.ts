import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../input/exact-number.ts'
import { type FieldErrors, refusedFields } from '../problems.ts'
import { ALERT_KINDS, checkAlertModel, checkAlertThresholds, checkAlertType } from './check-alert.ts'

describe('checkAlertType', () => {
  it('alert_type: feature_not_available, before anything else', () => {
    for (const family of ['subscription', 'wallet'] as const) {
      const told = checkAlertType('lifetime_usage_amount', family, false)
      expect(told).toEqual({ alert_type: ['feature_not_available'] })
    }
  })

  it.each<[unknown, 'subscription' | 'wallet', boolean, string[] | undefined]>([
    ['current_usage_amount', 'subscription', true, undefined],
    ['wallet_balance_amount', 'wallet', true, undefined],
    ['lifetime_usage_amount', 'subscription', true, undefined],
    ['lifetime_usage_amount', 'subscription', false, ['feature_not_available']],
    ['billable_metric_lifetime_usage_units', 'wallet', false, ['feature_not_available']],
    [undefined, 'subscription', true, ['value_is_mandatory', 'value_is_invalid']],
    [' ', 'subscription', true, ['value_is_mandatory', 'value_is_invalid']],
    ['unknown', 'subscription', true, ['invalid_type']],
    ['constructor', 'subscription', true, ['invalid_type']],
    [5, 'subscription', true, ['invalid_type']],
    ['wallet_balance_amount', 'subscription', true, ['invalid_type']],
    ['current_usage_amount', 'wallet', true, ['invalid_type']],
  ])('%j on a %s (lifetime %s): %j', (type, family, lifetime, codes) => {
    expect(checkAlertType(type, family, lifetime)).toEqual(codes && { alert_type: codes })
  })

  it('falls on wallets and rises on subscriptions', () => {
    expect(Object.values(ALERT_KINDS).filter((each) => each.direction === 'decreasing')).toHaveLength(4)
  })
})

describe('checkAlertThresholds', () => {
  const many = (count: number, recurring: boolean) =>
    Array.from({ length: count }, (_, index) => ({ value: index + 1, recurring }))

  it.each<[string, unknown, FieldErrors]>([
    ['absent', undefined, { thresholds: ['value_is_mandatory'] }],
    ['empty', [], { thresholds: ['value_is_mandatory'] }],
    ['too many', many(21, false), { thresholds: ['too_many_thresholds'] }],
    ['twice the same', [{ value: 5 }, { value: '5.0' }], { thresholds: ['duplicate_threshold_values'] }],
    ['twice nothing', [{}, {}], { thresholds: ['duplicate_threshold_values'] }],
    ['no value', [{ code: 'x' }], { 'thresholds:value': ['value_is_mandatory'] }],
    ['blank', [{ value: '' }], { 'thresholds:value': ['value_is_mandatory'] }],
    ['a word', [{ value: 'abc' }], { 'thresholds:value': ['value_is_invalid'] }],
    ['an object', [{ value: {} }], { 'thresholds:value': ['value_is_invalid'] }],
    [
      'recurring zero',
      [{ value: 0, recurring: true }],
      { 'thresholds:value': ['recurring_value_is_negative'] },
    ],
    ['no object', ['x'], { 'thresholds:value': ['value_is_mandatory'] }],
  ])('refuses %s', (_, raw, errors) => {
    expect(checkAlertThresholds(raw)).toEqual(refusedFields(errors))
  })

  it('takes ten fixed and ten recurring ones of the same values', () => {
    expect(checkAlertThresholds([...many(10, false), ...many(10, true)]).ok).toBe(true)
  })

  it('reads values exactly', () => {
    const check = checkAlertThresholds([
      { code: 'warn', value: new ExactNumber('12345678901234567890.1') },
      { code: '', value: '-5', recurring: false },
    ])
    expect(check.ok && check.value.map((each) => [each.code, String(each.value), each.recurring])).toEqual([
      ['warn', '12345678901234567890.1', false],
      [null, '-5', false],
    ])
  })
})

describe('checkAlertModel', () => {
  it.each<[unknown, keyof typeof ALERT_KINDS, boolean, Record<string, string[]> | undefined]>([
    ['c', 'current_usage_amount', false, undefined],
    ['c', 'billable_metric_current_usage_units', true, undefined],
    ['', 'current_usage_amount', false, { code: ['value_is_mandatory'] }],
    ['c', 'billable_metric_current_usage_units', false, { billable_metric: ['value_is_mandatory'] }],
    ['c', 'current_usage_amount', true, { billable_metric: ['value_must_be_blank'] }],
    [
      null,
      'wallet_balance_amount',
      true,
      { code: ['value_is_mandatory'], billable_metric: ['value_must_be_blank'] },
    ],
  ])('%j of %s, with a metric: %s', (code, type, hasMetric, errors) => {
    expect(checkAlertModel(code, type, hasMetric)).toEqual(errors)
  })
})

describe('values of any JSON type', () => {
  it.each([[{ toString: 1 }], [[1]], [true], ['1e400'], [{}]])('%j is no number', (value) => {
    const check = checkAlertThresholds([{ value }])
    expect(check).toEqual(refusedFields({ 'thresholds:value': ['value_is_invalid'] }))
  })
})
