import { Decimal } from '../amounts/decimal.ts'
import { roundCents } from '../amounts/rounding.ts'
import { type Outcome, outcome, refusedFields } from '../problems.ts'
import type { NoteContent } from './early-end-note.ts'
import { type CreditableFee, creditableCents, type NoteItem, noteAmounts } from './note-amounts.ts'
import { creditableAmount, type NotedInvoice, refundableAmount } from './noted-invoice.ts'
import { settledShares } from './settle-note.ts'

/** What is given back when an invoice is voided, in cents. */
export type VoidRefund = { readonly creditCents: bigint; readonly refundCents: bigint }

/** The credit notes of a voided invoice, each null when there is nothing for it. */
export type VoidNotes = {
  readonly requested: NoteContent | null
  /** What the request leaves; it is given up at once, so that nothing of the invoice can be credited any more. */
  readonly rest: NoteContent | null
}

const SCALE = 5

/**
 * The credit notes of an invoice that is voided (docs/rules/credit-notes.md#voided-invoices). 422 with
 * `credit_refund_amount`: `total_amount_exceeds_invoice_amount` when more is asked than the invoice holds.
 */
export function voidNotes(invoice: NotedInvoice, asked: VoidRefund): Outcome<VoidNotes> {
  const creditable = roundCents(creditableAmount(invoice))
  const wanted = asked.creditCents + asked.refundCents
  if (wanted > creditable || asked.refundCents > roundCents(refundableAmount(invoice))) {
    return refusedFields({ credit_refund_amount: ['total_amount_exceeds_invoice_amount'] })
  }
  const requested = wanted === 0n ? null : requestedNote(invoice, asked, wanted === creditable)
  const rest = restOf(requested === null ? invoice : noted(invoice, requested))
  return outcome({ requested, rest })
}

/** Shares the request out on the fees, by what each has left. */
function requestedNote(invoice: NotedInvoice, asked: VoidRefund, isWhole: boolean): NoteContent {
  const wanted = Decimal.of(asked.creditCents + asked.refundCents)
  const creditable = creditableAmount(invoice)
  const items = itemsOf(invoice.fees, (left) =>
    isWhole ? left : left.times(wanted).dividedBy(creditable, SCALE, 'down'),
  )
  const amounts = noteAmounts(items, invoice.fees, invoice.taxRoundingCents)
  return { amounts, shares: settledShares(invoice, amounts, { ...asked, offsetCents: 0n }) }
}

function restOf({ fees, taxRoundingCents }: NotedInvoice): NoteContent | null {
  const amounts = noteAmounts(
    itemsOf(fees, (left) => left),
    fees,
    taxRoundingCents,
  )
  const creditCents = amounts.subTotalCents + amounts.taxesCents
  if (creditCents <= 0n) return null
  return { amounts, shares: { creditCents, refundCents: 0n, offsetCents: 0n } }
}

function itemsOf(fees: readonly CreditableFee[], take: (left: Decimal) => Decimal): readonly NoteItem[] {
  return fees.flatMap((fee) => {
    const left = creditableCents(fee)
    return left > 0n ? [{ fee, preciseAmountCents: take(Decimal.of(left)) }] : []
  })
}

/** The invoice after a note was made on it. */
function noted(invoice: NotedInvoice, { amounts, shares }: NoteContent): NotedInvoice {
  const taken = new Map(amounts.items.map(({ feeId, amountCents }) => [feeId, amountCents]))
  return {
    ...invoice,
    fees: invoice.fees.map((fee) => ({
      ...fee,
      creditedCents: fee.creditedCents + (taken.get(fee.id) ?? 0n),
    })),
    noted: {
      creditCents: invoice.noted.creditCents + shares.creditCents,
      refundCents: invoice.noted.refundCents + shares.refundCents,
      offsetCents: invoice.noted.offsetCents + shares.offsetCents,
    },
    taxRoundingCents: invoice.taxRoundingCents.plus(
      Decimal.of(amounts.taxesCents).minus(amounts.preciseTaxesCents),
    ),
  }
}
