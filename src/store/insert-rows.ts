import { type RawBuilder, type Selectable, sql } from 'kysely'
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
  for (let start = 0; start < rows.length; start += ROWS_MAX) {
    const { columns, source } = await rowsAsSource(tx, table, rows.slice(start, start + ROWS_MAX))
    await sql`insert into ${sql.table(snakeCase(table))} (${columns}) select * from ${source}`.execute(tx)
  }
}

/** Complete rows as parameters of a statement. */
export type RowSource = {
  /** The names of the rows' columns, in the order of the source. */
  readonly columns: RawBuilder<unknown>
  /** An `unnest` that gives the rows in their order. */
  readonly source: RawBuilder<unknown>
}

/** The same rows for a statement that does more than to insert them; there must be at least one. */
export async function rowsAsSource<Table extends keyof DB>(
  tx: Tx,
  table: Table,
  rows: readonly Partial<Selectable<DB[Table]>>[],
): Promise<RowSource> {
  const [first] = rows
  if (!first) throw new Error(`no rows of ${table}`)
  const name = snakeCase(table)
  const types = await columnTypes(tx, name)
  const columns = Object.keys(first).map((key) => columnOf(types, name, key))
  const arrays = columns.map((column) => sql`${arrayText(column, rows)}::${sql.raw(column.type)}[]`)
  return {
    columns: sql.raw(columns.map((column) => `"${column.name}"`).join(', ')),
    source: sql`unnest(${sql.join(arrays)})`,
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
