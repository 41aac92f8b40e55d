import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { totalInvoice } from '../billing/totals.ts'
import type { Tax } from '../taxes/tax.ts'
import { type FeeDraft, subscriptionFeeDraft } from './fee-draft.ts'
import { FeeOutOfRange, fittingFees, INVOICE_CENTS_MAX } from './fitting-fees.ts'

const NOTHING = { progressive: new Map() }
const INT8_MAX = 2n ** 63n - 1n

function feeOf(cents: bigint, index = 0): FeeDraft {
  return {
    ...subscriptionFeeDraft({
      key: String(index),
      subscriptionId: 's',
      amountCents: cents,
      preciseAmountCents: Decimal.of(cents),
      unitAmount: Decimal.of(cents),
      planAmountCents: 0n,
      payInAdvance: false,
      period: { from: 0, to: 1 } as never,
    }),
    feeType: 'charge',
  }
}

const taxOf = (rate: string): Tax => ({
  id: rate,
  code: rate,
  name: rate,
  description: null,
  rate: Decimal.of(rate),
})

describe('fees that an invoice can hold', () => {
  it('leaves one absurd amount out, wherever it is, and keeps the order', () => {
    const fees = [3n, 10n ** 22n, 1n, 2n].map((cents, i) => ({ fee: feeOf(cents, i), taxes: [] }))
    const { fitting, excess } = fittingFees(fees)
    expect(fitting.map(({ fee }) => fee.amountCents)).toEqual([3n, 1n, 2n])
    expect(excess.map(({ fee }) => fee.key)).toEqual(['1'])
  })

  it('counts the taxes', () => {
    const fee = feeOf(INVOICE_CENTS_MAX - 10n)
    expect(fittingFees([{ fee, taxes: [] }]).excess).toEqual([])
    expect(fittingFees([{ fee, taxes: [taxOf('20')] }]).excess).toHaveLength(1)
  })

  it('leaves totals that 64 bits hold', () => {
    const amounts = fc.array(
      fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.constantFrom('0', '0.5', '20', '100', '1000000')),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(amounts, (rows) => {
        const fees = rows.map(([cents, rate], i) => ({ fee: feeOf(cents, i), taxes: [taxOf(rate)] }))
        const { fitting, excess } = fittingFees(fees)
        expect(fitting.length + excess.length).toBe(fees.length)
        const { totals, fees: taxed } = totalInvoice([], fitting, NOTHING)
        expect(totals.totalAmountCents <= INT8_MAX).toBe(true)
        for (const { taxes } of taxed) expect(taxes.taxesAmountCents <= INT8_MAX).toBe(true)
        // Each of the excess would not have fitted beside what is smaller.
        if (excess.length > 0) {
          const all = totalInvoice([], fees, NOTHING).totals.totalAmountCents
          expect(all > INVOICE_CENTS_MAX - BigInt(fees.length)).toBe(true)
        }
      }),
    )
  })

  it('names an amount in short', () => {
    expect(new FeeOutOfRange(feeOf(10n ** 500n)).message).toBe(
      'a fee of 10000000000000000000… (501 digits) cents for 1 units is out of range',
    )
  })
})
