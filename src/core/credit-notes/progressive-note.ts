import { Decimal } from '../amounts/decimal.ts'
import type { NoteContent } from './early-end-note.ts'
import { type CreditableFee, creditableCents, type NoteItem, noteAmounts } from './note-amounts.ts'

/** A progressive invoice that billed more than the usage of its period. */
export type OverbilledInvoice = {
  /** Its fees; of reductions they carry their coupons only, because what progressive invoices took off was paid. */
  readonly fees: readonly CreditableFee[]
  readonly taxRoundingCents: Decimal
}

const SCALE = 5

/**
 * The credit note that gives back what a progressive invoice billed too much, with its taxes
 * (docs/rules/credit-notes.md#progressive-billing). It is taken from the largest fees first. Null when nothing can be
 * credited.
 *
 * @param overbilledCents without taxes, and after coupons
 */
export function progressiveNote(
  { fees, taxRoundingCents }: OverbilledInvoice,
  overbilledCents: bigint,
): NoteContent | null {
  const largestFirst = [...fees].sort((a, b) => Number(b.amountCents - a.amountCents))
  const items: NoteItem[] = []
  let left = Decimal.of(overbilledCents)
  for (const fee of largestFirst) {
    const kept = keptShare(fee)
    if (!left.isPositive() || !kept.isPositive()) continue
    const gross = Decimal.min(left.dividedBy(kept), Decimal.of(creditableCents(fee))).round(SCALE, 'down')
    if (!gross.isPositive()) continue
    items.push({ fee, preciseAmountCents: gross })
    left = left.minus(gross.times(kept))
  }
  if (items.length === 0) return null
  const amounts = noteAmounts(items, fees, taxRoundingCents)
  const creditCents = amounts.subTotalCents + amounts.taxesCents
  if (creditCents <= 0n) return null
  return { amounts, shares: { creditCents, refundCents: 0n, offsetCents: 0n } }
}

/** The part of a fee that its coupons left. */
function keptShare({ amountCents, preciseReductionCents }: CreditableFee): Decimal {
  if (amountCents <= 0n) return Decimal.zero
  const amount = Decimal.of(amountCents)
  return amount.minus(preciseReductionCents).dividedBy(amount)
}
