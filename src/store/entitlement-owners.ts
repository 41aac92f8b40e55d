import type { Selectable } from 'kysely'
import type { Reads, Tx } from './database.ts'
import type { Plans, Subscriptions } from './rows.ts'

export type EntitledPlanRow = Selectable<Plans>
export type EntitledSubscriptionRow = Selectable<Subscriptions>

/** The plan with a code, as the routes of its entitlements look it up; override copies have no code of their own. */
export async function planOfEntitlements(reads: Reads, code: string): Promise<EntitledPlanRow | undefined> {
  return plansByCode(reads, code).executeTakeFirst()
}

/** The same, locked: two changes of one plan's entitlements happen one after the other. */
export async function lockPlanOfEntitlements(tx: Tx, code: string): Promise<EntitledPlanRow | undefined> {
  return plansByCode(tx, code).forUpdate().executeTakeFirst()
}

/** The plan of an id that is known to exist. */
export async function readEntitledPlan(reads: Reads, id: string): Promise<EntitledPlanRow> {
  return reads.selectFrom('plans').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** The subscription of an external id in a status, the latest when there are several (platform §10). */
export async function subscriptionOfEntitlements(
  reads: Reads,
  externalId: string,
  status: string,
): Promise<EntitledSubscriptionRow | undefined> {
  return subscriptionsByStatus(reads, externalId, status).executeTakeFirst()
}

/** The same, locked: two changes of one subscription's entitlements happen one after the other. */
export async function lockSubscriptionOfEntitlements(
  tx: Tx,
  externalId: string,
  status: string,
): Promise<EntitledSubscriptionRow | undefined> {
  return subscriptionsByStatus(tx, externalId, status).forUpdate().executeTakeFirst()
}

function plansByCode(reads: Reads, code: string) {
  return reads
    .selectFrom('plans')
    .selectAll()
    .where('code', '=', code)
    .where('parentId', 'is', null)
    .where('deletedAt', 'is', null)
}

function subscriptionsByStatus(reads: Reads, externalId: string, status: string) {
  return reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('externalId', '=', externalId)
    .where('status', '=', status)
    .orderBy('startedAt', (order) => order.desc().nullsLast())
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
}
