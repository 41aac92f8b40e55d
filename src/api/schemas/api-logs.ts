import { Type } from 'typebox'
import { dateTime, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

export const WRITING_METHODS = ['post', 'put', 'patch', 'delete'] as const

const ApiLogObject = Type.Object({
  request_id: uuid,
  client: Type.String({ description: 'The user agent.' }),
  http_method: words(...WRITING_METHODS, 'get'),
  http_status: Type.Integer(),
  request_origin: Type.String(),
  request_path: Type.String(),
  request_body: Type.Unknown({ description: 'Without secrets; empty beyond 32 kB.' }),
  request_response: Type.Unknown({ description: 'Null when it is empty, secret or beyond 32 kB.' }),
  api_version: Type.String(),
  logged_at: dateTime,
  created_at: dateTime,
})

const tags = ['api_logs']
const texts = Type.Optional(Type.Array(Type.String()))

/** Parameters and responses of the routes of logged requests. */
export const apiLogSchemas = {
  list: {
    tags,
    summary: 'List requests that changed something, or tried to',
    querystring: Type.Object({
      ...PageQuery.properties,
      from_date: Type.Optional(dateTime),
      to_date: Type.Optional(dateTime),
      'http_methods[]': Type.Optional(Type.Array(words(...WRITING_METHODS))),
      with_refused_reads: Type.Optional(
        Type.Boolean({ description: 'Also the reads that a key may not make, unless methods are given.' }),
      ),
      'http_statuses[]': Type.Optional(
        Type.Array(Type.String(), { description: 'Statuses, `succeeded` (up to 399) or `failed`.' }),
      ),
      api_version: Type.Optional(Type.String()),
      request_paths: Type.Optional(Type.String()),
      'request_paths[]': Type.Optional(
        Type.Array(Type.String(), { description: '`*` stands for anything.' }),
      ),
      'clients[]': texts,
    }),
    response: { 200: Type.Object({ api_logs: Type.Array(ApiLogObject), meta: PaginationMeta }) },
  },
  show: {
    tags,
    summary: 'Retrieve a request',
    params: Type.Object({ request_id: Type.String() }),
    response: { 200: Type.Object({ api_log: ApiLogObject }) },
  },
}
