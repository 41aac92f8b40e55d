import { type Insertable, type Selectable, type SqlBool, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { SETTINGS_HELD } from './inherited-settings.ts'
import { type SelectedSection, sectionsOfWallets } from './invoice-custom-sections.ts'
import type { Listed, Slice } from './pages.ts'
import type { RecurringTransactionRules, Wallets } from './rows.ts'
import { anyOf, groupedBy, ts } from './values.ts'

export type WalletRow = Selectable<Wallets>
export type RecurringRuleRow = Selectable<RecurringTransactionRules>

/** A wallet with the names that every JSON of it shows. */
export type NamedWallet = WalletRow & {
  readonly externalCustomerId: string
  readonly billingEntityCode: string
}

/** A wallet with everything about it. */
export type WalletView = NamedWallet & {
  /** Active and not expired. */
  readonly rules: readonly (RecurringRuleRow & { readonly sections: readonly SelectedSection[] })[]
  readonly metricCodes: readonly string[]
  readonly sections: readonly SelectedSection[]
}

/** Which wallets to list; all given conditions must hold. */
export type WalletFilters = {
  readonly customerId?: string | undefined
  readonly currency?: string | undefined
  readonly billingEntityIds?: readonly string[] | undefined
}

/** Whose code a wallet's is, and the code. */
export type WalletCode = { readonly customerId: string; readonly code: string }

function isMeant(wanted: { readonly id: string } | WalletCode) {
  if ('id' in wanted) return sql<SqlBool>`w.id = ${wanted.id}::uuid`
  // A code may be given again once its wallet is terminated: the active one is meant, else the newest.
  return sql<SqlBool>`w.id = (
    select o.id from wallets o
    where o.customer_id = ${wanted.customerId}::uuid and o.code = ${wanted.code}
    order by (o.status = 'active') desc, o.created_at desc, o.id
    limit 1)`
}

/** A wallet by its id, or by the code that it has with its customer. */
export async function findWallet(
  reads: Reads,
  wanted: { readonly id: string } | WalletCode,
): Promise<WalletRow | undefined> {
  const { rows } = await sql<WalletRow>`select w.* from wallets w where ${isMeant(wanted)}`.execute(reads)
  return rows[0]
}

/**
 * The same, locked after its customer and the settings that customers inherit (docs/decisions/0018): bills and
 * everything else that moves credits come one after the other.
 */
export async function lockWallet(
  tx: Tx,
  wanted: { readonly id: string } | WalletCode,
): Promise<WalletRow | undefined> {
  const [, locked] = await Promise.all([
    sql`
      select from (select ${SETTINGS_HELD}::text as held) settings
      cross join lateral (
        select c.id from customers c
        join wallets w on w.organization_id = c.organization_id and w.customer_id = c.id
        where settings.held is not null and ${isMeant(wanted)}
        for no key update of c
      ) locked`.execute(tx),
    sql<WalletRow>`select w.* from wallets w where ${isMeant(wanted)} for no key update`.execute(tx),
  ])
  return locked.rows[0]
}

/** The active wallets of a customer, oldest first, locked. The caller has locked the customer. */
export async function lockActiveWallets(tx: Tx, customerId: string): Promise<WalletRow[]> {
  return tx
    .selectFrom('wallets')
    .selectAll()
    .where('customerId', '=', customerId)
    .where('status', '=', 'active')
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** Wallets by their ids, in the order of the ids; unknown ones are left out. */
export async function walletsByIds(reads: Reads, ids: readonly string[]): Promise<WalletRow[]> {
  if (ids.length === 0) return []
  const rows = await reads.selectFrom('wallets').selectAll().where('id', '=', anyOf(ids)).execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? [])
}

/** One page of wallets, newest first. */
export async function listWallets(
  reads: Reads,
  filters: WalletFilters,
  slice: Slice,
): Promise<Listed<WalletRow>> {
  const conditions = [sql<SqlBool>`true`]
  if (filters.customerId) conditions.push(sql`w.customer_id = ${filters.customerId}`)
  if (filters.currency !== undefined) conditions.push(sql`w.currency = ${filters.currency}`)
  if (filters.billingEntityIds) {
    conditions.push(sql`coalesce(w.billing_entity_id, (
      select c.billing_entity_id from customers c
      where c.organization_id = w.organization_id and c.id = w.customer_id)) = ${anyOf(filters.billingEntityIds)}`)
  }
  const where = sql.join(conditions, sql` and `)
  const [page, count] = await Promise.all([
    sql<WalletRow>`
      select w.* from wallets w where ${where} order by w.created_at desc, w.id
      limit ${slice.perPage} offset ${slice.offset}`.execute(reads),
    sql<{ count: bigint }>`select count(*) from wallets w where ${where}`.execute(reads),
  ])
  return { rows: page.rows, total: Number(count.rows[0]?.count ?? 0n) }
}

/** Wallets with the names of their customers and billing entities, in the same order. */
export async function namedWallets(reads: Reads, wallets: readonly WalletRow[]): Promise<NamedWallet[]> {
  if (wallets.length === 0) return []
  const { rows } = await sql<{ id: string; externalCustomerId: string; billingEntityCode: string }>`
    select w.id, c.external_id as external_customer_id, b.code as billing_entity_code
    from wallets w
    join customers c on c.organization_id = w.organization_id and c.id = w.customer_id
    join billing_entities b on b.organization_id = w.organization_id
      and b.id = coalesce(w.billing_entity_id, c.billing_entity_id)
    where w.id = ${anyOf(wallets.map(({ id }) => id))}`.execute(reads)
  const names = new Map(rows.map((row) => [row.id, row]))
  return wallets.map((wallet) => {
    const { externalCustomerId = '', billingEntityCode = '' } = names.get(wallet.id) ?? {}
    return { ...wallet, externalCustomerId, billingEntityCode }
  })
}

/** Wallets with everything about them as of `now`, in the same order, in a fixed number of statements. */
export async function walletViews(
  reads: Reads,
  wallets: readonly WalletRow[],
  now: Instant,
): Promise<WalletView[]> {
  if (wallets.length === 0) return []
  const ids = wallets.map(({ id }) => id)
  const [named, rules, targets] = await Promise.all([
    namedWallets(reads, wallets),
    activeRules(reads, ids, now),
    sql<{ walletId: string; code: string }>`
      select t.wallet_id, m.code from wallet_targets t
      join billable_metrics m on m.organization_id = t.organization_id and m.id = t.billable_metric_id
      where t.wallet_id = ${anyOf(ids)} and m.deleted_at is null
      order by m.code`.execute(reads),
  ])
  const sections = await sectionsOfWallets(reads, [...ids, ...rules.map(({ id }) => id)])
  const sectionsOf = groupedBy(sections, ({ ownerId }) => ownerId)
  const rulesOf = groupedBy(rules, ({ walletId }) => walletId)
  const codesOf = groupedBy(targets.rows, ({ walletId }) => walletId)
  return named.map((wallet) => ({
    ...wallet,
    rules: (rulesOf.get(wallet.id) ?? []).map((rule) => ({
      ...rule,
      sections: sectionsOf.get(rule.id) ?? [],
    })),
    metricCodes: (codesOf.get(wallet.id) ?? []).map(({ code }) => code),
    sections: sectionsOf.get(wallet.id) ?? [],
  }))
}

async function activeRules(
  reads: Reads,
  walletIds: readonly string[],
  now: Instant,
): Promise<RecurringRuleRow[]> {
  return reads
    .selectFrom('recurringTransactionRules')
    .selectAll()
    .where('walletId', '=', anyOf(walletIds))
    .where('status', '=', 'active')
    .where((eb) => eb.or([eb('expirationAt', 'is', null), eb('expirationAt', '>', ts(now))]))
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** 422 `code: value_already_exist` when an active wallet of the customer has the code. */
export async function insertWallet(tx: Tx, row: Insertable<Wallets>): Promise<WalletRow> {
  const insert = tx.insertInto('wallets').values(row).returningAll()
  return refusingDuplicates(insert.executeTakeFirstOrThrow(), 'wallets_code', 'code')
}

/** Changes a wallet; 422 like `insertWallet`. */
export async function updateWallet(tx: Tx, id: string, set: Updateable<Wallets>): Promise<WalletRow> {
  const update = tx.updateTable('wallets').set(set).where('id', '=', id).returningAll()
  return refusingDuplicates(update.executeTakeFirstOrThrow(), 'wallets_code', 'code')
}

/** Terminates active wallets with their rules; returns those that were active. */
export async function endWallets(tx: Tx, ids: readonly string[], now: Instant): Promise<WalletRow[]> {
  if (ids.length === 0) return []
  const ended = { status: 'terminated', terminatedAt: ts(now), updatedAt: ts(now) } as const
  const [wallets] = await Promise.all([
    tx
      .updateTable('wallets')
      .set(ended)
      .where('id', '=', anyOf(ids))
      .where('status', '=', 'active')
      .returningAll()
      .execute(),
    tx
      .updateTable('recurringTransactionRules')
      .set(ended)
      .where('walletId', '=', anyOf(ids))
      .where('status', '=', 'active')
      .execute(),
  ])
  return wallets
}

/** Replaces the metrics that a wallet is limited to. */
export async function replaceWalletTargets(
  tx: Tx,
  organizationId: string,
  walletId: string,
  metricIds: readonly string[],
): Promise<void> {
  await tx.deleteFrom('walletTargets').where('walletId', '=', walletId).execute()
  if (metricIds.length === 0) return
  await sql`
    insert into wallet_targets (organization_id, wallet_id, billable_metric_id)
    select ${organizationId}::uuid, ${walletId}::uuid, m.id
    from unnest(${[...metricIds]}::uuid[]) as m (id)`.execute(tx)
}

/** The codes of the active wallets of customers, by customer id. */
export async function activeWalletCodesOf(
  reads: Reads,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (customerIds.length === 0) return new Map()
  const rows = await reads
    .selectFrom('wallets')
    .select(['customerId', 'code'])
    .where('customerId', '=', anyOf(customerIds))
    .where('status', '=', 'active')
    .execute()
  const own = groupedBy(rows, ({ customerId }) => customerId)
  return new Map([...own].map(([id, list]) => [id, new Set(list.map(({ code }) => code))]))
}
