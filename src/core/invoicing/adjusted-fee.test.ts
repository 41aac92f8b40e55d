import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { fixedUnits, usedUnits } from '../billing/lines/adjusted-lines.ts'
import {
  type AdjustedFee,
  adjustedKey,
  changedFee,
  type FeeChange,
  isPricedByUnits,
  multiplied,
  withAdjustment,
} from './adjusted-fee.ts'
import { type FeeDraft, feeDraft, isWorthStoring } from './fee-draft.ts'

const dec = (text: string) => Decimal.of(text)
const EXPONENT = 2
const period = { from: 0, to: 1 } as never

/** A fee of 3 units at 10.00. */
function feeOf(more: Partial<FeeDraft> = {}): FeeDraft {
  const own = feeDraft({
    key: 'k',
    feeType: 'charge',
    subscriptionId: 's',
    units: dec('3'),
    totalAggregatedUnits: dec('3'),
    eventsCount: 3,
    amountCents: 3000n,
    preciseAmountCents: dec('3000'),
    unitAmount: dec('10'),
    amountDetails: { rate: '1' },
    invoiceDisplayName: 'Calls',
    presentation: [{ presentationBy: {}, units: dec('3') }],
    period,
  })
  return { ...own, ...more }
}

const change = (units: string | null, unitAmount: string | null, name: string | null = null): FeeChange => ({
  units: units === null ? null : dec(units),
  unitAmount: unitAmount === null ? null : dec(unitAmount),
  invoiceDisplayName: name,
})

const unpriced = () => {
  throw new Error('nothing is priced by units here')
}

const shown = ({ units, amountCents, preciseAmountCents, unitAmount }: FeeDraft) => [
  units.toString(),
  amountCents,
  preciseAmountCents.toString(),
  unitAmount.toString(),
]

describe('the fee of a draft that somebody adjusts', () => {
  it.each([
    ['units at a price', '2', '3.5', ['2', 700n, '700', '3.5']],
    [
      'a price below a cent is multiplied before it is rounded',
      '1000',
      '0.0015',
      ['1000', 150n, '150', '0.0015'],
    ],
    ['half a cent goes up', '1', '0.005', ['1', 1n, '0.5', '0.005']],
    ['no units cost nothing', '0', '12', ['0', 0n, '0', '12']],
  ])('%s', (_, units, unitAmount, expected) => {
    expect(shown(changedFee(feeOf(), change(units, unitAmount), EXPONENT, unpriced))).toEqual(expected)
  })

  it('keeps its name unless it gets one, and everything but the name when it gets only that', () => {
    const fee = feeOf()
    expect(changedFee(fee, change(null, null, 'Talk'), EXPONENT, unpriced)).toEqual({
      ...fee,
      invoiceDisplayName: 'Talk',
    })
    expect(changedFee(fee, change('1', '1'), EXPONENT, unpriced).invoiceDisplayName).toBe('Calls')
  })

  it('has no breakdown that would not add up, and no details of a price that is not the charge’s', () => {
    const fee = changedFee(feeOf(), change('1', '1'), EXPONENT, unpriced)
    expect([fee.presentation, fee.amountDetails, fee.totalAggregatedUnits?.toString()]).toEqual([[], {}, '1'])
  })

  it('is priced by its charge when only its units change', () => {
    const tiers = [
      { from_value: 0, to_value: 5, per_unit_amount: '2', flat_amount: '1' },
      { from_value: 6, to_value: null, per_unit_amount: '1', flat_amount: '0' },
    ]
    const pricing = {
      model: 'graduated',
      properties: { graduated_ranges: tiers },
      exponent: EXPONENT,
      conversionRate: null,
    } as const
    const fee = changedFee(feeOf(), change('8', null), EXPONENT, (units) => usedUnits(pricing, null, units))
    expect([fee.amountCents, fee.eventsCount]).toEqual([1400n, 0])
    const fixed = { model: 'volume', properties: { volume_ranges: tiers } } as const
    const ofFixed = changedFee(feeOf(), change('8', null), EXPONENT, (units) =>
      fixedUnits(fixed, units, EXPONENT),
    )
    expect(shown(ofFixed)).toEqual(['8', 800n, '800', '1'])
  })

  it('multiplies the prorated price of a plan, whose own price it goes on showing', () => {
    const amountDetails = { plan_amount_cents: 3100 }
    const fee = feeOf({ feeType: 'subscription', unitAmount: dec('17'), amountCents: 1700n, amountDetails })
    const twice = changedFee(fee, change('2', null), EXPONENT, (units) => multiplied(fee, units, EXPONENT))
    expect([...shown(twice), twice.amountDetails]).toEqual(['2', 3400n, '3400', '17', amountDetails])
  })

  it('costs its units times their price, to the cent', () => {
    const amount = fc.integer({ min: 0, max: 10_000_000 })
    fc.assert(
      fc.property(amount, amount, (units, price) => {
        const fee = changedFee(feeOf(), change(`${units}`, `${price}e-4`), EXPONENT, unpriced)
        const exact = BigInt(units) * BigInt(price)
        // Ten-thousandths of a unit are hundredths of a cent.
        expect(fee.amountCents).toBe((exact + 50n) / 100n)
      }),
    )
  })
})

describe('an adjustment', () => {
  const adjusted: AdjustedFee = { id: 'a', key: 'k', period, ...change('0', '1') }

  it('holds for the window that it was made for, and until there was one for any', () => {
    const later = feeOf({ period: { from: 5, to: 6 } as never })
    expect(withAdjustment(later, adjusted, EXPONENT, unpriced)).toBe(later)
    expect(withAdjustment(later, { ...adjusted, period: null }, EXPONENT, unpriced).adjustedFeeId).toBe('a')
    expect(withAdjustment(feeOf(), undefined, EXPONENT, unpriced)).toEqual(feeOf())
  })

  it('keeps a fee on the draft that comes to nothing', () => {
    const empty = feeOf({ eventsCount: 0 })
    expect(isWorthStoring(changedFee(empty, adjusted, EXPONENT, unpriced))).toBe(false)
    expect(isWorthStoring(withAdjustment(empty, adjusted, EXPONENT, unpriced))).toBe(true)
  })

  it('tells apart what fees bill', () => {
    const usage = { kind: 'charge', rootChargeId: 'c', filterValues: null, groupedBy: {} } as const
    const keys = [
      adjustedKey('s', { kind: 'subscription' }),
      adjustedKey('s', { kind: 'commitment' }),
      adjustedKey('t', { kind: 'subscription' }),
      adjustedKey('s', usage),
      adjustedKey('s', { ...usage, filterValues: { region: ['eu'] } }),
      adjustedKey('s', { ...usage, groupedBy: { region: null } }),
      adjustedKey('s', { ...usage, groupedBy: { region: 'eu' } }),
      adjustedKey('s', { kind: 'true_up', rootChargeId: 'c' }),
      adjustedKey('s', { kind: 'fixed_charge', rootFixedChargeId: 'c' }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('needs the price of a unit where units alone have none', () => {
    const models = [
      'standard',
      'graduated',
      'package',
      'percentage',
      'volume',
      'graduated_percentage',
    ] as const
    const priced = (prorated: boolean) => models.filter((model) => isPricedByUnits({ model, prorated }))
    expect(priced(false)).toEqual(models.filter((model) => model !== 'percentage'))
    expect(priced(true)).toEqual(['standard', 'package', 'volume', 'graduated_percentage'])
  })
})
