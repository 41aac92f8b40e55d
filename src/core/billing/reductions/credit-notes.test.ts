import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { creditableFee, tax } from '../../../../test/support/credit-note-fixtures.ts'
import { chargeOf, feeOf, PROGRESSIVE } from '../../../../test/support/reduction-fixtures.ts'
import { Decimal } from '../../amounts/decimal.ts'
import { usageKey } from '../../invoicing/fee-draft.ts'
import type { Tax } from '../../taxes/tax.ts'
import { totalInvoice } from '../totals.ts'
import type { AvailableProgressiveInvoice, NewNotes } from './available.ts'
import type { CreditNoteFacts } from './credit-note-facts.ts'
import { creditNotesAfter } from './credit-notes.ts'

const note = (id: string, balanceCents: bigint, currency = 'EUR'): CreditNoteFacts => ({
  id,
  currency,
  balanceCents,
})

/** An invoice in euros with these fees and taxes, and the notes that it may use. */
function invoiceOf(
  fees: readonly (readonly [string, bigint, readonly Tax[]])[],
  notes: readonly CreditNoteFacts[],
  progressive: ReadonlyMap<string, AvailableProgressiveInvoice> = PROGRESSIVE,
) {
  return totalInvoice(
    [{ subscriptionId: 's' }],
    fees.map(([key, cents, taxes]) => ({ fee: feeOf(key, cents), taxes })),
    { progressive, creditNotes: { notes, currency: 'EUR' }, newNotes: NEW },
  )
}

const NEW = {
  customerId: 'c',
  currency: 'EUR',
  issuingOn: '2024-05-01',
  createdAt: 0,
} as unknown as NewNotes

const used = (invoice: ReturnType<typeof invoiceOf>) =>
  invoice.reductions
    .filter(({ kind }) => kind === 'credit_note')
    .map(({ sourceId, amountCents }) => [sourceId, Number(amountCents)])

describe('reduceByCreditNotes', () => {
  it('takes the oldest first, after taxes, until nothing is left to pay', () => {
    const invoice = invoiceOf(
      [['a', 10_000n, [tax(20)]]],
      [note('old', 5000n), note('new', 9000n), note('unused', 1n)],
    )
    expect(used(invoice)).toEqual([
      ['old', 5000],
      ['new', 7000],
    ])
    expect([invoice.totals.creditNotesAmountCents, invoice.totals.totalAmountCents]).toEqual([12_000n, 0n])
    expect(invoice.totals.taxes.taxesAmountCents).toBe(2000n)
  })

  it('passes over other currencies and what is used up', () => {
    const invoice = invoiceOf(
      [['a', 100n, []]],
      [note('usd', 50n, 'USD'), note('gone', 0n), note('own', 30n)],
    )
    expect(used(invoice)).toEqual([['own', 30]])
  })

  it('takes nothing off an invoice of nothing', () => {
    expect(used(invoiceOf([['a', 0n, []]], [note('n', 100n)]))).toEqual([])
  })

  it('is shared out on the fees by what they come to with taxes', () => {
    const invoice = invoiceOf(
      [
        ['a', 10_000n, [tax(20)]],
        ['b', 5000n, [tax(0)]],
        ['c', 0n, []],
      ],
      [note('one', 1700n), note('two', 340n)],
    )
    expect(invoice.fees.map(({ fee }) => fee.preciseCreditNotesAmountCents.toString())).toEqual([
      '1440',
      '600',
      '0',
    ])
  })

  it('leaves to the next invoice of the bill what this one did not use', () => {
    const notes = [note('a', 100n), note('b', 100n)]
    const { reductions } = invoiceOf([['a', 150n, []]], notes)
    expect(creditNotesAfter(notes, reductions).map(({ balanceCents }) => balanceCents)).toEqual([0n, 50n])
  })

  it('never makes credit appear or vanish', () => {
    const amounts = fc.array(fc.bigInt(0n, 100_000n), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.array(amounts, { minLength: 1, maxLength: 5 }),
        fc.array(fc.bigInt(0n, 60_000n), { maxLength: 6 }),
        (invoices, credits) => {
          let notes: readonly CreditNoteFacts[] = credits.map((cents, i) => note(`n${i}`, cents))
          const given = credits.reduce((sum, cents) => sum + cents, 0n)
          let applied = 0n
          for (const fees of invoices) {
            const lines = fees.map((cents, i) => [`f${i}`, cents, [tax('7.7')]] as const)
            const invoice = invoiceOf(lines, notes)
            const { totals } = invoice
            expect(totals.totalAmountCents).toBe(
              totals.subTotalIncludingTaxesAmountCents - totals.creditNotesAmountCents,
            )
            expect(totals.totalAmountCents >= 0n).toBe(true)
            applied += totals.creditNotesAmountCents
            notes = creditNotesAfter(notes, invoice.reductions)
            const shares = Decimal.sum(invoice.fees.map(({ fee }) => fee.preciseCreditNotesAmountCents))
            const off = shares.minus(Decimal.of(totals.creditNotesAmountCents)).abs()
            expect(off.compare(Decimal.of(fees.length)) < 0).toBe(true)
          }
          const left = notes.reduce((sum, { balanceCents }) => sum + balanceCents, 0n)
          expect(notes.every(({ balanceCents }) => balanceCents >= 0n)).toBe(true)
          expect(applied + left).toBe(given)
        },
      ),
    )
  })
})

const USAGE_OF_A = usageKey({ rootChargeId: 'a', filterValues: null, groupedBy: {} })

describe('an invoice with less usage than was billed progressively', () => {
  /** A progressive invoice of 20,000 cents, of which usage of 15,000 is left at the end. */
  const overbilled = (
    coupons: number,
    isFinal = true,
    carried = 0,
  ): ReadonlyMap<string, AvailableProgressiveInvoice> => {
    const fee = creditableFee('billed', 20_000n, { preciseReductionCents: Decimal.of(coupons) })
    return new Map([
      [
        's',
        {
          charges: [chargeOf('a')],
          carriedCents: BigInt(carried),
          invoice: {
            invoiceId: 'progressive',
            amounts: {
              feesCents: 20_000n,
              couponsCents: BigInt(coupons),
              takenCents: 0n,
              creditNotesCents: 0n,
            },
            rootChargeIds: new Set(['a']),
            carriedMetricIds: new Set<string>(),
            recurringByMetric: new Map(),
            feesByUsage: new Map([[USAGE_OF_A, 20_000n]]),
            credited: { isFinal, fees: [fee], taxRoundingCents: Decimal.zero },
          },
        },
      ],
    ])
  }
  const usage = [
    ['a', 15_000n, [tax(20)]],
    ['plan', 3100n, [tax(20)]],
  ] as const

  it('comes with a credit note for the difference, which it uses after older notes', () => {
    const invoice = invoiceOf(usage, [note('old', 1000n)], overbilled(0))
    const [made] = invoice.creditNotes
    expect(invoice.totals.progressiveCreditAmountCents).toBe(15_000n)
    expect([made?.amounts.subTotalCents, made?.amounts.taxesCents]).toEqual([5000n, 1000n])
    expect(made?.shares).toEqual({ creditCents: 6000n, refundCents: 0n, offsetCents: 0n })
    expect(used(invoice)).toEqual([
      ['old', 1000],
      [made?.key, 2720],
    ])
    expect(invoice.totals.totalAmountCents).toBe(0n)
  })

  it('gives back what was paid after coupons', () => {
    const [made] = invoiceOf(usage, [], overbilled(2000)).creditNotes
    expect([made?.amounts.subTotalCents, made?.amounts.taxesCents]).toEqual([3000n, 600n])
    expect(made?.amounts.items[0]?.amountCents).toBe(3333n)
  })

  it('keeps what an upgrade carries into the next plan, whose bill deducts it', () => {
    const [made] = invoiceOf(usage, [], overbilled(0, true, 4000)).creditNotes
    expect(made?.amounts.subTotalCents).toBe(1000n)
    expect(invoiceOf(usage, [], overbilled(0, true, 5000)).creditNotes).toEqual([])
  })

  it('waits for the taxes of the progressive invoice', () => {
    const invoice = invoiceOf(usage, [], overbilled(0, false))
    expect(invoice.creditNotes.map(({ status }) => status)).toEqual(['draft'])
    expect(used(invoice)).toEqual([])
  })
})
