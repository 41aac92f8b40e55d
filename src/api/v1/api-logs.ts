import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { notFound } from '../../core/refusal.ts'
import { findApiLog, listApiLogs, type StatusFilter } from '../../store/api-logs.ts'
import { isId } from '../../store/ids.ts'
import { toWireApiLog } from '../../wire/api-logs.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { readQuery } from '../query.ts'
import { apiLogSchemas, WRITING_METHODS } from '../schemas/api-logs.ts'

type ById = { Params: { request_id: string } }

const config = { resource: 'api_log' } as const

/** The log of requests: list and retrieve. What this process has yet to write is written first. */
export function apiLogsRoutes(app: FastifyInstance, { database }: Context): void {
  app.get('/api_logs', { config, schema: apiLogSchemas.list }, async ({ caller, query }) => {
    const page = pageOf(query)
    const filters = readQuery(query, (from) => ({
      from: from.instant('from_date'),
      to: from.instant('to_date'),
      methods: from.words('http_methods', WRITING_METHODS) ?? methodsFor(from.boolean('with_refused_reads')),
      statuses: from.texts('http_statuses')?.flatMap(statusOf),
      apiVersion: from.text('api_version'),
      paths: from.texts('request_paths'),
      clients: from.texts('clients'),
    }))
    await app.callLog.flush()
    return database.read(caller, async (reads) => {
      const { rows, total } = await listApiLogs(reads, filters, page)
      return { api_logs: rows.map(toWireApiLog), meta: metaOf(page, total) }
    })
  })
  app.get<ById>(
    '/api_logs/:request_id',
    { config, schema: apiLogSchemas.show },
    async ({ caller, params: { request_id: requestId } }) => {
      if (!isId(requestId)) throw notFound('api_log')
      await app.callLog.flush()
      const row = await database.read(caller, (reads) => findApiLog(reads, requestId))
      if (!row) throw notFound('api_log')
      return { api_log: toWireApiLog(row) }
    },
  )
}

/** Lago has no reads in its log, so that they are only listed for clients that ask for them. */
function methodsFor(withReads: boolean | undefined): readonly string[] {
  return withReads === true ? [...WRITING_METHODS, 'get'] : WRITING_METHODS
}

/** Anything but a status or one of the two words is ignored. */
function statusOf(text: string): StatusFilter[] {
  if (text === 'succeeded' || text === 'failed') return [text]
  return /^\d{3}$/.test(text) ? [Number(text)] : []
}
