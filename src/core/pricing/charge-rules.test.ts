import { describe, expect, it } from 'vitest'
import type { Aggregation } from '../metering/usage.ts'
import {
  ALL_CHARGE_FEATURES,
  type ChargeCombination,
  checkChargeRules,
  checkProperties,
  normalizeProperties,
} from './charge-rules.ts'
import { CHARGE_MODELS, type ChargeModelName, chargeModels } from './models.ts'

const charge = (over: Partial<ChargeCombination> = {}): ChargeCombination => ({
  model: 'standard',
  payInAdvance: false,
  prorated: false,
  invoiceable: true,
  regroupPaidFees: null,
  minAmountCents: 0n,
  acceptsTargetWallet: false,
  ...over,
})
const metric = (aggregation: Aggregation, recurring = false) => ({ aggregation, recurring })
const errors = (settings: ChargeCombination, on = metric('count_agg')) =>
  checkChargeRules(settings, on).map(({ field, code }) => `${field}: ${code}`)

describe('permitted combinations of a charge', () => {
  it('accepts a plain charge with every aggregation', () => {
    for (const aggregation of [
      'count_agg',
      'sum_agg',
      'max_agg',
      'latest_agg',
      'weighted_sum_agg',
    ] as const) {
      expect(errors(charge(), metric(aggregation))).toEqual([])
    }
  })

  it.each([
    ['volume', 'count_agg'],
    ['standard', 'max_agg'],
    ['standard', 'latest_agg'],
    ['standard', 'weighted_sum_agg'],
  ] as const)('%s on %s is not paid in advance', (model, aggregation) => {
    expect(errors(charge({ model, payInAdvance: true }), metric(aggregation))).toEqual([
      'pay_in_advance: invalid_aggregation_type_or_charge_model',
    ])
  })

  it('dynamic needs a sum, custom a script', () => {
    const refused = ['charge_model: invalid_aggregation_type_or_charge_model']
    expect(errors(charge({ model: 'dynamic' }))).toEqual(refused)
    expect(errors(charge({ model: 'dynamic' }), metric('sum_agg'))).toEqual([])
    expect(errors(charge({ model: 'custom' }), metric('sum_agg'))).toEqual(refused)
    expect(errors(charge({ model: 'custom' }), metric('custom_agg'))).toEqual([])
  })

  it('proration needs a recurring metric', () => {
    const refused = ['prorated: invalid_billable_metric_or_charge_model']
    expect(errors(charge({ prorated: true }))).toEqual(refused)
    expect(errors(charge({ prorated: true }), metric('sum_agg', true))).toEqual([])
    expect(errors(charge({ prorated: true }), metric('weighted_sum_agg', true))).toEqual(refused)
  })

  it('proration takes three models in arrears and one in advance', () => {
    const permitted = (payInAdvance: boolean) =>
      CHARGE_MODELS.filter((model) => {
        const found = errors(charge({ model, prorated: true, payInAdvance }), metric('sum_agg', true))
        return !found.some((error) => error.startsWith('prorated'))
      })
    expect(permitted(false)).toEqual(['standard', 'graduated', 'volume'])
    expect(permitted(true)).toEqual(['standard'])
  })
})

describe('permitted settings of a charge', () => {
  it.each([
    [{ payInAdvance: true, minAmountCents: 100n }, 'min_amount_cents: not_compatible_with_pay_in_advance'],
    [{ minAmountCents: -1n }, 'min_amount_cents: value_is_out_of_range'],
    [{ invoiceable: false }, 'invoiceable: must_be_true_unless_pay_in_advance'],
    [
      { payInAdvance: true, regroupPaidFees: 'invoice' },
      'regroup_paid_fees: only_compatible_with_pay_in_advance_and_non_invoiceable',
    ],
  ] as const)('%o', (settings, error) => {
    expect(errors(charge(settings))).toEqual([error])
  })

  it('accepts what belongs together', () => {
    expect(errors(charge({ minAmountCents: 100n }))).toEqual([])
    const regrouped = { payInAdvance: true, invoiceable: false, regroupPaidFees: 'invoice' } as const
    expect(errors(charge(regrouped))).toEqual([])
  })

  it.each(['percentage', 'graduated_percentage'] as const)('%s does not price the latest value', (model) => {
    expect(errors(charge({ model }), metric('latest_agg'))).toEqual(['properties: invalid_value'])
  })

  it('graduated_percentage_requires_premium_license and feature_unavailable, where switched off', () => {
    const off = { graduatedPercentage: false, targetWallets: false }
    const settings = charge({ model: 'graduated_percentage', acceptsTargetWallet: true })
    expect(checkChargeRules(settings, metric('count_agg'), off)).toEqual([
      { field: 'charge_model', code: 'graduated_percentage_requires_premium_license' },
      { field: 'accepts_target_wallet', code: 'feature_unavailable' },
    ])
    expect(checkChargeRules(settings, metric('count_agg'), ALL_CHARGE_FEATURES)).toEqual([])
  })
})

const range = (from: unknown, to: unknown, over: object = {}) => ({
  from_value: from,
  to_value: to,
  per_unit_amount: '1',
  flat_amount: '0',
  rate: '1',
  ...over,
})
const codes = (model: ChargeModelName, properties: Record<string, unknown>) =>
  checkProperties(model, properties, { isFilter: false })

describe('codes of wrong properties', () => {
  it.each(['ten', 10, '-0.1', '', null, undefined, 'NaN', '1/2', true])('standard amount %j', (amount) => {
    expect(codes('standard', { amount })).toEqual(['invalid_amount'])
  })

  it.each(['0', '10', '1.5e2', '0.00001'])('standard amount %j is valid', (amount) => {
    expect(codes('standard', { amount })).toEqual([])
  })

  it.each([
    ['graduated', 'graduated_ranges'],
    ['volume', 'volume_ranges'],
    ['graduated_percentage', 'graduated_percentage_ranges'],
  ] as const)('%s without, with broken and with wrongly priced ranges', (model, key) => {
    expect(codes(model, {})).toEqual([`missing_${key}`])
    expect(codes(model, { [key]: [] })).toEqual([`missing_${key}`])
    expect(codes(model, { [key]: [range(0, 10), range(13, null)] })).toEqual([`invalid_${key}`])
    expect(codes(model, { [key]: [range(0, 10), range(11, 20)] })).toEqual([`invalid_${key}`])
    expect(codes(model, { [key]: [range(0, null, { flat_amount: 1 })] })).toEqual(['invalid_amount'])
    expect(codes(model, { [key]: [range(0, 10), range(11, null)] })).toEqual([])
  })

  it('names every kind of error of a range list once', () => {
    const wrong = { per_unit_amount: 'x', flat_amount: '-1', rate: 1 }
    expect(codes('graduated', { graduated_ranges: [range(2, null, wrong)] })).toEqual([
      'invalid_graduated_ranges',
      'invalid_amount',
    ])
    expect(codes('graduated_percentage', { graduated_percentage_ranges: [range(0, null, wrong)] })).toEqual([
      'invalid_amount',
      'invalid_rate',
    ])
  })

  it.each([
    [{ amount: '1', free_units: 0, package_size: 0 }, ['invalid_package_size']],
    [{ amount: '1', free_units: -1, package_size: 1 }, ['invalid_free_units']],
    [{ amount: '1', free_units: 1.5, package_size: 1 }, ['invalid_free_units']],
    [{ amount: '1', package_size: 1 }, ['invalid_free_units']],
    [{}, ['invalid_amount', 'invalid_free_units', 'invalid_package_size']],
  ])('package %j', (properties, expected) => {
    expect(codes('package', properties)).toEqual(expected)
  })

  it.each([
    [{ rate: 'x' }, ['invalid_rate']],
    [{ rate: '1', fixed_amount: 'x' }, ['invalid_fixed_amount']],
    [{ rate: '1', free_units_per_events: 0 }, ['invalid_free_units_per_events']],
    [{ rate: '1', free_units_per_events: '3' }, ['invalid_free_units_per_events']],
    [{ rate: '1', free_units_per_events: null }, []],
    [{ rate: '1', free_units_per_total_aggregation: 5 }, ['invalid_free_units_per_total_aggregation']],
    [{ rate: '1', per_transaction_min_amount: 'x' }, ['invalid_amount']],
    [
      { rate: '1', per_transaction_min_amount: '5', per_transaction_max_amount: '3' },
      ['per_transaction_max_lower_than_per_transaction_min'],
    ],
    [{ rate: '1', per_transaction_min_amount: '3', per_transaction_max_amount: '3' }, []],
  ])('percentage %j', (properties, expected) => {
    expect(codes('percentage', properties)).toEqual(expected)
  })

  it('adds the codes of the group keys', () => {
    expect(codes('standard', { amount: 'x', pricing_group_keys: 'region' })).toEqual([
      'invalid_amount',
      'invalid_type',
    ])
  })
})

describe('properties as they are stored', () => {
  it.each([null, undefined, {}])('defaults for %j', (given) => {
    for (const model of CHARGE_MODELS) {
      expect(normalizeProperties(model, given, { isFilter: false })).toEqual(chargeModels[model].defaults)
    }
  })

  it('drops what belongs to other models', () => {
    const given = { amount: '1', rate: '2', free_units: 3, whatever: true }
    expect(normalizeProperties('standard', given, { isFilter: false })).toEqual({ amount: '1' })
  })

  it.each([
    { pricing_group_keys: ['region'] },
    { grouped_by: ['region'] },
    { pricing_group_keys: ['region'], grouped_by: ['other'] },
  ])('shows both names of the group keys: %j', (keys) => {
    expect(normalizeProperties('standard', { amount: '1', ...keys }, { isFilter: false })).toEqual({
      amount: '1',
      pricing_group_keys: ['region'],
      grouped_by: ['region'],
    })
  })

  it('keeps presentation keys on a charge and drops them on a filter', () => {
    const given = { amount: '1', presentation_group_keys: [{ value: 'department' }] }
    expect(normalizeProperties('standard', given, { isFilter: false })).toEqual(given)
    expect(normalizeProperties('standard', given, { isFilter: true })).toEqual({ amount: '1' })
  })

  it('keeps wrong values for the check to name', () => {
    const given = { amount: 1, pricing_group_keys: 'region' }
    const kept = normalizeProperties('standard', given, { isFilter: false })
    expect(codes('standard', { ...kept })).toEqual(['invalid_amount', 'invalid_type'])
  })
})
