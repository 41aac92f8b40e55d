import { describe, expect, it } from 'vitest'
import type { Plan } from '../../api/types.ts'
import { bodyOfPlan, boundAfter, newPlan, valuesOfPlan } from './plan-values.ts'

const charge = (charge_model: string, properties: object) => ({
  lago_id: charge_model,
  lago_billable_metric_id: 'm',
  billable_metric_code: 'calls',
  code: charge_model,
  invoice_display_name: null,
  created_at: '',
  charge_model,
  invoiceable: true,
  regroup_paid_fees: null,
  pay_in_advance: false,
  prorated: false,
  min_amount_cents: 0,
  properties,
  accepts_target_wallet: false,
  lago_parent_id: null,
  filters: [],
  taxes: [],
  applied_pricing_unit: null,
})

const PROPERTIES: Readonly<Record<string, object>> = {
  standard: { amount: '0.000000000000123', presentation_group_keys: [{ value: 'department' }] },
  graduated: {
    graduated_ranges: [
      { from_value: 0, to_value: 100, per_unit_amount: '1', flat_amount: '10' },
      { from_value: 100, to_value: null, per_unit_amount: '0.5', flat_amount: '0' },
    ],
  },
  package: { amount: '5', package_size: 100, free_units: 50 },
  percentage: {
    rate: '2.9',
    fixed_amount: '0.3',
    free_units_per_events: 5,
    free_units_per_total_aggregation: '100',
    per_transaction_min_amount: '1',
    per_transaction_max_amount: '20',
  },
  volume: { volume_ranges: [{ from_value: 0, to_value: null, per_unit_amount: '1', flat_amount: '0' }] },
  graduated_percentage: {
    graduated_percentage_ranges: [{ from_value: 0, to_value: null, rate: '5', flat_amount: '0' }],
  },
  dynamic: {},
}

const plan = (model: string): Plan =>
  ({
    name: 'P',
    code: 'p',
    interval: 'yearly',
    amount_cents: 120_005,
    amount_currency: 'EUR',
    trial_period: 14,
    pay_in_advance: true,
    bill_charges_monthly: true,
    taxes: [],
    charges: [charge(model, PROPERTIES[model] ?? {})],
    usage_thresholds: [{ amount_cents: 5000, threshold_display_name: null, recurring: true }],
    minimum_commitment: { amount_cents: 99_999, invoice_display_name: 'Floor' },
  }) as unknown as Plan

describe('the values of a plan', () => {
  it.each(Object.keys(PROPERTIES))(
    'of %s come back as they were stored, with every optional field',
    (model) => {
      const body = bodyOfPlan(valuesOfPlan(plan(model)))
      expect(body.charges[0]).toMatchObject({ id: model, charge_model: model, properties: PROPERTIES[model] })
      expect(body).toMatchObject({
        amount_cents: 120_005,
        trial_period: 14,
        bill_charges_monthly: true,
        minimum_commitment: { amount_cents: 99_999, invoice_display_name: 'Floor' },
        usage_thresholds: [{ amount_cents: 5000, recurring: true }],
      })
    },
  )

  it('sends an amount that is none as one that the server refuses', () => {
    expect(bodyOfPlan({ ...newPlan('EUR'), amount: 'abc' }).amount_cents).toBe(-1)
  })

  it('keeps bounds contiguous', () => {
    expect([boundAfter('100'), boundAfter('0.5'), boundAfter('900719925474099312')]).toEqual([
      '101',
      '0.5',
      '900719925474099313',
    ])
  })
})
