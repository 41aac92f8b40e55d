import { describe, expect, it } from 'vitest'
import { keptPrices, type PlanCopy, repricesBetween } from './kept-prices.ts'
import type { DefinedCharge, DefinedFixedCharge, DefinedPlan } from './plan-definition.ts'

const filter = (amount: string) => ({
  values: { region: ['eu'] },
  properties: { amount },
  invoiceDisplayName: null,
})

const CHARGE: DefinedCharge = {
  id: 'c1',
  billableMetricId: 'm1',
  metric: { code: 'calls' },
  code: 'calls',
  invoiceDisplayName: 'Calls',
  chargeModel: 'standard',
  payInAdvance: false,
  prorated: false,
  invoiceable: true,
  regroupPaidFees: null,
  minAmountCents: 0n,
  acceptsTargetWallet: false,
  properties: { amount: '1' },
  conversionRate: null,
  filters: [filter('2')],
  taxes: [],
  pricingUnit: null,
}

const FIXED: DefinedFixedCharge = {
  id: 'f1',
  addOnId: 'a1',
  addOnCode: 'seats',
  code: 'seats',
  invoiceDisplayName: null,
  chargeModel: 'standard',
  payInAdvance: false,
  prorated: false,
  properties: { amount: '5' },
  units: '3',
  taxes: [],
}

const PLAN: DefinedPlan = {
  name: 'P',
  code: 'p',
  invoiceDisplayName: null,
  description: null,
  interval: 'monthly',
  amountCents: 1000n,
  amountCurrency: 'EUR',
  payInAdvance: false,
  trialPeriod: null,
  billChargesMonthly: null,
  billFixedChargesMonthly: null,
  metadata: null,
  taxes: [],
  thresholds: [],
  minimumCommitment: null,
  charges: [CHARGE],
  fixedCharges: [FIXED],
}

const COPY: PlanCopy = {
  amountCents: 1000n,
  charges: [{ parentId: 'c1', chargeModel: 'standard', properties: { amount: '1' }, filters: [filter('2')] }],
  fixedCharges: [{ parentId: 'f1', chargeModel: 'standard', properties: { amount: '5' }, units: '3' }],
}

const own = (change: object): PlanCopy => ({
  ...COPY,
  charges: COPY.charges.map((c) => ({ ...c, ...change })),
})

describe('prices that copies keep', () => {
  const dearer = repricesBetween(PLAN, {
    ...PLAN,
    amountCents: 1200n,
    charges: [{ ...CHARGE, properties: { amount: '1.5' }, filters: [filter('3')] }],
    fixedCharges: [{ ...FIXED, units: '4' }],
  })

  it('are none in a copy that has the prices of the plan', () => {
    expect(keptPrices(dearer, COPY)).toEqual([])
  })

  it('are those that differ from what the plan had', () => {
    expect(keptPrices(dearer, { ...COPY, amountCents: 5n })).toMatchObject([
      { part: 'plan', amountCents: 5n },
    ])
    expect(keptPrices(dearer, own({ properties: { amount: '0.9' } }))).toMatchObject([
      {
        part: 'charge',
        code: 'calls',
        name: 'Calls',
        filterValues: null,
        price: { properties: { amount: '0.9' } },
      },
    ])
    expect(keptPrices(dearer, own({ filters: [filter('9')] }))).toMatchObject([
      { part: 'charge', filterValues: { region: ['eu'] }, price: { properties: { amount: '9' } } },
    ])
    const [fixed] = COPY.fixedCharges
    const withUnits = { ...COPY, fixedCharges: fixed ? [{ ...fixed, units: '8' }] : [] }
    expect(keptPrices(dearer, withUnits)).toMatchObject([{ part: 'fixed_charge', code: 'seats', units: '8' }])
  })

  it('are none where the plan itself does not change', () => {
    const renamed = repricesBetween(PLAN, { ...PLAN, name: 'Q' })
    const different = { ...own({ properties: { amount: '7' }, filters: [filter('8')] }), amountCents: 1n }
    expect(keptPrices(renamed, different)).toEqual([])
    const another = repricesBetween(PLAN, { ...PLAN, charges: [{ ...CHARGE, id: 'c2' }] })
    expect(keptPrices(another, different)).toEqual([])
  })
})
