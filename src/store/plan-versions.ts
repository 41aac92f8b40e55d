import { type Selectable, sql } from 'kysely'
import type { ActivitySource } from '../core/activity-logs/activity.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { PlanDefinition } from '../core/plans/plan-definition.ts'
import type { Reads, Tx } from './database.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { PlanVersions } from './rows.ts'
import { json, ts } from './values.ts'

export type PlanVersionRow = Omit<Selectable<PlanVersions>, 'definition'> & {
  readonly definition: PlanDefinition
}

/** A version with what the plan was before it, which the first has not, and the name of the key that made it. */
export type PlanVersionView = PlanVersionRow & {
  readonly previous: PlanDefinition | null
  readonly apiKeyName: string | null
}

export type NewPlanVersion = {
  readonly organizationId: string
  readonly planId: string
  readonly number: number
  readonly definition: PlanDefinition
  readonly source: ActivitySource
  readonly apiKeyId: string | null
  readonly userEmail: string | null
  readonly restoredFrom: number | null
  readonly isCascaded: boolean
  readonly now: Instant
}

/** Keeps versions of a plan, which the caller has locked, so that numbers are given once. */
export async function insertPlanVersions(tx: Tx, versions: readonly NewPlanVersion[]): Promise<void> {
  const rows = versions.map(({ now, definition, ...rest }) => ({
    ...rest,
    definition: json(definition),
    createdAt: ts(now),
  }))
  await tx.insertInto('planVersions').values(rows).execute()
}

/** The last version of a plan. */
export async function lastPlanVersion(reads: Reads, planId: string): Promise<PlanVersionRow | undefined> {
  const row = await reads
    .selectFrom('planVersions')
    .selectAll()
    .where('planId', '=', planId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && (row as PlanVersionRow)
}

/** One page of the versions of a plan, the latest first, and their number. */
export async function listPlanVersions(
  reads: Reads,
  planId: string,
  slice: Slice,
): Promise<Listed<PlanVersionView>> {
  const { rows, total } = await pageOf(versionViews(reads, planId).orderBy('v.number', 'desc'), slice)
  return { rows: rows as PlanVersionView[], total }
}

/** A version of a plan by its number. */
export async function findPlanVersion(
  reads: Reads,
  planId: string,
  number: number,
): Promise<PlanVersionView | undefined> {
  const row = await versionViews(reads, planId).where('v.number', '=', number).executeTakeFirst()
  return row && (row as PlanVersionView)
}

function versionViews(reads: Reads, planId: string) {
  return reads
    .selectFrom('planVersions as v')
    .selectAll('v')
    .select((eb) => [
      eb
        .selectFrom('planVersions as p')
        .select('p.definition')
        .whereRef('p.planId', '=', 'v.planId')
        .where('p.number', '=', sql<number>`v.number - 1`)
        .as('previous'),
      eb.selectFrom('apiKeys as k').select('k.name').whereRef('k.id', '=', 'v.apiKeyId').as('apiKeyName'),
    ])
    .where('v.planId', '=', planId)
}
