import { type RawBuilder, sql } from 'kysely'
import type { Reads, Tx } from '../database.ts'
import { type DueHead, isRipe, type Waiting } from '../due-items.ts'
import { holdSettings } from '../inherited-settings.ts'
import { ts } from '../values.ts'

/** The kinds that are done in batches, and the table of the things that they are about, which name their customer. */
const SUBJECTS = {
  subscription_billing: 'subscriptions',
  draft_refresh: 'invoices',
  invoice_finalization: 'invoices',
  invoice_overdue: 'invoices',
} as const

export type BatchKind = keyof typeof SUBJECTS

/** What is due first, of a kind that is done in batches. */
export type BatchHead = DueHead & { readonly kind: BatchKind }

function subjectsOf({ kind }: BatchHead): RawBuilder<unknown> {
  return sql.table(SUBJECTS[kind])
}

/** A due item that is claimed, and the customer whom it belongs to. */
export type ClaimedItem = { readonly id: string; readonly subjectId: string; readonly customerId: string }

/**
 * Claims what is due of one kind at one instant: takes up to `limit` items with whatever else their customers have
 * due then, locks those customers, and deletes the items. What another process has is passed over, so that nobody
 * waits while holding locks; nothing is claimed when others have all of it.
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
  // What it is about is gone; alone, it fails alone.
  if (lost) return [{ ...lost, customerId: lost.subjectId }]
  if (found.length === 0) return []
  const { rows: locked } = await sql<{ id: string }>`
    select id from customers
    where id = any (${[...new Set(found.map(({ customerId }) => customerId))]}::uuid[])
    order by id
    for no key update skip locked`.execute(tx)
  const customerIds = await wholeCustomers(
    tx,
    head,
    locked.map(({ id }) => id),
  )
  return takeItems(tx, head, customerIds)
}

/** Claims the items of certain customers, waiting for whoever has locked them: customers first, then their items. */
export async function claimCustomers(
  tx: Tx,
  head: BatchHead,
  customerIds: readonly string[],
): Promise<readonly ClaimedItem[]> {
  await holdSettings(tx)
  await sql`
    select id from customers where id = any (${[...customerIds]}::uuid[])
    order by id
    for no key update`.execute(tx)
  return takeItems(tx, head, customerIds)
}

/** Some customers that have items at the head, without locking anything. */
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

/** Those of the customers of whose items at the head nobody else holds one: a customer is done as a whole. */
async function wholeCustomers(tx: Tx, head: BatchHead, customerIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ customerId: string }>`
    with items as (
      select d.organization_id, d.id, s.customer_id
      from ${subjectsOf(head)} s
      join due_items d on d.organization_id = s.organization_id and d.kind = ${head.kind} and d.subject_id = s.id
      where s.customer_id = any (${[...customerIds]}::uuid[]) and d.due_at = ${ts(head.dueAt)}
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
    where s.customer_id = any (${[...customerIds]}::uuid[]) and d.organization_id = s.organization_id
      and d.kind = ${head.kind} and d.subject_id = s.id and d.due_at = ${ts(head.dueAt)}
    returning d.id, d.subject_id, s.customer_id`.execute(tx)
  return rows
}
