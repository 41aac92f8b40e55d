import { sql } from 'kysely'
import type { Reads } from './database.ts'
import { arrayOf } from './values.ts'

/** What is named in lists by an external id or a code, and shown to people by its name. */
export const NAMED_KINDS = [
  'customer',
  'subscription',
  'plan',
  'billable_metric',
  'add_on',
  'billing_entity',
] as const
export type NamedKind = (typeof NAMED_KINDS)[number]

/** The name of something, by its external id or code, with the time zone of a customer's dates. */
export type Name = {
  readonly type: NamedKind
  readonly identifier: string
  readonly name: string
  readonly timezone: string | null
}

/**
 * The names of external ids and codes. A list also shows what was deleted since: of several with the same code the one
 * that exists counts, and otherwise the newest. A customer or subscription without a name is called by its external id.
 */
export async function readNames(
  reads: Reads,
  wanted: Readonly<Record<NamedKind, readonly string[]>>,
): Promise<readonly Name[]> {
  const found = await Promise.all([
    customerNames(reads, wanted.customer),
    subscriptionNames(reads, wanted.subscription),
    namesByCode(reads, 'plans', wanted.plan),
    namesByCode(reads, 'billable_metrics', wanted.billable_metric),
    namesByCode(reads, 'add_ons', wanted.add_on),
    namesByCode(reads, 'billing_entities', wanted.billing_entity),
  ])
  return found.flatMap((rows, place) =>
    rows.map(({ identifier, name, timezone = null }) => ({
      type: NAMED_KINDS[place] as NamedKind,
      identifier,
      name,
      timezone,
    })),
  )
}

type Row = { readonly identifier: string; readonly name: string; readonly timezone?: string }

/** The same words as at the head of a customer's page. */
const NAME_OF_CUSTOMER = sql<string>`coalesce(
  nullif(name, ''), nullif(concat_ws(' ', nullif(firstname, ''), nullif(lastname, '')), ''), external_id)`

const ZONE_OF_CUSTOMER = sql<string>`coalesce(customers.timezone, (
  select e.timezone from billing_entities e
  where e.organization_id = customers.organization_id and e.id = customers.billing_entity_id))`

async function customerNames(reads: Reads, ids: readonly string[]): Promise<readonly Row[]> {
  if (ids.length === 0) return []
  return reads
    .selectFrom('customers')
    .distinctOn('externalId')
    .select(['externalId as identifier', NAME_OF_CUSTOMER.as('name'), ZONE_OF_CUSTOMER.as('timezone')])
    .where('externalId', '=', sql<string>`any(${arrayOf(ids, 'text')})`)
    .orderBy('externalId')
    .orderBy(sql`deleted_at desc nulls first`)
    .execute()
}

async function subscriptionNames(reads: Reads, ids: readonly string[]): Promise<readonly Row[]> {
  if (ids.length === 0) return []
  return reads
    .selectFrom('subscriptions')
    .distinctOn('externalId')
    .select(['externalId as identifier', sql<string>`coalesce(nullif(name, ''), external_id)`.as('name')])
    .where('externalId', '=', sql<string>`any(${arrayOf(ids, 'text')})`)
    .orderBy('externalId')
    .orderBy(sql`status = 'active' desc, created_at desc`)
    .execute()
}

const GONE_AT = {
  plans: 'deleted_at',
  billable_metrics: 'deleted_at',
  add_ons: 'deleted_at',
  billing_entities: 'archived_at',
} as const

async function namesByCode(
  reads: Reads,
  table: keyof typeof GONE_AT,
  codes: readonly string[],
): Promise<readonly Row[]> {
  if (codes.length === 0) return []
  // A plan of one subscription has the code of the plan that it was made from.
  const isOfCatalogue = table === 'plans' ? sql`parent_id is null` : sql`true`
  const { rows } = await sql<Row>`
    select distinct on (code) code as identifier, name from ${sql.table(table)}
    where code = any(${arrayOf(codes, 'text')}) and ${isOfCatalogue}
    order by code, ${sql.ref(GONE_AT[table])} desc nulls first`.execute(reads)
  return rows
}
