import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { TimeZone } from '../core/calendar/zone.ts'
import type { RecurringRule } from '../core/wallets/recurring-rule.ts'
import type { LastPurchase } from '../core/wallets/threshold-top-up.ts'
import type { Reads, Tx } from './database.ts'
import type { RecurringTransactionRules, Wallets } from './rows.ts'
import { anyOf, json, ts, tsOrNull } from './values.ts'
import type { RecurringRuleRow } from './wallets.ts'

/** A rule in the form that the core uses. */
export function ruleOf(row: RecurringRuleRow): RecurringRule {
  return {
    trigger: row.trigger as RecurringRule['trigger'],
    interval: row.interval as RecurringRule['interval'],
    thresholdCredits: Decimal.of(row.thresholdCredits),
    method: row.method as RecurringRule['method'],
    paidCredits: Decimal.of(row.paidCredits),
    grantedCredits: Decimal.of(row.grantedCredits),
    targetOngoingBalance: row.targetOngoingBalance === null ? null : Decimal.of(row.targetOngoingBalance),
    grantsTargetTopUp: row.grantsTargetTopUp,
    startedAt: row.startedAt,
    expirationAt: row.expirationAt,
    invoiceRequiresSuccessfulPayment: row.invoiceRequiresSuccessfulPayment,
    ignorePaidTopUpLimits: row.ignorePaidTopUpLimits,
    transactionMetadata: row.transactionMetadata as RecurringRule['transactionMetadata'],
    transactionName: row.transactionName,
    purchaseOrderNumber: row.purchaseOrderNumber,
    paymentMethodType: row.paymentMethodType,
    paymentMethodId: row.paymentMethodId,
  }
}

function columnsOf(rule: RecurringRule) {
  return {
    ...rule,
    thresholdCredits: rule.thresholdCredits.toString(),
    paidCredits: rule.paidCredits.toString(),
    grantedCredits: rule.grantedCredits.toString(),
    targetOngoingBalance: rule.targetOngoingBalance?.toString() ?? null,
    startedAt: tsOrNull(rule.startedAt),
    expirationAt: tsOrNull(rule.expirationAt),
    transactionMetadata: json(rule.transactionMetadata),
  } satisfies Updateable<RecurringTransactionRules>
}

export async function insertRule(
  tx: Tx,
  place: Pick<Insertable<RecurringTransactionRules>, 'organizationId' | 'id' | 'walletId'>,
  rule: RecurringRule,
  skipInvoiceCustomSections: boolean,
  now: Instant,
): Promise<void> {
  const at = { createdAt: ts(now), updatedAt: ts(now) }
  await tx
    .insertInto('recurringTransactionRules')
    .values({ ...place, ...columnsOf(rule), skipInvoiceCustomSections, ...at })
    .execute()
}

export async function updateRule(
  tx: Tx,
  id: string,
  rule: RecurringRule,
  skipInvoiceCustomSections: boolean,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('recurringTransactionRules')
    .set({ ...columnsOf(rule), skipInvoiceCustomSections, updatedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

/** Terminates active rules. */
export async function endRules(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('recurringTransactionRules')
    .set({ status: 'terminated', terminatedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', anyOf(ids))
    .where('status', '=', 'active')
    .execute()
}

/** The active rules of a wallet, expired ones among them, oldest first. */
export async function activeRulesOfWallet(reads: Reads, walletId: string): Promise<RecurringRuleRow[]> {
  return reads
    .selectFrom('recurringTransactionRules')
    .selectAll()
    .where('walletId', '=', walletId)
    .where('status', '=', 'active')
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** A rule with its wallet and the zone of its customer. */
export type RuleWithWallet = {
  readonly rule: RecurringRuleRow
  readonly wallet: Selectable<Wallets>
  readonly zone: TimeZone
}

/** An active rule of an active wallet; undefined when it, or its wallet, is terminated. */
export async function findActiveRule(reads: Reads, id: string): Promise<RuleWithWallet | undefined> {
  const rule = await reads
    .selectFrom('recurringTransactionRules')
    .selectAll()
    .where('id', '=', id)
    .where('status', '=', 'active')
    .executeTakeFirst()
  const wallet =
    rule &&
    (await reads
      .selectFrom('wallets')
      .selectAll()
      .where('id', '=', rule.walletId)
      .where('status', '=', 'active')
      .executeTakeFirst())
  return wallet && { rule, wallet, zone: await zoneOfCustomer(reads, wallet.customerId) }
}

/** The active rules with an interval of a customer's wallets. */
export async function intervalRulesOf(
  reads: Reads,
  customerId: string,
): Promise<readonly (RecurringRuleRow & { readonly walletCreatedAt: Instant })[]> {
  return reads
    .selectFrom('recurringTransactionRules as r')
    .innerJoin('wallets as w', 'w.id', 'r.walletId')
    .selectAll('r')
    .select('w.createdAt as walletCreatedAt')
    .where('w.customerId', '=', customerId)
    .where('w.status', '=', 'active')
    .where('r.status', '=', 'active')
    .where('r.trigger', '=', 'interval')
    .orderBy('r.id')
    .execute()
}

/** The time zone of a customer, or else of its billing entity. */
export async function zoneOfCustomer(reads: Reads, customerId: string): Promise<TimeZone> {
  const { rows } = await sql<{ zone: TimeZone }>`
    select coalesce(c.timezone, b.timezone) as zone
    from customers c
    join billing_entities b on b.organization_id = c.organization_id and b.id = c.billing_entity_id
    where c.id = ${customerId}`.execute(reads)
  const [row] = rows
  if (!row) throw new Error(`customer ${customerId} is gone`)
  return row.zone
}

/** Whether a rule with an interval added something to a wallet, or asked for it, at an instant or later. */
export async function hasIntervalTopUp(reads: Reads, walletId: string, since: Instant): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (
      select from wallet_transactions t
      where t.wallet_id = ${walletId} and t.source = 'interval' and t.transaction_type = 'inbound'
        and t.created_at >= ${ts(since)}
    ) or exists (
      select from wallet_top_ups u
      where u.wallet_id = ${walletId} and u.source = 'interval' and u.created_at >= ${ts(since)}
    ) as has`.execute(reads)
  return rows[0]?.has ?? false
}

/** The credits of each wallet that are bought and not paid yet, by wallet id; absent when there are none. */
export async function pendingCredits(
  reads: Reads,
  walletIds: readonly string[],
): Promise<ReadonlyMap<string, Decimal>> {
  const { rows } = await sql<{ walletId: string; credits: string }>`
    select wallet_id, sum(credit_amount) as credits from wallet_transactions
    where wallet_id = ${anyOf(walletIds)} and status = 'pending'
    group by wallet_id`.execute(reads)
  return new Map(rows.map(({ walletId, credits }) => [walletId, Decimal.of(credits)]))
}

/** A rule with a threshold, and how the last purchase that it made went; null when it made none. */
export type ThresholdRule = {
  readonly row: RecurringRuleRow
  readonly limits: Pick<Selectable<Wallets>, 'paidTopUpMinAmountCents' | 'paidTopUpMaxAmountCents'>
  readonly last: LastPurchase | null
}

/** The rules with a threshold that are in force for wallets, by wallet id. */
export async function thresholdRules(
  reads: Reads,
  walletIds: readonly string[],
  now: Instant,
): Promise<ReadonlyMap<string, ThresholdRule>> {
  if (walletIds.length === 0) return new Map()
  const { rows } = await sql<
    RecurringRuleRow &
      ThresholdRule['limits'] & {
        readonly lastId: string | null
        readonly lastFailedAt: Instant | null
        readonly isSettledSince: boolean
      }
  >`
    select r.*, w.paid_top_up_min_amount_cents, w.paid_top_up_max_amount_cents, l.id as last_id,
      l.failed_at as last_failed_at, l.failed_at is not null and exists (
        select from wallet_transactions s
        where s.organization_id = r.organization_id and s.wallet_id = r.wallet_id
          and s.transaction_status = 'purchased' and s.status = 'settled' and s.settled_at > l.failed_at
      ) as is_settled_since
    from recurring_transaction_rules r
    join wallets w on w.organization_id = r.organization_id and w.id = r.wallet_id
    left join lateral (
      select t.id, case when t.status = 'failed' then t.failed_at end as failed_at from wallet_transactions t
      where t.organization_id = r.organization_id and t.wallet_id = r.wallet_id and t.source = 'threshold'
        and t.transaction_status = 'purchased'
      order by t.created_at desc, t.id desc
      limit 1
    ) l on true
    where r.wallet_id = ${anyOf(walletIds)} and r.status = 'active' and r.trigger = 'threshold'
      and (r.expiration_at is null or r.expiration_at > ${ts(now)})`.execute(reads)
  return new Map(
    rows.map(({ lastId, lastFailedAt, isSettledSince, ...row }) => [
      row.walletId,
      { row, limits: row, last: lastId === null ? null : { failedAt: lastFailedAt, isSettledSince } },
    ]),
  )
}
