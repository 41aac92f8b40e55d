import { sql } from 'kysely'
import type { Instant } from '../../core/calendar/instant.ts'
import type { Reads } from '../database.ts'
import { ts } from '../values.ts'

/** Whether a subscription has an event of some metrics at or after an instant. */
export async function hasUsageSince(
  reads: Reads,
  usage: { readonly externalId: string; readonly codes: readonly string[]; readonly from: Instant },
): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (
      select from events e
      where e.external_subscription_id = ${usage.externalId} and e.code = any (${[...usage.codes]}::text[])
        and e.timestamp >= ${ts(usage.from)} and e.deleted_at is null) as has`.execute(reads)
  return rows[0]?.has === true
}
