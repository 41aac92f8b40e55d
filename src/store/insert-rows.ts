import { type Selectable, sql } from 'kysely'
import type { Tx } from './database.ts'
import type { DB } from './rows.ts'

/** Limits the text of one statement to a few megabytes. */
const ROWS_MAX = 5000

/**
 * Inserts complete rows, in the form in which they are read back, into one table: one statement per 5,000 rows, sent
 * as a single parameter. All rows have the same keys; columns filled by the database may be omitted.
 */
export async function insertRows<Table extends keyof DB>(
  tx: Tx,
  table: Table,
  rows: readonly Partial<Selectable<DB[Table]>>[],
): Promise<void> {
  const [first] = rows
  if (!first) return
  const keys = Object.keys(first)
  const name = snakeCase(table)
  const columns = sql.raw(keys.map((key) => `"${snakeCase(key)}"`).join(', '))
  for (let start = 0; start < rows.length; start += ROWS_MAX) {
    const text = jsonRows(keys, rows.slice(start, start + ROWS_MAX))
    await sql`insert into ${sql.raw(name)} (${columns})
      select ${columns} from json_populate_recordset(null::${sql.raw(name)}, ${text}::json)`.execute(tx)
  }
}

function jsonRows(keys: readonly string[], rows: readonly object[]): string {
  const columns = keys.map((key) => [key, snakeCase(key)] as const)
  return JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(columns.map(([key, column]) => [column, inJson(column, row[key as keyof object])])),
    ),
  )
}

/** Columns with instants have these suffixes; in memory an instant is milliseconds. */
const IS_INSTANT = /_(at|from|to)$/

function inJson(column: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && IS_INSTANT.test(column)) return new Date(value).toISOString()
  return value
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
