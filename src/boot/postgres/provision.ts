import pg from 'pg'
import { SOCKET_PORT } from './server.ts'

/** The role that owns Weir's tables, and its database. */
export const OWNER = 'weir'
export const DATABASE = 'weir'

/** A URL for a role over a socket folder; `host` in the query is what node-postgres connects to. */
export function socketUrl(socketDir: string, role: string, password: string, database: string): string {
  const host = encodeURIComponent(socketDir)
  return `postgres://${role}:${password}@localhost:${SOCKET_PORT}/${database}?host=${host}`
}

/** Runs work on one connection and closes it afterwards. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => {}) // a lost connection also fails the query in `work`, which reports it
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * Creates the owner's role and database if missing (so the next start completes one that was killed between the two).
 * The owner is not a superuser, so migrations have the same rights as on an external database.
 */
export async function provision(adminUrl: string, ownerPassword: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const role = await client.query('select 1 from pg_roles where rolname = $1', [OWNER])
    if (role.rowCount === 0) {
      const secret = client.escapeLiteral(ownerPassword)
      await client.query(`create role ${OWNER} login createdb createrole password ${secret}`)
    }
    const database = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (database.rowCount === 0) await client.query(`create database ${DATABASE} owner ${OWNER}`)
  })
}
