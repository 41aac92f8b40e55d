import type { Tx } from '../../store/database.ts'
import { type EntitledSubscriptionRow, readEntitledPlan } from '../../store/entitlement-owners.ts'
import { effectiveEntitlements } from '../../store/entitlements.ts'
import { toWireEntitledPlan, toWireEntitledSubscription } from '../../wire/entitlement-owners.ts'
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

/** `subscription.updated`, with what the subscription is entitled to now (platform §9.3, §10). */
export async function announceSubscriptionUpdated(
  tx: Tx,
  caller: Caller,
  subscription: EntitledSubscriptionRow,
): Promise<void> {
  await announce(tx, caller, {
    type: 'subscription.updated',
    objectType: 'subscription',
    objectId: subscription.id,
    payload: async () =>
      toWireEntitledSubscription(subscription, await effectiveEntitlements(tx, subscription)),
  })
}
