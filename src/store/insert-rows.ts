import { type Selectable, sql } from 'kysely'
import type { Tx } from './database.ts'
import type { DB } from './rows.ts'

/** Limits the text of one statement to a few megabytes. */
const ROWS_MAX = 5000

/**
 * Inserts complete rows, in the form in which they are read back, into one table: one statement per 5,000 rows, with
 * one array parameter per column. All rows have the same keys; columns filled by the database may be omitted.
 */
export async function insertRows<Table extends keyof DB>(
  tx: Tx,
  table: Table,
  rows: readonly Partial<Selectable<DB[Table]>>[],
): Promise<void> {
  const [first] = rows
  if (!first) return
  const name = snakeCase(table)
  const types = await columnTypes(tx, name)
  const columns = Object.keys(first).map((key) => columnOf(types, name, key))
  const list = sql.raw(columns.map((column) => `"${column.name}"`).join(', '))
  for (let start = 0; start < rows.length; start += ROWS_MAX) {
    const part = rows.slice(start, start + ROWS_MAX)
    const arrays = columns.map((column) => sql`${arrayText(column, part)}::${sql.raw(column.type)}[]`)
    await sql`insert into ${sql.raw(name)} (${list})
      select * from unnest(${sql.join(arrays)})`.execute(tx)
  }
}

type Column = { readonly key: string; readonly name: string; readonly type: string }

/** Column types do not change while a process runs, so each table is looked up only once. */
const known = new Map<string, ReadonlyMap<string, string>>()

async function columnTypes(tx: Tx, table: string): Promise<ReadonlyMap<string, string>> {
  const found = known.get(table)
  if (found) return found
  const { rows } = await sql<{ name: string; type: string }>`
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`.execute(tx)
  const types = new Map(rows.map(({ name, type }) => [name, type]))
  known.set(table, types)
  return types
}

function columnOf(types: ReadonlyMap<string, string>, table: string, key: string): Column {
  const name = snakeCase(key)
  const type = types.get(name)
  if (type === undefined || type.endsWith('[]'))
    throw new Error(`cannot insert into ${table}.${name} in bulk`)
  return { key, name, type }
}

/** The values of one column as the text of a PostgreSQL array. */
function arrayText({ key, type }: Column, rows: readonly object[]): string {
  const isInstant = type.startsWith('timestamp')
  const isJson = type === 'jsonb' || type === 'json'
  const texts = rows.map((row) => {
    const value: unknown = row[key as keyof object]
    if (value === null || value === undefined) return 'NULL'
    if (isJson) return quoted(JSON.stringify(value))
    if (isInstant && typeof value === 'number') return `"${new Date(value).toISOString()}"`
    return typeof value === 'string' ? quoted(value) : String(value)
  })
  return `{${texts.join(',')}}`
}

const SPECIAL = /["\\]/
const EACH_SPECIAL = /["\\]/g

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replace(EACH_SPECIAL, '\\$&')}"` : `"${text}"`
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
