import { Decimal } from '../amounts/decimal.ts'
import { type Outcome, Problems } from '../problems.ts'
import { type NoteShares, totalOfShares } from './credit-note.ts'
import { type CreditableFee, creditableCents, type NoteAmounts, type NoteItem } from './note-amounts.ts'
import { dueCents, feesWithTaxesCents, type NotedInvoice } from './noted-invoice.ts'

/** The parts of a note may be off by a cent, because items and taxes are rounded apart. */
const TOLERANCE_CENTS = 1n

/**
 * Checks that each fee has the amounts left that its items ask for (`amount_cents`: `invalid_value`,
 * `higher_than_remaining_fee_amount`, and `higher_than_wallet_balance` for bought credits that were used).
 */
export function checkItems({ purchase }: NotedInvoice, items: readonly NoteItem[]): Outcome<void> {
  const problems = new Problems()
  const taken = new Map<string, Decimal>()
  for (const { fee, preciseAmountCents } of items) {
    const sum = preciseAmountCents.plus(taken.get(fee.id) ?? Decimal.zero)
    taken.set(fee.id, sum)
    if (preciseAmountCents.isNegative()) problems.add('amount_cents', 'invalid_value')
    else if (isMoreThanLeft(fee, sum)) problems.add('amount_cents', 'higher_than_remaining_fee_amount')
    else if (purchase?.isPaid && sum.compare(Decimal.of(purchase.remainingCents)) > 0) {
      problems.add('amount_cents', 'higher_than_wallet_balance')
    }
  }
  return problems.outcome(undefined)
}

function isMoreThanLeft(fee: CreditableFee, wanted: Decimal): boolean {
  return wanted.compare(Decimal.of(creditableCents(fee))) > 0
}

/**
 * Whether a credit note may be made at all (docs/rules/credit-notes.md#limits): on drafts, final and voided invoices. On
 * one of bought credits only while its wallet is active, and before it is paid only as an offset.
 *
 * @param shares null for an estimate
 */
export function canBeNoted(
  { status, invoiceType, purchase }: NotedInvoice,
  shares: NoteShares | null,
): boolean {
  if (!NOTED_STATUSES.includes(status)) return false
  if (invoiceType !== 'credit') return true
  if (!purchase?.isUsable) return false
  const isOffset = shares !== null && shares.offsetCents > 0n && totalOfShares(shares) === shares.offsetCents
  return purchase.isPaid || isOffset
}

const NOTED_STATUSES: readonly string[] = ['draft', 'finalized', 'voided']

/**
 * Checks the parts of a credit note against its items and its invoice; see docs/rules/credit-notes.md#limits. All
 * problems are reported together.
 */
export function checkShares(invoice: NotedInvoice, amounts: NoteAmounts, shares: NoteShares): Outcome<void> {
  const problems = new Problems()
  const { creditCents, refundCents, offsetCents } = shares
  const { noted, paidCents } = invoice
  const total = totalOfShares(shares)
  const whole = feesWithTaxesCents(invoice)
  const isRefundedTooMuch = refundCents > paidCents - noted.refundCents
  const uncredited = whole - noted.creditCents - noted.offsetCents
  const due = dueCents(invoice)
  if (!isWithin(total - amounts.valueCents)) problems.add('base', 'does_not_match_item_amounts')
  if (refundCents > 0n && paidCents === 0n) {
    problems.add('refund_amount_cents', 'cannot_refund_unpaid_invoice')
  } else if (refundCents > 0n && isRefundedTooMuch) {
    problems.add('refund_amount_cents', 'higher_than_remaining_invoice_amount')
  }
  if (invoice.purchase && creditCents > 0n) {
    problems.add('credit_amount_cents', 'cannot_credit_invoice')
  } else if (creditCents > uncredited + TOLERANCE_CENTS) {
    problems.add('credit_amount_cents', 'higher_than_remaining_invoice_amount')
  }
  if (invoice.purchase && offsetCents > 0n && paidCents > 0n) {
    problems.add('offset_amount_cents', 'cannot_apply_to_paid_invoice')
  } else if (invoice.purchase && offsetCents > 0n && offsetCents !== invoice.totalCents) {
    problems.add('offset_amount_cents', 'not_equal_to_total_amount')
  } else if (offsetCents > 0n && (offsetCents > due || offsetCents > uncredited)) {
    problems.add('offset_amount_cents', 'higher_than_remaining_invoice_amount')
  }
  if (total > whole - totalOfShares(noted) + TOLERANCE_CENTS) {
    problems.add('base', 'higher_than_remaining_invoice_amount')
  }
  if (totalOfShares(settledShares(invoice, amounts, shares)) <= 0n) {
    problems.add('base', 'total_amount_must_be_positive')
  }
  return problems.outcome(undefined)
}

/**
 * The parts as they are stored: moved by at most a cent, so that the note adds up to its rounded items and taxes. The
 * cent is the credit's; of a note without credit it is the refund's or the offset's, and becomes credit when these are
 * at their limit already.
 */
export function settledShares(invoice: NotedInvoice, amounts: NoteAmounts, asked: NoteShares): NoteShares {
  const missing = amounts.subTotalCents + amounts.taxesCents - totalOfShares(asked)
  if (missing === 0n || totalOfShares(asked) === 0n) return asked
  const difference = missing > 0n ? 1n : -1n
  const { creditCents, refundCents, offsetCents } = asked
  const refundMax = invoice.paidCents - invoice.noted.refundCents
  if (creditCents > 0n) return { ...asked, creditCents: creditCents + difference }
  if (refundCents > 0n && refundCents + difference <= refundMax) {
    return { ...asked, refundCents: refundCents + difference }
  }
  if (offsetCents > 0n && offsetCents + difference <= dueCents(invoice)) {
    return { ...asked, offsetCents: offsetCents + difference }
  }
  return { ...asked, creditCents: creditCents + difference }
}

function isWithin(difference: bigint): boolean {
  return difference <= TOLERANCE_CENTS && difference >= -TOLERANCE_CENTS
}
