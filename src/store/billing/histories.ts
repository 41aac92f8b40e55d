import { sql } from 'kysely'
import type {
  BilledPeriod,
  BilledSubscriptionFee,
  BillingHistory,
  InvoicingReason,
} from '../../core/billing/snapshot.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { TimeZone } from '../../core/calendar/zone.ts'
import type { Reads } from '../database.ts'
import { windowOrNull } from './windows.ts'

/**
 * The billing history of subscriptions by id: all periodic bills, and the two oldest invoices of each other kind. Two
 * are enough to show that there were any, even to a draft that is one of them; reading all could mean any number of
 * invoices for charges in advance.
 */
export async function readHistories(
  reads: Reads,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, BillingHistory>> {
  if (subscriptionIds.length === 0) return new Map()
  const [periods, fees] = await Promise.all([
    readPeriods(reads, subscriptionIds),
    readSubscriptionFees(reads, subscriptionIds),
  ])
  return new Map(
    subscriptionIds.map((id) => [
      id,
      { periods: periods.get(id) ?? [], subscriptionFees: fees.get(id) ?? [] },
    ]),
  )
}

async function readPeriods(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly BilledPeriod[]>> {
  const { rows } = await sql<{
    subscriptionId: string
    invoiceId: string
    invoiceType: string
    reason: InvoicingReason
    isRecurring: boolean
    billingAt: Instant
    timezone: TimeZone
    subscriptionFrom: Instant | null
    subscriptionTo: Instant | null
    chargesFrom: Instant | null
    chargesTo: Instant | null
    fixedChargesFrom: Instant | null
    fixedChargesTo: Instant | null
  }>`
    with links as (
      select l.* from invoice_subscriptions l
      where l.subscription_id = any (${[...ids]}::uuid[]) and l.is_recurring and l.released_at is null
      union all
      select o.*
      from unnest(${[...ids]}::uuid[]) as s (id)
      cross join unnest(array['subscription_starting', 'subscription_terminating', 'in_advance_charge',
        'in_advance_charge_periodic']) as r (reason)
      cross join lateral (
        select l.*
        from invoice_subscriptions l
        join invoices i on i.organization_id = l.organization_id and i.id = l.invoice_id
        where l.subscription_id = s.id and l.invoicing_reason = r.reason and not l.is_recurring
          and l.released_at is null and i.status <> 'deleted'
        order by l.billing_at
        limit 2
      ) as o
    )
    select l.subscription_id, l.invoice_id, l.invoicing_reason as reason, l.is_recurring, l.billing_at,
      l.subscription_from, l.subscription_to, l.charges_from, l.charges_to, l.fixed_charges_from, l.fixed_charges_to,
      i.invoice_type, i.timezone
    from links l
    join invoices i on i.organization_id = l.organization_id and i.id = l.invoice_id
    where i.status <> 'deleted'
    order by l.billing_at desc, l.id desc`.execute(reads)
  return grouped(rows, (row) => ({
    invoiceId: row.invoiceId,
    invoiceType: row.invoiceType,
    reason: row.reason,
    isPeriodic: row.isRecurring,
    billingAt: row.billingAt,
    zone: row.timezone,
    subscription: windowOrNull(row.subscriptionFrom, row.subscriptionTo),
    charges: windowOrNull(row.chargesFrom, row.chargesTo),
    fixedCharges: windowOrNull(row.fixedChargesFrom, row.fixedChargesTo),
  }))
}

/** The instant of a subscription's last periodic bill; null when it has had none. */
export async function lastRegularBillAt(reads: Reads, subscriptionId: string): Promise<Instant | null> {
  const { rows } = await sql<{ billingAt: Instant | null }>`
    select max(billing_at) as billing_at from invoice_subscriptions
    where subscription_id = ${subscriptionId}::uuid and invoicing_reason = 'subscription_periodic'
      and is_recurring and released_at is null`.execute(reads)
  return rows[0]?.billingAt ?? null
}

/**
 * Subscription fees on invoices that are neither deleted nor voided, newest first. A fee of a regenerated invoice is as
 * old as the one that it repeats.
 */
async function readSubscriptionFees(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly BilledSubscriptionFee[]>> {
  const { rows } = await sql<{
    subscriptionId: string
    invoiceId: string
    createdAt: Instant
    fromAt: Instant | null
    toAt: Instant | null
    timezone: TimeZone
    isClosed: boolean
  }>`
    select f.subscription_id, f.invoice_id, coalesce(o.created_at, f.created_at) as created_at, f.from_at, f.to_at,
      i.timezone,
      i.status = 'closed' as is_closed
    from fees f
    join invoices i on i.organization_id = f.organization_id and i.id = f.invoice_id
    left join fees o on o.organization_id = f.organization_id and o.id = f.original_fee_id
    where f.subscription_id = any (${[...ids]}::uuid[]) and f.charge_id is null and f.fee_type = 'subscription'
      and f.deleted_at is null and i.status not in ('deleted', 'voided')
    order by 3 desc, f.id desc`.execute(reads)
  return grouped(rows, (row) => ({
    invoiceId: row.invoiceId,
    createdAt: row.createdAt,
    period: windowOrNull(row.fromAt, row.toAt),
    zone: row.timezone,
    isClosed: row.isClosed,
  }))
}

function grouped<Row extends { readonly subscriptionId: string }, T>(
  rows: readonly Row[],
  toValue: (row: Row) => T,
): ReadonlyMap<string, readonly T[]> {
  const lists = new Map<string, T[]>()
  for (const row of rows) {
    const own = lists.get(row.subscriptionId)
    if (own) own.push(toValue(row))
    else lists.set(row.subscriptionId, [toValue(row)])
  }
  return lists
}
