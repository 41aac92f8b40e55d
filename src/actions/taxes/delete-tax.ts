import { flagDraftsOfTax, type TaxRow, unlinkTax, updateTax } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { readTaxToChange } from './read-tax.ts'

/**
 * Deletes a tax: removes it from every object and draft, flags the drafts, and frees its code (docs/rules/taxes.md).
 * Returns the tax, now applied to nothing; 404 when there is none.
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
