import type { WebhookType } from '../../core/webhooks/types.ts'
import type { Tx } from '../../store/database.ts'
import { entitlementsOfPlans } from '../../store/entitlements.ts'
import { type PlanRow, type PlanWithParts, withParts } from '../../store/plans.ts'
import { toWirePlan } from '../../wire/plans.ts'
import type { Caller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

/** Sends a webhook with a plan and all its parts, which are read unless they are given. */
export async function announcePlan(
  tx: Tx,
  caller: Caller,
  type: Extract<WebhookType, `plan.${string}`>,
  plan: PlanRow | PlanWithParts,
): Promise<void> {
  await announce(tx, caller, {
    type,
    objectType: 'plan',
    objectId: plan.id,
    payload: async () => {
      const [whole] = 'charges' in plan ? [plan] : await withParts(tx, [plan])
      if (!whole) throw new Error(`plan ${plan.id} not found`)
      if (type === 'plan.deleted') return toWirePlan(whole, undefined)
      return toWirePlan(whole, (await entitlementsOfPlans(tx, [plan.id])).get(plan.id) ?? [])
    },
  })
}
