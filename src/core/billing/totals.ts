import { type FeeDraft, preciseReductionCents } from '../invoicing/fee-draft.ts'
import { type FeeTaxes, type InvoiceTaxes, taxesOfFee, taxesOfInvoice } from '../taxes/apply.ts'
import type { Tax } from '../taxes/tax.ts'
import type { ResolvedFee } from './fee-taxes.ts'
import type { AvailableReductions } from './reductions/available.ts'
import { reduceInvoice } from './reductions/order.ts'
import type { ReducibleInvoice, Reduction, ReductionKind } from './reductions/reduction.ts'

/** A fee with its taxes, after reductions. */
export type TaxedFee = { readonly fee: FeeDraft; readonly taxes: FeeTaxes }

/** The amounts of an invoice in cents, each derived from those before it. */
export type InvoiceTotals = {
  readonly feesAmountCents: bigint
  readonly progressiveCreditAmountCents: bigint
  readonly couponsAmountCents: bigint
  /** Fees minus the reductions before taxes. */
  readonly subTotalExcludingTaxesAmountCents: bigint
  readonly taxes: InvoiceTaxes
  readonly subTotalIncludingTaxesAmountCents: bigint
  readonly creditNotesAmountCents: bigint
  readonly prepaidCreditAmountCents: bigint
  /** The amount to pay: the subtotal with taxes minus the reductions after taxes. */
  readonly totalAmountCents: bigint
}

/** An invoice with its reductions, taxes and totals. */
export type TotalledInvoice = {
  readonly fees: readonly TaxedFee[]
  readonly reductions: readonly Reduction[]
  readonly totals: InvoiceTotals
}

/**
 * Totals an invoice in this order: fees, reductions before taxes, taxes, reductions after taxes. The invoice's tax
 * comes from the unrounded bases of its fees, so it may differ from the sum of the fees' taxes.
 */
export function totalInvoice(
  periods: ReducibleInvoice['periods'],
  resolved: readonly ResolvedFee[],
  available: AvailableReductions,
): TotalledInvoice {
  const taxesOf = new Map(resolved.map(({ fee, taxes }) => [fee.key, taxes]))
  const feesAmountCents = resolved.reduce((sum, { fee }) => sum + fee.amountCents, 0n)
  const fees = resolved.map(({ fee }) => fee)
  const reduced = reduceInvoice(
    'before_taxes',
    { periods, fees, reductions: [], leftCents: feesAmountCents },
    available,
  )
  const taxable = reduced.fees.map((fee) => taxableFee(fee, taxesOf.get(fee.key) ?? []))
  const taxes = taxesOfInvoice(taxable, reduced.leftCents)
  const includingTaxes = reduced.leftCents + taxes.taxesAmountCents
  const taxed = taxable.map((each) => ({ fee: each.fee, taxes: taxesOfFee(each) }))
  const taxesByFee = new Map(taxed.map((each) => [each.fee.key, each.taxes.taxesPreciseAmountCents]))
  const settled = reduceInvoice(
    'after_taxes',
    { ...reduced, leftCents: includingTaxes, taxesByFee },
    available,
  )
  const takenBy = (kind: ReductionKind): bigint =>
    settled.reductions.reduce((sum, each) => (each.kind === kind ? sum + each.amountCents : sum), 0n)
  return {
    fees: taxed.map((each, i) => ({ ...each, fee: settled.fees[i] ?? each.fee })),
    reductions: settled.reductions,
    totals: {
      feesAmountCents,
      progressiveCreditAmountCents: takenBy('progressive_billing'),
      couponsAmountCents: takenBy('coupon'),
      subTotalExcludingTaxesAmountCents: reduced.leftCents,
      taxes,
      subTotalIncludingTaxesAmountCents: includingTaxes,
      creditNotesAmountCents: takenBy('credit_note'),
      prepaidCreditAmountCents: takenBy('prepaid_credit'),
      totalAmountCents: settled.leftCents,
    },
  }
}

/** Taxes a fee by itself, without an invoice or its reductions. */
export function taxedAlone({ fee, taxes }: ResolvedFee): TaxedFee {
  return { fee, taxes: taxesOfFee(taxableFee(fee, taxes)) }
}

function taxableFee(fee: FeeDraft, taxes: readonly Tax[]) {
  return {
    fee,
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents,
    preciseReductionCents: preciseReductionCents(fee),
    taxes,
  }
}
