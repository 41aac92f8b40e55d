import { describe, expect, it } from 'vitest'
import { planChanges } from './plan-changes.ts'
import { type ChargeDefinition, definitionOn, type PlanDefinition } from './plan-definition.ts'

const CHARGE: ChargeDefinition = {
  id: 'c1',
  billable_metric_id: 'm1',
  billable_metric_code: 'calls',
  code: 'calls',
  invoice_display_name: null,
  charge_model: 'graduated',
  pay_in_advance: false,
  prorated: false,
  invoiceable: true,
  regroup_paid_fees: null,
  min_amount_cents: 0,
  accepts_target_wallet: false,
  properties: {
    graduated_ranges: [
      { from_value: 0, to_value: 100, per_unit_amount: '1', flat_amount: '0' },
      { from_value: 101, to_value: null, per_unit_amount: '0.5', flat_amount: '0' },
    ],
  },
  tax_codes: [],
  filters: [],
}

const PLAN: PlanDefinition = {
  name: 'P',
  code: 'p',
  invoice_display_name: null,
  description: null,
  interval: 'monthly',
  amount_cents: 1000,
  amount_currency: 'EUR',
  pay_in_advance: false,
  trial_period: null,
  bill_charges_monthly: null,
  bill_fixed_charges_monthly: null,
  metadata: null,
  tax_codes: [],
  minimum_commitment: null,
  usage_thresholds: [],
  charges: [CHARGE],
  fixed_charges: [],
}

const ranges = (...list: readonly object[]) => ({ graduated_ranges: list })
const withCharge = (change: Partial<ChargeDefinition>): PlanDefinition => ({
  ...PLAN,
  charges: [{ ...CHARGE, ...change }],
})

/** The differences as lines: what, of what, before and after. */
const lines = (before: PlanDefinition, after: PlanDefinition) =>
  planChanges(before, after).map(({ part, code, kind, field, before: was, after: now }) => [
    [part, code, kind, field].filter((each) => each !== null && each !== 'changed').join(' '),
    was,
    now,
  ])

describe('changes of a plan', () => {
  it('are none between a plan and itself', () => {
    expect(planChanges(PLAN, structuredClone(PLAN))).toEqual([])
  })

  it('are none between two ways to write a number or nothing', () => {
    const [first, last] = [
      { from_value: '0', to_value: '100', per_unit_amount: '1.00', flat_amount: '0.0' },
      { from_value: 101, to_value: null, per_unit_amount: '0.50', flat_amount: '0' },
    ]
    const properties = { ...ranges(first, last), pricing_group_keys: [] }
    expect(planChanges(PLAN, { ...withCharge({ properties }), trial_period: null })).toEqual([])
    expect(planChanges({ ...PLAN, trial_period: '7' }, { ...PLAN, trial_period: '7.0' })).toEqual([])
  })

  it('name settings, commitment and thresholds', () => {
    const threshold = { amount_cents: 100, threshold_display_name: null, recurring: false }
    const commitment = { amount_cents: 500, invoice_display_name: null, tax_codes: [] }
    expect(lines(PLAN, { ...PLAN, amount_cents: 1200, tax_codes: ['vat'] })).toEqual([
      ['plan amount_cents', 1000, 1200],
      ['plan tax_codes', [], ['vat']],
    ])
    expect(lines(PLAN, { ...PLAN, minimum_commitment: commitment })).toEqual([
      ['minimum_commitment added', null, commitment],
    ])
    expect(
      lines(
        { ...PLAN, minimum_commitment: commitment },
        { ...PLAN, minimum_commitment: { ...commitment, amount_cents: 700 }, usage_thresholds: [threshold] },
      ),
    ).toEqual([
      ['minimum_commitment amount_cents', 500, 700],
      ['usage_thresholds', [], [threshold]],
    ])
  })

  it('name the tier whose price changed, and both lists when the bounds did', () => {
    const [first, last] = (CHARGE.properties as { graduated_ranges: object[] }).graduated_ranges
    const dearer = ranges(first ?? {}, { ...last, per_unit_amount: '0.4', flat_amount: '3' })
    expect(planChanges(PLAN, withCharge({ properties: dearer }))).toEqual([
      expect.objectContaining({
        part: 'charge',
        code: 'calls',
        tier: { from_value: 101, to_value: null },
        field: 'per_unit_amount',
        before: '0.5',
        after: '0.4',
      }),
      expect.objectContaining({ field: 'flat_amount', before: '0', after: '3' }),
    ])
    const longer = ranges({ ...first, to_value: 200 }, { ...last, from_value: 201 })
    expect(lines(PLAN, withCharge({ properties: longer }))).toEqual([
      [
        'charge calls price',
        { charge_model: 'graduated', properties: CHARGE.properties },
        { charge_model: 'graduated', properties: longer },
      ],
    ])
  })

  it('name another model, and charges that came, went or came back', () => {
    const properties = { amount: '2' }
    expect(lines(PLAN, withCharge({ charge_model: 'standard', properties }))).toEqual([
      [
        'charge calls price',
        { charge_model: 'graduated', properties: CHARGE.properties },
        { charge_model: 'standard', properties },
      ],
    ])
    const other = { ...CHARGE, id: 'c2', code: 'seats' }
    expect(lines(PLAN, { ...PLAN, charges: [other] })).toEqual([
      ['charge seats added', null, other],
      ['charge calls removed', CHARGE, null],
    ])
    expect(planChanges(PLAN, withCharge({ id: 'c9' }))).toEqual([])
  })

  it('name filters by their values', () => {
    const filter = (amount: string, region: string) => ({
      values: { region: [region] },
      invoice_display_name: null,
      properties: { amount },
    })
    const standard = { charge_model: 'standard', properties: { amount: '1' } }
    const before = withCharge({ ...standard, filters: [filter('2', 'eu'), filter('3', 'us')] })
    const after = withCharge({ ...standard, filters: [filter('4', 'asia'), filter('2.5', 'eu')] })
    const price = (amount: string) => expect.objectContaining({ properties: { amount } })
    expect(
      planChanges(before, after).map((change) => [
        change.filter_values,
        change.kind,
        change.field,
        change.before,
        change.after,
      ]),
    ).toEqual([
      [{ region: ['asia'] }, 'added', null, null, price('4')],
      [{ region: ['eu'] }, 'changed', 'amount', '2', '2.5'],
      [{ region: ['us'] }, 'removed', null, price('3'), null],
    ])
  })
})

describe('a definition that is restored', () => {
  const changed = { ...PLAN, charges: [{ ...CHARGE, id: 'c9', properties: { graduated_ranges: [] } }] }

  it('takes the id of the charge that stands under its code', () => {
    expect(definitionOn(PLAN, changed).charges).toEqual([{ ...CHARGE, id: 'c9' }])
    expect(definitionOn(PLAN, PLAN)).toEqual(PLAN)
  })

  it('keeps its own where that charge is on another metric, of another model, or its own too', () => {
    for (const different of [{ billable_metric_id: 'm2' }, { charge_model: 'volume' }, { code: 'seats' }]) {
      const present = { ...PLAN, charges: [{ ...CHARGE, id: 'c9', ...different }] }
      expect(definitionOn(PLAN, present)).toEqual(PLAN)
    }
    const both = { ...PLAN, charges: [CHARGE, { ...CHARGE, id: 'c9', code: 'other' }] }
    expect(definitionOn(both, changed)).toEqual(both)
  })
})
