import { type RawBuilder, sql } from 'kysely'
import type { Reads, Tx } from '../database.ts'
import { type DueHead, isRipe, type Waiting } from '../due-items.ts'
import { holdSettings } from '../inherited-settings.ts'
import { anyOf, ts } from '../values.ts'

/** The kinds processed in batches, with the table of their subjects: it has the customer, or is that of customers. */
const SUBJECTS = {
  subscription_billing: 'subscriptions',
  draft_refresh: 'invoices',
  invoice_finalization: 'invoices',
  invoice_overdue: 'invoices',
  invoice_charge: 'invoices',
  wallet_usage: 'customers',
  wallet_refresh: 'customers',
} as const

export type BatchKind = keyof typeof SUBJECTS

/** The first due items, of a kind processed in batches. */
export type BatchHead = DueHead & { readonly kind: BatchKind }

function subjectsOf({ kind }: BatchHead): RawBuilder<unknown> {
  const table = SUBJECTS[kind]
  return table === 'customers'
    ? sql`(select organization_id, id, id as customer_id from customers)`
    : sql.table(table)
}

/** A claimed due item and its customer. */
export type ClaimedItem = { readonly id: string; readonly subjectId: string; readonly customerId: string }

/**
 * Claims items of one kind due at one instant: takes up to `limit` items plus whatever else their customers have due
 * then, locks those customers and deletes the items. Items held by another process are skipped, so that nobody waits
 * while holding locks; returns nothing when others hold all of them.
 */
export async function claimBatch(
  tx: Tx,
  head: BatchHead,
  waiting: Waiting,
  limit: number,
): Promise<readonly ClaimedItem[]> {
  await holdSettings(tx)
  const { rows: found } = await sql<Omit<ClaimedItem, 'customerId'> & { customerId: string | null }>`
    select d.id, d.subject_id, s.customer_id
    from (
      select d.organization_id, d.id, d.subject_id from due_items d
      where d.kind = ${head.kind} and d.due_at = ${ts(head.dueAt)} and ${isRipe(waiting)}
      order by d.id
      limit ${limit}
      for update skip locked
    ) as d
    left join ${subjectsOf(head)} s on s.organization_id = d.organization_id and s.id = d.subject_id`.execute(
    tx,
  )
  const lost = found.find(({ customerId }) => customerId === null)
  // Its subject is gone. Claim it alone, so that it fails alone.
  if (lost) return [{ ...lost, customerId: lost.subjectId }]
  if (found.length === 0) return []
  const { rows: locked } = await sql<{ id: string }>`
    select id from customers
    where id = any (${[...new Set(found.map(({ customerId }) => customerId))]}::uuid[])
    order by id
    for no key update skip locked`.execute(tx)
  const lockedIds = locked.map(({ id }) => id)
  // A customer that is the subject has one item of a kind, and it is locked already.
  if (SUBJECTS[head.kind] === 'customers') return takeLocked(tx, found, new Set(lockedIds))
  return takeItems(tx, head, await wholeCustomers(tx, head, lockedIds))
}

/** Deletes items that are locked, those of the given customers. */
async function takeLocked(
  tx: Tx,
  found: readonly { readonly id: string; readonly subjectId: string }[],
  customerIds: ReadonlySet<string>,
): Promise<readonly ClaimedItem[]> {
  const taken = found.flatMap(({ id, subjectId }) =>
    customerIds.has(subjectId) ? [{ id, subjectId, customerId: subjectId }] : [],
  )
  const ids = taken.map(({ id }) => id)
  if (ids.length > 0) await tx.deleteFrom('dueItems').where('id', '=', anyOf(ids)).execute()
  return taken
}

/** Claims the items of the given customers, waiting for their locks: customers first, then their items. */
export async function claimCustomers(
  tx: Tx,
  head: BatchHead,
  customerIds: readonly string[],
): Promise<readonly ClaimedItem[]> {
  await holdSettings(tx)
  await sql`
    select id from customers where id = ${anyOf(customerIds)}
    order by id
    for no key update`.execute(tx)
  return takeItems(tx, head, customerIds)
}

/** Some customers with items at the head of the queue, without locking anything. */
export async function customersAtHead(
  reads: Reads,
  head: BatchHead,
  waiting: Waiting,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ customerId: string }>`
    select distinct s.customer_id
    from (
      select d.organization_id, d.subject_id from due_items d
      where d.kind = ${head.kind} and d.due_at = ${ts(head.dueAt)} and ${isRipe(waiting)}
      order by d.id
      limit ${limit}
    ) as d
    join ${subjectsOf(head)} s on s.organization_id = d.organization_id and s.id = d.subject_id`.execute(
    reads,
  )
  return rows.map(({ customerId }) => customerId)
}

/** The customers none of whose items are held by another process: a customer is always processed as a whole. */
async function wholeCustomers(tx: Tx, head: BatchHead, customerIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ customerId: string }>`
    with items as (
      select d.organization_id, d.id, s.customer_id
      from ${subjectsOf(head)} s
      join due_items d on d.organization_id = s.organization_id and d.kind = ${head.kind} and d.subject_id = s.id
      where s.customer_id = ${anyOf(customerIds)} and d.due_at = ${ts(head.dueAt)}
    ), held as (
      select d.id from due_items d
      where d.id in (select i.id from items i)
      for update skip locked
    )
    select i.customer_id from items i left join held h on h.id = i.id
    group by i.customer_id
    having count(h.id) = count(*)`.execute(tx)
  return rows.map(({ customerId }) => customerId)
}

async function takeItems(
  tx: Tx,
  head: BatchHead,
  customerIds: readonly string[],
): Promise<readonly ClaimedItem[]> {
  const { rows } = await sql<ClaimedItem>`
    delete from due_items d
    using ${subjectsOf(head)} s
    where s.customer_id = ${anyOf(customerIds)} and d.organization_id = s.organization_id
      and d.kind = ${head.kind} and d.subject_id = s.id and d.due_at = ${ts(head.dueAt)}
    returning d.id, d.subject_id, s.customer_id`.execute(tx)
  return rows
}
