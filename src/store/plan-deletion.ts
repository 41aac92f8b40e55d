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

/** Some customers with subscriptions on a plan that are active or wait to be, in the order of their ids. */
export async function customersOnPlan(reads: Reads, planId: string, limit: number): Promise<string[]> {
  const rows = await reads
    .selectFrom('subscriptions')
    .select('customerId')
    .distinct()
    .where('planId', '=', planId)
    .where('status', 'in', ['active', 'pending'])
    .orderBy('customerId')
    .limit(limit)
    .execute()
  return rows.map((row) => row.customerId)
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
