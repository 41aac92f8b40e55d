import { sql } from 'kysely'
import type { Reads } from './database.ts'

/** What a text is found in, as a pattern for LIKE: anywhere. */
export function patternOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
}

/** The ids of the customers, deleted ones too, who have a text in one of their names. */
export async function customersNamed(reads: Reads, text: string): Promise<readonly string[]> {
  return idsOf(reads, sql`select weir_customers_named(${patternOf(text)}) as id`)
}

/** The ids of the invoices that have a text in their number or id. */
export async function invoicesNamed(reads: Reads, text: string): Promise<readonly string[]> {
  return idsOf(reads, sql`select weir_invoices_named(${patternOf(text)}) as id`)
}

async function idsOf(reads: Reads, select: ReturnType<typeof sql>): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`${select}`.execute(reads)
  return rows.map(({ id }) => id)
}
