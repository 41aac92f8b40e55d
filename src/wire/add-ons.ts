import type { AddOnWithTaxes } from '../store/add-ons.ts'
import { toWireTax } from './taxes.ts'
import { isoSeconds } from './times.ts'

export function toWireAddOn(addOn: AddOnWithTaxes): object {
  return {
    lago_id: addOn.id,
    name: addOn.name,
    invoice_display_name: addOn.invoiceDisplayName,
    code: addOn.code,
    amount_cents: Number(addOn.amountCents),
    amount_currency: addOn.amountCurrency,
    description: addOn.description,
    created_at: isoSeconds(addOn.createdAt),
    taxes: addOn.taxes.map(toWireTax),
  }
}
