import { sql } from 'kysely'
import type { Reads } from './database.ts'

/** What is named in lists by an external id or a code, and shown to people by its name. */
export const NAMED_KINDS = ['customer', 'plan', 'billable_metric', 'add_on', 'billing_entity'] as const
export type NamedKind = (typeof NAMED_KINDS)[number]

/** The name of something, by its external id or code. */
export type Name = { readonly type: NamedKind; readonly identifier: string; readonly name: string }

/**
 * The names of external ids and codes. A list also shows what was deleted since: of several with the same code the one
 * that exists counts, and otherwise the newest. What has no name is left out.
 */
export async function readNames(
  reads: Reads,
  wanted: Readonly<Record<NamedKind, readonly string[]>>,
): Promise<readonly Name[]> {
  const found = await Promise.all([
    customerNames(reads, wanted.customer),
    planNames(reads, wanted.plan),
    metricNames(reads, wanted.billable_metric),
    addOnNames(reads, wanted.add_on),
    entityNames(reads, wanted.billing_entity),
  ])
  return found.flatMap((rows, place) =>
    rows.flatMap(({ identifier, name }) =>
      name === null ? [] : [{ type: NAMED_KINDS[place] as NamedKind, identifier, name }],
    ),
  )
}

type Row = { readonly identifier: string; readonly name: string | null }

/** The same words as at the head of a customer's page. */
const NAME_OF_CUSTOMER = sql<string | null>`coalesce(
  nullif(name, ''), nullif(concat_ws(' ', nullif(firstname, ''), nullif(lastname, '')), ''))`

async function customerNames(reads: Reads, ids: readonly string[]): Promise<readonly Row[]> {
  if (ids.length === 0) return []
  return reads
    .selectFrom('customers')
    .distinctOn('externalId')
    .select(['externalId as identifier', NAME_OF_CUSTOMER.as('name')])
    .where('externalId', 'in', [...ids])
    .orderBy('externalId')
    .orderBy(sql`deleted_at desc nulls first`)
    .execute()
}

async function planNames(reads: Reads, codes: readonly string[]): Promise<readonly Row[]> {
  if (codes.length === 0) return []
  return reads
    .selectFrom('plans')
    .distinctOn('code')
    .select(['code as identifier', 'name'])
    .where('code', 'in', [...codes])
    .where('parentId', 'is', null)
    .orderBy('code')
    .orderBy(sql`deleted_at desc nulls first`)
    .execute()
}

async function metricNames(reads: Reads, codes: readonly string[]): Promise<readonly Row[]> {
  if (codes.length === 0) return []
  return reads
    .selectFrom('billableMetrics')
    .distinctOn('code')
    .select(['code as identifier', 'name'])
    .where('code', 'in', [...codes])
    .orderBy('code')
    .orderBy(sql`deleted_at desc nulls first`)
    .execute()
}

async function addOnNames(reads: Reads, codes: readonly string[]): Promise<readonly Row[]> {
  if (codes.length === 0) return []
  return reads
    .selectFrom('addOns')
    .distinctOn('code')
    .select(['code as identifier', 'name'])
    .where('code', 'in', [...codes])
    .orderBy('code')
    .orderBy(sql`deleted_at desc nulls first`)
    .execute()
}

async function entityNames(reads: Reads, codes: readonly string[]): Promise<readonly Row[]> {
  if (codes.length === 0) return []
  return reads
    .selectFrom('billingEntities')
    .distinctOn('code')
    .select(['code as identifier', 'name'])
    .where('code', 'in', [...codes])
    .orderBy('code')
    .orderBy(sql`archived_at desc nulls first`)
    .execute()
}
