import { EU_TAX_DESCRIPTION, euTaxes } from '../../core/taxes/eu-rates.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import { findTax, insertMissingTaxes, type TaxRow } from '../../store/taxes.ts'
import type { Caller } from '../context.ts'

/**
 * Creates the taxes of EU tax management that the organization does not have; those that it has stay as they are,
 * because their rates may have been corrected (docs/rules/taxes.md#taxes-in-the-eu).
 */
export async function createEuTaxes(tx: Tx, caller: Caller): Promise<void> {
  const { organizationId, now } = caller
  const rows = euTaxes(now).map((tax) => ({
    ...tax,
    organizationId,
    id: newId(),
    description: EU_TAX_DESCRIPTION,
    ...stamps(now),
  }))
  await insertMissingTaxes(tx, rows)
}

/** The EU tax with a code; one that was deleted meanwhile is created anew. */
export async function readEuTax(tx: Tx, caller: Caller, code: string): Promise<TaxRow> {
  const known = await findTax(tx, code)
  if (known) return known
  await createEuTaxes(tx, caller)
  const created = await findTax(tx, code)
  if (!created) throw new Error(`there is no EU tax ${code}`)
  return created
}
