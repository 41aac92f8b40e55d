import { flagDraftsOfTax, type TaxRow, unlinkTax, updateTax } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { readTaxToChange } from './read-tax.ts'

/**
 * Deletes a tax: it leaves every object and draft, the drafts are flagged, and its code is free again
 * (docs/rules/taxes.md). Gives the tax as it is then, applied to nothing; 404 when there is none.
 */
export async function deleteTax(context: Context, caller: Caller, code: string): Promise<TaxRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const tax = await readTaxToChange(tx, code)
    await flagDraftsOfTax(tx, tax.id)
    await unlinkTax(tx, tax.id)
    await updateTax(tx, tax.id, { deletedAt: ts(caller.now), updatedAt: ts(caller.now) })
    return { ...tax, isAppliedToOrganization: false }
  })
}
