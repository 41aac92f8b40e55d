import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { readCurrentUsage } from '../../actions/usage/read-current-usage.ts'
import { readPastUsage } from '../../actions/usage/read-past-usage.ts'
import { readProjectedUsage } from '../../actions/usage/read-projected-usage.ts'
import { toWireLiveUsage, toWireProjectedUsage, toWireUsage } from '../../wire/usage.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { queryText, readQuery } from '../query.ts'
import {
  CurrentUsageQuery,
  CustomerPastUsage,
  CustomerProjectedUsage,
  CustomerUsage,
  LiveUsage,
  LiveUsageQuery,
  PastUsageQuery,
  ProjectedUsageQuery,
} from '../schemas/usage.ts'
import { chargeChoiceOf, groupOfQuery, presentationOfQuery } from '../usage-params.ts'

type OfCustomer = { Params: { external_customer_id: string } }

const config = { resource: 'customer_usage' } as const
const tags = ['customer_usage']
const params = Type.Object({ external_customer_id: Type.String() })

/** Usage of customers: current, past and projected (docs/rules/usage.md). */
export function usageRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfCustomer>(
    '/customers/:external_customer_id/current_usage',
    {
      config,
      schema: {
        tags,
        summary: 'Retrieve customer current usage',
        params,
        querystring: CurrentUsageQuery,
        response: { 200: CustomerUsage },
      },
    },
    async ({ caller, params, query }) => {
      const asked = {
        ...subjectOf(params.external_customer_id, query),
        charges: chargeChoiceOf(query),
        group: groupOfQuery(query),
        presentation: presentationOfQuery(query),
        ...readQuery(query, (query) => ({
          skipGrouping: query.boolean('skip_grouping') === true,
          fullUsage: query.boolean('full_usage') === true,
        })),
      }
      const usage = await context.database.readUsage(caller, (reads) =>
        readCurrentUsage(reads, caller, asked),
      )
      return { customer_usage: toWireUsage(usage) }
    },
  )
  app.get<OfCustomer>(
    '/customers/:external_customer_id/projected_usage',
    {
      config,
      schema: {
        tags,
        summary: 'Retrieve customer projected usage',
        params,
        querystring: ProjectedUsageQuery,
        response: { 200: CustomerProjectedUsage },
      },
    },
    async ({ caller, params, query }) => {
      const asked = subjectOf(params.external_customer_id, query)
      const usage = await context.database.readUsage(caller, (reads) =>
        readProjectedUsage(reads, caller, asked),
      )
      return { customer_projected_usage: toWireProjectedUsage(usage) }
    },
  )
  pastUsageRoute(app, context)
}

/** The usage of the open period with the tiers that it has reached; under /api/weir/v1, because Lago has no such route. */
export function liveUsageRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfCustomer>(
    '/customers/:external_customer_id/live_usage',
    {
      config,
      schema: {
        tags,
        summary: 'Retrieve current usage with the tiers that it has reached',
        params,
        querystring: LiveUsageQuery,
        response: { 200: LiveUsage },
      },
    },
    async ({ caller, params, query }) => {
      const asked = {
        ...subjectOf(params.external_customer_id, query),
        ...{ charges: null, group: {}, skipGrouping: false, presentation: undefined, fullUsage: false },
      }
      const usage = await context.database.readUsage(caller, (reads) =>
        readCurrentUsage(reads, caller, asked),
      )
      return { live_usage: toWireLiveUsage(usage) }
    },
  )
}

function pastUsageRoute(app: FastifyInstance, context: Context): void {
  app.get<OfCustomer>(
    '/customers/:external_customer_id/past_usage',
    {
      config,
      schema: {
        tags,
        summary: 'Retrieve customer past usage',
        params,
        querystring: PastUsageQuery,
        response: { 200: CustomerPastUsage },
      },
    },
    async ({ caller, params, query }) => {
      const page = pageOf(query, countOf(queryText(query, 'periods_count')))
      const { rows, total } = await context.database.readUsage(caller, (reads) =>
        readPastUsage(reads, {
          externalCustomerId: params.external_customer_id,
          ...readQuery(query, (query) => ({
            externalSubscriptionId: query.id('external_subscription_id'),
            metricCode: query.id('billable_metric_code'),
          })),
          slice: page,
        }),
      )
      return { usage_periods: rows.map(toWireUsage), meta: metaOf(page, total) }
    },
  )
}

function subjectOf(externalCustomerId: string, query: unknown) {
  return readQuery(query, (query) => ({
    externalCustomerId,
    externalSubscriptionId: query.id('external_subscription_id'),
    applyTaxes: query.boolean('apply_taxes') !== false,
  }))
}

/** A positive number of periods; anything else means no limit. */
function countOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined
  const count = Number(text)
  return count > 0 ? count : undefined
}
