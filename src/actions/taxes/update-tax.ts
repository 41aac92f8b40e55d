import { accepted } from '../../core/refusal.ts'
import { checkEInvoiceTax, type TaxChange } from '../../core/taxes/tax.ts'
import {
  flagDraftsOfTax,
  setBillingEntityTax,
  type TaxRow,
  updateTax as writeTax,
} from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { readTax, readTaxToChange } from './read-tax.ts'

/**
 * Updates a tax. Drafts of customers affected before or after the change are flagged; finalized invoices keep their
 * copy of code, name and rate (docs/rules/taxes.md). 404 for an unknown code, 422 for invalid fields.
 */
export async function updateTax(
  context: Context,
  caller: Caller,
  code: string,
  change: TaxChange,
): Promise<TaxRow> {
  const { organizationId } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const tax = await readTaxToChange(tx, code)
    const { appliedToOrganization, ...fields } = change
    accepted(checkEInvoiceTax({ ...tax, ...fields }))
    await flagDraftsOfTax(tx, tax.id)
    await writeTax(tx, tax.id, { ...fields, updatedAt: ts(caller.now) })
    if (appliedToOrganization !== undefined) {
      const link = { organizationId, billingEntityId: organizationId, taxId: tax.id }
      await setBillingEntityTax(tx, link, appliedToOrganization)
      await flagDraftsOfTax(tx, tax.id)
    }
    return readTax(tx, change.code ?? code)
  })
}
