import type { WebhookType } from '../../core/webhooks/types.ts'
import type { Tx } from '../../store/database.ts'
import type { FeatureRow } from '../../store/features.ts'
import { toWireFeature } from '../../wire/features.ts'
import type { Caller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

/** Sends the webhook for a created, updated or deleted feature. */
export async function announceFeature(
  tx: Tx,
  caller: Caller,
  type: WebhookType & `feature.${string}`,
  feature: FeatureRow,
): Promise<void> {
  await announce(tx, caller, {
    type,
    objectType: 'feature',
    objectId: feature.id,
    payload: () => toWireFeature(feature),
  })
}
