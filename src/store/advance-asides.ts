import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { EventQuantity } from '../core/rating/rate-event.ts'
import type { Tx } from './database.ts'
import { ts } from './values.ts'

/** An event that a charge in advance has still to make a fee for, though its turn is over. */
export type AdvanceAside = {
  readonly id: string
  readonly eventId: string
  readonly chargeId: string
  readonly subscriptionId: string
  /** The event's own time. */
  readonly at: Instant
  /** What it is charged for, as found out in its turn. */
  readonly quantity: EventQuantity
}

export async function insertAside(
  tx: Tx,
  aside: AdvanceAside & { readonly organizationId: string; readonly now: Instant },
): Promise<void> {
  await tx
    .insertInto('advanceAsides')
    .values({
      organizationId: aside.organizationId,
      id: aside.id,
      eventId: aside.eventId,
      chargeId: aside.chargeId,
      subscriptionId: aside.subscriptionId,
      timestamp: ts(aside.at),
      pricedQuantity: aside.quantity.pricedQuantity.toString(),
      shownUnits: aside.quantity.displayedUnits.toString(),
      isFirst: aside.quantity.isFirst,
      createdAt: ts(aside.now),
    })
    .execute()
}

/** Takes an event off the list of those set aside; undefined when it is not there. */
export async function takeAside(tx: Tx, id: string): Promise<AdvanceAside | undefined> {
  const row = await tx.deleteFrom('advanceAsides').where('id', '=', id).returningAll().executeTakeFirst()
  if (!row) return undefined
  const { eventId, chargeId, subscriptionId, timestamp: at } = row
  const quantity = {
    pricedQuantity: Decimal.of(row.pricedQuantity),
    displayedUnits: Decimal.of(row.shownUnits),
    isFirst: row.isFirst,
  }
  return { id, eventId, chargeId, subscriptionId, at, quantity }
}
