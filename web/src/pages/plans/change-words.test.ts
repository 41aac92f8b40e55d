import { describe, expect, it } from 'vitest'
import { changeLine, keptWords, type PlanChange } from './change-words.ts'
import { sameUsage } from './same-usage.ts'

const change = (of: Partial<PlanChange>): PlanChange => ({
  part: 'charge',
  kind: 'changed',
  id: 'c1',
  code: 'calls',
  name: null,
  filter_values: null,
  tier: null,
  field: null,
  before: null,
  after: null,
  ...of,
})
const line = (of: Partial<PlanChange>) => {
  const { what, before, after } = changeLine(change(of), 'EUR')
  return [what, before, after]
}

describe('a change in words', () => {
  it('is in money where it is money', () => {
    const plan = { part: 'plan', id: null, code: null } as const
    expect(line({ ...plan, field: 'amount_cents', before: 1000, after: 1250 })).toEqual([
      'Base price',
      '€10.00',
      '€12.50',
    ])
    expect(line({ ...plan, field: 'tax_codes', before: [], after: ['vat', 'city'] })).toEqual([
      'Taxes',
      '—',
      'vat, city',
    ])
    expect(line({ field: 'rate', before: '2.5', after: '3' })).toEqual(['calls, rate', '2.5%', '3%'])
    expect(line({ field: 'prorated', before: false, after: true })).toEqual(['calls, prorated', 'No', 'Yes'])
  })

  it('names the filter and the tier', () => {
    const tier = { from_value: 101, to_value: null }
    const of = { name: 'API', filter_values: { region: ['eu', 'us'] }, tier, field: 'per_unit_amount' }
    expect(line({ ...of, before: '0.5', after: '0.00045' })).toEqual([
      'API, eu us, 101 – ∞, price per unit',
      '€0.50',
      '€0.00045',
    ])
  })

  it('says whole prices of what came, went or got other tiers', () => {
    const price = (amount: string) => ({ charge_model: 'standard', properties: { amount } })
    expect(line({ kind: 'added', after: price('2') })).toEqual(['calls', '—', '€2.00 per unit'])
    expect(line({ part: 'fixed_charge', kind: 'removed', before: { ...price('2'), units: '3' } })).toEqual([
      'calls',
      '3 units, €2.00 per unit',
      '—',
    ])
    const kept = { part: 'charge', code: 'calls', name: null, filter_values: null, units: null } as const
    expect(keptWords({ ...kept, amount_cents: null, price: price('0.8') }, 'EUR')).toBe(
      'calls: €0.80 per unit',
    )
    expect(keptWords({ ...kept, amount_cents: 500, price: null }, 'EUR')).toBe('Base price €5.00')
  })

  it('says commitments and thresholds', () => {
    const part = { part: 'minimum_commitment', kind: 'added', id: null, code: null } as const
    expect(line({ ...part, after: { amount_cents: 700 } })).toEqual(['Minimum commitment', '—', '€7.00'])
    const thresholds = [
      { amount_cents: 5000, recurring: false },
      { amount_cents: 900, recurring: true },
    ]
    expect(line({ part: 'usage_thresholds', before: [], after: thresholds })).toEqual([
      'Progressive billing',
      '—',
      '€50.00, every further €9.00',
    ])
  })
})

describe('the same usage', () => {
  it('finds charges by id and filters by values', () => {
    const eu = { values: { region: ['eu'] } }
    const us = { values: { region: ['us'] } }
    const from = [
      { id: 'a', filters: [eu, us] },
      { id: null, filters: [] },
    ]
    const to = [
      { id: 'b', filters: [] },
      { id: 'a', filters: [us] },
    ]
    const usage = [
      { charge: 0, filter: null, units: '1' },
      { charge: 0, filter: 0, units: '2' },
      { charge: 0, filter: 1, units: '3' },
      { charge: 1, filter: null, units: '4' },
    ]
    expect(sameUsage(usage, from, to)).toEqual([
      { charge: 1, filter: null, units: '1' },
      { charge: 1, filter: 0, units: '3' },
    ])
  })
})
