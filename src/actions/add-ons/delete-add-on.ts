import { notFound } from '../../core/refusal.ts'
import { type AddOnWithTaxes, findAddOn, lockAddOn, updateAddOn, withTaxes } from '../../store/add-ons.ts'
import { flagDraftsOfPlans } from '../../store/draft-invoices.ts'
import { deleteFixedChargesOfAddOn, lockPlansOfAddOn } from '../../store/fixed-charges.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/** Deletes an add-on with its fixed charges; its code is free at once. Gives the add-on as it was; 404 when there is none. */
export async function deleteAddOn(context: Context, caller: Caller, code: string): Promise<AddOnWithTaxes> {
  return inTransaction(context.database, caller, async (tx) => {
    const found = await findAddOn(tx, code)
    // Plans come before what they are made of, as in every change of a plan.
    if (found) await lockPlansOfAddOn(tx, found.id)
    const stored = await lockAddOn(tx, code)
    const [addOn] = stored ? await withTaxes(tx, [stored]) : []
    if (!addOn) throw notFound('add_on')
    await updateAddOn(tx, addOn.id, { deletedAt: ts(caller.now), updatedAt: ts(caller.now) })
    await flagDraftsOfPlans(tx, await deleteFixedChargesOfAddOn(tx, addOn.id, caller.now))
    return addOn
  })
}
