import type { TaxChange } from '../../core/taxes/tax.ts'
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
 * Changes a tax. The drafts of customers that it concerned before or concerns now are flagged; finalized
 * invoices keep the code, name and rate that they copied (docs/rules/taxes.md). 404 and 422 as expected.
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
