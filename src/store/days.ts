import { sql } from 'kysely'
import type { Database } from './database.ts'

/** So many days are put together in one transaction. */
const DAYS_AT_ONCE = 50

/**
 * Puts the rows together that writing invoices and fees has added to the sums by day (weir_fold_days). Returns whether
 * there may be more to do. Readers get the same result before and after.
 */
export async function foldDays(database: Database): Promise<boolean> {
  const { rows } = await sql<{
    more: boolean
  }>`select weir_fold_days(${DAYS_AT_ONCE}::integer) as more`.execute(database.system)
  return rows[0]?.more ?? false
}
