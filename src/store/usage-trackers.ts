import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { UsageTrackers } from './rows.ts'
import { ts } from './values.ts'

export type UsageTrackerRow = Selectable<UsageTrackers>

export async function currentTracker(
  reads: Reads,
  billableMetricId: string,
): Promise<UsageTrackerRow | undefined> {
  return reads
    .selectFrom('usageTrackers')
    .selectAll()
    .where('billableMetricId', '=', billableMetricId)
    .where('isCurrent', '=', true)
    .executeTakeFirst()
}

export async function retireTrackers(tx: Tx, billableMetricId: string): Promise<void> {
  await tx
    .updateTable('usageTrackers')
    .set({ isCurrent: false })
    .where('billableMetricId', '=', billableMetricId)
    .where('isCurrent', '=', true)
    .execute()
}

export async function insertTracker(
  tx: Tx,
  row: Pick<
    UsageTrackerRow,
    'organizationId' | 'billableMetricId' | 'code' | 'aggregationType' | 'fieldName' | 'keys'
  > & { readonly now: Instant },
): Promise<void> {
  const { now, ...values } = row
  await tx
    .insertInto('usageTrackers')
    .values({ ...values, id: newId(), createdAt: ts(now) })
    .execute()
}
