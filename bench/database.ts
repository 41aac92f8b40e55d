import pg from 'pg'

/** Runs work on a connection of its own. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  // A lost connection also fails the query in `work`.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The same on several connections side by side. */
export async function withClients<T>(
  url: string,
  count: number,
  work: (clients: readonly pg.Client[]) => Promise<T>,
  clients: readonly pg.Client[] = [],
): Promise<T> {
  if (clients.length === count) return work(clients)
  return withClient(url, (client) => withClients(url, count, work, [...clients, client]))
}

/** The columns of a table that can be written, in their order. */
export async function columnsOf(client: pg.Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
    where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum`,
    [table],
  )
  return rows.map(({ name }) => name)
}

/**
 * Copies one row of a table many times. `changed` are SQL expressions for the columns in which the copies differ, with
 * `n` for the number of the copy, from 1. What the product wrote is thus the pattern for whatever columns there are.
 */
export async function copyRow(
  client: pg.Client,
  copy: {
    readonly table: string
    readonly id: string
    readonly count: number
    readonly changed: Readonly<Record<string, string>>
  },
): Promise<void> {
  const columns = await columnsOf(client, copy.table)
  const names = columns.map((column) => `"${column}"`)
  const values = columns.map((column) => copy.changed[column] ?? `t."${column}"`)
  const { rowCount } = await client.query(
    `insert into ${copy.table} (${names.join(', ')})
    select ${values.join(', ')} from ${copy.table} t cross join generate_series(1, ${copy.count}) n
    where t.id = $1
    order by n`,
    [copy.id],
  )
  if (rowCount !== copy.count)
    throw new Error(`${rowCount} of ${copy.count} rows of ${copy.table} were copied`)
}

/** An id of version 7 as a SQL expression, in the order of the numbers `n`; series keep tables and organizations apart. */
export function numberedId(series: string): string {
  return `('019${series.slice(0, 5)}-' || lpad(to_hex(n >> 16), 4, '0') || '-7' || '${series.slice(5, 8)}-8' || '${series.slice(8, 11)}-00000000' || lpad(to_hex(n & 65535), 4, '0'))::uuid`
}
