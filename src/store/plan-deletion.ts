import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { ts } from './values.ts'

/** The ids of the copies of a plan that subscriptions have, deleted ones not. */
export async function copiesOfPlan(reads: Reads, planId: string): Promise<string[]> {
  const rows = await reads
    .selectFrom('plans')
    .select('id')
    .where('parentId', '=', planId)
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Deletes a plan softly and its entitlements for good; invoices go on showing the plan. */
export async function removePlan(tx: Tx, planId: string, now: Instant): Promise<void> {
  await tx.deleteFrom('entitlements').where('planId', '=', planId).execute()
  await tx
    .updateTable('plans')
    .set({ isPendingDeletion: false, deletedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', planId)
    .execute()
}
