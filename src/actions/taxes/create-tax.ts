import { accepted } from '../../core/refusal.ts'
import { checkEInvoiceTax, type NewTax } from '../../core/taxes/tax.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import { flagDraftsOfTax, insertTax, setBillingEntityTax, type TaxRow } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { readTax } from './read-tax.ts'

/** Creates a tax; 422 when its code is taken or its fields of e-invoices do not fit (docs/rules/taxes.md). */
export async function createTax(context: Context, caller: Caller, input: NewTax): Promise<TaxRow> {
  const { organizationId } = caller
  const id = newId()
  const { einvoiceCategory = null, einvoiceExemptionCode = null, einvoiceExemptionReason = null } = input
  const electronic = { einvoiceCategory, einvoiceExemptionCode, einvoiceExemptionReason }
  accepted(checkEInvoiceTax({ ...electronic, rate: input.rate }))
  return inTransaction(context.database, caller, async (tx) => {
    await insertTax(tx, {
      organizationId,
      id,
      code: input.code,
      name: input.name,
      rate: input.rate,
      description: input.description ?? null,
      ...electronic,
      ...stamps(caller.now),
    })
    if (input.appliedToOrganization === true) {
      await setBillingEntityTax(tx, { organizationId, billingEntityId: organizationId, taxId: id }, true)
      await flagDraftsOfTax(tx, id)
    }
    return readTax(tx, input.code)
  })
}
