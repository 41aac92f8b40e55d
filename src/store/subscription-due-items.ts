import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { DueKind } from '../core/due/kinds.ts'
import type { Reads, Tx } from './database.ts'
import { type DueItemRow, placeOf } from './due-items.ts'
import { ts } from './values.ts'

/** The due item of a kind for a subject. */
export async function findItem(
  reads: Reads,
  kind: DueKind,
  subjectId: string,
): Promise<DueItemRow | undefined> {
  return reads
    .selectFrom('dueItems')
    .selectAll()
    .where('kind', '=', kind)
    .where('subjectId', '=', subjectId)
    .executeTakeFirst()
}

/** Deletes all due items of these kinds for a subject. */
export async function cancelItems(tx: Tx, kinds: readonly DueKind[], subjectId: string): Promise<void> {
  if (kinds.length === 0) return
  await tx
    .deleteFrom('dueItems')
    .where('kind', 'in', [...kinds])
    .where('subjectId', '=', subjectId)
    .execute()
}

/** Claims a customer's periodic bills due at one instant; returns the subscriptions' ids. */
export async function takeBillingItems(tx: Tx, customerId: string, dueAt: Instant): Promise<string[]> {
  const rows = await tx
    .deleteFrom('dueItems')
    .where('kind', '=', 'subscription_billing')
    .where('dueAt', '=', ts(dueAt))
    .where('subjectId', 'in', (eb) =>
      eb.selectFrom('subscriptions').select('id').where('customerId', '=', customerId),
    )
    .returning('subjectId')
    .execute()
  return rows.map((row) => row.subjectId)
}

/** Locks the earliest due item of these kinds for a customer's subscriptions. */
export async function earliestItemOfCustomer(
  tx: Tx,
  customerId: string,
  kinds: readonly DueKind[],
  until: Instant,
): Promise<DueItemRow | undefined> {
  return tx
    .selectFrom('dueItems')
    .selectAll()
    .where('kind', 'in', [...kinds])
    .where('dueAt', '<=', ts(until))
    .where('subjectId', 'in', (eb) =>
      eb.selectFrom('subscriptions').select('id').where('customerId', '=', customerId),
    )
    .orderBy('dueAt')
    .orderBy(placeOf('kind'))
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
}

/** Whose events in advance: those of a customer, or of everyone on a plan or a copy of it. */
export type AdvanceUsageOf = { readonly customerId: string } | { readonly planCode: string }

/** The customers of subscriptions that have events in advance to price, in the order of their ids. */
export async function customersWithAdvanceUsage(reads: Reads, whose: AdvanceUsageOf): Promise<string[]> {
  const { rows } = await sql<{ customerId: string }>`
    select distinct s.customer_id
    from due_items d
    join subscriptions s on s.organization_id = d.organization_id and s.id = d.subject_id
    where d.kind = 'advance_usage' and ${isOf(whose)}
    order by s.customer_id`.execute(reads)
  return rows.map(({ customerId }) => customerId)
}

/**
 * The earliest item of subscriptions of locked customers that have events in advance to price, locked; `except` are ids
 * to pass over.
 */
export async function earliestAdvanceItem(
  tx: Tx,
  whose: AdvanceUsageOf,
  { customerIds, except }: { readonly customerIds: readonly string[]; readonly except: readonly string[] },
): Promise<DueItemRow | undefined> {
  return tx
    .selectFrom('dueItems')
    .selectAll()
    .where('kind', '=', 'advance_usage')
    .where(sql<boolean>`id <> all (${[...except]}::uuid[])`)
    .where(sql<boolean>`exists (select from subscriptions s
      where s.id = subject_id and s.customer_id = any (${[...customerIds]}::uuid[]) and ${isOf(whose)})`)
    .orderBy('dueAt')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
}

function isOf(whose: AdvanceUsageOf) {
  return 'customerId' in whose
    ? sql<boolean>`s.customer_id = ${whose.customerId}`
    : sql<boolean>`s.plan_id in (
        select p.id from plans p left join plans parent on parent.id = p.parent_id
        where coalesce(parent.code, p.code) = ${whose.planCode})`
}
