import { type Selectable, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { DAY_MS } from '../core/calendar/instant.ts'
import type { ProviderMode, ProviderType } from '../core/payments/gateway.ts'
import type { Database, Reads, Tx } from './database.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { PaymentProviders } from './rows.ts'
import { json, ts } from './values.ts'

export type PaymentProviderRow = Selectable<PaymentProviders>

export const PROVIDER_STATES = ['active', 'failing', 'paused'] as const
export type ProviderState = (typeof PROVIDER_STATES)[number]

/** How long messages to a deleted connection are still taken. */
const MESSAGES_AFTER_DELETION_MS = 60 * DAY_MS

/** Filters of the list of connections; undefined means no restriction. */
export type ProviderFilters = {
  readonly type?: ProviderType | undefined
  readonly mode?: ProviderMode | undefined
  readonly state?: ProviderState | undefined
}

/** A connection that is not deleted. */
export async function findProvider(reads: Reads, id: string): Promise<PaymentProviderRow | undefined> {
  return reads
    .selectFrom('paymentProviders')
    .selectAll()
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** A connection, deleted or not. */
export async function readProvider(reads: Reads, id: string): Promise<PaymentProviderRow> {
  return reads.selectFrom('paymentProviders').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** A connection that is not deleted, locked until the transaction ends. */
export async function lockProvider(tx: Tx, id: string): Promise<PaymentProviderRow | undefined> {
  return tx
    .selectFrom('paymentProviders')
    .selectAll()
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** A connection that is not deleted, and is neither changed nor deleted until the transaction ends. */
export async function holdProvider(tx: Tx, id: string): Promise<PaymentProviderRow | undefined> {
  return tx
    .selectFrom('paymentProviders')
    .selectAll()
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .forShare()
    .executeTakeFirst()
}

/** A connection, deleted or not, locked until the transaction ends. */
export async function lockAnyProvider(tx: Tx, id: string): Promise<PaymentProviderRow> {
  return tx
    .selectFrom('paymentProviders')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
}

/** Every connection of every organization, those that are deleted too. */
export async function listAllProviders(
  database: Database,
): Promise<readonly { readonly organizationId: string; readonly id: string }[]> {
  return database.system
    .selectFrom('paymentProviders')
    .select(['organizationId', 'id'])
    .orderBy('organizationId')
    .orderBy('id')
    .execute()
}

/** The connections of a type, with a code if one is given, in the order in which they were made. */
export async function findProvidersOfType(
  reads: Reads,
  type: ProviderType,
  code: string | null,
): Promise<PaymentProviderRow[]> {
  const query = reads
    .selectFrom('paymentProviders')
    .selectAll()
    .where('providerType', '=', type)
    .where('deletedAt', 'is', null)
    .orderBy('id')
  return (code === null ? query : query.where('code', '=', code)).execute()
}

/** Whether a connection of the organization, of whichever type, has a code. */
export async function isProviderCodeTaken(reads: Reads, code: string): Promise<boolean> {
  const found = await reads
    .selectFrom('paymentProviders')
    .select('id')
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return found !== undefined
}

/** The connections that may get messages of a type under a code, those that are deleted for a while too. */
export async function findReceivers(
  reads: Reads,
  type: ProviderType,
  code: string | null,
  now: Instant,
): Promise<PaymentProviderRow[]> {
  const query = reads
    .selectFrom('paymentProviders')
    .selectAll()
    .where('providerType', '=', type)
    .where((eb) =>
      eb.or([
        eb('deletedAt', 'is', null),
        eb(
          'deletedAt',
          '>',
          sql<Instant>`${ts(now)} - make_interval(secs => ${MESSAGES_AFTER_DELETION_MS / 1000})`,
        ),
      ]),
    )
    .orderBy('deletedAt', (order) => order.asc().nullsFirst())
  return (code === null ? query : query.where('code', '=', code)).execute()
}

/** One page of connections, the latest first, and the total count. */
export async function listProviders(
  reads: Reads,
  { type, mode, state }: ProviderFilters,
  slice: Slice,
): Promise<Listed<PaymentProviderRow>> {
  let query = reads.selectFrom('paymentProviders').selectAll().where('deletedAt', 'is', null)
  if (type !== undefined) query = query.where('providerType', '=', type)
  if (mode !== undefined) query = query.where('mode', '=', mode)
  if (state !== undefined) query = query.where('state', '=', state)
  return pageOf(query.orderBy('createdAt', 'desc').orderBy('id'), slice)
}

/** The numbers of customers that are linked to connections, by the connections' ids. */
export async function countCustomers(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ id: string; count: number }>`
    select payment_provider_id as id, count(*)::int as count from payment_provider_customers
    where payment_provider_id = any (${[...ids]}::uuid[]) and deleted_at is null
    group by payment_provider_id`.execute(reads)
  return new Map(rows.map(({ id, count }) => [id, count]))
}

/** A new connection; its JSON values are plain. Violates `payment_providers_code` when the code is taken. */
export type NewProviderRow = Omit<
  PaymentProviderRow,
  'failingSince' | 'lastError' | 'sweptUntil' | 'deletedAt' | 'state' | 'createdAt' | 'updatedAt'
>

export async function insertProvider(tx: Tx, row: NewProviderRow, now: Instant): Promise<PaymentProviderRow> {
  return tx
    .insertInto('paymentProviders')
    .values({
      ...row,
      settings: json(row.settings),
      secrets: json(row.secrets),
      hints: json(row.hints),
      sweptUntil: ts(now),
      createdAt: ts(now),
      updatedAt: ts(now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateProvider(
  tx: Tx,
  id: string,
  set: Updateable<PaymentProviders>,
): Promise<PaymentProviderRow> {
  return tx
    .updateTable('paymentProviders')
    .set(set)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Whether anything of a connection is under way: a payment that was sent, or a refund. */
export async function hasMoneyInFlight(reads: Reads, providerId: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select from payments where payment_provider_id = ${providerId}
        and state in ('sending', 'unknown', 'processing', 'action_required')
    ) or exists (
      select from refunds r join payments p on p.organization_id = r.organization_id and p.id = r.payment_id
      where p.payment_provider_id = ${providerId} and r.state in ('created', 'sending', 'unknown', 'pending')
    ) as found`.execute(reads)
  return rows[0]?.found === true
}

/** Whether any organization has a connection to a real account. */
export async function hasLiveProviders(database: Database): Promise<boolean> {
  const row = await database.system
    .selectFrom('paymentProviders')
    .select('id')
    .where('mode', '=', 'live')
    .where('deletedAt', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
