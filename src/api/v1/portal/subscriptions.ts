import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../../actions/context.ts'
import { previewInvoice } from '../../../actions/invoices/preview-invoice.ts'
import { readUsageDays } from '../../../actions/portal/read-usage-days.ts'
import { readPastUsage } from '../../../actions/usage/read-past-usage.ts'
import { readProjectedUsage } from '../../../actions/usage/read-projected-usage.ts'
import { partsOf } from '../../../core/portal/portal-parts.ts'
import { Refusal } from '../../../core/refusal.ts'
import { unitsOverridesOf } from '../../../store/fixed-charge-units.ts'
import { invoicedToCustomer, owedByCustomer, type PortalVisit } from '../../../store/portal.ts'
import { addOnNamesOf } from '../../../store/portal-plans.ts'
import { subscriptionDetails, viewsOf } from '../../../store/subscription-views.ts'
import type { SubscriptionRow } from '../../../store/subscriptions.ts'
import {
  toWireInvoiced,
  toWireOwed,
  toWireOwnPlan,
  toWireOwnSubscription,
} from '../../../wire/portal/customer.ts'
import { toWireOwnDays, toWireOwnUsage } from '../../../wire/portal/usage.ts'
import { metaOf, pageOf } from '../../pagination.ts'
import { ownSubscription, ownSubscriptions } from '../../portal-subscriptions.ts'
import { portalSchemas } from '../../schemas/portal.ts'

type ById = { Params: { id: string } }

/** Each estimate builds a bill; nobody reads more of them on one page. */
const ESTIMATES_MAX = 5
const PAST_PERIODS_MAX = 12

/** What a customer owes, has subscribed to and uses. */
export function portalSubscriptionsRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.get('/overview', { schema: portalSchemas.overview }, async ({ caller, visit }) => {
    const parts = partsOf(visit.organization.portalParts)
    const { owed, invoiced, views } = await database.read(caller, async (reads) => {
      const rows = await ownSubscriptions(reads, visit)
      const [owed, invoiced, views] = await Promise.all([
        parts.includes('invoices') ? owedByCustomer(reads, visit.customer.id) : [],
        parts.includes('invoices') ? invoicedToCustomer(reads, visit.customer.id) : [],
        viewsOf(reads, rows, caller.now),
      ])
      return { owed, invoiced, views }
    })
    return {
      owed: owed.map(toWireOwed),
      invoiced: invoiced.map(toWireInvoiced),
      subscriptions: views.map((view) => toWireOwnSubscription(view, parts)),
    }
  })
  app.get(
    '/next_invoices',
    { config: { part: 'amounts' }, schema: portalSchemas.nextInvoices },
    async ({ caller, visit }) => {
      const rows = await database.read(caller, (reads) => ownSubscriptions(reads, visit))
      const active = rows.filter(({ status }) => status === 'active').slice(0, ESTIMATES_MAX)
      const estimates: object[] = []
      // One after the other: a customer with many subscriptions takes no more connections than others.
      for (const row of active) {
        const estimate = await estimateOf(context, caller, visit, row)
        if (estimate) estimates.push(estimate)
      }
      return { next_invoices: estimates }
    },
  )
  app.get<ById>(
    '/subscriptions/:id',
    { config: { part: 'plan' }, schema: portalSchemas.subscription },
    async ({ caller, visit, params }) =>
      database.read(caller, async (reads) => {
        const row = await ownSubscription(reads, visit, params.id)
        const details = await subscriptionDetails(reads, row, caller.now)
        const [addOnNames, ownUnits] = await Promise.all([
          addOnNamesOf(reads, [details.wholePlan]),
          unitsOverridesOf(reads, row.id),
        ])
        const parts = partsOf(visit.organization.portalParts)
        return { subscription: toWireOwnPlan(details, parts, { addOnNames, ownUnits }) }
      }),
  )
  usageRoutes(app, context)
}

function usageRoutes(app: FastifyInstance, { database }: Context): void {
  const config = { part: 'usage' } as const
  app.get<ById>(
    '/subscriptions/:id/usage',
    { config, schema: portalSchemas.usage },
    async ({ caller, visit, params }) => {
      const row = await database.read(caller, (reads) => ownSubscription(reads, visit, params.id))
      const asked = { ...subjectOf(visit, row), applyTaxes: false }
      const usage = await database.readUsage(caller, (reads) => readProjectedUsage(reads, caller, asked))
      return { usage: toWireOwnUsage(usage, { showsAmounts: showsAmounts(visit), hasTiers: true }) }
    },
  )
  app.get<ById>(
    '/subscriptions/:id/usage_days',
    { config, schema: portalSchemas.usageDays },
    async ({ caller, visit, params }) => {
      const row = await database.read(caller, (reads) => ownSubscription(reads, visit, params.id))
      const charges = await database.readUsage(caller, (reads) =>
        readUsageDays(reads, caller, subjectOf(visit, row)),
      )
      return { usage_days: charges.map(toWireOwnDays) }
    },
  )
  app.get<ById>(
    '/subscriptions/:id/past_usage',
    { config, schema: portalSchemas.pastUsage },
    async ({ caller, visit, params, query }) => {
      const page = pageOf(query, PAST_PERIODS_MAX)
      const row = await database.read(caller, (reads) => ownSubscription(reads, visit, params.id))
      const { rows, total } = await database.readUsage(caller, (reads) =>
        readPastUsage(reads, { ...subjectOf(visit, row), metricCode: undefined, slice: page }),
      )
      const shown = { showsAmounts: showsAmounts(visit), hasTiers: false }
      // What is paid in advance is billed at the start, for which no time has passed in which anything was used.
      const lasted = rows.filter(({ window }) => window.from < window.to)
      return { periods: lasted.map((usage) => toWireOwnUsage(usage, shown)), meta: metaOf(page, total) }
    },
  )
}

function showsAmounts({ organization }: PortalVisit): boolean {
  return organization.portalParts.includes('amounts')
}

function subjectOf({ customer }: PortalVisit, { externalId }: SubscriptionRow) {
  return { externalCustomerId: customer.externalId, externalSubscriptionId: externalId }
}

/** The next invoice of a subscription as it stands now; undefined when the subscription has none any more. */
async function estimateOf(
  context: Context,
  caller: Caller,
  { customer }: PortalVisit,
  row: SubscriptionRow,
): Promise<object | undefined> {
  const subscriptions = { external_ids: [row.externalId] }
  const asked = { external_id: customer.externalId }
  try {
    const invoice = (await previewInvoice(context, caller, { subscriptions }, asked)) as Preview
    return {
      subscription_id: row.id,
      issuing_date: invoice.issuing_date,
      currency: invoice.currency,
      total_amount_cents: invoice.total_amount_cents,
    }
  } catch (error) {
    // A subscription that ends before its next bill is refused a preview; then there is nothing to show.
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** What is read of a preview. */
type Preview = {
  readonly issuing_date: string
  readonly currency: string
  readonly total_amount_cents: number | bigint
}
