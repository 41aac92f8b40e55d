import { Decimal } from '../amounts/decimal.ts'
import type { Tax } from '../taxes/tax.ts'
import type { FeeDraft } from './fee-draft.ts'

/**
 * The maximum total of one invoice's fees with taxes, in cents: what 64 bits hold (docs/rules/rounding.md), with some
 * room for the rounding of taxes.
 */
export const INVOICE_CENTS_MAX = 9_000_000_000_000_000_000n

type WeighedFee = { readonly fee: FeeDraft; readonly taxes: readonly Tax[] }

/**
 * Splits fees into those that fit on an invoice and the excess, both in the given order. The smallest fees are taken
 * first, so that one absurd amount does not affect the rest of the bill.
 */
export function fittingFees<T extends WeighedFee>(
  fees: readonly T[],
): { readonly fitting: readonly T[]; readonly excess: readonly T[] } {
  const weighed = fees.map((each) => ({ each, cents: taxedCents(each) }))
  let total = 0n
  const excess = new Set<T>()
  for (const { each, cents } of weighed.sort((a, b) =>
    a.cents < b.cents ? -1 : a.cents > b.cents ? 1 : 0,
  )) {
    if (total + cents > INVOICE_CENTS_MAX) excess.add(each)
    else total += cents
  }
  if (excess.size === 0) return { fitting: fees, excess: [] }
  return {
    fitting: fees.filter((each) => !excess.has(each)),
    excess: fees.filter((each) => excess.has(each)),
  }
}

/** A fee whose amount is too large for any invoice. */
export class FeeOutOfRange extends Error {
  constructor(fee: FeeDraft) {
    super(
      `a fee of ${shortened(fee.amountCents)} cents for ${fee.units.toString().slice(0, 60)} units is out of range`,
    )
    this.name = 'FeeOutOfRange'
  }
}

/** The fee with its taxes, before reductions, rounded up. */
function taxedCents({ fee, taxes }: WeighedFee): bigint {
  if (taxes.length === 0) return fee.amountCents
  const rate = Decimal.sum(taxes.map((tax) => tax.rate))
  const amount = Decimal.of(fee.amountCents)
  return amount.plus(amount.times(rate).times(HUNDREDTH)).round(0, 'ceil').toBigInt()
}

const HUNDREDTH = Decimal.of('0.01')

function shortened(cents: bigint): string {
  const digits = String(cents)
  return digits.length <= 40 ? digits : `${digits.slice(0, 20)}… (${digits.length} digits)`
}
