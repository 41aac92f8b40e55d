import { type RawBuilder, sql } from 'kysely'
import type { Reads } from './database.ts'
import { anyOf } from './values.ts'

/** What a text was found in. */
export type Hits = {
  readonly isNone: boolean
  /** Whether the row whose id a column has is among them. */
  readonly has: (id: RawBuilder<unknown>) => RawBuilder<boolean>
}

/**
 * So many hits are handed to the list as ids, which tells the planner how few they are. Those of a broader search stay
 * in the database: a search that finds half of a million invoices would spend its time in sending their ids.
 */
const NAMED_MAX = 10_000

/** What a text is found in, as a pattern for LIKE: anywhere. */
function patternOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
}

/** The customers, deleted ones too, who have a text in one of their names. */
export async function customersNamed(reads: Reads, text: string, most = NAMED_MAX): Promise<Hits> {
  const pattern = patternOf(text)
  const ids = await idsOf(reads, sql`select weir_customers_named(${pattern}, ${most + 1}::int) as id`)
  return hitsOf(ids, most, (id) => sql<boolean>`${id} in (select weir_customers_named(${pattern}))`)
}

/** The invoices that have a text in their number or id; those of a list are `i`. */
export async function invoicesNamed(reads: Reads, text: string, most = NAMED_MAX): Promise<Hits> {
  const pattern = patternOf(text)
  const ids = await idsOf(reads, sql`select weir_invoices_named(${pattern}, ${most + 1}::int) as id`)
  // Without letters there is no case, and LIKE takes a third of the time.
  const isLike = /\p{L}/u.test(text) ? sql`ilike` : sql`like`
  return hitsOf(
    ids,
    most,
    () => sql<boolean>`(i.number ${isLike} ${pattern} or i.id::text like ${pattern.toLowerCase()})`,
  )
}

/** The credit notes that have a text in their number or id. */
export async function creditNotesNamed(reads: Reads, text: string, most = NAMED_MAX): Promise<Hits> {
  const pattern = patternOf(text)
  const ids = await idsOf(reads, sql`select weir_credit_notes_named(${pattern}, ${most + 1}::int) as id`)
  return hitsOf(ids, most, (id) => sql<boolean>`${id} in (select weir_credit_notes_named(${pattern}))`)
}

/** Whether something, or the customer that it belongs to, is among the hits. */
export function eitherOf(
  own: { readonly hits: Hits; readonly id: RawBuilder<unknown> },
  customers: { readonly hits: Hits; readonly id: RawBuilder<unknown> },
): RawBuilder<boolean> {
  // Few searches find both, and either alone is found by its index.
  const found = [
    ...(own.hits.isNone ? [] : [own.hits.has(own.id)]),
    ...(customers.hits.isNone && !own.hits.isNone ? [] : [customers.hits.has(customers.id)]),
  ]
  return sql<boolean>`(${sql.join(found, sql` or `)})`
}

function hitsOf(ids: readonly string[], most: number, hasOfMany: Hits['has']): Hits {
  if (ids.length > most) return { isNone: false, has: hasOfMany }
  return { isNone: ids.length === 0, has: (id) => sql<boolean>`${id} = ${anyOf(ids)}` }
}

async function idsOf(reads: Reads, select: RawBuilder<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`${select}`.execute(reads)
  return rows.map(({ id }) => id)
}
