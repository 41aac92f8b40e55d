import { Decimal } from '../amounts/decimal.ts'
import type { Tax } from './tax.ts'

/** What taxes need to know of a fee: its amounts in cents, what reductions took off, and its resolved taxes. */
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
  /** What the tax was taken from: its fees less their shares of reductions, in cents, unrounded. */
  readonly feesAmountCents: Decimal
}

export type InvoiceTaxes = {
  readonly appliedTaxes: readonly AppliedInvoiceTax[]
  readonly taxesAmountCents: bigint
  /** Weighted rate in percent, 5 decimals. */
  readonly taxesRate: Decimal
}

const RATE_DECIMALS = 5

/** The amount that a fee is taxed on, in cents: its amount less its precise share of reductions. */
function taxBaseOf(fee: Pick<TaxableFee, 'amountCents' | 'preciseReductionCents'>): Decimal {
  return Decimal.of(fee.amountCents).minus(fee.preciseReductionCents)
}

/**
 * Taxes of one fee. Each line is rounded for itself, the fee's sum is rounded once from the unrounded taxes
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
 * Taxes of an invoice, from its fees and never from rounded fee taxes: one line for each tax in the order in
 * which fees bring them, the sum rounded once. `subTotalExcludingTaxesAmountCents` weighs the rate; when
 * nothing is left of it, the numbers of fees do (docs/rules/taxes.md).
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

/** `rate` percent of an amount, exact: a hundredth never needs rounding. */
function shareOf(amount: Decimal, rate: Decimal): Decimal {
  return amount.times(rate).times(Decimal.of('0.01'))
}

function cents(amount: Decimal): bigint {
  return amount.round().toBigInt()
}
