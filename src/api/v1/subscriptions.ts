import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { createSubscription } from '../../actions/subscriptions/create-subscription.ts'
import { terminateSubscription } from '../../actions/subscriptions/terminate-subscription.ts'
import { updateSubscription } from '../../actions/subscriptions/update-subscription.ts'
import { notFound } from '../../core/refusal.ts'
import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from '../../core/subscriptions/lifecycle.ts'
import { findCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { subscriptionDetails, viewsOf } from '../../store/subscription-views.ts'
import {
  findSubscription,
  listSubscriptions,
  type SubscriptionFilter,
  type SubscriptionRow,
} from '../../store/subscriptions.ts'
import { toWireSubscription, toWireSubscriptionDetails } from '../../wire/subscriptions.ts'
import { entityIdsOf } from '../billing-entity-filter.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, rootOf } from '../params.ts'
import { queryText, readQuery } from '../query.ts'
import {
  SubscriptionCreateInput,
  SubscriptionDeletionQuery,
  SubscriptionExtended,
  SubscriptionQuery,
  Subscriptions,
  SubscriptionsQuery,
  SubscriptionUpdateInput,
} from '../schemas/subscriptions.ts'

type ByExternalId = { Params: { externalId: string } }

const config = { resource: 'subscription' } as const
const tags = ['subscriptions']
const params = Type.Object({ externalId: Type.String() })
const response = { 200: SubscriptionExtended }

/** Subscriptions, by external id (docs/rules/subscriptions.md). */
export function subscriptionsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/subscriptions',
    {
      config,
      schema: {
        tags,
        summary: 'Subscribe a customer to a plan, or change the plan',
        body: SubscriptionCreateInput,
        response,
      },
    },
    async (request) => {
      const input = rootOf(request.body, 'subscription')
      const details = await createSubscription(context, request.caller, input)
      return { subscription: toWireSubscriptionDetails(details) }
    },
  )
  listRoutes(app, context)
  oneRoutes(app, context)
}

function listRoutes(app: FastifyInstance, context: Context): void {
  const schema = { tags, querystring: SubscriptionsQuery, response: { 200: Subscriptions } }
  app.get(
    '/subscriptions',
    { config, schema: { ...schema, summary: 'List subscriptions, active ones by default' } },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const externalCustomerId = readQuery(request.query, (query) => query.id('external_customer_id'))
        return page(reads, request, { ...(await filterOf(reads, request.query)), externalCustomerId })
      }),
  )
  app.get<ByExternalId>(
    '/customers/:externalId/subscriptions',
    { config, schema: { ...schema, summary: 'List the subscriptions of a customer', params } },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const customer = await findCustomer(reads, request.params.externalId)
        if (!customer) throw notFound('customer')
        return page(reads, request, { ...(await filterOf(reads, request.query)), customerId: customer.id })
      }),
  )
}

function oneRoutes(app: FastifyInstance, context: Context): void {
  const url = '/subscriptions/:externalId'
  app.get<ByExternalId>(
    url,
    {
      config,
      schema: { tags, summary: 'Retrieve a subscription', params, querystring: SubscriptionQuery, response },
    },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const status = statusOf(queryText(request.query, 'status') ?? 'active')
        const row = status && (await findSubscription(reads, request.params.externalId, [status]))
        if (!row) throw notFound('subscription')
        const details = await subscriptionDetails(reads, row, request.caller.now)
        return { subscription: toWireSubscriptionDetails(details) }
      }),
  )
  app.route<ByExternalId>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: {
      tags,
      summary: 'Update a subscription',
      params,
      querystring: SubscriptionQuery,
      body: SubscriptionUpdateInput,
      response,
    },
    handler: async (request) => {
      const input = rootOf(request.body, 'subscription')
      const inBody = isObject(request.body) ? request.body.status : undefined
      const status = statusOf(queryText(request.query, 'status') ?? inBody)
      const meant =
        status === 'pending' || status === 'incomplete' || status === 'active' ? status : undefined
      const { externalId } = request.params
      const row = await updateSubscription(context, request.caller, externalId, meant, input)
      return answer(context, request, row)
    },
  })
  app.delete<ByExternalId>(
    url,
    {
      config,
      schema: {
        tags,
        summary: 'Terminate a subscription, or cancel a pending one',
        params,
        querystring: SubscriptionDeletionQuery,
        response,
      },
    },
    async (request) => {
      const { query } = request
      const row = await terminateSubscription(context, request.caller, request.params.externalId, {
        status: queryText(query, 'status') === 'pending' ? 'pending' : 'active',
        on_termination_credit_note: queryText(query, 'on_termination_credit_note'),
        on_termination_invoice: queryText(query, 'on_termination_invoice'),
      })
      return answer(context, request, row)
    },
  )
}

async function answer(context: Context, request: FastifyRequest, row: SubscriptionRow): Promise<object> {
  const { caller } = request
  const details = await context.database.read(caller, (reads) => subscriptionDetails(reads, row, caller.now))
  return { subscription: toWireSubscriptionDetails(details) }
}

async function page(reads: Reads, request: FastifyRequest, filter: SubscriptionFilter): Promise<object> {
  const slice = pageOf(request.query)
  const { rows, total } = await listSubscriptions(reads, filter, slice)
  const views = await viewsOf(reads, rows, request.caller.now)
  return { subscriptions: views.map(toWireSubscription), meta: metaOf(slice, total) }
}

/** The filters in a query; 404 when a billing entity is unknown. */
async function filterOf(reads: Reads, query: unknown): Promise<SubscriptionFilter> {
  const { codes, ...filter } = readQuery(query, (query) => ({
    statuses: query.words('status', SUBSCRIPTION_STATUSES) ?? ['active' as const],
    planCode: query.id('plan_code'),
    currency: query.currency('currency'),
    codes: query.ids('billing_entity_codes'),
  }))
  return { ...filter, billingEntityIds: await entityIdsOf(reads, codes) }
}

function statusOf(text: unknown): SubscriptionStatus | undefined {
  return SUBSCRIPTION_STATUSES.find((status) => status === text)
}
