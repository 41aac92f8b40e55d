import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Reads } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { ApiLogs } from './rows.ts'
import { ts } from './values.ts'

export type ApiLogRow = Selectable<ApiLogs>

/** A request as it is logged; bodies are JSON texts. */
export type NewApiLog = Omit<ApiLogRow, 'id' | 'createdAt'>

/** How a request ended: a status, or any up to or above 399. */
export type StatusFilter = number | 'succeeded' | 'failed'

/** Filters of the list of requests; undefined means no restriction. */
export type ApiLogFilters = {
  readonly from?: Instant | undefined
  readonly to?: Instant | undefined
  readonly methods?: readonly string[] | undefined
  readonly statuses?: readonly StatusFilter[] | undefined
  readonly apiVersion?: string | undefined
  /** `*` stands for anything. */
  readonly paths?: readonly string[] | undefined
  readonly clients?: readonly string[] | undefined
}

/**
 * Writes requests of any organizations in one statement, as the owner of the tables: they are not part of any
 * transaction of an organization.
 */
export async function insertApiLogs(
  database: Database,
  logs: readonly NewApiLog[],
  now: Instant,
): Promise<void> {
  const of = <K extends keyof NewApiLog>(key: K) => logs.map((log) => log[key])
  await sql`
    insert into api_logs (organization_id, id, request_id, api_key_id, client, http_method, http_status,
      request_origin, request_path, request_body, request_response, api_version, logged_at, created_at)
    select l.*, ${ts(now)}
    from unnest(${of('organizationId')}::uuid[], ${logs.map(() => newId())}::uuid[], ${of('requestId')}::uuid[],
      ${of('apiKeyId')}::uuid[], ${of('client')}::text[], ${of('httpMethod')}::text[],
      ${of('httpStatus')}::integer[], ${of('requestOrigin')}::text[], ${of('requestPath')}::text[],
      ${of('requestBody')}::text[], ${of('requestResponse')}::text[], ${of('apiVersion')}::text[],
      ${logs.map(({ loggedAt }) => new Date(loggedAt).toISOString())}::timestamptz[]) as l`.execute(
    database.system,
  )
}

/** One page of requests, the latest first, and the total count. */
export async function listApiLogs(
  reads: Reads,
  filters: ApiLogFilters,
  slice: Slice,
): Promise<Listed<ApiLogRow>> {
  const { from, to, methods, statuses, apiVersion, paths, clients } = filters
  let query = reads.selectFrom('apiLogs').selectAll()
  if (from !== undefined) query = query.where('loggedAt', '>=', ts(from))
  if (to !== undefined) query = query.where('loggedAt', '<=', ts(to))
  if (methods) query = query.where('httpMethod', 'in', methods)
  if (apiVersion !== undefined) query = query.where('apiVersion', '=', apiVersion)
  if (clients) query = query.where('client', 'in', clients)
  if (statuses) query = query.where(anyCondition(statuses.map(statusCondition)))
  if (paths) query = query.where(anyCondition(paths.map(pathCondition)))
  return pageOf(query.orderBy('loggedAt', 'desc').orderBy('id', 'desc'), slice, reads)
}

function anyCondition(conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${sql.join([sql`false`, ...conditions], sql` or `)})`
}

function statusCondition(status: StatusFilter): RawBuilder<SqlBool> {
  if (status === 'succeeded') return sql<SqlBool>`http_status <= 399`
  return status === 'failed' ? sql<SqlBool>`http_status > 399` : sql<SqlBool>`http_status = ${status}`
}

function pathCondition(path: string): RawBuilder<SqlBool> {
  const pattern = path.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')
  return sql<SqlBool>`request_path like ${pattern}`
}

/** A logged request by its id; the latest one if the client used the id again. */
export async function findApiLog(reads: Reads, requestId: string): Promise<ApiLogRow | undefined> {
  return reads
    .selectFrom('apiLogs')
    .selectAll()
    .where('requestId', '=', requestId)
    .orderBy('loggedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Deletes up to `limit` entries logged more than `days` ago by their organization's clock; returns how many. */
export async function deleteOldLogs(
  database: Database,
  table: 'api_logs' | 'activity_logs',
  old: { readonly now: Instant; readonly days: number; readonly limit: number },
): Promise<number> {
  const result = await sql`
    delete from ${sql.table(table)} where (organization_id, id) in (
      select l.organization_id, l.id
      from organizations o
      join ${sql.table(table)} l on l.organization_id = o.id
        and l.logged_at < coalesce(o.clock_at, ${ts(old.now)}) - make_interval(days => ${old.days}::int)
      limit ${old.limit}
    )`.execute(database.system)
  return Number(result.numAffectedRows ?? 0)
}
