import { toWireCents } from '../core/amounts/json-text.ts'
import type { InvoicePlan } from '../core/billing/bill-plan.ts'

type Shown = {
  readonly plan: InvoicePlan
  readonly addOns: ReadonlyMap<string, { readonly code: string; readonly name: string }>
}

/** The lines, taxes and totals of a one-off invoice that is not made. */
export function toWireOneOffPreview({ plan, addOns }: Shown): object {
  const { totals, fees, currency } = plan
  return {
    currency,
    fees: fees.map(({ fee, taxes }) => {
      const addOn = addOns.get(fee.addOnId ?? '')
      return {
        add_on_code: addOn?.code ?? '',
        name: fee.invoiceDisplayName ?? addOn?.name ?? '',
        units: fee.units.toWire(),
        precise_unit_amount: fee.unitAmount.toWire(),
        amount_cents: toWireCents(fee.amountCents),
        taxes_amount_cents: toWireCents(taxes.taxesAmountCents),
      }
    }),
    fees_amount_cents: toWireCents(totals.feesAmountCents),
    applied_taxes: totals.taxes.appliedTaxes.map(({ tax, amountCents }) => ({
      tax_code: tax.code,
      tax_name: tax.name,
      tax_rate: tax.rate.toWire(),
      amount_cents: toWireCents(amountCents),
    })),
    taxes_amount_cents: toWireCents(totals.taxes.taxesAmountCents),
    total_amount_cents: toWireCents(totals.totalAmountCents),
  }
}
