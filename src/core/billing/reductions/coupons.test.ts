import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../../amounts/decimal.ts'
import { type FeeDraft, preciseReductionCents, subscriptionFeeDraft } from '../../invoicing/fee-draft.ts'
import type { Tax } from '../../taxes/tax.ts'
import { totalInvoice } from '../totals.ts'
import type { AppliedCouponFacts, AvailableCoupons } from './applied-coupon.ts'
import { couponsAfter } from './coupons.ts'

const taxOf = (rate: string): Tax => ({
  id: rate,
  code: rate,
  name: rate,
  description: null,
  rate: Decimal.of(rate),
})

/** A usage fee of a charge on a subscription. */
function feeOf(key: string, cents: bigint, more: Partial<FeeDraft> = {}): FeeDraft {
  const amount = Decimal.of(cents)
  return {
    ...subscriptionFeeDraft({
      key,
      subscriptionId: 's1',
      amountCents: cents,
      preciseAmountCents: amount,
      unitAmount: amount,
      planAmountCents: 0n,
      payInAdvance: false,
      period: { from: 0, to: 1 } as never,
    }),
    feeType: 'charge',
    chargeId: key,
    ...more,
  }
}

const EVERYTHING = { to: 'everything' } as const

function fixed(id: string, amountCents: bigint, more: Partial<AppliedCouponFacts> = {}): AppliedCouponFacts {
  const discount = { kind: 'fixed_amount', amountCents, currency: 'EUR' } as const
  return { id, discount, frequency: 'once', usedCents: 0n, usesLeft: null, limit: EVERYTHING, ...more }
}

function percentage(id: string, rate: string, more: Partial<AppliedCouponFacts> = {}): AppliedCouponFacts {
  return fixed(id, 1n, { discount: { kind: 'percentage', rate: Decimal.of(rate) }, ...more })
}

/** An invoice with these fees; every charge is on the metric of its own name. */
function invoiceOf(
  fees: readonly { readonly fee: FeeDraft; readonly taxes: readonly Tax[] }[],
  applied: readonly AppliedCouponFacts[],
) {
  const coupons: AvailableCoupons = {
    applied,
    currency: 'EUR',
    planIds: new Map([
      ['s1', 'p1'],
      ['s2', 'p2'],
    ]),
    metricIds: new Map(fees.map(({ fee }) => [fee.chargeId ?? '', fee.chargeId ?? ''])),
  }
  return totalInvoice([], fees, { progressive: new Map(), coupons })
}

const untaxed = (...fees: FeeDraft[]) => fees.map((fee) => ({ fee, taxes: [] }))
const creditsOf = (invoice: ReturnType<typeof invoiceOf>) =>
  invoice.reductions.map(({ sourceId, amountCents, endsSource }) => [
    sourceId,
    amountCents,
    endsSource === true,
  ])

describe('coupons', () => {
  it('lower every fee in proportion before its own tax, true-up included', () => {
    const invoice = invoiceOf(
      [
        { fee: feeOf('base', 10_000n, { feeType: 'subscription', chargeId: null }), taxes: [taxOf('10')] },
        { fee: feeOf('a', 5000n), taxes: [taxOf('0')] },
        { fee: feeOf('b', 3000n), taxes: [taxOf('20')] },
        { fee: feeOf('b true-up', 2000n, { chargeId: 'b', trueUpParentKey: 'b' }), taxes: [taxOf('20')] },
      ],
      [fixed('c', 1000n)],
    )
    const shares = invoice.fees.map(({ fee }) => fee.preciseCouponsAmountCents.toString())
    expect(shares).toEqual(['500', '250', '150', '100'])
    expect(invoice.fees.map(({ taxes }) => taxes.taxesAmountCents)).toEqual([950n, 0n, 570n, 380n])
    expect(invoice.totals).toMatchObject({
      feesAmountCents: 20_000n,
      couponsAmountCents: 1000n,
      subTotalExcludingTaxesAmountCents: 19_000n,
      totalAmountCents: 20_900n,
    })
  })

  it('for metrics, for a plan and for everything share out over eight fees, whatever their age', () => {
    const [ten, twenty] = [taxOf('10'), taxOf('20')]
    const fees = ['s1', 's2'].flatMap((subscriptionId) =>
      [
        [1000n, ten],
        [2000n, twenty],
        [3000n, ten],
        [4000n, ten],
      ].map(([cents, tax]) => ({
        fee: feeOf(`${subscriptionId}/${cents}`, cents as bigint, { subscriptionId }),
        taxes: [tax as Tax],
      })),
    )
    const invoice = invoiceOf(fees, [
      fixed('everything', 500n),
      fixed('plan', 1000n, { limit: { to: 'plans', planIds: new Set(['p2']) } }),
      fixed('metrics', 2000n, { limit: { to: 'metrics', metricIds: new Set(['s1/1000', 's1/2000']) } }),
    ])
    expect(invoice.fees.map(({ fee }) => fee.preciseCouponsAmountCents.toString())).toEqual([
      '676.47059',
      '1352.94117',
      '88.23529',
      '117.64706',
      '126.47059',
      '252.94118',
      '379.41176',
      '505.88235',
    ])
    expect(invoice.fees.map(({ taxes }) => taxes.taxesAmountCents)).toEqual([
      32n,
      129n,
      291n,
      388n,
      87n,
      349n,
      262n,
      349n,
    ])
    expect(invoice.totals).toMatchObject({
      couponsAmountCents: 3500n,
      subTotalExcludingTaxesAmountCents: 16_500n,
      totalAmountCents: 18_389n,
    })
    expect(invoice.totals.taxes.taxesAmountCents).toBe(1889n)
  })

  it('above the fees take the fees, and nothing is left to tax', () => {
    const invoice = invoiceOf([{ fee: feeOf('a', 3000n), taxes: [taxOf('10')] }], [fixed('c', 5000n)])
    expect(creditsOf(invoice)).toEqual([['c', 3000n, false]])
    expect(invoice.totals).toMatchObject({ couponsAmountCents: 3000n, totalAmountCents: 0n })
    expect(invoice.totals.taxes.taxesAmountCents).toBe(0n)
  })

  it('used once keep what is left for the next invoice, and end when nothing is', () => {
    const coupons = [fixed('c', 5000n)]
    const first = invoiceOf(untaxed(feeOf('a', 3000n)), coupons)
    const left = couponsAfter(coupons, first.reductions)
    expect(left).toEqual([fixed('c', 5000n, { usedCents: 3000n })])
    const second = invoiceOf(untaxed(feeOf('a', 3000n)), left)
    expect(creditsOf(second)).toEqual([['c', 2000n, true]])
    expect(couponsAfter(left, second.reductions)).toEqual([])
  })

  it('with a percentage apply to what the ones before left', () => {
    const invoice = invoiceOf(untaxed(feeOf('a', 1000n)), [fixed('f', 400n), percentage('p', '10')])
    expect(creditsOf(invoice)).toEqual([
      ['f', 400n, true],
      ['p', 60n, true],
    ])
  })

  it('round a percentage half away from zero, and never take more than there is', () => {
    expect(creditsOf(invoiceOf(untaxed(feeOf('a', 25n)), [percentage('p', '10')]))).toEqual([['p', 3n, true]])
    expect(creditsOf(invoiceOf(untaxed(feeOf('a', 25n)), [percentage('p', '250')]))).toEqual([
      ['p', 25n, true],
    ])
  })

  it('that recur are spent one invoice at a time, and those forever never', () => {
    const coupons = [
      fixed('r', 100n, { frequency: 'recurring', usesLeft: 2 }),
      fixed('f', 100n, { frequency: 'forever' }),
    ]
    const invoice = invoiceOf(untaxed(feeOf('a', 1000n)), coupons)
    const left = couponsAfter(coupons, invoice.reductions)
    expect(left.map(({ id, usesLeft }) => [id, usesLeft])).toEqual([
      ['r', 1],
      ['f', null],
    ])
    expect(creditsOf(invoiceOf(untaxed(feeOf('a', 1000n)), left))).toEqual([
      ['r', 100n, true],
      ['f', 100n, false],
    ])
  })

  it('are spent by a fee that they are for even when it costs nothing', () => {
    const limit = { to: 'metrics', metricIds: new Set(['free']) } as const
    const coupons = [percentage('p', '50', { limit, frequency: 'recurring', usesLeft: 1 })]
    const invoice = invoiceOf(untaxed(feeOf('free', 0n), feeOf('a', 100n)), coupons)
    expect(creditsOf(invoice)).toEqual([['p', 0n, true]])
  })

  it('wait for an invoice that has what they are for', () => {
    const limit = { to: 'plans', planIds: new Set(['p9']) } as const
    const dollars = { kind: 'fixed_amount', amountCents: 10n, currency: 'USD' } as const
    const coupons = [fixed('other plan', 10n, { limit }), fixed('other currency', 10n, { discount: dollars })]
    const invoice = invoiceOf(untaxed(feeOf('a', 100n)), coupons)
    expect(invoice.reductions).toEqual([])
    expect(couponsAfter(coupons, invoice.reductions)).toEqual(coupons)
  })

  it('are not touched when nothing is left of the invoice', () => {
    const invoice = invoiceOf(untaxed(feeOf('a', 100n)), [fixed('c', 100n), fixed('d', 100n)])
    expect(creditsOf(invoice)).toEqual([['c', 100n, true]])
  })

  it('share what progressive credits left of a fee', () => {
    const billed = feeOf('a', 1000n, { preciseProgressiveCreditCents: Decimal.of(900) })
    const invoice = invoiceOf(untaxed(billed, feeOf('b', 300n)), [
      fixed('c', 100n, { limit: { to: 'metrics', metricIds: new Set(['a', 'b']) } }),
    ])
    expect(invoice.fees.map(({ fee }) => fee.preciseCouponsAmountCents.toString())).toEqual(['25', '75'])
  })

  it('never reduce a fee or an invoice below zero, and their shares add up to the credit', () => {
    const limits = fc.constantFrom<AppliedCouponFacts['limit']>(
      EVERYTHING,
      { to: 'plans', planIds: new Set(['p1']) },
      { to: 'plans', planIds: new Set(['p2']) },
      { to: 'metrics', metricIds: new Set(['0', '2', '3']) },
    )
    const coupon = fc.record({
      amountCents: fc.bigInt({ min: 1n, max: 10n ** 9n }),
      rate: fc.option(fc.constantFrom('0.00001', '10', '33.33333', '100', '250')),
      frequency: fc.constantFrom('once', 'recurring', 'forever'),
      limit: limits,
    })
    const line = fc.record({
      cents: fc.bigInt({ min: 0n, max: 10n ** 9n }),
      progressive: fc.nat({ max: 100 }),
      subscriptionId: fc.constantFrom('s1', 's2'),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(coupon, { maxLength: 6 }), (lines, drawn) => {
        const fees = lines.map(({ cents, progressive, subscriptionId }, n) =>
          feeOf(`${n}`, cents, {
            subscriptionId,
            preciseProgressiveCreditCents: Decimal.of((cents * BigInt(progressive)) / 100n),
          }),
        )
        const coupons = drawn.map(({ amountCents, rate, frequency, limit }, n) => {
          const usesLeft = frequency === 'recurring' ? 2 : null
          const more = { frequency, limit, usesLeft } as Partial<AppliedCouponFacts>
          return rate === null ? fixed(`${n}`, amountCents, more) : percentage(`${n}`, rate, more)
        })
        const { fees: reduced, totals, reductions } = invoiceOf(untaxed(...fees), coupons)
        expect(totals.subTotalExcludingTaxesAmountCents >= 0n).toBe(true)
        expect(totals.couponsAmountCents).toBe(
          totals.feesAmountCents - totals.subTotalExcludingTaxesAmountCents,
        )
        for (const { fee } of reduced) {
          expect(preciseReductionCents(fee).compare(Decimal.of(fee.amountCents)) <= 0).toBe(true)
          expect(fee.preciseCouponsAmountCents.isNegative()).toBe(false)
        }
        for (const { sourceId, amountCents } of reductions) {
          const { discount } = coupons.find(({ id }) => id === sourceId) ?? fixed('', 0n)
          expect(amountCents >= 0n).toBe(true)
          if (discount.kind === 'fixed_amount') expect(amountCents <= discount.amountCents).toBe(true)
        }
        const withinFees = lines.every(({ progressive }) => progressive === 0)
        const shares = Decimal.sum(reduced.map(({ fee }) => fee.preciseCouponsAmountCents))
        const gap = shares.minus(Decimal.of(totals.couponsAmountCents)).abs()
        // Each share of each coupon is rounded to five decimals.
        if (withinFees) expect(gap.compare(Decimal.of('0.001')) < 0).toBe(true)
      }),
    )
  })
})
