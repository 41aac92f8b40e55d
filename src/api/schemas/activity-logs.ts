import { Type } from 'typebox'
import { ACTIVITY_SOURCES, ACTIVITY_TYPES } from '../../core/activity-logs/activity.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const ActivityLogObject = Type.Object({
  activity_id: uuid,
  activity_type: words(...ACTIVITY_TYPES),
  activity_source: words(...ACTIVITY_SOURCES),
  activity_object: Type.Unknown({
    description:
      'The object afterwards; null for new customers, invoices, credit notes, subscriptions and wallets.',
  }),
  activity_object_changes: Type.Record(Type.String(), Type.Array(Type.Unknown()), {
    description: 'What an update changed: values before and after, by field.',
  }),
  user_email: nullableText,
  resource_id: uuid,
  resource_type: Type.String(),
  organization_id: uuid,
  external_customer_id: nullableText,
  external_subscription_id: nullableText,
  logged_at: dateTime,
  created_at: dateTime,
})

const tags = ['activity_logs']
const text = Type.Optional(Type.String())
const texts = Type.Optional(Type.Array(Type.String()))

/** Parameters and responses of the routes of activities. */
export const activityLogSchemas = {
  list: {
    tags,
    summary: 'List what was done to which object',
    querystring: Type.Object({
      ...PageQuery.properties,
      from_date: Type.Optional(dateTime),
      to_date: Type.Optional(dateTime),
      'activity_types[]': Type.Optional(Type.Array(words(...ACTIVITY_TYPES))),
      'activity_sources[]': Type.Optional(Type.Array(words(...ACTIVITY_SOURCES))),
      'user_emails[]': texts,
      external_customer_id: text,
      external_subscription_id: text,
      'resource_ids[]': texts,
      'resource_types[]': texts,
    }),
    response: { 200: Type.Object({ activity_logs: Type.Array(ActivityLogObject), meta: PaginationMeta }) },
  },
  show: {
    tags,
    summary: 'Retrieve an activity',
    params: Type.Object({ activity_id: Type.String() }),
    response: { 200: Type.Object({ activity_log: ActivityLogObject }) },
  },
}
