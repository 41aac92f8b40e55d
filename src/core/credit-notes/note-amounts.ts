import { Decimal } from '../amounts/decimal.ts'
import { roundCents } from '../amounts/rounding.ts'
import type { Tax } from '../taxes/tax.ts'

/** A fee as it was invoiced, with what credit notes gave back of it. */
export type CreditableFee = {
  readonly id: string
  readonly amountCents: bigint
  /** Its share of the reductions before taxes, in cents. */
  readonly preciseReductionCents: Decimal
  /** The taxes that it was invoiced with. */
  readonly taxes: readonly Tax[]
  /** Cents before reductions and taxes that earlier credit notes gave back. */
  readonly creditedCents: bigint
}

/** A part of a fee to give back: cents before reductions and taxes, with up to 5 decimals. */
export type NoteItem = { readonly fee: CreditableFee; readonly preciseAmountCents: Decimal }

/** A tax of a credit note, in cents. */
export type NoteTax = { readonly tax: Tax; readonly baseCents: bigint; readonly amountCents: bigint }

/** What the items of a credit note come to. Amounts are in cents; precise ones have 5 decimals. */
export type NoteAmounts = {
  readonly items: readonly {
    readonly feeId: string
    readonly amountCents: bigint
    readonly preciseAmountCents: Decimal
  }[]
  readonly preciseCouponsCents: Decimal
  /** The items less their share of reductions. */
  readonly subTotalCents: bigint
  readonly preciseTaxesCents: Decimal
  readonly taxesCents: bigint
  /** Weighted rate in percent. */
  readonly taxesRate: Decimal
  readonly taxes: readonly NoteTax[]
  /** The exact sum of the items less reductions plus taxes, rounded once: the most that the note can be. */
  readonly valueCents: bigint
}

const SCALE = 5

/** Cents of a fee that can still be credited, before reductions and taxes. */
export function creditableCents({ amountCents, creditedCents }: CreditableFee): bigint {
  return amountCents - creditedCents
}

/**
 * What items come to: less their share of coupons and other reductions, with the taxes of their fees
 * (docs/rules/credit-notes.md#amounts). The note that credits the last cent of an invoice makes up for the roundings
 * of the notes before it.
 *
 * @param fees all fees of the invoice
 * @param earlierRoundingCents what the taxes of earlier notes were rounded up by, in total
 */
export function noteAmounts(
  items: readonly NoteItem[],
  fees: readonly CreditableFee[],
  earlierRoundingCents: Decimal,
): NoteAmounts {
  const nets = items.map((item) => ({ item, couponsCents: couponsOf(item) }))
  const gross = Decimal.sum(items.map(({ preciseAmountCents }) => preciseAmountCents))
  const coupons = Decimal.sum(nets.map(({ couponsCents }) => couponsCents))
  const net = gross.minus(coupons)
  const lines = taxLines(nets)
  const ownTaxes = Decimal.sum(lines.map(({ base, tax }) => percentOf(base, tax.rate)))
  const taxes = isLast(items, fees) ? ownTaxes.minus(earlierRoundingCents) : ownTaxes
  return {
    items: items.map(({ fee, preciseAmountCents }) => ({
      feeId: fee.id,
      amountCents: roundCents(preciseAmountCents),
      preciseAmountCents,
    })),
    preciseCouponsCents: coupons.round(SCALE),
    subTotalCents: roundCents(net),
    preciseTaxesCents: taxes.round(SCALE),
    taxesCents: roundCents(taxes),
    taxesRate: net.isZero()
      ? Decimal.zero
      : Decimal.sum(lines.map(({ base, tax }) => tax.rate.times(base).dividedBy(net))).round(SCALE),
    taxes: lines.map(({ tax, base }) => ({
      tax,
      baseCents: roundCents(base),
      amountCents: roundCents(percentOf(base, tax.rate)),
    })),
    valueCents: roundCents(net.plus(taxes)),
  }
}

function couponsOf({ fee, preciseAmountCents }: NoteItem): Decimal {
  if (fee.amountCents === 0n) return Decimal.zero
  return fee.preciseReductionCents.times(preciseAmountCents).dividedBy(Decimal.of(fee.amountCents))
}

function taxLines(
  nets: readonly { readonly item: NoteItem; readonly couponsCents: Decimal }[],
): { tax: Tax; base: Decimal }[] {
  const lines = new Map<string, { tax: Tax; base: Decimal }>()
  for (const { item, couponsCents } of nets) {
    const net = item.preciseAmountCents.minus(couponsCents)
    for (const tax of item.fee.taxes) {
      const key = JSON.stringify([tax.id, tax.rate.toString()])
      lines.set(key, { tax, base: net.plus(lines.get(key)?.base ?? Decimal.zero) })
    }
  }
  return [...lines.values()]
}

/** Whether nothing of the invoice is left to credit after these items. */
function isLast(items: readonly NoteItem[], fees: readonly CreditableFee[]): boolean {
  const taken = new Map<string, bigint>()
  for (const { fee, preciseAmountCents } of items) {
    taken.set(fee.id, (taken.get(fee.id) ?? 0n) + roundCents(preciseAmountCents))
  }
  return fees.every((fee) => creditableCents(fee) <= (taken.get(fee.id) ?? 0n))
}

function percentOf(amount: Decimal, rate: Decimal): Decimal {
  return amount.times(rate).times(Decimal.of('0.01'))
}
