import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { DunningState } from '../core/dunning/steps.ts'
import type { Reads, Tx } from './database.ts'
import { campaignViews, type DunningCampaignView, findCampaignsById } from './dunning-campaigns.ts'
import type { InvoiceRow } from './invoices.ts'
import { anyOf, groupedBy, ts, tsOrNull } from './values.ts'

/** How a customer is dunned: by which campaign, its own or its billing entity's, and what it was asked so far. */
export type CustomerDunning = {
  readonly ownCampaignId: string | null
  readonly isExcluded: boolean
  /** Null when there is none, or when the customer is excluded. */
  readonly campaign: DunningCampaignView | null
  readonly state: DunningState
}

/** The campaign that applies to a customer `c` with its settings `d` and its billing entity `e`; null for none. */
export const APPLIED_CAMPAIGN = sql<string | null>`case when coalesce(d.is_excluded, false) then null
  else coalesce(d.applied_dunning_campaign_id, e.applied_dunning_campaign_id) end`

const CUSTOMERS = sql`customers c
  join billing_entities e on e.id = c.billing_entity_id
  left join customer_dunning d on d.customer_id = c.id`

/** How a customer is dunned. */
export async function readDunning(reads: Reads, customerId: string): Promise<CustomerDunning> {
  type Row = {
    ownCampaignId: string | null
    isExcluded: boolean
    campaignId: string | null
    lastAttemptAt: Instant | null
  }
  const [{ rows }, attempts] = await Promise.all([
    sql<Row>`
      select d.applied_dunning_campaign_id as own_campaign_id, coalesce(d.is_excluded, false) as is_excluded,
        ${APPLIED_CAMPAIGN} as campaign_id, d.last_attempt_at
      from ${CUSTOMERS}
      where c.id = ${customerId}`.execute(reads),
    reads
      .selectFrom('dunningAttempts')
      .select(['currency', 'attempts'])
      .where('customerId', '=', customerId)
      .orderBy('currency')
      .execute(),
  ])
  const [row] = rows
  if (!row) throw new Error(`there is no customer ${customerId}`)
  const found = await findCampaignsById(reads, row.campaignId === null ? [] : [row.campaignId])
  const [campaign] = await campaignViews(reads, found)
  return {
    ownCampaignId: row.ownCampaignId,
    isExcluded: row.isExcluded,
    campaign: campaign ?? null,
    state: {
      lastAttemptAt: row.lastAttemptAt,
      attempts: new Map(attempts.map(({ currency, attempts }) => [currency, attempts])),
    },
  }
}

/** The overdue invoices of a customer, oldest first, locked; the caller has locked the customer. */
export async function lockOverdueInvoices(tx: Tx, customerId: string): Promise<InvoiceRow[]> {
  const rows = await tx
    .selectFrom('invoices')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('paymentOverdue', '=', true)
    .where('selfBilled', '=', false)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return rows.sort((a, b) => a.createdAt - b.createdAt)
}

/** Writes a customer's own campaign and whether it is left alone. */
export async function writeDunningSettings(
  tx: Tx,
  settings: {
    readonly organizationId: string
    readonly customerId: string
    readonly campaignId: string | null
    readonly isExcluded: boolean
  },
  now: Instant,
): Promise<void> {
  const set = {
    appliedDunningCampaignId: settings.campaignId,
    isExcluded: settings.isExcluded,
    updatedAt: ts(now),
  }
  await tx
    .insertInto('customerDunning')
    .values({ organizationId: settings.organizationId, customerId: settings.customerId, ...set })
    .onConflict((oc) => oc.columns(['organizationId', 'customerId']).doUpdateSet(set))
    .execute()
}

/** Writes how often a customer was asked, and when for the last time. */
export async function writeDunningState(
  tx: Tx,
  { organizationId, customerId }: { readonly organizationId: string; readonly customerId: string },
  { lastAttemptAt, attempts }: DunningState,
  now: Instant,
): Promise<void> {
  const at = { lastAttemptAt: tsOrNull(lastAttemptAt), updatedAt: ts(now) }
  await tx
    .insertInto('customerDunning')
    .values({ organizationId, customerId, ...at })
    .onConflict((oc) => oc.columns(['organizationId', 'customerId']).doUpdateSet(at))
    .execute()
  await sql`
    insert into dunning_attempts (organization_id, customer_id, currency, attempts)
    select ${organizationId}::uuid, ${customerId}::uuid, a.currency, a.attempts
    from unnest(${[...attempts.keys()]}::text[], ${[...attempts.values()]}::integer[]) as a (currency, attempts)
    on conflict (organization_id, customer_id, currency) do update set attempts = excluded.attempts`.execute(
    tx,
  )
}

/** Forgets what customers, which the caller has locked, were asked. */
export async function resetDunning(tx: Tx, customerIds: readonly string[], now: Instant): Promise<void> {
  if (customerIds.length === 0) return
  await tx.deleteFrom('dunningAttempts').where('customerId', '=', anyOf(customerIds)).execute()
  await tx
    .updateTable('customerDunning')
    .set({ lastAttemptAt: null, updatedAt: ts(now) })
    .where('customerId', '=', anyOf(customerIds))
    .execute()
}

/**
 * Forgets the attempts in the currencies of paid invoices that a campaign asked for, and the time of the last one when
 * no attempt is left. Returns the customers concerned, whom the caller has locked.
 */
export async function resetPaidDunning(
  tx: Tx,
  invoiceIds: readonly string[],
  now: Instant,
): Promise<readonly string[]> {
  if (invoiceIds.length === 0) return []
  const { rows } = await sql<{ customerId: string }>`
    update dunning_attempts a set attempts = 0
    from (
      select distinct r.customer_id, r.amount_currency
      from payment_request_invoices l
      join payment_requests r on r.id = l.payment_request_id
      where l.invoice_id = ${anyOf(invoiceIds)} and r.dunning_campaign_id is not null
    ) as asked
    where a.customer_id = asked.customer_id and a.currency = asked.amount_currency
    returning a.customer_id`.execute(tx)
  const customerIds = [...new Set(rows.map(({ customerId }) => customerId))]
  if (customerIds.length === 0) return []
  await sql`
    update customer_dunning d set last_attempt_at = null, updated_at = ${ts(now)}
    where d.customer_id = ${anyOf(customerIds)} and not exists (
      select from dunning_attempts a where a.customer_id = d.customer_id and a.attempts > 0)`.execute(tx)
  return customerIds
}

/**
 * Schedules in one statement that customers are looked at, those to whom a campaign applies and who have something
 * overdue; an earlier look stays.
 */
export async function scheduleDunning(tx: Tx, customerIds: readonly string[], dueAt: Instant): Promise<void> {
  if (customerIds.length === 0) return
  await sql`
    insert into due_items as d (organization_id, id, kind, subject_id, due_at)
    select c.organization_id, gen_random_uuid(), 'dunning', c.id, ${ts(dueAt)}
    from (
      select c.organization_id, c.id
      from ${CUSTOMERS}
      where c.id = ${anyOf(customerIds)} and c.deleted_at is null and ${APPLIED_CAMPAIGN} is not null
        and exists (
          select from invoices i
          where i.organization_id = c.organization_id and i.customer_id = c.id and i.payment_overdue)
    ) c
    order by c.id
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null
  `.execute(tx)
}

/** Customers whom a campaign dunned or could dun: those who were asked, or who have something overdue. */
export async function customersToDun(
  reads: Reads,
  of: { readonly billingEntityId: string } | { readonly campaignId: string },
): Promise<string[]> {
  const isMeant =
    'campaignId' in of
      ? sql`${APPLIED_CAMPAIGN} = ${of.campaignId}::uuid`
      : sql`c.billing_entity_id = ${of.billingEntityId}::uuid and d.applied_dunning_campaign_id is null`
  const { rows } = await sql<{ id: string }>`
    select c.id from ${CUSTOMERS}
    where ${isMeant} and (c.id in (select i.customer_id from invoices i where i.payment_overdue)
      or c.id in (select a.customer_id from dunning_attempts a))
    order by c.id`.execute(reads)
  return rows.map(({ id }) => id)
}

/** The overdue balances of customers, the totals of their overdue invoices in cents, by customer and currency. */
export async function overdueBalances(
  reads: Reads,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, bigint>>> {
  const { rows } = await sql<{ customerId: string; currency: string; cents: bigint }>`
    select i.customer_id, i.currency, sum(i.total_amount_cents)::bigint as cents
    from invoices i
    where i.customer_id = ${anyOf(customerIds)} and i.payment_overdue and not i.self_billed
    group by i.customer_id, i.currency`.execute(reads)
  const byCustomer = groupedBy(rows, ({ customerId }) => customerId)
  return new Map(
    [...byCustomer].map(([id, own]) => [id, new Map(own.map(({ currency, cents }) => [currency, cents]))]),
  )
}

/** Takes a campaign away from all customers and billing entities. */
export async function unassignCampaign(tx: Tx, campaignId: string, now: Instant): Promise<void> {
  await tx
    .updateTable('customerDunning')
    .set({ appliedDunningCampaignId: null, updatedAt: ts(now) })
    .where('appliedDunningCampaignId', '=', campaignId)
    .execute()
  await tx
    .updateTable('billingEntities')
    .set({ appliedDunningCampaignId: null, updatedAt: ts(now) })
    .where('appliedDunningCampaignId', '=', campaignId)
    .execute()
}
