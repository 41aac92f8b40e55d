import { Type } from 'typebox'
import { SECURITY_EVENTS, SECURITY_LOG_TYPES } from '../../core/security-logs/security-event.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const SecurityLogObject = Type.Object({
  log_id: uuid,
  log_type: words(...SECURITY_LOG_TYPES),
  log_event: words(...SECURITY_EVENTS),
  user_email: nullableText,
  resources: Type.Record(Type.String(), Type.Unknown(), { description: 'What it was about.' }),
  device_info: Type.Object({ ip_address: nullableText, user_agent: nullableText }),
  logged_at: dateTime,
  created_at: dateTime,
})

const tags = ['security_logs']
const uuids = Type.Optional(Type.Array(uuid))

export const securityLogSchemas = {
  list: {
    tags,
    summary: 'List sign-ins, and changes of keys, members and roles',
    querystring: Type.Object({
      ...PageQuery.properties,
      from_date: Type.Optional(dateTime),
      to_date: Type.Optional(dateTime),
      'user_ids[]': uuids,
      'api_key_ids[]': uuids,
      'log_types[]': Type.Optional(Type.Array(words(...SECURITY_LOG_TYPES))),
      'log_events[]': Type.Optional(Type.Array(words(...SECURITY_EVENTS))),
    }),
    response: { 200: Type.Object({ security_logs: Type.Array(SecurityLogObject), meta: PaginationMeta }) },
  },
  show: {
    tags,
    summary: 'Retrieve an entry of the security log',
    params: Type.Object({ log_id: Type.String() }),
    response: { 200: Type.Object({ security_log: SecurityLogObject }) },
  },
}
