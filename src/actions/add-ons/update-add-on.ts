import type { AddOnChange } from '../../core/add-ons/add-on.ts'
import { notFound } from '../../core/refusal.ts'
import { type AddOnWithTaxes, lockAddOn, updateAddOn as storeAddOn, withTaxes } from '../../store/add-ons.ts'
import { replaceTaxes } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { readTaxesByCode } from '../taxes/read-tax.ts'

/**
 * Changes an add-on; fees that were made of it stay as they are. 404 `add_on_not_found` and `tax_not_found`, 422 when
 * its new code is taken.
 */
export async function updateAddOn(
  context: Context,
  caller: Caller,
  code: string,
  change: AddOnChange,
): Promise<AddOnWithTaxes> {
  const { taxCodes, ...values } = change
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockAddOn(tx, code)
    if (!stored) throw notFound('add_on')
    const addOn = await storeAddOn(tx, stored.id, { ...values, updatedAt: ts(caller.now) })
    if (taxCodes) {
      const taxes = await readTaxesByCode(tx, taxCodes)
      const taxIds = taxes.map((tax) => tax.id)
      await replaceTaxes(tx, caller.organizationId, 'addOn', addOn.id, taxIds)
    }
    const [whole] = await withTaxes(tx, [addOn])
    if (!whole) throw new Error(`add-on ${addOn.id} was lost`)
    return whole
  })
}
