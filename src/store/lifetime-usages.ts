import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import type { LifetimeUsages } from './rows.ts'
import type { SubscriptionRow } from './subscriptions.ts'
import { ts } from './values.ts'

export type LifetimeUsageRow = Selectable<LifetimeUsages>

/**
 * Subscriptions that share their lifetime usage: the same external id and anchor
 * (docs/rules/usage.md#lifetime-usage).
 */
type ChainKey = Pick<SubscriptionRow, 'customerId' | 'externalId' | 'subscriptionAt'>

/**
 * The subscription that an external id refers to for lifetime usage: the active one, otherwise the newest that was
 * active.
 */
export async function findLifetimeSubject(
  reads: Reads,
  externalId: string,
): Promise<SubscriptionRow | undefined> {
  return reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('externalId', '=', externalId)
    .orderBy((eb) => eb('status', '=', 'active'), 'desc')
    .orderBy((eb) => eb('startedAt', 'is not', null), 'desc')
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function findLifetimeUsage(
  reads: Reads,
  subscriptionId: string,
): Promise<LifetimeUsageRow | undefined> {
  return reads
    .selectFrom('lifetimeUsages')
    .selectAll()
    .where('subscriptionId', '=', subscriptionId)
    .executeTakeFirst()
}

export async function setHistoricalUsage(
  tx: Tx,
  id: string,
  amountCents: bigint,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('lifetimeUsages')
    .set({ historicalUsageAmountCents: amountCents, updatedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

/**
 * Cents of the usage fees on the subscription invoices, drafts too, of a chain (docs/rules/usage.md#lifetime-usage);
 * only before the period that starts at `openFrom`, if one is open, because charges in advance in that period still
 * count as current usage.
 */
export async function invoicedUsageCents(
  reads: Reads,
  chain: ChainKey,
  openFrom: Instant | null,
): Promise<bigint> {
  let query = reads
    .selectFrom('fees as f')
    .innerJoin('invoices as i', 'i.id', 'f.invoiceId')
    .innerJoin('subscriptions as s', 's.id', 'f.subscriptionId')
    .select((eb) => eb.fn.sum<string | null>('f.amountCents').as('sum'))
    .where('s.customerId', '=', chain.customerId)
    .where('s.externalId', '=', chain.externalId)
    .where('s.subscriptionAt', '=', ts(chain.subscriptionAt))
    .where('s.status', '<>', 'canceled')
    .where('f.feeType', '=', 'charge')
    .where('f.deletedAt', 'is', null)
    .where('i.invoiceType', '=', 'subscription')
    .where('i.status', 'in', ['draft', 'finalized', 'pending'])
  if (openFrom !== null) query = query.where('f.fromAt', '<', ts(openFrom))
  const row = await query.executeTakeFirst()
  return BigInt(row?.sum ?? '0')
}

/** A progressive invoice of a chain: the lifetime usage when it was created. */
export type ReachedUsage = { readonly lifetimeCents: bigint; readonly at: Instant }

/** The lifetime usage reached by the progressive invoices of a chain, earliest first. */
export async function reachedUsages(reads: Reads, chain: ChainKey): Promise<readonly ReachedUsage[]> {
  return reads
    .selectFrom('appliedUsageThresholds as a')
    .innerJoin('invoiceSubscriptions as l', 'l.invoiceId', 'a.invoiceId')
    .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
    .select(['a.lifetimeUsageAmountCents as lifetimeCents', 'a.createdAt as at'])
    .where('s.customerId', '=', chain.customerId)
    .where('s.externalId', '=', chain.externalId)
    .where('s.subscriptionAt', '=', ts(chain.subscriptionAt))
    .orderBy('a.createdAt')
    .orderBy('a.lifetimeUsageAmountCents')
    .execute()
}
