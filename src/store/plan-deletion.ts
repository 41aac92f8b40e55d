import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { ts } from './values.ts'

/** The ids of a plan's overridden copies, without deleted ones. */
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

/** Some customers with subscriptions that have not ended on a plan, by id. */
export async function customersOnPlan(reads: Reads, planId: string, limit: number): Promise<string[]> {
  const rows = await reads
    .selectFrom('subscriptions')
    .select('customerId')
    .distinct()
    .where('planId', '=', planId)
    .where('status', 'in', ['active', 'pending', 'incomplete'])
    .orderBy('customerId')
    .limit(limit)
    .execute()
  return rows.map((row) => row.customerId)
}

/** Soft-deletes a plan, which invoices still show, and deletes its entitlements. */
export async function removePlan(tx: Tx, planId: string, now: Instant): Promise<void> {
  await tx.deleteFrom('entitlements').where('planId', '=', planId).execute()
  await tx
    .updateTable('plans')
    .set({ isPendingDeletion: false, deletedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', planId)
    .execute()
}
