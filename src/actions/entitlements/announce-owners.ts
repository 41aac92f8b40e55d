import type { Tx } from '../../store/database.ts'
import { readEntitledPlan } from '../../store/entitlement-owners.ts'
import { toWireEntitledPlan } from '../../wire/entitlement-owners.ts'
import type { Caller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'
import { entitlementsOfPlan } from './read-entitlement-owner.ts'

/** `plan.updated` for each plan, with the entitlements that it has now (platform §9.3, §10). */
export async function announcePlansUpdated(
  tx: Tx,
  caller: Caller,
  planIds: readonly string[],
): Promise<void> {
  for (const planId of planIds) {
    await announce(tx, caller, {
      type: 'plan.updated',
      objectType: 'plan',
      objectId: planId,
      payload: async () =>
        toWireEntitledPlan(await readEntitledPlan(tx, planId), await entitlementsOfPlan(tx, planId)),
    })
  }
}
