import { checkEvent, checkEventBatch, type ReceivedEvent } from '../../core/metering/event-check.ts'
import type { FieldErrors } from '../../core/problems.ts'
import { invalid } from '../../core/refusal.ts'
import { subscriptionsOfCustomers } from '../../store/events/customer-subscriptions.ts'
import { newId } from '../../store/ids.ts'
import type { Caller, Context } from '../context.ts'
import { expressionFailures, type StoredEvent } from './arrivals.ts'
import { doorOf } from './door.ts'

/**
 * Stores one event, durably when this resolves (docs/rules/events.md). 422 for a malformed event, a duplicate or a
 * failed expression; throws `DoorIsFull` under overload.
 */
export async function ingestEvent(
  context: Context,
  caller: Caller,
  raw: Readonly<Record<string, unknown>>,
): Promise<StoredEvent> {
  const check = checkEvent(raw, caller.now)
  if (!check.ok) throw invalid(check.errors)
  let { event } = check
  if (needsSubscription(event)) {
    const resolved = await resolveCustomers(context, caller, [event])
    if (!resolved.ok) throw invalid(resolved.errors.get(0) ?? {})
    event = resolved.events[0] ?? event
  }
  const [stored] = await enter(context, caller, [event], false)
  if (!stored) throw new Error('the stored event was not returned')
  return stored
}

/**
 * Stores a batch, all or nothing (docs/rules/events.md#accepted-once). Errors are keyed by the event's zero-based
 * index; the whole batch is rejected with `no_events` or `too_many_events`.
 */
export async function ingestEvents(
  context: Context,
  caller: Caller,
  raw: unknown,
): Promise<readonly StoredEvent[]> {
  const check = checkEventBatch(raw, caller.now, context.settings.eventsBatchMax)
  if (!check.ok) throw invalid({ ...check.errors, ...(await failuresOf(context, caller, check.valid)) })
  let { events } = check
  if (events.some(needsSubscription)) {
    const resolved = await resolveCustomers(context, caller, events)
    if (!resolved.ok) {
      throw invalid(Object.fromEntries([...resolved.errors].map(([index, each]) => [String(index), each])))
    }
    events = resolved.events
  }
  return enter(context, caller, events, true)
}

function enter(
  context: Context,
  caller: Caller,
  events: readonly ReceivedEvent[],
  isBatch: boolean,
): Promise<readonly StoredEvent[]> {
  return new Promise((resolve, reject) => {
    const ids = events.map(() => newId())
    const { organizationId, now } = caller
    doorOf(context).enter({ organizationId, events, ids, isBatch, now, resolve, reject })
  })
}

/**
 * Failed expressions are reported together with malformed events in the batch (docs/rules/events.md#accepted-once).
 */
async function failuresOf(
  context: Context,
  caller: Caller,
  events: ReadonlyMap<number, ReceivedEvent>,
): Promise<Readonly<Record<string, string>>> {
  if (events.size === 0) return {}
  const definitions = await doorOf(context).definitionsOf(caller.organizationId)
  return Object.fromEntries(expressionFailures(events, definitions))
}

function needsSubscription(event: ReceivedEvent): boolean {
  return event.externalSubscriptionId === null && event.externalCustomerId !== null
}

/** Events with an `external_customer_id` go to the customer's only active subscription (docs/api/differences.md). */
async function resolveCustomers(
  context: Context,
  caller: Caller,
  events: readonly ReceivedEvent[],
): Promise<
  | { readonly ok: true; readonly events: readonly ReceivedEvent[] }
  | { readonly ok: false; readonly errors: ReadonlyMap<number, FieldErrors> }
> {
  const customerIds = events.flatMap((each) =>
    needsSubscription(each) ? [each.externalCustomerId ?? ''] : [],
  )
  const found = await context.database.read(caller, (reads) => subscriptionsOfCustomers(reads, customerIds))
  const errors = new Map<number, FieldErrors>()
  const resolved = events.map((event, index) => {
    if (!needsSubscription(event)) return event
    const subscriptions = found.get(event.externalCustomerId ?? '')
    const [only, another] = subscriptions ?? []
    if (only !== undefined && another === undefined) return { ...event, externalSubscriptionId: only }
    const none = subscriptions ? 'no_active_subscription' : 'customer_not_found'
    errors.set(index, {
      external_customer_id: [another === undefined ? none : 'several_active_subscriptions'],
    })
    return event
  })
  return errors.size === 0 ? { ok: true, events: resolved } : { ok: false, errors }
}
