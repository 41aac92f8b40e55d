import { sql } from 'kysely'
import type { TimeZone } from '../core/calendar/zone.ts'
import type { BilledWindow } from '../core/subscriptions/open-window.ts'
import type { Reads } from './database.ts'

/**
 * The charges windows that periodic bills of a subscription covered, if one of them was made under another zone than
 * this one, its customer's: nothing as long as the customer never moved. Drafts count; deleted bills and those made
 * anew do not.
 */
export async function windowsOfMovedCustomer(
  reads: Reads,
  subscriptionId: string,
  zone: TimeZone,
): Promise<BilledWindow[]> {
  const rows = await reads
    .selectFrom((eb) =>
      eb
        .selectFrom('invoiceSubscriptions as l')
        .innerJoin('invoices as i', 'i.id', 'l.invoiceId')
        .select(['l.chargesFrom', 'l.chargesTo', 'i.timezone'])
        .select(sql<boolean>`bool_or(i.timezone <> ${zone}) over ()`.as('hasMoved'))
        .where('l.subscriptionId', '=', subscriptionId)
        .where('l.isRecurring', '=', true)
        .where('l.releasedAt', 'is', null)
        .where('i.status', '<>', 'deleted')
        .as('billed'),
    )
    .select(['chargesFrom', 'chargesTo', 'timezone'])
    .where('hasMoved', '=', true)
    .execute()
  return rows.flatMap(({ chargesFrom: from, chargesTo: to, timezone: billedIn }): BilledWindow[] =>
    from === null || to === null ? [] : [{ from, to, zone: billedIn }],
  )
}
