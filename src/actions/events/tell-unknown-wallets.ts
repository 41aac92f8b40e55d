import { isInput } from '../../core/input/fields.ts'
import { subscriptionOfEvent } from '../../core/metering/event-subscription.ts'
import type { FieldErrors } from '../../core/problems.ts'
import { TARGET_WALLET_KEY } from '../../core/rating/usage-plan.ts'
import { takesType } from '../../core/webhooks/types.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import {
  chargesTakingWallets,
  eventCandidates,
  type TargetWalletEvent,
  takeTargetWalletEvents,
  takingKey,
} from '../../store/target-wallet-events.ts'
import { activeWalletCodesOf } from '../../store/wallets.ts'
import { listWebhookEndpoints } from '../../store/webhooks.ts'
import { toWireEventErrorJson } from '../../wire/events.ts'
import type { DueAction } from '../due/due-action.ts'
import { announce } from '../webhooks/announce.ts'

/** Events per transaction, so that it does not grow with the backlog. */
const EVENTS_MAX = 500

const UNKNOWN: FieldErrors = { target_wallet_code: ['target_wallet_code_not_found'] }

/**
 * Sends `event.error` for events that name a wallet their customer does not have (docs/rules/events.md), if the plan
 * has a charge on their metric that accepts wallet names. The events are kept and billed like any other.
 */
export const tellUnknownWallets: DueAction = async (_context, tx, caller, organizationId) => {
  const { events, isAll } = await takeTargetWalletEvents(tx, EVENTS_MAX)
  if (!isAll) {
    const again = { kind: 'target_wallets', subjectId: organizationId, dueAt: caller.now } as const
    await scheduleItem(tx, organizationId, again)
  }
  const endpoints = await listWebhookEndpoints(tx)
  if (!endpoints.some((each) => takesType(each.eventTypes, 'event.error'))) return
  for (const event of await aimedEvents(tx, events)) {
    await announce(tx, caller, {
      type: 'event.error',
      objectType: 'event_error',
      objectId: event.id,
      payload: () => toWireEventErrorJson(event, UNKNOWN),
    })
  }
}

/** The events whose subscription has a charge that accepts wallet names, and whose customer lacks the named one. */
async function aimedEvents(
  tx: Tx,
  events: readonly TargetWalletEvent[],
): Promise<readonly TargetWalletEvent[]> {
  const candidates = await eventCandidates(
    tx,
    events.map((each) => each.externalSubscriptionId),
  )
  const taking = await chargesTakingWallets(
    tx,
    events.map((each) => each.metricId),
  )
  const aimed = events.flatMap((event) => {
    const ofEvent = candidates.get(event.externalSubscriptionId) ?? []
    const subscription = subscriptionOfEvent(ofEvent, event.at, event.isRecurring)
    const isTaken = subscription !== null && taking.has(takingKey(subscription.planId, event.metricId))
    return isTaken ? [{ event, customerId: subscription.customerId }] : []
  })
  const codes = await activeWalletCodesOf(
    tx,
    aimed.map(({ customerId }) => customerId),
  )
  const isKnown = ({ event, customerId }: (typeof aimed)[number]) =>
    codes.get(customerId)?.has(walletCodeOf(event)) === true
  return aimed.filter((each) => !isKnown(each)).map(({ event }) => event)
}

/** The code of the wallet that an event names. */
function walletCodeOf({ propertiesJson }: TargetWalletEvent): string {
  const properties: unknown = JSON.parse(propertiesJson)
  const code = isInput(properties) ? properties[TARGET_WALLET_KEY] : undefined
  return typeof code === 'string' ? code : String(code)
}
