import { sql } from 'kysely'
import type { Database } from './database.ts'

/** The tables that a billing run fills. */
const FILLED = [
  'invoices',
  'invoice_subscriptions',
  'fees',
  'fee_taxes',
  'invoice_taxes',
  'invoice_reductions',
  'customer_invoice_counters',
  'due_items',
]

/** Below this PostgreSQL may still believe that a table is empty. */
const ROWS_MIN = 1000

/**
 * Tells PostgreSQL how full the tables of bills are, as long as it takes them for empty: it does so by itself only once
 * a minute, and until then it may check foreign keys by an index that reads far more rows than the key's own.
 */
export async function refreshStatistics(database: Database): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relname = any (${FILLED}::text[]) and reltuples < ${ROWS_MIN}
    order by relname`.execute(database.system)
  for (const { name } of rows) await sql`analyze ${sql.table(name)}`.execute(database.system)
}
