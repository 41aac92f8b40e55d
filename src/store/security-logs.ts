import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { type SecurityEvent, typeOfEvent } from '../core/security-logs/security-event.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { SecurityLogs } from './rows.ts'
import { anyOf, json, ts } from './values.ts'

export type SecurityLogRow = Selectable<SecurityLogs>

/** Something that the security log tells of. */
export type NewSecurityLog = {
  readonly event: SecurityEvent
  readonly userId: string | null
  readonly userEmail: string | null
  readonly apiKeyId: string | null
  /** What it was about: names and values, no secrets. */
  readonly resources: object
  readonly ipAddress: string | null
  readonly userAgent: string | null
  readonly now: Instant
}

/** Logs an event of an organization, in the transaction of the change. */
export async function insertSecurityLog(tx: Tx, organizationId: string, log: NewSecurityLog): Promise<void> {
  const { event, resources, now, ...who } = log
  await tx
    .insertInto('securityLogs')
    .values({
      organizationId,
      id: newId(),
      logType: typeOfEvent(event),
      logEvent: event,
      resources: json(resources),
      ...who,
      loggedAt: ts(now),
      createdAt: ts(now),
    })
    .execute()
}

/** Logs an event of a user in every organization of which the user is a member. */
export async function insertSecurityLogsOfUser(
  database: Database,
  log: NewSecurityLog & { readonly userId: string },
): Promise<void> {
  const { rows } = await sql<{ organizationId: string }>`
    select organization_id as "organizationId" from memberships where user_id = ${log.userId}`.execute(
    database.system,
  )
  if (rows.length === 0) return
  await database.system.transaction().execute(async (tx) => {
    for (const { organizationId } of rows) await insertSecurityLog(tx, organizationId, log)
  })
}

/** Deletes what was logged before an instant, in every organization. */
export async function deleteOldSecurityLogs(database: Database, before: Instant): Promise<void> {
  await database.system.deleteFrom('securityLogs').where('loggedAt', '<', ts(before)).execute()
}

/** Filters of the list; undefined means no restriction. */
export type SecurityLogFilters = {
  readonly from?: Instant | undefined
  readonly to: Instant
  readonly userIds?: readonly string[] | undefined
  readonly apiKeyIds?: readonly string[] | undefined
  readonly types?: readonly string[] | undefined
  readonly events?: readonly string[] | undefined
}

/** One page of the security log, the latest first. */
export async function listSecurityLogs(
  reads: Reads,
  filters: SecurityLogFilters,
  slice: Slice,
): Promise<Listed<SecurityLogRow>> {
  let query = reads.selectFrom('securityLogs').selectAll().where('loggedAt', '<=', ts(filters.to))
  if (filters.from !== undefined) query = query.where('loggedAt', '>=', ts(filters.from))
  if (filters.userIds) query = query.where('userId', '=', anyOf(filters.userIds))
  if (filters.apiKeyIds) query = query.where('apiKeyId', '=', anyOf(filters.apiKeyIds))
  if (filters.types) query = query.where('logType', 'in', filters.types)
  if (filters.events) query = query.where('logEvent', 'in', filters.events)
  return pageOf(query.orderBy('loggedAt', 'desc').orderBy('id', 'desc'), slice)
}

export async function findSecurityLog(reads: Reads, id: string): Promise<SecurityLogRow | undefined> {
  return reads.selectFrom('securityLogs').selectAll().where('id', '=', id).executeTakeFirst()
}
