import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import { SECURITY_EVENTS, SECURITY_LOG_TYPES } from '../../core/security-logs/security-event.ts'
import { isId } from '../../store/ids.ts'
import { findSecurityLog, listSecurityLogs } from '../../store/security-logs.ts'
import { toWireSecurityLog } from '../../wire/security-logs.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { readQuery } from '../query.ts'
import { securityLogSchemas } from '../schemas/security-logs.ts'

type ById = { Params: { log_id: string } }

const config = { resource: 'security_log' } as const

/** The security log as Lago has it: a list needs `to_date`. */
export function securityLogsRoutes(app: FastifyInstance, context: Context): void {
  listRoute(app, context, true)
  app.get<ById>('/security_logs/:log_id', { config, schema: securityLogSchemas.show }, async (request) => {
    const { log_id: id } = request.params
    const row = isId(id)
      ? await context.database.read(request.caller, (reads) => findSecurityLog(reads, id))
      : undefined
    if (!row) throw notFound('security_log')
    return { security_log: toWireSecurityLog(row) }
  })
}

/** The same list for the dashboard, which asks for the latest entries. */
export function ownSecurityLogsRoutes(app: FastifyInstance, context: Context): void {
  listRoute(app, context, false)
}

function listRoute(app: FastifyInstance, context: Context, needsEnd: boolean): void {
  app.get('/security_logs', { config, schema: securityLogSchemas.list }, async ({ caller, query }) => {
    const page = pageOf(query)
    const { to, ...filters } = readQuery(query, (from) => ({
      from: from.instant('from_date'),
      to: from.instant('to_date'),
      // Whatever is no id is the id of nothing.
      userIds: from.ids('user_ids')?.filter(isId),
      apiKeyIds: from.ids('api_key_ids')?.filter(isId),
      types: from.words('log_types', SECURITY_LOG_TYPES),
      events: from.words('log_events', SECURITY_EVENTS),
    }))
    if (to === undefined && needsEnd) throw invalid({ to_date: ['value_is_mandatory'] })
    // Entries have the time of the system, also those of a sandbox.
    const until = to ?? context.systemNow()
    const { rows, total } = await context.database.read(caller, (reads) =>
      listSecurityLogs(reads, { ...filters, to: until }, page),
    )
    return { security_logs: rows.map(toWireSecurityLog), meta: metaOf(page, total) }
  })
}
