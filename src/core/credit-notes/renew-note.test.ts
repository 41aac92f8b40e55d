import { describe, expect, it } from 'vitest'
import { creditableFee, notedInvoice, partsOf } from '../../../test/support/credit-note-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import { renewedNote } from './renew-note.ts'

const item = (feeId: string | null, cents: number) => ({ feeId, preciseAmountCents: Decimal.of(cents) })
const asked = (creditCents: bigint, offsetCents = 0n) => ({ creditCents, refundCents: 0n, offsetCents })

describe('renewedNote', () => {
  const invoice = notedInvoice([creditableFee('a', 1000n), creditableFee('b', 500n, { creditedCents: 400n })])

  it('keeps its items on the new fees, each as far as the fee has something left', () => {
    const note = renewedNote(invoice, [item('a', 600), item('b', 300)], asked(1080n))
    expect(note && partsOf(note)).toEqual([840, 0, 0, 840])
    expect(note?.amounts.items.map(({ amountCents }) => amountCents)).toEqual([600n, 100n])
  })

  it('keeps its offset as far as the note and the amount due cover it; the rest is credit', () => {
    const whole = renewedNote(invoice, [item('a', 1000)], asked(0n, 1200n))
    expect(whole && partsOf(whole)).toEqual([0, 0, 1200, 1200])
    const paid = { ...invoice, totalCents: 500n }
    const part = renewedNote(paid, [item('a', 1000)], asked(0n, 1200n))
    expect(part && partsOf(part)).toEqual([700, 0, 500, 1200])
  })

  it('is nothing when its fees are gone or cost nothing', () => {
    expect(renewedNote(invoice, [item(null, 600)], asked(720n))).toBeNull()
    const free = notedInvoice([creditableFee('a', 0n)])
    expect(renewedNote(free, [item('a', 600)], asked(720n))).toBeNull()
  })
})
