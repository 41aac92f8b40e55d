import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads } from './database.ts'
import { APPLIED_CAMPAIGN, overdueBalances } from './dunning.ts'
import type { DunningCampaignRow } from './dunning-campaigns.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import { anyOf } from './values.ts'

/** Customers that a campaign asked so far, each counted once, by where they are now. */
export type DunningFunnel = {
  readonly asked: number
  /** Of those asked, whom a mail could go to. */
  readonly mailed: number
  /** Everything that they were asked for is paid. */
  readonly paid: number
  /** They had all their attempts in a currency, and have not paid. */
  readonly exhausted: number
}

/** A customer whom a campaign is asking: by currency how often, and what is overdue in cents. */
export type DunnedCustomer = {
  readonly externalId: string
  readonly name: string | null
  readonly lastAttemptAt: Instant | null
  readonly attempts: readonly { readonly currency: string; readonly attempts: number }[]
  readonly balances: ReadonlyMap<string, bigint>
}

type Campaign = Pick<DunningCampaignRow, 'id' | 'maxAttempts'>

/** How far the customers of a campaign have come. An invoice that was voided or lost in a dispute is asked for no more. */
export async function readFunnel(reads: Reads, { id, maxAttempts }: Campaign): Promise<DunningFunnel> {
  const { rows } = await sql<Record<keyof DunningFunnel, bigint>>`
    with asked as (
      select r.customer_id, bool_or(r.email is not null) as has_address,
        not bool_or(exists (
          select from payment_request_invoices l join invoices i on i.id = l.invoice_id
          where l.payment_request_id = r.id and i.status = 'finalized' and i.payment_status <> 'succeeded'
            and i.payment_dispute_lost_at is null)) as is_paid
      from payment_requests r
      where r.dunning_campaign_id = ${id}
      group by r.customer_id
    )
    select count(*) as asked, count(*) filter (where has_address) as mailed, count(*) filter (where is_paid) as paid,
      count(*) filter (where not is_paid and exists (
        select from dunning_attempts a where a.customer_id = asked.customer_id and a.attempts >= ${maxAttempts}
      )) as exhausted
    from asked`.execute(reads)
  const [row] = rows
  return {
    asked: Number(row?.asked ?? 0),
    mailed: Number(row?.mailed ?? 0),
    paid: Number(row?.paid ?? 0),
    exhausted: Number(row?.exhausted ?? 0),
  }
}

/** One page of the customers to whom a campaign applies and who were asked and have not paid, by external id. */
export async function pageOfDunned(
  reads: Reads,
  { id }: Campaign,
  slice: Slice,
): Promise<Listed<DunnedCustomer>> {
  const asked = reads
    .selectFrom('customers as c')
    .innerJoin('billingEntities as e', 'e.id', 'c.billingEntityId')
    .leftJoin('customerDunning as d', 'd.customerId', 'c.id')
    .select(['c.id', 'c.externalId', 'c.name', 'd.lastAttemptAt'])
    .where('c.deletedAt', 'is', null)
    .where(APPLIED_CAMPAIGN, '=', id)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('dunningAttempts as a')
          .select('a.currency')
          .whereRef('a.customerId', '=', 'c.id')
          .where('a.attempts', '>', 0),
      ),
    )
    .orderBy('c.externalId')
  const { rows, total } = await pageOf(asked, slice)
  const ids = rows.map((row) => row.id)
  const [attempts, balances] = await Promise.all([
    reads
      .selectFrom('dunningAttempts')
      .select(['customerId', 'currency', 'attempts'])
      .where('customerId', '=', anyOf(ids))
      .where('attempts', '>', 0)
      .orderBy('currency')
      .execute(),
    overdueBalances(reads, ids),
  ])
  return {
    total,
    rows: rows.map((row) => ({
      externalId: row.externalId,
      name: row.name,
      lastAttemptAt: row.lastAttemptAt,
      attempts: attempts.filter(({ customerId }) => customerId === row.id),
      balances: balances.get(row.id) ?? new Map(),
    })),
  }
}
