import { describe, expect, it } from 'vitest'
import { creditableFee, notedInvoice, partsOf, withNote } from '../../../test/support/credit-note-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import { totalOfShares } from './credit-note.ts'
import type { NotedInvoice } from './noted-invoice.ts'
import { voidNotes } from './void-notes.ts'

function notesOf(invoice: NotedInvoice, creditCents: bigint, refundCents = 0n) {
  const made = voidNotes(invoice, { creditCents, refundCents })
  if (!made.ok) return made.problem.kind === 'invalid' && made.problem.details
  const { requested, rest } = made.value
  return [requested && partsOf(requested), rest && partsOf(rest)]
}

const TOO_MUCH = { credit_refund_amount: ['total_amount_exceeds_invoice_amount'] }

describe('voidNotes', () => {
  const invoice = notedInvoice([creditableFee('a', 1000n)], { paidCents: 300n })

  it('gives back all of it, or a part, and the rest is given up', () => {
    expect(notesOf(invoice, 1200n)).toEqual([[1200, 0, 0, 1200], null])
    expect(notesOf(invoice, 300n, 300n)).toEqual([
      [300, 300, 0, 600],
      [600, 0, 0, 600],
    ])
    expect(notesOf(invoice, 0n)).toEqual([null, [1200, 0, 0, 1200]])
  })

  it('refuses more than the invoice holds', () => {
    expect(notesOf(invoice, 1201n)).toEqual(TOO_MUCH)
    expect(notesOf(invoice, 0n, 301n)).toEqual(TOO_MUCH)
    expect(notesOf(invoice, 1000n, 201n)).toEqual(TOO_MUCH)
  })

  it('comes to the creditable amount, whatever the shares of the fees', () => {
    const share = (amount: bigint) => Decimal.of(amount * 1000n).dividedBy(Decimal.of(28_865), 5)
    const fees = [1999n, 6833n, 20_033n].map((amount) =>
      creditableFee(String(amount), amount, { preciseReductionCents: share(amount) }),
    )
    const whole = notedInvoice(fees)
    for (const part of [1n, 777n, 16_719n, 33_437n, 33_438n]) {
      const made = voidNotes(whole, { creditCents: part, refundCents: 0n })
      if (!made.ok) throw new Error('refused')
      const notes = [made.value.requested, made.value.rest].flatMap((each) => each ?? [])
      expect(Math.abs(Number(notes[0]?.shares.creditCents) - Number(part))).toBeLessThanOrEqual(1)
      const after = notes.reduce(withNote, whole)
      expect(Math.abs(Number(totalOfShares(after.noted) - whole.totalCents))).toBeLessThanOrEqual(1)
      expect(after.fees.every((fee) => fee.creditedCents === fee.amountCents)).toBe(true)
    }
  })
})
