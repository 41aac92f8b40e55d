import { Decimal } from '../amounts/decimal.ts'
import { fromCents } from '../amounts/rounding.ts'
import { type FeeDraft, oneOffFeeDraft } from '../invoicing/fee-draft.ts'
import type { OneOffLineInput } from '../invoicing/one-off-input.ts'
import { type Outcome, outcome, refusedFields } from '../problems.ts'
import type { Tax } from '../taxes/tax.ts'
import { assembleInvoice } from './assemble-invoice.ts'
import type { InvoiceHead, InvoicePlan } from './bill-plan.ts'
import type { TaxesByOwner } from './snapshot.ts'

/** The add-on of a line. */
export type OneOffAddOn = {
  readonly id: string
  readonly amountCents: bigint
  readonly invoiceDisplayName: string | null
  readonly description: string | null
}

/** A line with its add-on and the taxes that it names. */
export type OneOffLine = {
  readonly input: OneOffLineInput
  readonly addOn: OneOffAddOn
  readonly taxes: readonly Tax[]
}

/**
 * A one-off invoice (docs/rules/invoices.md#one-off-invoices): final at once, dated by its day, and nothing is taken
 * off it. Refuses lines that come to more than an invoice holds: `fees: value_is_out_of_range`.
 */
export function buildOneOff(
  head: Omit<InvoiceHead, 'invoiceType'>,
  lines: readonly OneOffLine[],
  chosen: Pick<InvoicePlan, 'skipsPayment' | 'customSections'>,
  taxes: TaxesByOwner,
): Outcome<InvoicePlan> {
  const fees = lines.map((line, n) => feeOf(head, line, `one_off/${n}`))
  const lineTaxes = new Map(fees.map((fee, n) => [fee.key, lines[n]?.taxes ?? []]))
  const invoice = assembleInvoice(
    {
      head: { ...head, invoiceType: 'one_off' },
      periods: [],
      fees,
      planIds: new Map(),
      hasGrace: false,
      draft: null,
      reached: null,
    },
    { ...taxes, lines: lineTaxes },
    { progressive: new Map() },
  )
  if (invoice.unbilled.length > 0) return refusedFields({ fees: ['value_is_out_of_range'] })
  return outcome({ ...invoice, ...chosen })
}

function feeOf(
  { currency, createdAt }: Pick<InvoiceHead, 'currency' | 'createdAt'>,
  { input, addOn }: OneOffLine,
  key: string,
): FeeDraft {
  const unitAmountCents = input.unitAmountCents ?? addOn.amountCents
  const preciseAmountCents = Decimal.of(unitAmountCents).times(input.units)
  return oneOffFeeDraft({
    key,
    addOnId: addOn.id,
    invoiceDisplayName: input.invoiceDisplayName ?? addOn.invoiceDisplayName,
    description: input.description ?? addOn.description,
    units: input.units,
    amountCents: preciseAmountCents.round().toBigInt(),
    preciseAmountCents,
    unitAmount: fromCents(unitAmountCents, currency),
    period: input.period ?? { from: createdAt, to: createdAt },
  })
}
