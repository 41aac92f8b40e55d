import { notFound } from '../../core/refusal.ts'
import { type AddOnWithTaxes, lockAddOn, updateAddOn, withTaxes } from '../../store/add-ons.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/** Deletes an add-on; its code is free at once. Gives the add-on as it was; 404 when there is none. */
export async function deleteAddOn(context: Context, caller: Caller, code: string): Promise<AddOnWithTaxes> {
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockAddOn(tx, code)
    const [addOn] = stored ? await withTaxes(tx, [stored]) : []
    if (!addOn) throw notFound('add_on')
    await updateAddOn(tx, addOn.id, { deletedAt: ts(caller.now), updatedAt: ts(caller.now) })
    return addOn
  })
}
