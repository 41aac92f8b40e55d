import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { firstMonth, monthsBetween } from '../../core/analytics/months.ts'
import { utcDate } from '../../core/calendar/calendar-date.ts'
import { CUSTOMER_TYPES } from '../../core/customers/customer-change.ts'
import {
  type AnalyticsFilters,
  grossRevenue,
  invoiceCollection,
  invoicedUsage,
  monthlyRecurringRevenue,
  overdueBalance,
  overdueMonths,
  overdueTotals,
  TIME_GRANULARITIES,
  usageAmounts,
} from '../../store/analytics.ts'
import { billingEntityIds } from '../../store/billing-entities.ts'
import type { Reads } from '../../store/database.ts'
import {
  toWireEmptyCollection,
  toWireGrossRevenue,
  toWireInvoiceCollection,
  toWireInvoicedUsage,
  toWireMrr,
  toWireOverdueBalance,
  toWireOverdueMonth,
  toWireOverdueTotal,
  toWireUsageAmount,
} from '../../wire/analytics.ts'
import { type Query, readQuery } from '../query.ts'
import { analyticsSchemas } from '../schemas/analytics.ts'

const config = { resource: 'analytic' } as const
/** A hundred years. */
const MONTHS_MAX = 1200

/** Analytics: sums over invoices and fees, always as of now (docs/rules/analytics.md). */
export function analyticsRoutes(app: FastifyInstance, context: Context): void {
  revenueRoutes(app, context)
  usageRoutes(app, context)
}

function revenueRoutes(app: FastifyInstance, { database }: Context): void {
  app.get(
    '/analytics/gross_revenue',
    { config, schema: analyticsSchemas.grossRevenue },
    async ({ caller, query }) =>
      database.read(caller, async (reads) => {
        const filters = await filtersOf(reads, caller, query, CUSTOMER)
        const rows = await grossRevenue(reads, filters)
        return {
          gross_revenues: rows.map((row) => toWireGrossRevenue(row, filters.billingEntityId ?? null)),
        }
      }),
  )
  app.get(
    '/analytics/invoice_collection',
    { config, schema: analyticsSchemas.invoiceCollection },
    async ({ caller, query }) =>
      database.read(caller, async (reads) => {
        const filters = await filtersOf(reads, caller, query)
        const rows = await invoiceCollection(reads, filters)
        const since = filters.since ?? rows[0]?.month
        const months = since === undefined ? [] : monthsBetween(since, utcDate(caller.now))
        // Invoices may be issued on a later day.
        const later = rows.filter(({ month }) => !months.includes(month))
        const collections = months.flatMap((month) => {
          const own = rows.filter((row) => row.month === month)
          return own.length > 0 ? own.map(toWireInvoiceCollection) : [toWireEmptyCollection(month)]
        })
        return { invoice_collections: [...collections, ...later.map(toWireInvoiceCollection)] }
      }),
  )
  app.get('/analytics/mrr', { config, schema: analyticsSchemas.mrr }, async ({ caller, query }) =>
    database.read(caller, async (reads) => {
      const rows = await monthlyRecurringRevenue(reads, await filtersOf(reads, caller, query))
      return { mrrs: rows.map(toWireMrr) }
    }),
  )
  app.get(
    '/analytics/overdue_balance',
    { config, schema: analyticsSchemas.overdueBalance },
    async ({ caller, query }) =>
      database.read(caller, async (reads) => {
        const filters = await filtersOf(reads, caller, query, CUSTOMER)
        const rows = await overdueBalance(reads, filters)
        return {
          overdue_balances: rows.map((row) => toWireOverdueBalance(row, filters.billingEntityId ?? null)),
        }
      }),
  )
}

/**
 * The sums of what is overdue, under /api/weir/v1: `overdue_balance` also names every invoice, which are megabytes where
 * ten thousands are late.
 */
export function overdueTotalsRoutes(app: FastifyInstance, { database }: Context): void {
  app.get(
    '/analytics/overdue_totals',
    { config, schema: analyticsSchemas.overdueTotals },
    async ({ caller, query }) =>
      database.read(caller, async (reads) => {
        const by = readQuery(query, (from) => from.word('by', ['month']))
        const filters = await filtersOf(reads, caller, query, CUSTOMER)
        if (by === 'month') {
          return { overdue_totals: (await overdueMonths(reads, filters)).map(toWireOverdueMonth) }
        }
        return { overdue_totals: (await overdueTotals(reads, filters)).map(toWireOverdueTotal) }
      }),
  )
}

function usageRoutes(app: FastifyInstance, { database }: Context): void {
  app.get(
    '/analytics/invoiced_usage',
    { config, schema: analyticsSchemas.invoicedUsage },
    async ({ caller, query }) =>
      database.read(caller, async (reads) => {
        const rows = await invoicedUsage(reads, await filtersOf(reads, caller, query))
        return { invoiced_usages: rows.map(toWireInvoicedUsage) }
      }),
  )
  app.get('/analytics/usage', { config, schema: analyticsSchemas.usage }, async ({ caller, query }) => {
    const { billingEntityCode, ...filters } = readQuery(query, (from) => ({
      granularity: from.word('time_granularity', TIME_GRANULARITIES) ?? ('daily' as const),
      currency: from.currency('currency'),
      from: from.day('from_date'),
      to: from.day('to_date'),
      customerType: from.word('customer_type', CUSTOMER_TYPES),
      customerCountry: from.text('customer_country')?.toUpperCase(),
      externalCustomerId: from.id('external_customer_id'),
      externalSubscriptionId: from.id('external_subscription_id'),
      planCode: from.id('plan_code'),
      metricCode: from.id('billable_metric_code'),
      isRecurring: from.boolean('is_billable_metric_recurring'),
      billingEntityCode: from.id('billing_entity_code'),
    }))
    return database.read(caller, async (reads) => {
      const billingEntityId = await entityIdOf(reads, billingEntityCode)
      const rows = await usageAmounts(reads, { ...filters, billingEntityId })
      return { usages: rows.map((row) => toWireUsageAmount(row, caller.organizationId)) }
    })
  })
}

const CUSTOMER = (query: Query) => query.id('external_customer_id')
const NOBODY = () => undefined

async function filtersOf(
  reads: Reads,
  caller: Caller,
  query: unknown,
  customerOf: (query: Query) => string | undefined = NOBODY,
): Promise<AnalyticsFilters> {
  const { months, code, ...filters } = readQuery(query, (from) => ({
    months: monthsOf(from.text('months')),
    code: from.id('billing_entity_code'),
    currency: from.currency('currency'),
    externalCustomerId: customerOf(from),
  }))
  const billingEntityId = await entityIdOf(reads, code)
  const since = months === undefined ? undefined : firstMonth(caller.now, months)
  return { ...filters, since, billingEntityId }
}

/** Anything but a number of months counts as absent. */
function monthsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined
  const months = Number(text)
  return months === 0 ? undefined : Math.min(months, MONTHS_MAX)
}

/** The billing entity with a code; an unknown code counts as absent. */
async function entityIdOf(reads: Reads, code: string | undefined): Promise<string | undefined> {
  return code === undefined ? undefined : (await billingEntityIds(reads, [code])).get(code)
}
