import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { EventQuantity } from '../core/rating/rate-event.ts'
import type { Tx } from './database.ts'
import { ts, tsOrNull } from './values.ts'

/** An event that was processed in its turn but whose fee could not be created yet. */
export type DeferredEvent = {
  readonly id: string
  readonly eventId: string
  readonly chargeId: string
  readonly subscriptionId: string
  /** The event's own time. */
  readonly at: Instant
  /** When the subscription ended, if it had ended by the time the event was accepted. */
  readonly endedAt: Instant | null
  /** The quantity charged for it, as determined in its turn. */
  readonly quantity: EventQuantity
}

export async function insertDeferred(
  tx: Tx,
  deferred: DeferredEvent & { readonly organizationId: string; readonly now: Instant },
): Promise<void> {
  await tx
    .insertInto('deferredEvents')
    .values({
      organizationId: deferred.organizationId,
      id: deferred.id,
      eventId: deferred.eventId,
      chargeId: deferred.chargeId,
      subscriptionId: deferred.subscriptionId,
      timestamp: ts(deferred.at),
      endedAt: tsOrNull(deferred.endedAt),
      pricedQuantity: deferred.quantity.pricedQuantity.toString(),
      shownUnits: deferred.quantity.displayedUnits.toString(),
      isFirst: deferred.quantity.isFirst,
      createdAt: ts(deferred.now),
    })
    .execute()
}

/** Takes an event off the list of deferred ones; undefined when it is not on it. */
export async function takeDeferred(tx: Tx, id: string): Promise<DeferredEvent | undefined> {
  const row = await tx.deleteFrom('deferredEvents').where('id', '=', id).returningAll().executeTakeFirst()
  if (!row) return undefined
  const { eventId, chargeId, subscriptionId, timestamp: at, endedAt } = row
  const quantity = {
    pricedQuantity: Decimal.of(row.pricedQuantity),
    displayedUnits: Decimal.of(row.shownUnits),
    isFirst: row.isFirst,
  }
  return { id, eventId, chargeId, subscriptionId, at, endedAt, quantity }
}
