import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { creditableFee } from '../../../test/support/credit-note-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import { type FeeDraft, subscriptionFeeDraft, usageKey } from '../invoicing/fee-draft.ts'
import type { RatedCharge } from '../rating/charge.ts'
import type { Tax } from '../taxes/tax.ts'
import type { AvailableProgressiveInvoice } from './reductions/available.ts'
import { totalInvoice } from './totals.ts'

const NOTHING = { progressive: new Map<string, AvailableProgressiveInvoice>() }

const taxOf = (rate: string): Tax => ({
  id: rate,
  code: rate,
  name: rate,
  description: null,
  rate: Decimal.of(rate),
})

function feeOf(key: string, cents: bigint, more: Partial<FeeDraft> = {}): FeeDraft {
  return {
    ...subscriptionFeeDraft({
      key,
      subscriptionId: 's',
      amountCents: cents,
      preciseAmountCents: Decimal.of(cents),
      unitAmount: Decimal.of(cents),
      planAmountCents: 0n,
      payInAdvance: false,
      period: { from: 0, to: 1 } as never,
    }),
    ...more,
  }
}

const chargeOf = (id: string) => ({ id, rootId: id, filters: [], metric: { id } }) as unknown as RatedCharge

/** A progressive invoice of these charges, each with what it billed of it. */
function progressive(billed: Readonly<Record<string, bigint>>, takenCents = 0n): AvailableProgressiveInvoice {
  return {
    charges: Object.keys(billed).map(chargeOf),
    carriedCents: 0n,
    invoice: {
      invoiceId: 'p',
      amounts: {
        feesCents: Object.values(billed).reduce((sum, cents) => sum + cents, 0n),
        couponsCents: 0n,
        takenCents,
        creditNotesCents: 0n,
      },
      rootChargeIds: new Set(Object.keys(billed)),
      carriedMetricIds: new Set(),
      recurringByMetric: new Map(),
      feesByUsage: new Map(
        Object.entries(billed).map(([rootChargeId, cents]) => [
          usageKey({ rootChargeId, filterValues: null, groupedBy: {} }),
          cents,
        ]),
      ),
      credited: {
        isFinal: true,
        fees: Object.entries(billed).map(([id, cents]) => creditableFee(id, cents)),
        taxRoundingCents: Decimal.zero,
      },
    },
  }
}

const PERIODS = [{ subscriptionId: 's' }]

describe('the totals of an invoice', () => {
  it('takes progressive credits and coupons off what a fee is taxed on', () => {
    const fee = feeOf('a', 10_000n, {
      preciseCouponsAmountCents: Decimal.of('500.5'),
      preciseProgressiveCreditCents: Decimal.of(1500),
    })
    const { fees } = totalInvoice(PERIODS, [{ fee, taxes: [taxOf('10')] }], NOTHING)
    expect(fees[0]?.taxes.taxesPreciseAmountCents.toString()).toBe('799.95')
  })

  it('credits what a progressive invoice billed, before taxes, each fee with its share', () => {
    const fees = [
      feeOf('base', 5000n),
      feeOf('a', 3000n, { feeType: 'charge', chargeId: 'a' }),
      feeOf('b', 1000n, { feeType: 'charge', chargeId: 'b' }),
    ].map((fee) => ({ fee, taxes: [taxOf('20')] }))
    const available = { progressive: new Map([['s', progressive({ a: 2000n, b: 400n })]]) }
    const { totals, reductions, fees: taxed } = totalInvoice(PERIODS, fees, available)
    expect(reductions).toEqual([
      { kind: 'progressive_billing', sourceId: 'p', isBeforeTaxes: true, amountCents: 2400n },
    ])
    expect(taxed.map(({ fee }) => fee.preciseProgressiveCreditCents.toString())).toEqual(['0', '2000', '400'])
    expect(totals).toMatchObject({
      feesAmountCents: 9000n,
      progressiveCreditAmountCents: 2400n,
      subTotalExcludingTaxesAmountCents: 6600n,
      subTotalIncludingTaxesAmountCents: 7920n,
      totalAmountCents: 7920n,
    })
  })

  it('never credits more than the fees of the charges that were billed ahead', () => {
    const fees = [
      { fee: feeOf('base', 5000n), taxes: [] },
      { fee: feeOf('a', 300n, { feeType: 'charge', chargeId: 'a' }), taxes: [] },
    ]
    const available = { progressive: new Map([['s', progressive({ a: 2000n })]]) }
    expect(totalInvoice(PERIODS, fees, available).totals.totalAmountCents).toBe(5000n)
  })

  it('adds up for any lines, rates and credits, and is never below zero', () => {
    const line = fc.record({
      cents: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      rates: fc.uniqueArray(fc.constantFrom('0', '0.5', '5.5', '19', '20', '33.333'), { maxLength: 3 }),
      isCharge: fc.boolean(),
      billed: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    })
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 8 }),
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        (lines, taken) => {
          const resolved = lines.map(({ cents, rates, isCharge }, n) => ({
            fee: feeOf(`${n}`, cents, isCharge ? { feeType: 'charge', chargeId: `${n}` } : {}),
            taxes: rates.map(taxOf),
          }))
          const billed = Object.fromEntries(
            lines.flatMap(({ isCharge, billed: cents }, n) => (isCharge ? [[`${n}`, cents]] : [])),
          )
          const available = { progressive: new Map([['s', progressive(billed, taken)]]) }
          const totalled = totalInvoice(PERIODS, resolved, available)
          const { totals, reductions, fees } = totalled
          const sum = (cents: readonly bigint[]) => cents.reduce((all, each) => all + each, 0n)
          const before = reductions.filter((each) => each.isBeforeTaxes).map((each) => each.amountCents)
          const after = reductions.filter((each) => !each.isBeforeTaxes).map((each) => each.amountCents)
          expect(sum(fees.map(({ fee }) => fee.amountCents))).toBe(totals.feesAmountCents)
          expect(totals.subTotalExcludingTaxesAmountCents).toBe(totals.feesAmountCents - sum(before))
          expect(totals.subTotalIncludingTaxesAmountCents).toBe(
            totals.subTotalExcludingTaxesAmountCents + totals.taxes.taxesAmountCents,
          )
          expect(totals.totalAmountCents).toBe(totals.subTotalIncludingTaxesAmountCents - sum(after))
          expect(totals.totalAmountCents >= 0n).toBe(true)
          expect(totalInvoice(PERIODS, resolved, available)).toEqual(totalled)
        },
      ),
    )
  })
})
