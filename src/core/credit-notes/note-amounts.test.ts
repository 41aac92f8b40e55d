import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import type { Tax } from '../taxes/tax.ts'
import { type CreditableFee, creditableCents, type NoteAmounts, noteAmounts } from './note-amounts.ts'

const tax = (rate: string, code = `vat${rate}`): Tax => ({
  id: code,
  code,
  name: code,
  description: null,
  rate: Decimal.of(rate),
})

const fee = (id: string, amountCents: bigint, of: Partial<CreditableFee> = {}): CreditableFee => ({
  id,
  amountCents,
  preciseReductionCents: Decimal.zero,
  taxes: [tax('20')],
  creditedCents: 0n,
  ...of,
})

/** Credits amounts of fees in turn, each as a note of its own; returns what each came to. */
function creditInTurn(fees: readonly CreditableFee[], notes: readonly (readonly [string, string])[]) {
  let left = fees
  let rounding = Decimal.zero
  return notes.map(([id, amount]) => {
    const own = left.find((each) => each.id === id)
    if (!own) throw new Error(`no fee ${id}`)
    const amounts = noteAmounts([{ fee: own, preciseAmountCents: Decimal.of(amount) }], left, rounding)
    const cents = amounts.items[0]?.amountCents ?? 0n
    left = left.map((each) =>
      each.id === id ? { ...each, creditedCents: each.creditedCents + cents } : each,
    )
    rounding = rounding.plus(Decimal.of(amounts.taxesCents).minus(amounts.preciseTaxesCents))
    return amounts
  })
}

const totals = (notes: readonly NoteAmounts[]) =>
  notes.map((note) => [
    Number(note.taxesCents),
    note.preciseTaxesCents.toString(),
    Number(note.subTotalCents + note.taxesCents),
  ])

describe('noteAmounts', () => {
  it('gives back two equal fees to the cent of the invoice', () => {
    const fees = [fee('a', 6833n), fee('b', 6833n)]
    const notes = creditInTurn(fees, [
      ['a', '6833'],
      ['b', '6833'],
    ])
    expect(totals(notes)).toEqual([
      [1367, '1366.6', 8200],
      [1366, '1366.2', 8199],
    ])
  })

  it('carries the roundings of many notes into the last one', () => {
    const fees = ['a', 'b', 'c', 'd'].map((id) => fee(id, 6833n))
    const notes = creditInTurn(fees, [
      ['a', '6833'],
      ['b', '6833'],
      ['c', '6833'],
      ['d', '1367'],
      ['d', '2233'],
      ['d', '3233'],
    ])
    expect(totals(notes)).toEqual([
      [1367, '1366.6', 8200],
      [1367, '1366.6', 8200],
      [1367, '1366.6', 8200],
      [273, '273.4', 1640],
      [447, '446.6', 2680],
      [645, '645.4', 3878],
    ])
    expect(totals(notes).reduce((sum, [, , total]) => sum + Number(total), 0)).toBe(32_798)
  })

  it('leaves out the share of a coupon and shows the weighted rate', () => {
    const one = fee('one', 17_900n, { taxes: [tax('10')] })
    const two = fee('two', 39_900n, {
      taxes: [tax('10'), tax('10', 'other')],
      preciseReductionCents: Decimal.of(25_000),
    })
    const part = noteAmounts([{ fee: two, preciseAmountCents: Decimal.of(26_260) }], [one, two], Decimal.zero)
    expect(part.preciseCouponsCents.toString()).toBe('16453.63409')
    expect([part.subTotalCents, part.taxesCents, part.valueCents]).toEqual([9806n, 1961n, 11_768n])
    expect(part.preciseTaxesCents.toString()).toBe('1961.27318')
    expect(part.taxesRate.toString()).toBe('20')
    expect(part.taxes.map(({ baseCents, amountCents }) => [baseCents, amountCents])).toEqual([
      [9806n, 981n],
      [9806n, 981n],
    ])
    const all = [one, two].map((each) => ({ fee: each, preciseAmountCents: Decimal.of(each.amountCents) }))
    const whole = noteAmounts(all, [one, two], Decimal.zero)
    expect([whole.subTotalCents, whole.taxesCents, whole.valueCents]).toEqual([32_800n, 4770n, 37_570n])
    expect(whole.taxesRate.toString()).toBe('14.54268')
  })

  it('comes to the total of an invoice with a coupon, fee by fee', () => {
    const share = (amount: bigint) => Decimal.of(amount * 1000n).dividedBy(Decimal.of(28_865), 5)
    const fees = [1999n, 6833n, 20_033n].map((amount) =>
      fee(String(amount), amount, { preciseReductionCents: share(amount) }),
    )
    const notes = creditInTurn(
      fees,
      fees.map(({ id }) => [id, id] as const),
    )
    expect(totals(notes)).toEqual([
      [386, '385.94932', 2316],
      [1319, '1319.25547', 7915],
      [3868, '3868.00001', 23_207],
    ])
  })

  it('knows a fee of nothing', () => {
    const free = fee('free', 0n)
    const amounts = noteAmounts([{ fee: free, preciseAmountCents: Decimal.zero }], [free], Decimal.zero)
    expect([amounts.subTotalCents, amounts.taxesCents, amounts.taxesRate.toString()]).toEqual([0n, 0n, '0'])
    expect(creditableCents(free)).toBe(0n)
  })
})
