import { describe, expect, it } from 'vitest'
import { creditableFee, notedInvoice } from '../../../test/support/credit-note-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import { estimateNote } from './estimate.ts'
import { noteAmounts } from './note-amounts.ts'
import { checkPurchase, type NotedInvoice, type NotedPurchase } from './noted-invoice.ts'
import { checkItems, checkShares } from './settle-note.ts'

const NOTHING = { creditCents: 0n, refundCents: 0n, offsetCents: 0n }

/** The invoice of 1500 cents of credits. */
function sold(purchase: NotedPurchase, changes: Partial<NotedInvoice> = {}): NotedInvoice {
  const { isPaid, remainingCents } = purchase
  const inWallet = isPaid ? { inWalletCents: remainingCents } : {}
  const fee = creditableFee('f', 1500n, { taxes: [], ...inWallet })
  const paidCents = isPaid ? 1500n : 0n
  return notedInvoice([fee], { invoiceType: 'credit', paidCents, purchase, ...changes })
}
const itemsOf = (invoice: NotedInvoice, cents: number) =>
  invoice.fees.map((fee) => ({ fee, preciseAmountCents: Decimal.of(cents) }))
const unpaid = sold({ isPaid: false, isWalletActive: true, remainingCents: 0n })
const paid = sold({ isPaid: true, isWalletActive: true, remainingCents: 1500n })

function sharesOf(invoice: NotedInvoice, cents: number, shares: object) {
  const amounts = noteAmounts(itemsOf(invoice, cents), invoice.fees, Decimal.zero)
  const checked = checkShares(invoice, amounts, { ...NOTHING, ...shares })
  return checked.ok ? null : checked.problem
}

describe('a credit note on bought credits', () => {
  it('that are not paid only offsets them, and as a whole', () => {
    expect(checkPurchase(unpaid, null).ok).toBe(false)
    expect(checkPurchase(unpaid, { ...NOTHING, refundCents: 15n }).ok).toBe(false)
    expect(checkPurchase(unpaid, { ...NOTHING, offsetCents: 1500n }).ok).toBe(true)
    expect(sharesOf(unpaid, 1500, { offsetCents: 1500n })).toBeNull()
    expect(sharesOf(unpaid, 15, { offsetCents: 15n })).toMatchObject({
      details: { offset_amount_cents: ['not_equal_to_total_amount'] },
    })
  })

  it('that are paid pays them back, and never becomes credit', () => {
    expect(checkPurchase(paid, null).ok).toBe(true)
    expect(sharesOf(paid, 500, { refundCents: 500n })).toBeNull()
    expect(sharesOf(paid, 500, { creditCents: 500n })).toMatchObject({
      details: { credit_amount_cents: ['cannot_credit_invoice'] },
    })
    expect(sharesOf(paid, 1500, { offsetCents: 1500n })).toMatchObject({
      details: {
        offset_amount_cents: ['cannot_apply_to_paid_invoice', 'higher_than_remaining_invoice_amount'],
      },
    })
    const estimate = estimateNote(paid, itemsOf(paid, 10))
    expect([estimate.maxCreditableCents, estimate.maxRefundableCents]).toEqual([0n, 10n])
  })

  it('pays back what the wallet still holds at most', () => {
    const spent = sold({ isPaid: true, isWalletActive: true, remainingCents: 5n })
    const checked = checkItems(itemsOf(spent, 10))
    expect(checked).toMatchObject({ problem: { details: { amount_cents: ['higher_than_wallet_balance'] } } })
    expect(checkItems(itemsOf(spent, 5)).ok).toBe(true)
    expect(estimateNote(spent, itemsOf(spent, 5)).maxRefundableCents).toBe(5n)
  })

  it('is refused once their wallet is terminated', () => {
    const ended = sold({ isPaid: true, isWalletActive: false, remainingCents: 5n })
    expect(checkPurchase(ended, { ...NOTHING, refundCents: 1n })).toMatchObject({
      problem: { code: 'invalid_type_or_status' },
    })
  })
})
