import { featureChange, mergePrivileges } from '../../core/entitlements/check-feature.ts'
import { accepted } from '../../core/refusal.ts'
import { planIdsWith } from '../../store/entitlements.ts'
import { type FeatureRow, updateFeature as writeFeature, writePrivileges } from '../../store/features.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { announcePlansUpdated } from '../entitlements/announce-plans.ts'
import { announceFeature } from './announce-feature.ts'
import { readFeature, readFeatureToChange } from './read-feature.ts'

/**
 * Updates a feature: privileges are created or renamed, selects gain options, everything absent stays. Webhooks for
 * the feature and the plans with it are sent even if nothing changed. 404 for an unknown code, 422 for invalid
 * fields.
 */
export async function updateFeature(
  context: Context,
  caller: Caller,
  code: string,
  raw: Readonly<Record<string, unknown>>,
): Promise<FeatureRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const feature = await readFeatureToChange(tx, code)
    const privileges = accepted(mergePrivileges(feature.privileges, raw.privileges))
    await writeFeature(tx, feature.id, { ...featureChange(raw), updatedAt: ts(caller.now) })
    await writePrivileges(tx, feature, privileges, caller.now)
    const changed = await readFeature(tx, code)
    await announcePlansUpdated(tx, caller, await planIdsWith(tx, feature.id, null))
    await announceFeature(tx, caller, 'feature.updated', changed)
    return changed
  })
}
