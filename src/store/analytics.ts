import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { CalendarDate } from '../core/calendar/calendar-date.ts'
import type { Reads } from './database.ts'

/** Which invoices and fees count; undefined means no restriction. */
export type AnalyticsFilters = {
  /** The first day of the first month. */
  readonly since?: CalendarDate | undefined
  readonly currency?: string | undefined
  readonly billingEntityId?: string | undefined
  readonly externalCustomerId?: string | undefined
}

/** A sum of a month; amounts are cents as exact decimal texts. */
export type MonthAmount = {
  readonly month: CalendarDate
  readonly currency: string
  readonly amountCents: string
}

type Of = 'i' | 'f'

/** The conditions of the filters on invoices `i` or fees `f`, apart from the month. */
function matches(of: Of, filters: AnalyticsFilters): RawBuilder<SqlBool> {
  const { currency, billingEntityId, externalCustomerId } = filters
  const conditions: RawBuilder<unknown>[] = [sql`true`]
  if (currency !== undefined) conditions.push(sql`${sql.ref(`${of}.currency`)} = ${currency}`)
  if (billingEntityId !== undefined) {
    conditions.push(sql`${sql.ref(`${of}.billing_entity_id`)} = ${billingEntityId}::uuid`)
  }
  if (externalCustomerId !== undefined) {
    conditions.push(sql`${sql.ref(`${of}.customer_id`)} in (
      select c.id from customers c where c.external_id = ${externalCustomerId} and c.deleted_at is null)`)
  }
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`
}

/** Final invoices that are the organization's own, and not lost in a dispute. */
const COUNTS = sql<SqlBool>`(i.status = 'finalized' and not i.self_billed and i.payment_dispute_lost_at is null)`

function issuedSince({ since }: AnalyticsFilters): RawBuilder<SqlBool> {
  return since === undefined ? sql<SqlBool>`true` : sql<SqlBool>`i.issuing_date >= ${since}::date`
}

/** The same for the day on which an invoice was due. */
function dueSince({ since }: AnalyticsFilters): RawBuilder<SqlBool> {
  return since === undefined ? sql<SqlBool>`true` : sql<SqlBool>`i.payment_due_date >= ${since}::date`
}

/** The same for the UTC day on which a fee was made. */
function madeSince({ since }: AnalyticsFilters): RawBuilder<SqlBool> {
  return since === undefined
    ? sql<SqlBool>`true`
    : sql<SqlBool>`f.created_at >= ${since}::date::timestamp at time zone 'UTC'`
}

/** The same for a day of fee_days. */
function summedSince({ since }: AnalyticsFilters): RawBuilder<SqlBool> {
  return since === undefined ? sql<SqlBool>`true` : sql<SqlBool>`f.made_on >= ${since}::date`
}

const MADE_IN = sql`date_trunc('month', f.created_at at time zone 'UTC')::date`

/** Whether sums by day have what is asked for: they do not know customers. */
const isSummed = ({ externalCustomerId }: AnalyticsFilters): boolean => externalCustomerId === undefined

/** The invoices that count: `cents` and their number, by `month`, `currency` and `payment_status`. */
function invoiced(filters: AnalyticsFilters): RawBuilder<unknown> {
  if (!isSummed(filters)) {
    return sql`
      select date_trunc('month', i.issuing_date)::date as month, i.currency, i.payment_status,
        sum(i.total_amount_cents) as cents, count(*) as invoices
      from invoices i
      where ${COUNTS} and ${issuedSince(filters)} and ${matches('i', filters)}
      group by 1, 2, 3`
  }
  return sql`
    select date_trunc('month', i.issuing_date)::date as month, i.currency, i.payment_status,
      sum(i.total_amount_cents) as cents, sum(i.invoices) as invoices
    from invoice_days i
    where i.status = 'finalized' and not i.self_billed and not i.is_lost and ${issuedSince(filters)}
      and ${matches('i', filters)}
    group by 1, 2, 3
    having sum(i.invoices) > 0`
}

/**
 * What was invoiced in each month, by issuing date, less what was refunded of it, and what fees in advance without an
 * invoice came to, with taxes.
 */
export async function grossRevenue(
  reads: Reads,
  filters: AnalyticsFilters,
): Promise<readonly (MonthAmount & { readonly invoicesCount: number })[]> {
  const { rows } = await sql<MonthAmount & { invoicesCount: number }>`
    select month, currency, sum(cents)::text as amount_cents, sum(invoices)::integer as invoices_count
    from (
      select month, currency, cents, invoices from (${invoiced(filters)}) as issued
      union all
      select date_trunc('month', i.issuing_date)::date, i.currency, -sum(n.refund_amount_cents), 0
      from credit_notes n
      join invoices i on i.organization_id = n.organization_id and i.id = n.invoice_id
      where n.status = 'finalized' and n.refund_amount_cents > 0 and ${COUNTS} and ${issuedSince(filters)}
        and ${matches('i', filters)}
      group by 1, 2
      union all
      select ${MADE_IN}, f.currency, sum(f.amount_cents + f.taxes_amount_cents), 0
      from fees f
      where f.invoice_id is null and f.pay_in_advance and f.deleted_at is null and not f.self_billed
        and ${madeSince(filters)} and ${matches('f', filters)}
      group by 1, 2
    ) as parts
    group by month, currency
    order by month, currency`.execute(reads)
  return rows
}

/** How the invoices of each month stand: their number and sum by issuing month and payment status. */
export async function invoiceCollection(
  reads: Reads,
  filters: AnalyticsFilters,
): Promise<readonly (MonthAmount & { readonly paymentStatus: string; readonly invoicesCount: number })[]> {
  const { rows } = await sql<MonthAmount & { paymentStatus: string; invoicesCount: number }>`
    select month, currency, payment_status, cents::text as amount_cents, invoices::integer as invoices_count
    from (${invoiced(filters)}) as issued
    order by 1, 3, 2`.execute(reads)
  return rows
}

/** What usage came to on final invoices, less coupons and before taxes, by the month of its fees and by metric. */
export async function invoicedUsage(
  reads: Reads,
  filters: AnalyticsFilters,
): Promise<readonly (MonthAmount & { readonly code: string })[]> {
  const { rows } = await sql<MonthAmount & { code: string }>`
    select date_trunc('month', f.made_on)::date as month, f.currency, m.code,
      sum(f.amount_cents - f.coupons_amount_cents)::text as amount_cents
    from fee_days f
    join charges h on h.organization_id = f.organization_id and h.id = f.charge_id
    join billable_metrics m on m.organization_id = h.organization_id and m.id = h.billable_metric_id
    where f.fee_type = 'charge' and f.is_invoiced and ${summedSince(filters)} and ${matches('f', filters)}
    group by 1, 2, 3
    having sum(f.fees) > 0
    order by 1 desc, sum(f.amount_cents - f.coupons_amount_cents) desc, 3, 2`.execute(reads)
  return rows
}

/**
 * Subscription fees of final invoices, less coupons and with taxes, spread evenly over the months that they pay for:
 * as many as the period has times 30.44 days, rounded, and one at least (weir_fee_months). They begin with the month of
 * the period's first day where the customer is.
 */
export async function monthlyRecurringRevenue(
  reads: Reads,
  filters: AnalyticsFilters,
): Promise<readonly MonthAmount[]> {
  const { since } = filters
  const isShown = since === undefined ? sql<SqlBool>`true` : sql<SqlBool>`month >= ${since}::date`
  const { rows } = await sql<MonthAmount>`
    select month, currency, sum(cents)::text as amount_cents
    from (
      select (s.starts_in + make_interval(months => n.n))::date as month, s.currency, s.cents / s.months as cents
      from (
        select f.currency, f.starts_in, f.months,
          sum(f.amount_cents - f.coupons_amount_cents + f.taxes_amount_cents) as cents
        from fee_days f
        where f.fee_type = 'subscription' and f.is_invoiced and f.starts_in is not null and ${matches('f', filters)}
        group by 1, 2, 3
        having sum(f.fees) > 0
      ) as s
      cross join lateral generate_series(0, s.months - 1) as n (n)
    ) as parts
    where ${isShown}
    group by month, currency
    order by month, currency`.execute(reads)
  return rows
}

const LEFT_TO_PAY = sql`i.total_amount_cents - i.total_paid_amount_cents - i.offset_amount_cents`

/** Whether an invoice is overdue and within the filters. */
function isOverdue(filters: AnalyticsFilters): RawBuilder<SqlBool> {
  return sql<SqlBool>`i.payment_overdue and not i.self_billed and ${dueSince(filters)} and ${matches('i', filters)}`
}

/** What is overdue, by due month: what is left to pay, and of which invoices. */
export async function overdueBalance(
  reads: Reads,
  filters: AnalyticsFilters,
): Promise<readonly (MonthAmount & { readonly invoiceIds: readonly string[] })[]> {
  // Day by day first, in the order of an index: sorting all of them by month takes several times as long.
  const { rows } = await sql<MonthAmount & { invoiceIds: string }>`
    select date_trunc('month', o.due_on)::date as month, o.currency, sum(o.cents)::text as amount_cents,
      string_agg(o.ids, ',' order by o.due_on) as invoice_ids
    from (
      select i.payment_due_date as due_on, i.currency,
        sum(${LEFT_TO_PAY}) as cents,
        string_agg(i.id::text, ',' order by i.id) as ids
      from invoices i
      where ${isOverdue(filters)}
      group by 1, 2
    ) as o
    group by 1, 2
    order by 1, 2`.execute(reads)
  return rows.map((row) => ({ ...row, invoiceIds: row.invoiceIds.split(',') }))
}

/** What `overdueBalance` adds up, with the number of the invoices in place of the invoices. */
export async function overdueMonths(
  reads: Reads,
  filters: AnalyticsFilters,
): Promise<readonly (MonthAmount & { readonly invoicesCount: number })[]> {
  const { rows } = await sql<MonthAmount & { invoicesCount: number }>`
    select date_trunc('month', o.due_on)::date as month, o.currency, sum(o.cents)::text as amount_cents,
      sum(o.invoices)::integer as invoices_count
    from (
      select i.payment_due_date as due_on, i.currency, count(*) as invoices,
        sum(${LEFT_TO_PAY}) as cents
      from invoices i
      where ${isOverdue(filters)}
      group by 1, 2
    ) as o
    group by 1, 2
    order by 1, 2`.execute(reads)
  return rows
}

/** What is left to pay of all overdue invoices of a currency, in cents, and how many they are. */
export type OverdueTotal = {
  readonly currency: string
  readonly amountCents: bigint
  readonly invoicesCount: number
}

/** What is overdue, by currency. */
export async function overdueTotals(
  reads: Reads,
  filters: AnalyticsFilters,
): Promise<readonly OverdueTotal[]> {
  const { rows } = await sql<OverdueTotal>`
    select i.currency, count(*)::integer as invoices_count,
      sum(${LEFT_TO_PAY})::bigint as amount_cents
    from invoices i
    where ${isOverdue(filters)}
    group by 1
    order by 1`.execute(reads)
  return rows
}

/** The lengths of periods of usage. */
export const TIME_GRANULARITIES = ['daily', 'weekly', 'monthly'] as const
export type TimeGranularity = (typeof TIME_GRANULARITIES)[number]

/** Which usage counts; days are in UTC, both included. */
export type UsageFilters = Pick<AnalyticsFilters, 'currency' | 'externalCustomerId' | 'billingEntityId'> & {
  readonly granularity: TimeGranularity
  readonly from?: CalendarDate | undefined
  readonly to?: CalendarDate | undefined
  readonly customerType?: string | undefined
  readonly customerCountry?: string | undefined
  readonly externalSubscriptionId?: string | undefined
  readonly planCode?: string | undefined
  readonly metricCode?: string | undefined
  readonly isRecurring?: boolean | undefined
}

/** Usage of a metric in a period. */
export type BilledUsage = {
  readonly start: CalendarDate
  readonly end: CalendarDate
  readonly currency: string
  readonly amountCents: string
  readonly units: string
  readonly metricCode: string
  readonly isMetricDeleted: boolean
}

const TRUNCATED_TO: Readonly<Record<TimeGranularity, string>> = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
}

/** Whether sums by day have the usage that is asked for: they know neither customers nor subscriptions. */
const isSummedUsage = (filters: UsageFilters): boolean =>
  [
    filters.externalCustomerId,
    filters.customerType,
    filters.customerCountry,
    filters.externalSubscriptionId,
    filters.planCode,
  ].every((value) => value === undefined)

function summedUsage(unit: string, filters: UsageFilters): RawBuilder<unknown> {
  return sql`
      select date_trunc(${unit}, f.made_on)::date as start, f.currency, f.amount_cents, f.units, f.fees,
        m.code as metric_code, m.deleted_at is not null as is_metric_deleted
      from fee_days f
      join charges h on h.organization_id = f.organization_id and h.id = f.charge_id
      join billable_metrics m on m.organization_id = h.organization_id and m.id = h.billable_metric_id
      where f.fee_type = 'charge' and not f.self_billed and ${usageMatches(filters)}
        and f.made_on >= coalesce(${filters.from ?? null}::date, '-infinity')
        and f.made_on <= coalesce(${filters.to ?? null}::date, 'infinity')
        and ${matches('f', filters)}`
}

function eachUsage(unit: string, filters: UsageFilters): RawBuilder<unknown> {
  return sql`
      select date_trunc(${unit}, f.created_at at time zone 'UTC')::date as start, f.currency, f.amount_cents, f.units,
        1 as fees, m.code as metric_code, m.deleted_at is not null as is_metric_deleted
      from fees f
      join charges h on h.organization_id = f.organization_id and h.id = f.charge_id
      join billable_metrics m on m.organization_id = h.organization_id and m.id = h.billable_metric_id
      join customers c on c.organization_id = f.organization_id and c.id = f.customer_id
      left join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
      left join subscriptions s on s.organization_id = f.organization_id and s.id = f.subscription_id
      left join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
      where f.fee_type = 'charge' and f.deleted_at is null and not f.self_billed
        and (f.invoice_id is null or ${COUNTS}) and ${usageMatches(filters)} and ${matches('f', filters)}
        and f.created_at >= coalesce(${filters.from ?? null}::date::timestamp at time zone 'UTC', '-infinity')
        and f.created_at < coalesce((${filters.to ?? null}::date + 1)::timestamp at time zone 'UTC', 'infinity')`
}

/** Billed usage by the period in which it was billed and by metric: the fees of charges before coupons and taxes. */
export async function usageAmounts(reads: Reads, filters: UsageFilters): Promise<readonly BilledUsage[]> {
  const unit = TRUNCATED_TO[filters.granularity]
  const { rows } = await sql<BilledUsage>`
    select start, (start + make_interval(days => ${filters.granularity === 'daily' ? 0 : -1}::integer,
        weeks => ${filters.granularity === 'weekly' ? 1 : 0}::integer,
        months => ${filters.granularity === 'monthly' ? 1 : 0}::integer))::date as end,
      currency, sum(amount_cents)::text as amount_cents, sum(units)::text as units, metric_code, is_metric_deleted
    from (${isSummedUsage(filters) ? summedUsage(unit, filters) : eachUsage(unit, filters)}
    ) as billed
    group by start, currency, metric_code, is_metric_deleted
    having sum(fees) > 0
    order by start, metric_code, currency, is_metric_deleted`.execute(reads)
  return rows
}

/** The conditions of the filters on a metric, customer, subscription and plan. */
function usageMatches(filters: UsageFilters): RawBuilder<SqlBool> {
  const conditions: RawBuilder<unknown>[] = [sql`true`]
  const equal = (column: string, value: string | boolean | undefined) => {
    if (value !== undefined) conditions.push(sql`${sql.ref(column)} = ${value}`)
  }
  equal('c.customer_type', filters.customerType)
  equal('c.country', filters.customerCountry)
  equal('s.external_id', filters.externalSubscriptionId)
  equal('p.code', filters.planCode)
  equal('m.code', filters.metricCode)
  equal('m.is_recurring', filters.isRecurring)
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`
}
