import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { BalanceMovement } from '../core/wallets/balance-history.ts'
import type { Funding } from '../core/wallets/transaction.ts'
import type { WalletRows } from './billing/wallet-rows.ts'
import type { Reads, Tx } from './database.ts'
import { insertRows } from './insert-rows.ts'
import { type SelectedSection, sectionsOfWallets } from './invoice-custom-sections.ts'
import type { Listed, Slice } from './pages.ts'
import type { WalletTransactions } from './rows.ts'
import { anyOf, groupedBy, ts } from './values.ts'

export type WalletTransactionRow = Selectable<WalletTransactions>

/** A transaction with what its JSON shows of its wallet. */
export type WalletTransactionView = WalletTransactionRow & {
  readonly currency: string
  /** Currency units per credit. */
  readonly rateAmount: string
  readonly billingEntityCode: string
  readonly walletPurchaseOrderNumber: string | null
}

/** A consumption with the transaction at its other end. */
export type ConsumptionView = {
  readonly id: string
  readonly amountCents: bigint
  readonly createdAt: Instant
  readonly transaction: WalletTransactionView
}

/** Which transactions of a wallet to list; all given conditions must hold. */
export type TransactionFilters = {
  readonly status?: string | undefined
  readonly transactionType?: string | undefined
  readonly transactionStatus?: string | undefined
  /** Pairs that the metadata contains. */
  readonly metadata?: readonly { readonly key: string; readonly value: string }[]
}

const VIEW = sql`t.*, w.currency, w.rate_amount, w.purchase_order_number as wallet_purchase_order_number,
  b.code as billing_entity_code`
const VIEW_JOINS = sql`join wallets w on w.organization_id = t.organization_id and w.id = t.wallet_id
  join customers c on c.organization_id = w.organization_id and c.id = w.customer_id
  join billing_entities b on b.organization_id = w.organization_id
    and b.id = coalesce(t.billing_entity_id, w.billing_entity_id, c.billing_entity_id)`

/** Transactions by their ids, in the order of the ids; unknown ones are left out. */
export async function walletTransactionViews(
  reads: Reads,
  ids: readonly string[],
): Promise<WalletTransactionView[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<WalletTransactionView>`
    select ${VIEW} from wallet_transactions t ${VIEW_JOINS} where t.id = ${anyOf(ids)}`.execute(reads)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** One page of the transactions of a wallet, newest first. */
export async function listWalletTransactions(
  reads: Reads,
  walletId: string,
  filters: TransactionFilters,
  slice: Slice,
): Promise<Listed<WalletTransactionView>> {
  const conditions: RawBuilder<SqlBool>[] = [sql<SqlBool>`t.wallet_id = ${walletId}`]
  const { status, transactionType, transactionStatus, metadata = [] } = filters
  if (status !== undefined) conditions.push(sql`t.status = ${status}`)
  if (transactionType !== undefined) conditions.push(sql`t.transaction_type = ${transactionType}`)
  if (transactionStatus !== undefined) conditions.push(sql`t.transaction_status = ${transactionStatus}`)
  for (const pair of metadata) {
    conditions.push(sql`t.metadata::jsonb @> ${JSON.stringify([pair])}::jsonb`)
  }
  const where = sql.join(conditions, sql` and `)
  const [page, count] = await Promise.all([
    sql<WalletTransactionView>`
      select ${VIEW} from wallet_transactions t ${VIEW_JOINS} where ${where}
      order by t.created_at desc, t.id
      limit ${slice.perPage} offset ${slice.offset}`.execute(reads),
    sql<{ count: bigint }>`select count(*) from wallet_transactions t where ${where}`.execute(reads),
  ])
  return { rows: page.rows, total: Number(count.rows[0]?.count ?? 0n) }
}

/**
 * One page of the consumptions of a transaction, newest first, each with its other end: what an inbound one paid, or
 * what an outbound one was paid from.
 */
export async function listConsumptions(
  reads: Reads,
  { id, transactionType }: Pick<WalletTransactionRow, 'id' | 'transactionType'>,
  slice: Slice,
): Promise<Listed<ConsumptionView>> {
  const isInbound = transactionType === 'inbound'
  const own = sql.ref(isInbound ? 'inbound_wallet_transaction_id' : 'outbound_wallet_transaction_id')
  const other = sql.ref(isInbound ? 'outbound_wallet_transaction_id' : 'inbound_wallet_transaction_id')
  const [page, count] = await Promise.all([
    sql<Omit<ConsumptionView, 'transaction'> & { otherId: string }>`
      select id, amount_cents, created_at, ${other} as other_id from wallet_transaction_consumptions
      where ${own} = ${id}
      order by created_at desc, id desc
      limit ${slice.perPage} offset ${slice.offset}`.execute(reads),
    sql<{ count: bigint }>`
      select count(*) from wallet_transaction_consumptions where ${own} = ${id}`.execute(reads),
  ])
  const others = await walletTransactionViews(
    reads,
    page.rows.map(({ otherId }) => otherId),
  )
  const byId = new Map(others.map((each) => [each.id, each]))
  return {
    rows: page.rows.flatMap(({ otherId, ...row }) => {
      const transaction = byId.get(otherId)
      return transaction ? [{ ...row, transaction }] : []
    }),
    total: Number(count.rows[0]?.count ?? 0n),
  }
}

/** The newest settled transactions of a wallet as movements of its balance, newest first. */
export async function newestMovements(
  reads: Reads,
  walletId: string,
  limit: number,
): Promise<readonly BalanceMovement[]> {
  const { rows } = await sql<BalanceMovement>`
    select settled_at as at, case transaction_type when 'inbound' then amount_cents else -amount_cents end as cents
    from wallet_transactions where wallet_id = ${walletId} and status = 'settled'
    order by settled_at desc, id desc limit ${limit}`.execute(reads)
  return rows
}

/** The cents of a wallet that paid for invoices since an instant. */
export async function spentSince(reads: Reads, walletId: string, since: Instant): Promise<bigint> {
  const { rows } = await sql<{ cents: bigint }>`
    select coalesce(sum(amount_cents), 0)::bigint as cents from wallet_transactions
    where wallet_id = ${walletId} and status = 'settled' and transaction_status = 'invoiced'
      and settled_at >= ${ts(since)}`.execute(reads)
  return rows[0]?.cents ?? 0n
}

/** The sections that the invoices of purchases print, where a purchase selected some, by transaction id. */
export async function sectionsOfTransactions(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly SelectedSection[]>> {
  return groupedBy(await sectionsOfWallets(reads, ids), ({ ownerId }) => ownerId)
}

/** Inserts movements of credits with what they consume; the triggers of the tables move the wallets. */
export async function insertMovements(tx: Tx, rows: WalletRows): Promise<void> {
  await Promise.all([
    insertRows(tx, 'walletTransactions', rows.walletTransactions),
    insertRows(tx, 'walletTransactionConsumptions', rows.walletTransactionConsumptions),
  ])
}

/** The inbound transactions of a wallet with something left. */
export async function fundingsOfWallet(reads: Reads, walletId: string): Promise<readonly Funding[]> {
  const rows = await reads
    .selectFrom('walletTransactions')
    .select(['id', 'priority', 'transactionStatus', 'createdAt', 'remainingAmountCents'])
    .where('walletId', '=', walletId)
    .where('hasRemaining', '=', true)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    priority: row.priority,
    kind: row.transactionStatus as Funding['kind'],
    createdAt: row.createdAt,
    remainingCents: row.remainingAmountCents ?? 0n,
  }))
}

/** Those of some ids that are inbound transactions of a wallet. */
export async function inboundIdsAmong(
  reads: Reads,
  walletId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const rows = await reads
    .selectFrom('walletTransactions')
    .select('id')
    .where('id', '=', anyOf(ids))
    .where('walletId', '=', walletId)
    .where('transactionType', '=', 'inbound')
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** A transaction, locked; the caller has locked its customer. */
export async function lockWalletTransaction(tx: Tx, id: string): Promise<WalletTransactionRow | undefined> {
  return tx
    .selectFrom('walletTransactions')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** The purchase that an invoice sells, locked; undefined for other invoices. */
export async function lockPurchaseOfInvoice(
  tx: Tx,
  invoiceId: string,
): Promise<WalletTransactionRow | undefined> {
  return tx
    .selectFrom('walletTransactions')
    .selectAll()
    .where('invoiceId', '=', invoiceId)
    .where('transactionStatus', '=', 'purchased')
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Settles a purchase, which raises its wallet. */
export async function settleTransaction(tx: Tx, id: string, now: Instant): Promise<void> {
  await tx
    .updateTable('walletTransactions')
    .set({ status: 'settled', settledAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

/** Marks a pending purchase as failed. */
export async function failTransaction(tx: Tx, id: string, now: Instant): Promise<void> {
  await tx
    .updateTable('walletTransactions')
    .set({ status: 'failed', failedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', id)
    .where('status', '=', 'pending')
    .execute()
}

/** Names the invoice that sells a purchase. */
export async function setInvoiceOfPurchase(
  tx: Tx,
  id: string,
  invoiceId: string,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('walletTransactions')
    .set({ invoiceId, updatedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

/** What invoices took from wallets that are active. */
export async function spentOnInvoices(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<WalletTransactionRow[]> {
  return reads
    .selectFrom('walletTransactions as t')
    .innerJoin('wallets as w', 'w.id', 't.walletId')
    .selectAll('t')
    .where('t.invoiceId', '=', anyOf(invoiceIds))
    .where('t.transactionStatus', '=', 'invoiced')
    .where('w.status', '=', 'active')
    .orderBy('t.id')
    .execute()
}

/** The money that purchases that are not paid, failed ones too, would add to a wallet, in cents. */
export async function unpaidCents(reads: Reads, walletId: string): Promise<bigint> {
  const { rows } = await sql<{ cents: bigint }>`
    select coalesce(sum(amount_cents), 0)::bigint as cents from wallet_transactions
    where wallet_id = ${walletId} and status <> 'settled'`.execute(reads)
  return rows[0]?.cents ?? 0n
}
