import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { ACTIVITY_SOURCES } from '../../core/activity-logs/activity.ts'
import { notFound } from '../../core/refusal.ts'
import { activityViews, findActivity, listActivities } from '../../store/activity-logs.ts'
import { isId } from '../../store/ids.ts'
import { toWireActivityLog } from '../../wire/activity-logs.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { readQuery } from '../query.ts'
import { activityLogSchemas } from '../schemas/activity-logs.ts'

type ById = { Params: { activity_id: string } }

const config = { resource: 'activity_log' } as const

/** The log of activities: list and retrieve. */
export function activityLogsRoutes(app: FastifyInstance, { database }: Context): void {
  app.get('/activity_logs', { config, schema: activityLogSchemas.list }, async ({ caller, query }) => {
    const page = pageOf(query)
    const filters = readQuery(query, (from) => ({
      from: from.instant('from_date'),
      to: from.instant('to_date'),
      types: from.texts('activity_types'),
      sources: from.words('activity_sources', ACTIVITY_SOURCES),
      userEmails: from.texts('user_emails'),
      externalCustomerId: from.id('external_customer_id'),
      externalSubscriptionId: from.id('external_subscription_id'),
      // Whatever is no id is the id of nothing.
      resourceIds: from.ids('resource_ids')?.filter(isId),
      resourceTypes: from.texts('resource_types'),
    }))
    return database.read(caller, async (reads) => {
      const { rows, total } = await listActivities(reads, filters, page)
      const views = await activityViews(reads, rows)
      return { activity_logs: views.map(toWireActivityLog), meta: metaOf(page, total) }
    })
  })
  app.get<ById>(
    '/activity_logs/:activity_id',
    { config, schema: activityLogSchemas.show },
    async ({ caller, params: { activity_id: id } }) => {
      if (!isId(id)) throw notFound('activity_log')
      return database.read(caller, async (reads) => {
        const row = await findActivity(reads, id)
        const [view] = row ? await activityViews(reads, [row]) : []
        if (!view) throw notFound('activity_log')
        return { activity_log: toWireActivityLog(view) }
      })
    },
  )
}
