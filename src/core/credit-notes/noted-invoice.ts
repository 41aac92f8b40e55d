import { Decimal } from '../amounts/decimal.ts'
import { roundCents } from '../amounts/rounding.ts'
import type { NoteShares } from './credit-note.ts'
import { type CreditableFee, creditableCents } from './note-amounts.ts'

/** An invoice as its credit notes see it; amounts in cents. */
export type NotedInvoice = {
  readonly id: string
  readonly invoiceType: string
  readonly status: string
  readonly currency: string
  readonly fees: readonly CreditableFee[]
  readonly feesCents: bigint
  /** Coupons and progressive billing credits. */
  readonly reductionsCents: bigint
  readonly subTotalIncludingTaxesCents: bigint
  readonly totalCents: bigint
  readonly paidCents: bigint
  /** The parts of its final credit notes so far. */
  readonly noted: NoteShares
  /** What the taxes of its credit notes were rounded up by, in total. */
  readonly taxRoundingCents: Decimal
  /** What an invoice of bought credits sold; null for any other. */
  readonly purchase: BoughtCredits | null
}

/** Credits that an invoice sold. */
export type BoughtCredits = {
  /** Whether its wallet is active. */
  readonly isUsable: boolean
  readonly isPaid: boolean
  /** Cents of them that are still in the wallet. */
  readonly remainingCents: bigint
}

const SCALE = 5

/** What all fees come to with taxes, without reductions: no note on the invoice goes beyond it. */
export function feesWithTaxesCents({ fees, feesCents }: NotedInvoice): bigint {
  const taxes = Decimal.sum(fees.map((fee) => Decimal.of(fee.amountCents).times(rateOf(fee))))
  return feesCents + roundCents(taxes.times(Decimal.of('0.01')))
}

/**
 * What credit notes can still give back of an invoice, with taxes. Reductions have fractions, and so may the result
 * (docs/rules/credit-notes.md#what-is-left-to-credit). Nothing on a draft or on an invoice of bought credits.
 */
export function creditableAmount(invoice: NotedInvoice): Decimal {
  const { invoiceType, status, fees, feesCents, reductionsCents } = invoice
  if (invoiceType === 'credit' || status === 'draft') return Decimal.zero
  const left = fees.map((fee) => ({ rate: rateOf(fee), cents: Decimal.of(creditableCents(fee)) }))
  const creditable = Decimal.sum(left.map(({ cents }) => cents))
  const share = feesCents === 0n ? Decimal.zero : ratio(reductionsCents, feesCents)
  const kept = Decimal.one.minus(share)
  const taxes = Decimal.sum(left.map(({ rate, cents }) => cents.times(kept).times(rate)))
  return creditable
    .minus(creditable.times(share))
    .plus(Decimal.of(roundCents(taxes.times(Decimal.of('0.01')))))
    .round(SCALE)
}

/**
 * What can still be paid back: what was paid less earlier refunds, at most the creditable amount, or the bought
 * credits that are left.
 */
export function refundableAmount(invoice: NotedInvoice): Decimal {
  const { purchase, paidCents, noted } = invoice
  const paid = Decimal.of(paidCents - noted.refundCents)
  const most = purchase ? Decimal.of(purchase.remainingCents) : creditableAmount(invoice)
  return Decimal.max(Decimal.min(paid, most), Decimal.zero)
}

/**
 * What can still be taken off the amount that is due: at most the creditable amount; of bought credits all of it, as
 * long as nothing was paid.
 */
export function offsettableAmount(invoice: NotedInvoice): Decimal {
  if (invoice.purchase) return Decimal.of(invoice.paidCents === 0n ? dueCents(invoice) : 0n)
  return Decimal.min(Decimal.of(dueCents(invoice)), creditableAmount(invoice))
}

/** What is still due of an invoice: its total less payments and offsets; nothing once it is voided. */
export function dueCents({ status, totalCents, paidCents, noted }: NotedInvoice): bigint {
  if (status === 'voided') return 0n
  const due = totalCents - paidCents - noted.offsetCents
  return due > 0n ? due : 0n
}

function rateOf({ taxes }: CreditableFee): Decimal {
  return Decimal.sum(taxes.map(({ rate }) => rate))
}

function ratio(part: bigint, whole: bigint): Decimal {
  return Decimal.of(part).dividedBy(Decimal.of(whole))
}
