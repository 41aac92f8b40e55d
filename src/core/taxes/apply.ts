import { Decimal } from '../amounts/decimal.ts'
import type { Tax } from './tax.ts'

/** A fee as needed for taxes: its amounts in cents, its reductions and its resolved taxes. */
export type TaxableFee = {
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly preciseReductionCents: Decimal
  readonly taxes: readonly Tax[]
}

export type AppliedFeeTax = {
  readonly tax: Tax
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
}

export type FeeTaxes = {
  readonly appliedTaxes: readonly AppliedFeeTax[]
  readonly taxesAmountCents: bigint
  /** Taxes of the unrounded fee, never rounded. */
  readonly taxesPreciseAmountCents: Decimal
  /** Sum of the rates, in percent. */
  readonly taxesRate: Decimal
}

export type AppliedInvoiceTax = {
  readonly tax: Tax
  readonly amountCents: bigint
  /** The taxable amount: its fees minus their shares of reductions, in unrounded cents. */
  readonly feesAmountCents: Decimal
}

export type InvoiceTaxes = {
  readonly appliedTaxes: readonly AppliedInvoiceTax[]
  readonly taxesAmountCents: bigint
  /** Weighted rate in percent, 5 decimals. */
  readonly taxesRate: Decimal
}

const RATE_DECIMALS = 5

/** The taxable amount of a fee in cents: its amount minus its precise share of reductions. */
function taxBaseOf(fee: Pick<TaxableFee, 'amountCents' | 'preciseReductionCents'>): Decimal {
  return Decimal.of(fee.amountCents).minus(fee.preciseReductionCents)
}

/**
 * The taxes of one fee. Each line is rounded separately; the fee's sum is rounded once from the unrounded taxes
 * (docs/rules/taxes.md).
 */
export function taxesOfFee(fee: TaxableFee): FeeTaxes {
  const base = taxBaseOf(fee)
  const preciseBase = fee.preciseAmountCents.minus(fee.preciseReductionCents)
  const unrounded = fee.taxes.map((tax) => shareOf(base, tax.rate))
  const precise = fee.taxes.map((tax) => shareOf(preciseBase, tax.rate))
  return {
    appliedTaxes: fee.taxes.map((tax, i) => ({
      tax,
      amountCents: cents(unrounded[i] ?? Decimal.zero),
      preciseAmountCents: precise[i] ?? Decimal.zero,
    })),
    taxesAmountCents: cents(Decimal.sum(unrounded)),
    taxesPreciseAmountCents: Decimal.sum(precise),
    taxesRate: Decimal.sum(fee.taxes.map((tax) => tax.rate)),
  }
}

/**
 * The taxes of an invoice, computed from its fees and never from rounded fee taxes: one line per tax in order of
 * first appearance, with the sum rounded once. The rate is weighted by `subTotalExcludingTaxesAmountCents`, or by the
 * number of fees when that is zero (docs/rules/taxes.md).
 */
export function taxesOfInvoice(
  fees: readonly TaxableFee[],
  subTotalExcludingTaxesAmountCents: bigint,
): InvoiceTaxes {
  const lines = linesOf(fees)
  const weightOf = (line: TaxLine): Decimal =>
    subTotalExcludingTaxesAmountCents > 0n
      ? line.base.dividedBy(Decimal.of(subTotalExcludingTaxesAmountCents))
      : Decimal.of(line.feesCount).dividedBy(Decimal.of(fees.length))
  return {
    appliedTaxes: lines.map((line) => ({
      tax: line.tax,
      amountCents: cents(shareOf(line.base, line.tax.rate)),
      feesAmountCents: line.base,
    })),
    taxesAmountCents: cents(Decimal.sum(lines.map((line) => shareOf(line.base, line.tax.rate)))),
    taxesRate: Decimal.sum(lines.map((line) => weightOf(line).times(line.tax.rate))).round(RATE_DECIMALS),
  }
}

type TaxLine = { readonly tax: Tax; readonly base: Decimal; readonly feesCount: number }

function linesOf(fees: readonly TaxableFee[]): TaxLine[] {
  const lines = new Map<string, TaxLine>()
  for (const fee of fees) {
    const base = taxBaseOf(fee)
    for (const tax of fee.taxes) {
      const line = lines.get(tax.id)
      lines.set(tax.id, {
        tax: line?.tax ?? tax,
        base: line ? line.base.plus(base) : base,
        feesCount: (line?.feesCount ?? 0) + 1,
      })
    }
  }
  return [...lines.values()]
}

/** Exactly `rate` percent of an amount: dividing by 100 never needs rounding. */
function shareOf(amount: Decimal, rate: Decimal): Decimal {
  return amount.times(rate).times(HUNDREDTH)
}

const HUNDREDTH = Decimal.of('0.01')

function cents(amount: Decimal): bigint {
  return amount.round().toBigInt()
}
