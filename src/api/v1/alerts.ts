import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { deleteAlert, deleteAllAlerts, updateAlert } from '../../actions/alerts/change-alerts.ts'
import { createAlert, createAlerts } from '../../actions/alerts/create-alerts.ts'
import { type Alerted, findAlerted, readAlert } from '../../actions/alerts/find-alerted.ts'
import type { Context } from '../../actions/context.ts'
import type { Input } from '../../core/input/fields.ts'
import { alertViews, listAlerts } from '../../store/alerts.ts'
import { toWireAlert } from '../../wire/alerts.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, rootOf } from '../params.ts'
import { queryText } from '../query.ts'
import {
  Alert,
  AlertCreateInput,
  AlertedQuery,
  AlertOrAlerts,
  Alerts,
  AlertsQuery,
  AlertUpdateInput,
} from '../schemas/alerts.ts'

type OfSubscription = { Params: { externalId: string } }
type ByCode = { Params: { externalId: string; code: string } }

const config = { resource: 'alert' } as const
const tags = ['alerts']
const ofSubscription = { params: Type.Object({ externalId: Type.String() }), querystring: AlertedQuery }
const byCode = {
  params: Type.Object({ externalId: Type.String(), code: Type.String() }),
  querystring: AlertedQuery,
}
const URL = '/subscriptions/:externalId/alerts'

/** Alerts on the usage of subscriptions, by the alert's own code (docs/rules/alerts.md). */
export function alertsRoutes(app: FastifyInstance, context: Context): void {
  collectionRoutes(app, context)
  oneRoutes(app, context)
}

function collectionRoutes(app: FastifyInstance, context: Context): void {
  app.post<OfSubscription>(
    URL,
    {
      config,
      schema: {
        tags,
        summary: 'Create one alert or several',
        ...ofSubscription,
        body: AlertCreateInput,
        response: { 200: AlertOrAlerts },
      },
    },
    async (request) => {
      const alerted = alertedOf(request)
      const several = listOf(request.body)
      if (several) {
        const views = await createAlerts(context, request.caller, alerted, several)
        return { alerts: views.map(toWireAlert) }
      }
      const input = rootOf(request.body, 'alert')
      return { alert: toWireAlert(await createAlert(context, request.caller, alerted, input)) }
    },
  )
  app.get<OfSubscription>(
    URL,
    {
      config,
      schema: {
        tags,
        summary: 'List the alerts of a subscription',
        ...ofSubscription,
        querystring: AlertsQuery,
        response: { 200: Alerts },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      return context.database.read(request.caller, async (reads) => {
        const { externalId } = await findAlerted(reads, alertedOf(request))
        const { rows, total } = await listAlerts(reads, externalId, page)
        const views = await alertViews(reads, rows)
        return { alerts: views.map(toWireAlert), meta: metaOf(page, total) }
      })
    },
  )
  app.delete<OfSubscription>(
    URL,
    { config, schema: { tags, summary: 'Delete all alerts of a subscription', ...ofSubscription } },
    async (request, reply) => {
      await deleteAllAlerts(context, request.caller, alertedOf(request))
      void reply.type('application/json; charset=utf-8')
      return ''
    },
  )
}

function oneRoutes(app: FastifyInstance, context: Context): void {
  const url = `${URL}/:code`
  const response = { 200: Alert }
  app.get<ByCode>(
    url,
    { config, schema: { tags, summary: 'Retrieve an alert', ...byCode, response } },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const row = await readAlert(reads, alertedOf(request), request.params.code)
        const [view] = await alertViews(reads, [row])
        return { alert: view && toWireAlert(view) }
      }),
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: { tags, summary: 'Update an alert', ...byCode, body: AlertUpdateInput, response },
    handler: async (request) => {
      const input = rootOf(request.body, 'alert')
      const { code } = request.params
      const view = await updateAlert(context, request.caller, alertedOf(request), code, input)
      return { alert: toWireAlert(view) }
    },
  })
  app.delete<ByCode>(
    url,
    { config, schema: { tags, summary: 'Delete an alert', ...byCode, response } },
    async (request) => {
      const view = await deleteAlert(context, request.caller, alertedOf(request), request.params.code)
      return { alert: toWireAlert(view) }
    },
  )
}

function alertedOf(request: FastifyRequest<OfSubscription>): Alerted {
  return {
    externalId: request.params.externalId,
    status: queryText(request.query, 'subscription_status'),
  }
}

/** The alerts of a batch, with anything but an object read as an empty one; undefined when it is not a batch. */
function listOf(body: unknown): Input[] | undefined {
  const list = isObject(body) ? body.alerts : undefined
  if (!Array.isArray(list) || list.length === 0) return undefined
  return list.map((each: unknown) => (isObject(each) ? each : {}))
}
