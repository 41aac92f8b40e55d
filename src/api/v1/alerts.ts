import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
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
  WalletAlertCreateInput,
  WalletAlertsQuery,
} from '../schemas/alerts.ts'

type Params = Readonly<Record<string, string>>
type Asked = { Params: Params }

/** Where alerts are found: what they belong to, and how a path names it. */
type Place = {
  readonly url: string
  readonly noun: string
  readonly params: Readonly<Record<string, TSchema>>
  readonly query: TSchema | undefined
  readonly listQuery: TSchema
  readonly body: TSchema
  readonly alertedOf: (request: FastifyRequest<Asked>) => Alerted
}

const config = { resource: 'alert' } as const
const tags = ['alerts']

const OF_SUBSCRIPTION: Place = {
  url: '/subscriptions/:externalId/alerts',
  noun: 'subscription',
  params: { externalId: Type.String() },
  query: AlertedQuery,
  listQuery: AlertsQuery,
  body: AlertCreateInput,
  alertedOf: ({ params, query }) => ({
    externalId: params.externalId ?? '',
    status: queryText(query, 'subscription_status'),
  }),
}

const OF_WALLET: Place = {
  url: '/customers/:externalCustomerId/wallets/:walletCode/alerts',
  noun: 'wallet',
  params: { externalCustomerId: Type.String(), walletCode: Type.String() },
  query: undefined,
  listQuery: WalletAlertsQuery,
  body: WalletAlertCreateInput,
  alertedOf: ({ params }) => ({
    externalCustomerId: params.externalCustomerId ?? '',
    walletCode: params.walletCode ?? '',
  }),
}

/** Alerts on the usage of subscriptions and on the balances of wallets, by the alert's own code (docs/rules/alerts.md). */
export function alertsRoutes(app: FastifyInstance, context: Context): void {
  for (const add of [collectionRoutes, oneRoutes]) {
    add(app, context, OF_SUBSCRIPTION)
    add(app, context, OF_WALLET)
  }
}

function collectionRoutes(app: FastifyInstance, context: Context, place: Place): void {
  const { url, noun, alertedOf } = place
  const schema = { tags, ...schemaOf(place, {}) }
  app.post<Asked>(
    url,
    {
      config,
      schema: {
        ...schema,
        summary: `Create one alert of a ${noun} or several`,
        body: place.body,
        response: { 200: AlertOrAlerts },
      },
    },
    async (request) => {
      const several = listOf(request.body)
      if (several) {
        const views = await createAlerts(context, request.caller, alertedOf(request), several)
        return { alerts: views.map(toWireAlert) }
      }
      const input = rootOf(request.body, 'alert')
      return { alert: toWireAlert(await createAlert(context, request.caller, alertedOf(request), input)) }
    },
  )
  app.get<Asked>(
    url,
    {
      config,
      schema: {
        ...schema,
        summary: `List the alerts of a ${noun}`,
        querystring: place.listQuery,
        response: { 200: Alerts },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      return context.database.read(request.caller, async (reads) => {
        const owner = await findAlerted(reads, alertedOf(request))
        const { rows, total } = await listAlerts(reads, owner, page)
        const views = await alertViews(reads, rows)
        return { alerts: views.map(toWireAlert), meta: metaOf(page, total) }
      })
    },
  )
  app.delete<Asked>(
    url,
    { config, schema: { ...schema, summary: `Delete all alerts of a ${noun}` } },
    async (request, reply) => {
      await deleteAllAlerts(context, request.caller, alertedOf(request))
      void reply.type('application/json; charset=utf-8')
      return ''
    },
  )
}

function oneRoutes(app: FastifyInstance, context: Context, place: Place): void {
  const { noun, alertedOf } = place
  const url = `${place.url}/:code`
  const schema = { tags, ...schemaOf(place, { code: Type.String() }), response: { 200: Alert } }
  app.get<Asked>(
    url,
    { config, schema: { ...schema, summary: `Retrieve an alert of a ${noun}` } },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const row = await readAlert(reads, alertedOf(request), request.params.code ?? '')
        const [view] = await alertViews(reads, [row])
        return { alert: view && toWireAlert(view) }
      }),
  )
  app.route<Asked>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: { ...schema, summary: `Update an alert of a ${noun}`, body: AlertUpdateInput },
    handler: async (request) => {
      const input = rootOf(request.body, 'alert')
      const view = await updateAlert(
        context,
        request.caller,
        alertedOf(request),
        request.params.code ?? '',
        input,
      )
      return { alert: toWireAlert(view) }
    },
  })
  app.delete<Asked>(
    url,
    { config, schema: { ...schema, summary: `Delete an alert of a ${noun}` } },
    async (request) => {
      const view = await deleteAlert(context, request.caller, alertedOf(request), request.params.code ?? '')
      return { alert: toWireAlert(view) }
    },
  )
}

function schemaOf(place: Place, more: Readonly<Record<string, TSchema>>) {
  const params = Type.Object({ ...place.params, ...more })
  return place.query === undefined ? { params } : { params, querystring: place.query }
}

/** The alerts of a batch, with anything but an object read as an empty one; undefined when it is not a batch. */
function listOf(body: unknown): Input[] | undefined {
  const list = isObject(body) ? body.alerts : undefined
  if (!Array.isArray(list) || list.length === 0) return undefined
  return list.map((each: unknown) => (isObject(each) ? each : {}))
}
