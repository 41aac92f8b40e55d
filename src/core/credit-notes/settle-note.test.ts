import { describe, expect, it } from 'vitest'
import {
  creditableFee,
  notedInvoice,
  partsOf,
  tax,
  withNote,
} from '../../../test/support/credit-note-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { Outcome } from '../problems.ts'
import { type NoteShares, totalOfShares } from './credit-note.ts'
import { estimateNote } from './estimate.ts'
import { type CreditableFee, noteAmounts } from './note-amounts.ts'
import {
  type BoughtCredits,
  creditableAmount,
  dueCents,
  type NotedInvoice,
  refundableAmount,
} from './noted-invoice.ts'
import { canBeNoted, checkItems, checkShares, settledShares } from './settle-note.ts'

const parts = (credit: number, refund = 0, offset = 0): NoteShares => ({
  creditCents: BigInt(credit),
  refundCents: BigInt(refund),
  offsetCents: BigInt(offset),
})

const itemsOf = (invoice: NotedInvoice, cents: readonly (number | string)[]) =>
  invoice.fees.flatMap((fee: CreditableFee, i) => {
    const amount = cents[i]
    return amount === undefined ? [] : [{ fee, preciseAmountCents: Decimal.of(amount) }]
  })

function refusal(checked: Outcome<void>): unknown {
  return checked.ok ? null : checked.problem.kind === 'invalid' && checked.problem.details
}

/** What a note of items of the first fees is refused with. */
function check(invoice: NotedInvoice, cents: readonly (number | string)[], shares: NoteShares) {
  const amounts = noteAmounts(itemsOf(invoice, cents), invoice.fees, invoice.taxRoundingCents)
  return refusal(checkShares(invoice, amounts, shares))
}

/** A note of the first fees as it is stored. */
function settle(invoice: NotedInvoice, cents: readonly (number | string)[], asked: NoteShares) {
  const amounts = noteAmounts(itemsOf(invoice, cents), invoice.fees, invoice.taxRoundingCents)
  expect(refusal(checkShares(invoice, amounts, asked))).toBeNull()
  return { amounts, shares: settledShares(invoice, amounts, asked) }
}

describe('checkShares', () => {
  const invoice = notedInvoice([creditableFee('a', 10_000n)])

  it.each([
    ['parts that are not the items', [5000], parts(5000), { base: ['does_not_match_item_amounts'] }],
    [
      'a refund of an unpaid invoice',
      [5000],
      parts(0, 6000),
      { refund_amount_cents: ['cannot_refund_unpaid_invoice'] },
    ],
    ['nothing', [0], parts(0), { base: ['total_amount_must_be_positive'] }],
    [
      'nothing for something',
      [5000],
      parts(0),
      { base: ['does_not_match_item_amounts', 'total_amount_must_be_positive'] },
    ],
    ['a cent beside the items', [5000], parts(6001), null],
    ['a cent for less than half a cent', ['0.4'], parts(1), { base: ['total_amount_must_be_positive'] }],
    ['an offset of all that is due', [10_000], parts(0, 0, 12_000), null],
  ])('%s', (_name, cents, shares, problems) => {
    expect(check(invoice, cents, shares)).toEqual(problems)
  })

  it('refunds at most what was paid and not refunded yet', () => {
    const paid = { ...invoice, paidCents: 6000n }
    expect(check(paid, [5000], parts(0, 6000))).toBeNull()
    const refunded = { ...paid, noted: parts(0, 3000) }
    expect(check(refunded, [5000], parts(0, 6000))).toEqual({
      refund_amount_cents: ['higher_than_remaining_invoice_amount'],
    })
  })

  it('offsets at most what is due', () => {
    const due = notedInvoice([creditableFee('a', 5000n, { taxes: [] })], { paidCents: 4000n })
    expect(dueCents(due)).toBe(1000n)
    expect(check(due, [1000], parts(0, 0, 1000))).toBeNull()
    expect(check(due, [1001], parts(0, 0, 1001))).toEqual({
      offset_amount_cents: ['higher_than_remaining_invoice_amount'],
    })
    expect(check({ ...due, status: 'voided' }, [1000], parts(0, 0, 1000))).toEqual({
      offset_amount_cents: ['higher_than_remaining_invoice_amount'],
    })
  })

  it('never goes beyond the fees with their taxes', () => {
    const credited = { ...invoice, noted: parts(6000) }
    expect(check(credited, [5000], parts(6000))).toBeNull()
    expect(check({ ...invoice, noted: parts(9000) }, [5000], parts(6000))).toEqual({
      credit_amount_cents: ['higher_than_remaining_invoice_amount'],
      base: ['higher_than_remaining_invoice_amount'],
    })
  })
})

describe('checkItems', () => {
  it('holds each fee to what is left of it, over all its items', () => {
    const fee = creditableFee('a', 10_000n, { creditedCents: 4000n })
    const item = (cents: string) => ({ fee, preciseAmountCents: Decimal.of(cents) })
    expect(refusal(checkItems(notedInvoice([fee]), [item('6000')]))).toBeNull()
    expect(refusal(checkItems(notedInvoice([fee]), [item('3000'), item('3000.00001')]))).toEqual({
      amount_cents: ['higher_than_remaining_fee_amount'],
    })
    expect(refusal(checkItems(notedInvoice([fee]), [item('-1')]))).toEqual({
      amount_cents: ['invalid_value'],
    })
  })
})

describe('bought credits', () => {
  const sold = (of: Partial<BoughtCredits> = {}, paidCents = 1500n) => {
    const purchase = { isUsable: true, isPaid: paidCents > 0n, remainingCents: paidCents, ...of }
    const fee = creditableFee('a', 1500n, { taxes: [] })
    return notedInvoice([fee], { invoiceType: 'credit', paidCents, purchase })
  }

  it('are paid back while their wallet is active, and offset before they are paid', () => {
    expect(canBeNoted(sold(), parts(0, 500))).toBe(true)
    expect(canBeNoted(sold(), null)).toBe(true)
    expect(canBeNoted(sold({ isUsable: false }), parts(0, 500))).toBe(false)
    const unpaid = sold({}, 0n)
    expect(canBeNoted(unpaid, parts(0, 15))).toBe(false)
    expect(canBeNoted(unpaid, null)).toBe(false)
    expect(canBeNoted(unpaid, parts(0, 0, 1500))).toBe(true)
    expect(canBeNoted({ ...unpaid, status: 'open' }, parts(0, 0, 1500))).toBe(false)
  })

  it('are paid back at most as far as they are left, offset as a whole, and never credited', () => {
    const left = sold({ remainingCents: 5n })
    const item = (invoice: NotedInvoice, cents: number) =>
      refusal(checkItems(invoice, itemsOf(invoice, [cents])))
    expect(item(left, 10)).toEqual({ amount_cents: ['higher_than_wallet_balance'] })
    expect(item(left, 5)).toBeNull()
    expect(check(sold(), [500], parts(500))).toEqual({ credit_amount_cents: ['cannot_credit_invoice'] })
    expect(check(sold(), [500], parts(0, 0, 500))).toEqual({
      offset_amount_cents: ['cannot_apply_to_paid_invoice'],
    })
    const unpaid = sold({}, 0n)
    expect(item(unpaid, 1500)).toBeNull()
    expect(check(unpaid, [500], parts(0, 0, 500))).toEqual({
      offset_amount_cents: ['not_equal_to_total_amount'],
    })
    expect(check(unpaid, [1500], parts(0, 0, 1500))).toBeNull()
    expect(refundableAmount(left).toString()).toBe('5')
    expect(estimateNote(unpaid, itemsOf(unpaid, [1500])).maxOffsettableCents).toBe(1500n)
  })
})

describe('settledShares', () => {
  it('trims a credit to its items and taxes, and lets the rest of the invoice take what was rounded', () => {
    const invoice = notedInvoice([creditableFee('a', 76_900n)])
    const first = settle(invoice, [72_686], parts(87_224))
    expect([partsOf(first), first.amounts.taxesCents]).toEqual([[87_223, 0, 0, 87_223], 14_537n])
    const then = withNote(invoice, first)
    const rest = settle(then, [4214], parts(5057))
    expect([partsOf(rest), rest.amounts.taxesCents]).toEqual([[5057, 0, 0, 5057], 843n])
    expect(rest.amounts.preciseTaxesCents.toString()).toBe('843')
    expect(totalOfShares(withNote(then, rest).noted)).toBe(invoice.totalCents)
  })

  it('moves the cent of a note without credit on its refund or its offset', () => {
    const invoice = notedInvoice([creditableFee('a', 76_900n)], { paidCents: 90_000n })
    expect(partsOf(settle(invoice, [72_686], parts(0, 87_224)))).toEqual([0, 87_223, 0, 87_223])
    expect(partsOf(settle(invoice, [1], parts(0, 0, 2)))).toEqual([0, 0, 1, 1])
  })

  it('never refunds more than was paid for the sake of a cent', () => {
    const invoice = notedInvoice([creditableFee('a', 76_900n)], { paidCents: 87_222n })
    expect(partsOf(settle(invoice, [72_686], parts(0, 87_222)))).toEqual([1, 87_222, 0, 87_223])
  })
})

describe('estimateNote', () => {
  const estimate = (invoice: NotedInvoice, cents: readonly number[]) => {
    const found = estimateNote(invoice, itemsOf(invoice, cents))
    const { taxesCents, maxCreditableCents, maxRefundableCents, maxOffsettableCents } = found
    const most = [maxCreditableCents, maxRefundableCents, maxOffsettableCents]
    return [found.amounts.subTotalCents, taxesCents, ...most].map(Number)
  }

  it('of two plans and a coupon on one of them, of which a part was paid', () => {
    const invoice = notedInvoice(
      [
        creditableFee('two', 39_900n, {
          taxes: [tax(10), tax(10, 'other')],
          preciseReductionCents: Decimal.of(25_000),
        }),
        creditableFee('one', 17_900n, { taxes: [tax(10)] }),
      ],
      { paidCents: 1200n },
    )
    expect(invoice.totalCents).toBe(37_570n)
    expect(estimate(invoice, [26_260])).toEqual([9806, 1961, 11_767, 1200, 11_767])
    expect(estimate(invoice, [39_900, 17_900])).toEqual([32_800, 4770, 37_570, 1200, 36_370])
  })

  it('takes a surplus cent off the taxes', () => {
    const amounts = [1999n, 299_770n, 3130n, 6460n, 3130n, 99_290n]
    const fees = amounts.map((amount) =>
      creditableFee(String(amount), amount, {
        taxes: [tax(10)],
        preciseReductionCents: Decimal.of(amount * 2000n).dividedBy(Decimal.of(413_779), 5),
      }),
    )
    const invoice = notedInvoice(fees, { paidCents: 40n })
    expect(estimate(invoice, [100, 100, 100, 100, 100])).toEqual([498, 49, 547, 40, 547])
  })

  it('credits nothing of bought credits', () => {
    const invoice = notedInvoice([creditableFee('a', 1500n, { taxes: [] })], {
      invoiceType: 'credit',
      paidCents: 1500n,
      purchase: { isUsable: true, isPaid: true, remainingCents: 1500n },
    })
    expect(estimate(invoice, [10])[2]).toBe(0)
  })
})

describe('creditableAmount', () => {
  it('has fractions where a coupon has', () => {
    const share = (amount: bigint) => Decimal.of(amount * 1000n).dividedBy(Decimal.of(28_865), 5)
    const amounts = [1999n, 6833n, 20_033n]
    const fees = amounts.map((amount) =>
      creditableFee(String(amount), amount, { preciseReductionCents: share(amount) }),
    )
    let invoice = notedInvoice(fees)
    const seen = [creditableAmount(invoice).toString()]
    for (const [i, fee] of fees.entries()) {
      const cents = fees.map((_, place) => (place === i ? String(fee.amountCents) : '0'))
      const asked = [2316, 7915, 23_207][i] ?? 0
      invoice = withNote(invoice, settle(invoice, cents, parts(asked)))
      seen.push(creditableAmount(invoice).toString())
    }
    expect(seen).toEqual(['33438', '31122.25342', '23206.9761', '0'])
    expect(totalOfShares(invoice.noted)).toBe(33_438n)
  })

  it('shows more than is left while roundings wait for the last note', () => {
    const fees = ['a', 'b', 'c', 'd'].map((id) => creditableFee(id, 6833n))
    let invoice = notedInvoice(fees)
    for (const place of [0, 1, 2]) {
      const cents = fees.map((_, i) => (i === place ? 6833 : 0))
      invoice = withNote(invoice, settle(invoice, cents, parts(8200)))
    }
    expect(creditableAmount(invoice).toString()).toBe('8200')
    expect(invoice.totalCents - totalOfShares(invoice.noted)).toBe(8198n)
  })

  it('is nothing on a draft, and bounds the refund', () => {
    const invoice = notedInvoice([creditableFee('a', 1000n)], { paidCents: 5000n })
    expect(refundableAmount(invoice).toString()).toBe('1200')
    const draft = { ...invoice, status: 'draft' }
    expect([creditableAmount(draft).isZero(), refundableAmount(draft).isZero()]).toEqual([true, true])
  })
})
