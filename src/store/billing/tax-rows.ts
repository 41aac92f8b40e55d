import type { Selectable } from 'kysely'
import type { Instant } from '../../core/calendar/instant.ts'
import type { AppliedFeeTax, AppliedInvoiceTax } from '../../core/taxes/apply.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import { newId } from '../ids.ts'
import type { FeeTaxes, InvoiceTaxes } from '../rows.ts'

/** A tax of a fee, with a copy of the tax as it is now. */
export function feeTaxRow(
  owner: { readonly organizationId: string; readonly feeId: string; readonly createdAt: Instant },
  { tax, amountCents, preciseAmountCents }: AppliedFeeTax,
): Selectable<FeeTaxes> {
  return {
    organizationId: owner.organizationId,
    id: newId(),
    feeId: owner.feeId,
    ...copyOf(tax),
    amountCents,
    preciseAmountCents: preciseAmountCents.round(15).toString(),
    createdAt: owner.createdAt,
  }
}

/** A tax of an invoice, with a copy of the tax as it is now. */
export function invoiceTaxRow(
  owner: { readonly organizationId: string; readonly invoiceId: string; readonly createdAt: Instant },
  { tax, amountCents, feesAmountCents }: AppliedInvoiceTax,
): Selectable<InvoiceTaxes> {
  return {
    organizationId: owner.organizationId,
    id: newId(),
    invoiceId: owner.invoiceId,
    ...copyOf(tax),
    amountCents,
    feesAmountCents: feesAmountCents.toString(),
    createdAt: owner.createdAt,
  }
}

function copyOf(tax: Tax) {
  return {
    taxId: tax.id,
    taxCode: tax.code,
    taxName: tax.name,
    taxDescription: tax.description,
    taxRate: tax.rate.toString(),
  }
}
