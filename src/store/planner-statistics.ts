import { sql } from 'kysely'
import type { Database } from './database.ts'

/** The tables that a billing run fills; the months of the log of events are filled besides. */
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

/** Below this, PostgreSQL may assume that a table is empty. */
const ROWS_MIN = 1000

/**
 * Analyzes the billing tables and the months of the log of events while PostgreSQL still assumes they are empty.
 * Autovacuum only does this once a minute, and until then foreign keys may be checked, and events of a subscription
 * found, through an index that reads far more rows than those. A table that has not doubled since the last time is left
 * alone: each time, all plans that read it are made anew.
 */
export async function refreshStatistics(database: Database): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and reltuples < ${ROWS_MIN}
      and (relname = any (${FILLED}::text[]) or oid in (
        select inhrelid from pg_inherits where inhparent = 'events'::regclass))
      and pg_relation_size(oid) > 2 * relpages * current_setting('block_size')::bigint
    order by relname`.execute(database.system)
  for (const { name } of rows) await sql`analyze ${sql.table(name)}`.execute(database.system)
}
