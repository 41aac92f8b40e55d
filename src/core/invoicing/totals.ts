import { type FeeTaxes, type InvoiceTaxes, taxesOfFee, taxesOfInvoice } from '../taxes/apply.ts'
import type { Tax } from '../taxes/tax.ts'
import type { FeeDraft } from './fee-draft.ts'

/** A fee with the taxes that were resolved for it. */
export type TaxedFee = { readonly fee: FeeDraft; readonly taxes: FeeTaxes }

/** The amounts of an invoice in cents, in the order in which they follow from each other (§8.2). */
export type InvoiceTotals = {
  readonly feesAmountCents: bigint
  readonly progressiveCreditAmountCents: bigint
  readonly subTotalExcludingTaxesAmountCents: bigint
  readonly taxes: InvoiceTaxes
  readonly subTotalIncludingTaxesAmountCents: bigint
  readonly totalAmountCents: bigint
}

/**
 * Fee taxes and the totals of an invoice (subscriptions-and-invoicing §8.1, §8.2, §8.5). The invoice's tax comes from
 * the unrounded fee bases, so it may differ from the sum of the fees' taxes.
 *
 * @param progressiveCreditAmountCents what earlier progressive invoices take off, already shared out on the fees
 */
export function totalInvoice(
  fees: readonly { readonly fee: FeeDraft; readonly taxes: readonly Tax[] }[],
  progressiveCreditAmountCents: bigint,
): { readonly fees: readonly TaxedFee[]; readonly totals: InvoiceTotals } {
  const taxable = fees.map(({ fee, taxes }) => ({
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents,
    preciseProgressiveCreditCents: fee.preciseProgressiveCreditCents,
    preciseCouponsAmountCents: fee.preciseCouponsAmountCents,
    taxes,
  }))
  const feesAmountCents = fees.reduce((sum, { fee }) => sum + fee.amountCents, 0n)
  const excluding = feesAmountCents - progressiveCreditAmountCents
  const taxes = taxesOfInvoice(taxable, excluding)
  const including = excluding + taxes.taxesAmountCents
  return {
    fees: fees.map(({ fee }, i) => ({ fee, taxes: taxesOfFee(taxable[i] ?? { ...fee, taxes: [] }) })),
    totals: {
      feesAmountCents,
      progressiveCreditAmountCents,
      subTotalExcludingTaxesAmountCents: excluding,
      taxes,
      subTotalIncludingTaxesAmountCents: including,
      totalAmountCents: including,
    },
  }
}
