import { type Database, openDatabase } from '../store/database.ts'
import type { Config } from './config.ts'
import type { PinoLog } from './log.ts'
import { migrateAll } from './migrate-all.ts'
import { withClient } from './postgres/provision.ts'

const START_LOCK = 7_305_001

/**
 * Migrates the database and runs `first` under a lock, so that two processes starting on an empty database create
 * only one organization.
 */
export async function prepareDatabase<T>(url: string, log: PinoLog, first: () => Promise<T>): Promise<T> {
  return await withClient(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [START_LOCK])
    const applied = await migrateAll(url)
    if (applied.length > 0) log.info({ applied }, 'the database was migrated')
    return await first()
  })
}

/** Opens the connection pools. Lost connections are logged and replaced when needed. */
export function openPools(url: string, config: Config, log: PinoLog): Database {
  const onError = (error: Error) => log.warn({ err: error }, 'a database connection was lost')
  return openDatabase({ url, poolMax: config.poolSize, onError })
}
