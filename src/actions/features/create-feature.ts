import { checkFeature } from '../../core/entitlements/check-feature.ts'
import { accepted } from '../../core/refusal.ts'
import { type FeatureRow, insertFeature, writePrivileges } from '../../store/features.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { announceFeature } from './announce-feature.ts'
import { readFeature } from './read-feature.ts'

/** Creates a feature with its privileges; 422 for invalid fields or a taken code. */
export async function createFeature(
  context: Context,
  caller: Caller,
  raw: Readonly<Record<string, unknown>>,
): Promise<FeatureRow> {
  const { code, name, description, privileges } = accepted(checkFeature(raw))
  const own = { organizationId: caller.organizationId, id: newId() }
  return inTransaction(context.database, caller, async (tx) => {
    await insertFeature(tx, { ...own, code, name, description, ...stamps(caller.now) })
    await writePrivileges(tx, own, privileges, caller.now)
    const feature = await readFeature(tx, code)
    await announceFeature(tx, caller, 'feature.created', feature)
    return feature
  })
}
