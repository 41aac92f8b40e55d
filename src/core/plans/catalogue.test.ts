import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeMetadata, readMetadata } from '../input/metadata.ts'
import { readMetricChange, readNewMetric } from '../metrics/metric.ts'
import { type Outcome, Problems } from '../problems.ts'
import { accepted } from '../refusal.ts'
import { freeChargeCode } from './charge-codes.ts'
import { trimFilterValues, valuesKey } from './charge-filters.ts'
import {
  type ChargeSettings,
  readChargeChange,
  readChargeOverride,
  readNewCharge,
} from './charge-settings.ts'
import { readCommitment, readThresholds } from './plan-parts.ts'
import { readNewPlan, readPlanChange } from './plan-settings.ts'

function refusal(outcome: Outcome<unknown>): unknown {
  if (outcome.ok) throw new Error('nothing was refused')
  const { problem } = outcome
  return problem.kind === 'invalid' ? problem.details : 'code' in problem && problem.code
}

const metric = {
  aggregationType: 'sum_agg',
  isRecurring: true,
  filters: [{ key: 'region', values: ['eu', 'us'] }],
} as const
const standard = { charge_model: 'standard', properties: { amount: '1' } }

describe('codes of charges', () => {
  it('takes the code, then the largest suffix and one', () => {
    expect(freeChargeCode('seats', new Set())).toBe('seats')
    expect(freeChargeCode('seats', new Set(['seats']))).toBe('seats_2')
    expect(freeChargeCode('seats', new Set(['seats', 'seats_7', 'seats_x']))).toBe('seats_8')
    expect(freeChargeCode('seats', new Set(['seats_9']))).toBe('seats')
  })

  it('never gives a code that is taken', () => {
    const codes = fc.array(fc.constantFrom('a', 'a_1', 'a_2', 'a_3', 'a_10', 'a_x', 'b'))
    fc.assert(
      fc.property(codes, (list) => {
        const taken = new Set<string>(list)
        expect(taken.has(freeChargeCode('a', taken))).toBe(false)
      }),
    )
  })
})

describe('values of filters', () => {
  it('trims what the metric no longer declares and keeps the token for all', () => {
    const declared = { region: ['eu'], tier: ['a'] }
    expect(trimFilterValues({ region: ['eu', 'us'], size: ['s'] }, declared)).toEqual({ region: ['eu'] })
    expect(trimFilterValues({ tier: ['__ALL_FILTER_VALUES__'] }, declared)).toEqual({
      tier: ['__ALL_FILTER_VALUES__'],
    })
    expect(trimFilterValues({ size: ['s'], region: ['us'] }, declared)).toBeNull()
  })

  it('are the same whatever their order', () => {
    expect(valuesKey({ a: ['1', '2'], b: ['3'] })).toBe(valuesKey({ b: ['3'], a: ['2', '1'] }))
    expect(valuesKey({ a: ['1'] })).not.toBe(valuesKey({ a: ['2'] }))
  })
})

describe('charges as they are read', () => {
  const stored: ChargeSettings = accepted(
    readNewCharge({ ...standard, code: 'c' }, metric, {
      needsCode: true,
    }),
  ).settings

  it('need a code where single charges are made, and a known model', () => {
    expect(refusal(readNewCharge(standard, metric, { needsCode: true }))).toEqual({
      code: ['value_is_mandatory'],
    })
    expect(refusal(readNewCharge({}, metric, { needsCode: false }))).toEqual({
      charge_model: ['value_is_mandatory'],
    })
    expect(refusal(readNewCharge({ charge_model: 'x' }, metric, { needsCode: false }))).toEqual({
      charge_model: ['value_is_invalid'],
    })
  })

  it('keep what is frozen once the plan has subscriptions', () => {
    const input = { charge_model: 'volume', prorated: true, code: 'd', properties: { amount: '2' } }
    const frozen = accepted(readChargeChange(input, stored, metric, { isFrozen: true })).settings
    expect(frozen).toEqual({ ...stored, properties: { amount: '2' } })
  })

  it('take the defaults of another model when they say nothing of prices', () => {
    const changed = accepted(
      readChargeChange({ charge_model: 'percentage' }, stored, metric, { isFrozen: false }),
    )
    expect(changed.settings.properties).toEqual({ rate: '0' })
  })

  it('may not change their model for one subscription', () => {
    expect(refusal(readChargeOverride({ charge_model: 'volume' }, stored, metric))).toBe(
      'cannot_override_charge_model',
    )
    const own = accepted(
      readChargeOverride({ min_amount_cents: 5, pay_in_advance: true }, stored, metric),
    ).settings
    expect([own.minAmountCents, own.payInAdvance]).toEqual([5n, false])
  })

  it('name undeclared values and wrong prices of filters', () => {
    const filters = [{ values: { region: ['mars'] }, properties: { amount: 'x' } }]
    expect(refusal(readNewCharge({ ...standard, filters }, metric, { needsCode: false }))).toEqual({
      values: ['value_is_invalid'],
      properties: ['invalid_amount'],
    })
  })
})

describe('plans as they are read', () => {
  const input = { name: 'P', code: 'p', interval: 'yearly', amount_cents: 5, amount_currency: 'EUR' }
  const read = (more: object) => {
    const problems = new Problems()
    const plan = readNewPlan({ ...input, ...more }, problems)
    return problems.outcome(plan)
  }

  it('keep the monthly flags of long intervals only', () => {
    expect(accepted(read({})).billChargesMonthly).toBe(false)
    expect(accepted(read({ interval: 'semiannual', bill_charges_monthly: true })).billChargesMonthly).toBe(
      true,
    )
    expect(accepted(read({ interval: 'monthly', bill_charges_monthly: true })).billChargesMonthly).toBeNull()
  })

  it('lose the monthly flags with a payload that does not name the interval, unless they are in use', () => {
    const stored = accepted(read({ bill_charges_monthly: true }))
    expect(readPlanChange({ name: 'N' }, stored, false, new Problems()).billChargesMonthly).toBeNull()
    const attached = readPlanChange(
      { name: 'N', code: 'q', interval: 'weekly' },
      stored,
      true,
      new Problems(),
    )
    expect(attached).toEqual({ ...stored, name: 'N' })
  })

  it('refuse amounts that are no whole cents', () => {
    expect(refusal(read({ amount_cents: -1 }))).toEqual({ amount_cents: ['value_is_out_of_range'] })
    expect(refusal(read({ amount_cents: '1.5' }))).toEqual({ amount_cents: ['value_is_invalid'] })
    expect(refusal(read({ amount_cents: null }))).toEqual({ amount_cents: ['value_is_mandatory'] })
  })

  it('read commitments and thresholds', () => {
    const problems = new Problems()
    expect(readCommitment({}, true, problems)).toBeNull()
    expect(readCommitment(undefined, true, problems)).toBeUndefined()
    expect(readThresholds([{ amount_cents: '10', recurring: true }], problems)).toEqual([
      { amountCents: 10n, thresholdDisplayName: null, isRecurring: true },
    ])
    expect(problems.any).toBe(false)
    readCommitment({ amount_cents: 0 }, true, problems)
    readThresholds([{ amount_cents: '1e30' }], problems)
    expect(problems.details()).toEqual({
      amount_cents: ['value_is_out_of_range'],
      usage_thresholds: ['value_is_out_of_range'],
    })
  })
})

describe('metrics as they are read', () => {
  const sum = { name: 'S', code: 's', aggregation_type: 'sum_agg', field_name: 'n' }

  it('change only name, description and filters once they are used', () => {
    const stored = accepted(readNewMetric(sum))
    const change = { name: 'T', code: 't', field_name: 'm', filters: [{ key: 'k', values: ['b', 'a', 'b'] }] }
    expect(accepted(readMetricChange(change, stored, true))).toEqual({
      ...stored,
      name: 'T',
      filters: [{ key: 'k', values: ['a', 'b'] }],
    })
    expect(accepted(readMetricChange({ aggregation_type: 'count_agg' }, stored, false)).fieldName).toBeNull()
  })
})

describe('metadata', () => {
  it('keeps to its limits', () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']))
    expect(refusal(readMetadata(many))).toEqual({ metadata: ['too_many_keys'] })
    expect(refusal(readMetadata({ ['k'.repeat(101)]: 'v' }))).toEqual({
      metadata: ['value_is_too_long'],
    })
    expect(refusal(readMetadata({ k: 'v'.repeat(256) }))).toEqual({ metadata: ['value_is_too_long'] })
    expect(refusal(readMetadata({ k: { a: 1 } }))).toEqual({ metadata: ['value_is_invalid'] })
    expect(accepted(readMetadata({ k: null }))).toEqual({ k: null })
  })

  it('merges, and nothing merged changes nothing', () => {
    expect(accepted(mergeMetadata({ a: '1' }, { b: '2' }))).toEqual({ a: '1', b: '2' })
    expect(accepted(mergeMetadata({ a: '1' }, null))).toEqual({ a: '1' })
    expect(accepted(mergeMetadata(null, {}))).toBeNull()
  })
})
