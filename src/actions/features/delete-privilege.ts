import { notFound } from '../../core/refusal.ts'
import { planIdsWith } from '../../store/entitlements.ts'
import { deletePrivileges, type FeatureRow } from '../../store/features.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { announcePlansUpdated } from '../entitlements/announce-plans.ts'
import { announceFeature } from './announce-feature.ts'
import { readFeature, readFeatureToChange } from './read-feature.ts'

/**
 * Deletes a privilege of a feature and removes it from all plans and subscriptions: sends `plan.updated` for each
 * plan with a value for it, then `feature.updated`. Returns the rest of the feature; 404 `feature_not_found` or
 * `privilege_not_found`.
 */
export async function deletePrivilege(
  context: Context,
  caller: Caller,
  code: string,
  privilegeCode: string,
): Promise<FeatureRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const feature = await readFeatureToChange(tx, code)
    const privilege = feature.privileges.find((each) => each.code === privilegeCode)
    if (!privilege) throw notFound('privilege')
    const planIds = await planIdsWith(tx, feature.id, privilege.id)
    await deletePrivileges(tx, [privilege.id], caller.now)
    const changed = await readFeature(tx, code)
    await announcePlansUpdated(tx, caller, planIds)
    await announceFeature(tx, caller, 'feature.updated', changed)
    return changed
  })
}
