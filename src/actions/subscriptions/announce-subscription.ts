import type { WebhookType } from '../../core/webhooks/types.ts'
import { type CustomerDetails, detailsOfCustomer } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { type SubscriptionDetails, subscriptionDetails } from '../../store/subscription-views.ts'
import { readSubscription } from '../../store/subscriptions.ts'
import { toWireCustomerBase } from '../../wire/customers.ts'
import { toWireSubscriptionDetails } from '../../wire/subscriptions.ts'
import type { Caller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

/** Sends a webhook about a subscription in its current state; `more` adds fields. */
export async function announceSubscription(
  tx: Tx,
  caller: Caller,
  type: SubscriptionMessage,
  row: { readonly id: string },
  more: object = {},
): Promise<void> {
  await announce(tx, caller, messageOf(tx, caller, type, row, more))
}

type SubscriptionMessage = Extract<WebhookType, `subscription.${string}`>

/** The webhook message; its payload is only read if an endpoint is subscribed. */
export function messageOf(
  tx: Tx,
  caller: Caller,
  type: SubscriptionMessage,
  row: { readonly id: string },
  more: object = {},
) {
  return {
    type,
    objectType: 'subscription',
    objectId: row.id,
    payload: async () => {
      const details = await subscriptionDetails(tx, await readSubscription(tx, row.id), caller.now)
      return { ...payloadOf(details, await detailsOfCustomer(tx, details.customer)), ...more }
    },
  }
}

/** What a message about a subscription says. */
export function payloadOf(details: SubscriptionDetails, customer: CustomerDetails): object {
  return { ...toWireSubscriptionDetails(details), customer: toWireCustomerBase(customer) }
}
