import { Decimal } from '../amounts/decimal.ts'
import type { Tax } from '../taxes/tax.ts'
import type { FeeDraft } from './fee-draft.ts'

/**
 * The most that the fees of one invoice come to with their taxes, in cents: what 64 bits hold
 * (docs/rules/rounding.md), less some room for the rounding of its taxes.
 */
export const INVOICE_CENTS_MAX = 9_000_000_000_000_000_000n

type WeighedFee = { readonly fee: FeeDraft; readonly taxes: readonly Tax[] }

/**
 * Parts fees into those that an invoice can hold and the excess, both in the given order. The smallest fees are taken
 * first, so that one absurd amount leaves the rest of a bill alone.
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

/** A fee that no invoice can hold by itself. */
export class FeeOutOfRange extends Error {
  constructor(fee: FeeDraft) {
    super(
      `a fee of ${shortened(fee.amountCents)} cents for ${fee.units.toString().slice(0, 60)} units is out of range`,
    )
    this.name = 'FeeOutOfRange'
  }
}

/** What the fee comes to with its taxes, before anything is taken off, rounded up. */
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
