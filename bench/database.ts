import pg from 'pg'

/** Runs work on its own connection. */
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

/** The same on several connections in parallel. */
export async function withClients<T>(
  url: string,
  count: number,
  work: (clients: readonly pg.Client[]) => Promise<T>,
  clients: readonly pg.Client[] = [],
): Promise<T> {
  if (clients.length === count) return work(clients)
  return withClient(url, (client) => withClients(url, count, work, [...clients, client]))
}

/** The writable columns of a table, in order. */
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
 * Copies one row of a table many times. `changed` has SQL expressions for the columns that differ, where `n` is the
 * number of the copy, from 1. All other columns are copied from a row written by the product.
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

/** A UUID version 7 as a SQL expression, ascending with `n`; a series distinguishes tables and organizations. */
export function numberedId(series: string): string {
  return `('019${series.slice(0, 5)}-' || lpad(to_hex(n >> 16), 4, '0') || '-7' || '${series.slice(5, 8)}-8' || '${series.slice(8, 11)}-00000000' || lpad(to_hex(n & 65535), 4, '0'))::uuid`
}
