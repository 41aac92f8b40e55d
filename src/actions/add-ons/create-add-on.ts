import type { NewAddOn } from '../../core/add-ons/add-on.ts'
import { type AddOnWithTaxes, insertAddOn } from '../../store/add-ons.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import { replaceTaxes } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { readTaxesByCode } from '../taxes/read-tax.ts'

/** Makes an add-on; 422 when its code is taken, 404 `tax_not_found`. */
export async function createAddOn(
  context: Context,
  caller: Caller,
  input: NewAddOn,
): Promise<AddOnWithTaxes> {
  const { organizationId } = caller
  const { taxCodes = [], ...values } = input
  return inTransaction(context.database, caller, async (tx) => {
    const taxes = await readTaxesByCode(tx, taxCodes)
    const addOn = await insertAddOn(tx, { organizationId, id: newId(), ...values, ...stamps(caller.now) })
    await replaceTaxes(
      tx,
      organizationId,
      'addOn',
      addOn.id,
      taxes.map((tax) => tax.id),
    )
    return { ...addOn, taxes }
  })
}
