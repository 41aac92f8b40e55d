import { describe, expect, it } from 'vitest'
import { ratedCharge } from '../../../test/support/rating-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { SubscriptionFacts, TaxesByOwner } from '../billing/snapshot.ts'
import type { RatedUsage } from '../rating/rate-usage.ts'
import { laterCharges, usageAmounts } from './usage-amounts.ts'

const CUSTOMER = { id: 'c', billingEntityId: 'b' }
const SUBSCRIPTION = { plan: { id: 'p', currency: 'EUR' } } as SubscriptionFacts

function taxesOf(rates: Readonly<Record<string, string>>): TaxesByOwner {
  const listOf = (owner: string) =>
    new Map(
      Object.entries(rates)
        .filter(([key]) => key.startsWith(`${owner}:`))
        .map(([key, rate]) => [
          key.slice(owner.length + 1),
          [{ id: key, code: key, name: key, description: null, rate: Decimal.of(rate) }],
        ]),
    )
  const none = new Map()
  return {
    charges: listOf('charge'),
    plans: listOf('plan'),
    customers: listOf('customer'),
    billingEntities: listOf('entity'),
    minimumCommitments: none,
    addOns: none,
    lines: none,
    fixedCharges: none,
  }
}

function usageOf(cents: string, more: Partial<RatedUsage> = {}): RatedUsage {
  const precise = Decimal.of(cents)
  return {
    charge: ratedCharge(),
    groupedBy: {},
    fee: { amountCents: precise.round().toBigInt(), preciseAmountCents: precise },
    ...more,
  } as RatedUsage
}

const amountsOf = (usage: readonly RatedUsage[], taxes = taxesOf({})) =>
  usageAmounts(SUBSCRIPTION, CUSTOMER, usage, taxes).map(({ cents, ...kind }) => ({
    ...kind,
    cents: cents.toString(),
  }))

describe('usageAmounts', () => {
  it('names what usage is for', () => {
    expect(amountsOf([usageOf('500')])).toEqual([
      { feeType: 'charge', metricId: 'metric', targetWalletCode: null, currency: 'EUR', cents: '500' },
    ])
  })

  it('adds taxes, rounded for each fee', () => {
    const taxes = taxesOf({ 'entity:b': '5.5' })
    expect(amountsOf([usageOf('10'), usageOf('10')], taxes).map(({ cents }) => cents)).toEqual(['11', '11'])
  })

  it('takes the taxes of the charge, else of the plan, the customer or its entity', () => {
    const all = { 'charge:charge': '1', 'plan:p': '2', 'customer:c': '3', 'entity:b': '4' }
    const centsWith = (rates: Record<string, string>) =>
      amountsOf([usageOf('100')], taxesOf(rates)).map(({ cents }) => cents)
    expect(centsWith(all)).toEqual(['101'])
    expect(centsWith({ ...all, 'charge:charge': '0' })).toEqual(['100'])
    expect(centsWith({ 'plan:p': '2', 'customer:c': '3', 'entity:b': '4' })).toEqual(['102'])
    expect(centsWith({ 'customer:c': '3', 'entity:b': '4' })).toEqual(['103'])
  })

  it('knows the wallet that events name, where the charge accepts it', () => {
    const groupedBy = { target_wallet_code: 'team' }
    const named = usageOf('5', { charge: ratedCharge({ acceptsTargetWallet: true }), groupedBy })
    const blank = usageOf('5', {
      charge: ratedCharge({ acceptsTargetWallet: true }),
      groupedBy: { target_wallet_code: '' },
    })
    const codes = amountsOf([named, usageOf('5', { groupedBy }), blank]).map((each) => each.targetWalletCode)
    expect(codes).toEqual(['team', null, null])
  })

  it('leaves out what costs nothing', () => {
    expect(amountsOf([usageOf('0'), usageOf('0.4')])).toEqual([])
  })
})

describe('laterCharges', () => {
  it('leaves out charges in advance', () => {
    const charges = [ratedCharge({ id: 'a', payInAdvance: true }), ratedCharge({ id: 'b' })]
    expect(laterCharges({ charges }).map(({ id }) => id)).toEqual(['b'])
  })
})
