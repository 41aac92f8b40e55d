import { type RawBuilder, sql } from 'kysely'
import { idsThatBegin } from '../core/search/ids-that-begin.ts'
import type { Reads } from './database.ts'
import { anyOfText } from './values.ts'

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
  const found = await namedBy(reads, sql`weir_customers_named(${pattern}, ${most + 1}::int)`)
  return hitsOf(found, most, (id) => sql<boolean>`${id} in (select weir_customers_named(${pattern}))`)
}

/** The invoices that have a text in their number, or whose id begins with it; those of a list are `i`. */
export async function invoicesNamed(reads: Reads, text: string, most = NAMED_MAX): Promise<Hits> {
  const pattern = patternOf(text)
  const { first, last } = idsOf(text)
  const found = await namedBy(
    reads,
    sql`weir_invoices_named(${pattern}, ${most + 1}::int, ${first}, ${last})`,
  )
  // Without letters there is no case, and LIKE takes a third of the time.
  const isLike = /\p{L}/u.test(text) ? sql`ilike` : sql`like`
  return hitsOf(
    found,
    most,
    () => sql<boolean>`(i.number ${isLike} ${pattern} or coalesce(i.id between ${first} and ${last}, false))`,
  )
}

/** The credit notes that have a text in their number or a name of their customer, or whose id begins with it. */
export async function creditNotesNamed(reads: Reads, text: string, most = NAMED_MAX): Promise<Hits> {
  const pattern = patternOf(text)
  const { first, last } = idsOf(text)
  const named = (count: number | null) =>
    sql`weir_credit_notes_named(${pattern}, ${count}::int, ${first}, ${last})`
  const found = await namedBy(reads, named(most + 1))
  return hitsOf(found, most, (id) => sql<boolean>`${id} in (select ${named(null)})`)
}

/** The range of ids that begin with a text; nulls where none can. */
function idsOf(text: string): { readonly first: RawBuilder<unknown>; readonly last: RawBuilder<unknown> } {
  const ids = idsThatBegin(text)
  return { first: sql`${ids?.first ?? null}::uuid`, last: sql`${ids?.last ?? null}::uuid` }
}

/** Ids as the text of an array: thousands of them go back to PostgreSQL as they came, none read here. */
type Named = { readonly count: number; readonly ids: string }

function hitsOf({ count, ids }: Named, most: number, hasOfMany: Hits['has']): Hits {
  if (count > most) return { isNone: false, has: hasOfMany }
  return { isNone: count === 0, has: (id) => sql<boolean>`${id} = ${anyOfText(ids, count)}` }
}

async function namedBy(reads: Reads, names: RawBuilder<unknown>): Promise<Named> {
  const { rows } = await sql<Named>`
    select count(*)::int as count, coalesce(array_agg(named.id)::text, '{}') as ids
    from (select ${names} as id) as named`.execute(reads)
  return rows[0] ?? { count: 0, ids: '{}' }
}
