import { type Selectable, sql } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import { addMs, type Instant } from '../core/calendar/instant.ts'
import type { Window } from '../core/subscriptions/windows.ts'
import type { UsageAmount, UsageWallet } from '../core/wallets/ongoing-balance.ts'
import type { Reads, Tx } from './database.ts'
import type { Wallets } from './rows.ts'
import { anyOf, groupedBy, ts } from './values.ts'

/**
 * Schedules a refresh of the ongoing balances of customers, those with an active wallet only. One that waits keeps its
 * instant. The caller has locked the customers.
 */
export async function scheduleWalletRefresh(
  tx: Tx,
  organizationId: string,
  customerIds: readonly string[],
  now: Instant,
): Promise<void> {
  if (customerIds.length === 0) return
  await sql`select weir_refresh_wallets(${organizationId}, ${[...customerIds]}::uuid[], ${ts(now)})`.execute(
    tx,
  )
}

/** The same for the customers with an active subscription on one of the plans. */
export async function scheduleWalletRefreshOfPlans(
  tx: Tx,
  organizationId: string,
  planIds: readonly string[],
  now: Instant,
): Promise<void> {
  if (planIds.length === 0) return
  await sql`
    select weir_refresh_wallets(${organizationId}, array(
      select distinct s.customer_id from subscriptions s
      where s.status = 'active' and s.plan_id = any (${[...planIds]}::uuid[])
    ), ${ts(now)})`.execute(tx)
}

/** How far the instants of events may lie apart whose customers are refreshed together. */
const TOGETHER_MS = 1000

/**
 * Turns the wish for a refresh that events left into the refresh itself, for these customers and for all others whose
 * events came within a second and before anything else is due. Customers that are being refreshed or billed are left
 * for later: waiting for them would keep the sender of an event waiting.
 */
export async function passOnUsage(
  tx: Tx,
  organizationId: string,
  customerIds: readonly string[],
  now: Instant,
): Promise<void> {
  await sql`
    with later as (
      select coalesce(min(d.due_at), 'infinity') as at from due_items d
      where d.kind not in ('wallet_usage', 'wallet_refresh') and d.retry_at is null
    ), more as (
      delete from due_items where id in (
        select d.id
        from later
        join due_items d on d.due_at < later.at
        join customers c on c.organization_id = d.organization_id and c.id = d.subject_id
        where d.kind = 'wallet_usage' and d.due_at between ${ts(now)} and ${ts(addMs(now, TOGETHER_MS))}
        order by d.subject_id
        for no key update of c skip locked
        for update of d skip locked
      )
      returning subject_id
    ), everyone as (
      select array(select unnest(${[...customerIds]}::uuid[]) union select subject_id from more) as ids
    )
    select weir_refresh_wallets(${organizationId}, ids, ${ts(now)}) from everyone`.execute(tx)
}

/** An active wallet with its customer. */
export type CustomerWallet = UsageWallet & { readonly customerId: string }

/** The active wallets of customers. */
export async function usageWallets(
  reads: Reads,
  customerIds: readonly string[],
  now: Instant,
): Promise<readonly CustomerWallet[]> {
  const { rows } = await sql<
    Pick<Selectable<Wallets>, 'id' | 'customerId' | 'code' | 'currency' | 'priority' | 'createdAt'> &
      Pick<Selectable<Wallets>, 'balanceCents' | 'allowedFeeTypes'> & {
        readonly metricIds: readonly string[]
        readonly isRefilled: boolean
      }
  >`
    select w.id, w.customer_id, w.code, w.currency, w.priority, w.created_at, w.balance_cents, w.allowed_fee_types,
      array(
        select t.billable_metric_id::text from wallet_targets t
        where t.organization_id = w.organization_id and t.wallet_id = w.id
      ) as metric_ids,
      exists (
        select from recurring_transaction_rules r
        where r.organization_id = w.organization_id and r.wallet_id = w.id and r.status = 'active'
          and r.trigger = 'threshold' and (r.expiration_at is null or r.expiration_at > ${ts(now)})
      ) as is_refilled
    from wallets w
    where w.customer_id = any (${[...customerIds]}::uuid[]) and w.status = 'active'`.execute(reads)
  return rows.map(({ allowedFeeTypes, metricIds, ...row }) => ({
    ...row,
    targets: { feeTypes: new Set(allowedFeeTypes), metricIds: new Set(metricIds) },
  }))
}

/** The active subscriptions of customers. */
export async function activeSubscriptionsOf(
  reads: Reads,
  customerIds: readonly string[],
): Promise<readonly { readonly id: string; readonly customerId: string }[]> {
  return reads
    .selectFrom('subscriptions')
    .select(['id', 'customerId'])
    .where('customerId', '=', anyOf(customerIds))
    .where('status', '=', 'active')
    .execute()
}

type AmountRow = Omit<UsageAmount, 'cents'> & { readonly customerId: string; readonly cents: string }

/** What drafts of customers ask for, by customer id: each kind of fee with its taxes, less its reductions. */
export async function draftAmounts(
  reads: Reads,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly UsageAmount[]>> {
  const { rows } = await sql<AmountRow>`
    select i.customer_id, ${KIND_OF_FEE}, sum(${CENTS_OF_FEE}) as cents
    from invoices i
    join fees f on f.organization_id = i.organization_id and f.invoice_id = i.id and f.deleted_at is null
    left join charges c on c.organization_id = f.organization_id and c.id = f.charge_id
    where i.customer_id = any (${[...customerIds]}::uuid[]) and i.status = 'draft' and i.total_amount_cents <> 0
    group by 1, 2, 3, 4, 5`.execute(reads)
  return byCustomer(rows, 1)
}

/** The usage of open periods that progressive invoices billed already, by customer id: amounts below zero. */
export async function progressiveAmounts(
  reads: Reads,
  open: readonly { readonly subscriptionId: string; readonly window: Window }[],
): Promise<ReadonlyMap<string, readonly UsageAmount[]>> {
  if (open.length === 0) return new Map()
  const { rows } = await sql<AmountRow>`
    select i.customer_id, ${KIND_OF_FEE}, sum(${CENTS_OF_FEE}) as cents
    from unnest(${open.map((each) => each.subscriptionId)}::uuid[],
      ${open.map(({ window }) => iso(window.from))}::timestamptz[],
      ${open.map(({ window }) => iso(window.to))}::timestamptz[]) as o (subscription_id, opens_at, closes_at)
    join invoice_subscriptions l on l.subscription_id = o.subscription_id
      and l.invoicing_reason = 'progressive_billing' and l.charges_from between o.opens_at and o.closes_at
    join invoices i on i.organization_id = l.organization_id and i.id = l.invoice_id
      and i.status not in ('voided', 'deleted', 'closed')
    join fees f on f.organization_id = i.organization_id and f.invoice_id = i.id and f.deleted_at is null
    left join charges c on c.organization_id = f.organization_id and c.id = f.charge_id
    group by 1, 2, 3, 4, 5`.execute(reads)
  return byCustomer(rows, -1)
}

const KIND_OF_FEE = sql`f.fee_type, c.billable_metric_id::text as metric_id,
  case when c.accepts_target_wallet then nullif(f.grouped_by ->> 'target_wallet_code', '') end as target_wallet_code,
  f.currency`
const CENTS_OF_FEE = sql`f.amount_cents + f.taxes_amount_cents - f.precise_coupons_amount_cents
  - f.precise_progressive_credit_amount_cents`

function byCustomer(rows: readonly AmountRow[], sign: 1 | -1): ReadonlyMap<string, readonly UsageAmount[]> {
  const amounts = rows.map((row) => ({ ...row, cents: Decimal.of(row.cents).times(Decimal.of(sign)) }))
  return groupedBy(amounts, ({ customerId }) => customerId)
}

function iso(at: Instant): string {
  return new Date(at).toISOString()
}

/** A wallet as it is when its ongoing balance is written. */
export type BalanceRow = Pick<
  Selectable<Wallets>,
  | 'id'
  | 'customerId'
  | 'currency'
  | 'rateAmount'
  | 'balanceCents'
  | 'creditsBalance'
  | 'ongoingBalanceCents'
  | 'ongoingUsageBalanceCents'
  | 'checkedOngoingBalanceCents'
  | 'checkedOngoingUsageBalanceCents'
  | 'depletedOngoingBalance'
>

/** Locks wallets, in the order of their ids, and reads what the money in them is now. */
export async function lockBalances(tx: Tx, ids: readonly string[]): Promise<readonly BalanceRow[]> {
  return tx
    .selectFrom('wallets')
    .select(['id', 'customerId', 'currency', 'rateAmount', 'balanceCents', 'creditsBalance'])
    .select(['ongoingBalanceCents', 'ongoingUsageBalanceCents'])
    .select(['checkedOngoingBalanceCents', 'checkedOngoingUsageBalanceCents', 'depletedOngoingBalance'])
    .where('id', '=', anyOf(ids))
    .where('status', '=', 'active')
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** A new ongoing balance, which is also the one that rules have been checked with. */
export type NewBalance = {
  readonly id: string
  readonly ongoingBalanceCents: bigint
  readonly ongoingUsageBalanceCents: bigint
  readonly isDepleted: boolean
}

/** Writes ongoing balances in one statement. */
export async function writeOngoingBalances(
  tx: Tx,
  balances: readonly NewBalance[],
  now: Instant,
): Promise<void> {
  if (balances.length === 0) return
  await sql`
    update wallets w set
      ongoing_balance_cents = b.ongoing, checked_ongoing_balance_cents = b.ongoing,
      ongoing_usage_balance_cents = b.usage, checked_ongoing_usage_balance_cents = b.usage,
      depleted_ongoing_balance = b.is_depleted, last_ongoing_balance_sync_at = ${ts(now)}
    from unnest(${balances.map(({ id }) => id)}::uuid[],
      ${balances.map((each) => each.ongoingBalanceCents.toString())}::bigint[],
      ${balances.map((each) => each.ongoingUsageBalanceCents.toString())}::bigint[],
      ${balances.map((each) => each.isDepleted)}::boolean[]) as b (id, ongoing, usage, is_depleted)
    where w.id = b.id`.execute(tx)
}
