import type pg from 'pg'
import { columnsOf, withClient } from './database.ts'
import { median } from './figure.ts'
import type { WeirServer } from './weir-server.ts'

/** The tables that a bill is written to, including due items. */
const TABLES = [
  'invoices',
  'invoice_subscriptions',
  'fees',
  'fee_taxes',
  'invoice_taxes',
  'invoice_payments',
  'webhooks',
  'due_items',
] as const
const ROUNDS = 3

export type CopyReference = {
  /** The median of the rounds. */
  readonly seconds: number
  readonly rows: Readonly<Record<string, number>>
}

/**
 * How long PostgreSQL takes to COPY the rows of an organization's bills, in one transaction, into identical tables:
 * with the same indexes, checks and foreign keys, but without triggers and row-level security.
 */
export async function copyReference(server: WeirServer, organizationId: string): Promise<CopyReference> {
  return withClient(server.superuserUrl, async (client) => {
    const { rows } = await client.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    )
    const files = new Map<string, { readonly path: string; readonly count: number }>()
    for (const table of TABLES) {
      if (!(await exists(client, table))) continue
      const path = `${rows[0]?.folder}/bench-${table}.copy`
      const columns = await listOf(client, table)
      const copied = await client.query(
        `copy (select ${columns} from ${table} where organization_id = '${organizationId}') to '${path}'`,
      )
      if ((copied.rowCount ?? 0) > 0) files.set(table, { path, count: copied.rowCount ?? 0 })
    }
    const seconds: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      await makeTables(client, [...files.keys()])
      seconds.push(await copyAll(client, files))
    }
    await client.query('drop schema bench_copy cascade')
    const counts = [...files].map(([table, { count }]) => [table, count])
    return { seconds: median(seconds), rows: Object.fromEntries(counts) }
  })
}

async function copyAll(
  client: pg.Client,
  files: ReadonlyMap<string, { readonly path: string }>,
): Promise<number> {
  await client.query('checkpoint')
  const columns = new Map<string, string>()
  for (const table of files.keys()) columns.set(table, await listOf(client, table))
  const begun = performance.now()
  await client.query('begin')
  for (const [table, { path }] of files) {
    await client.query(`copy bench_copy.${table} (${columns.get(table)}) from '${path}'`)
  }
  await client.query('commit')
  return (performance.now() - begun) / 1000
}

/** Copies of the tables in a separate schema, with foreign keys between the copies. */
async function makeTables(client: pg.Client, tables: readonly string[]): Promise<void> {
  await client.query('drop schema if exists bench_copy cascade')
  await client.query('create schema bench_copy')
  for (const table of tables) {
    await client.query(`create table bench_copy.${table} (like public.${table} including all)`)
  }
  const { rows } = await client.query<{ owner: string; definition: string; target: string }>(
    `select conrelid::regclass::text as owner, pg_get_constraintdef(oid) as definition,
      confrelid::regclass::text as target
    from pg_constraint
    where contype = 'f' and conparentid = 0 and conrelid = any($1::regclass[])`,
    [tables.map((table) => `public.${table}`)],
  )
  for (const { owner, definition, target } of rows) {
    const meant = tables.includes(target) ? `bench_copy.${target}` : `public.${target}`
    const key = definition.replace(`REFERENCES ${target}`, `REFERENCES ${meant}`)
    await client.query(`alter table bench_copy.${owner} add ${key}`)
  }
}

async function exists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query('select to_regclass($1) is not null as found', [table])
  return rows[0]?.found === true
}

async function listOf(client: pg.Client, table: string): Promise<string> {
  return (await columnsOf(client, table)).map((column) => `"${column}"`).join(', ')
}
