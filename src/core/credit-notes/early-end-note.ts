import { lesserCents } from '../amounts/cents.ts'
import { Decimal } from '../amounts/decimal.ts'
import {
  creditNoteShares,
  type EarlyEnd,
  type TerminationCreditNote,
  unusedAmount,
} from '../subscriptions/unused-amount.ts'
import type { NoteShares } from './credit-note.ts'
import { type CreditableFee, type NoteAmounts, noteAmounts } from './note-amounts.ts'
import { dueCents, type NotedInvoice } from './noted-invoice.ts'

/** A subscription that ends within a period that it paid for, with its last subscription fee and its invoice. */
export type CreditedEnd = Omit<EarlyEnd, 'fee'> & {
  readonly mode: TerminationCreditNote
  readonly invoice: NotedInvoice
  readonly fee: CreditableFee & {
    readonly planAmountCents: bigint
    readonly preciseAmountCents: Decimal
    readonly taxesPreciseAmountCents: Decimal
  }
}

/** What a credit note is made of. */
export type NoteContent = { readonly amounts: NoteAmounts; readonly shares: NoteShares }

/**
 * The credit note for the unused days of a plan paid in advance (docs/rules/credit-notes.md#unused-days), or null when
 * nothing is left to credit. Nothing is refunded beyond what was paid, nor offset beyond what is due: the rest is
 * credit.
 */
export function earlyEndNote(end: CreditedEnd): NoteContent | null {
  const { invoice, fee } = end
  if (invoice.status === 'voided') return null
  const early = { ...end, fee: billedFeeOf(fee) }
  const unused = unusedAmount(early)
  if (!unused) return null
  const items = [{ fee, preciseAmountCents: unused.itemAmountCents }]
  const amounts = noteAmounts(items, invoice.fees, invoice.taxRoundingCents)
  const total = amounts.subTotalCents + amounts.taxesCents
  if (total <= 0n) return null
  const wanted = creditNoteShares(
    early,
    total,
    {
      subTotalIncludingTaxesAmountCents: invoice.subTotalIncludingTaxesCents,
      totalPaidAmountCents: invoice.paidCents,
    },
    end.mode,
  )
  const refundCents = atMost(wanted.refundAmountCents, invoice.paidCents - invoice.noted.refundCents)
  const offsetCents = end.mode === 'offset' ? atMost(total - refundCents, dueCents(invoice)) : 0n
  return { amounts, shares: { creditCents: total - refundCents - offsetCents, refundCents, offsetCents } }
}

function billedFeeOf(fee: CreditedEnd['fee']): EarlyEnd['fee'] {
  return {
    planAmountCents: fee.planAmountCents,
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents,
    preciseCouponsAmountCents: fee.preciseReductionCents,
    taxesPreciseAmountCents: fee.taxesPreciseAmountCents,
    taxRates: fee.taxes.map(({ rate }) => rate),
    creditedAmountCents: Decimal.of(fee.creditedCents),
  }
}

function atMost(cents: bigint, max: bigint): bigint {
  if (max <= 0n) return 0n
  return lesserCents(cents, max)
}
