import { planIdsWith } from '../../store/entitlements.ts'
import { type FeatureRow, deleteFeature as removeFeature } from '../../store/features.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { announcePlansUpdated } from '../entitlements/announce-plans.ts'
import { announceFeature } from './announce-feature.ts'
import { readFeatureToChange } from './read-feature.ts'

/**
 * Deletes a feature and removes it from all plans and subscriptions: sends `plan.updated` for each of those plans,
 * then `feature.deleted`. Returns the feature; 404 when there is none.
 */
export async function deleteFeature(context: Context, caller: Caller, code: string): Promise<FeatureRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const feature = await readFeatureToChange(tx, code)
    const planIds = await planIdsWith(tx, feature.id, null)
    await removeFeature(tx, feature, caller.now)
    await announcePlansUpdated(tx, caller, planIds)
    await announceFeature(tx, caller, 'feature.deleted', feature)
    return feature
  })
}
