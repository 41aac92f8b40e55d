import { type Database, openDatabase } from '../store/database.ts'
import { checkDatabase } from './check-database.ts'
import type { Config } from './config.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import type { Log } from './log.ts'
import { migrateAll } from './migrate-all.ts'
import { DataFolderBusy } from './postgres/data-lock.ts'
import { withClient } from './postgres/provision.ts'
import { readRunRecord } from './postgres/records.ts'

/** Where the database is, and how to let go of it. */
export type DatabasePlace = { readonly url: string; readonly stop: (limitMs?: number) => Promise<void> }

export type PlaceOptions = {
  readonly config: Config
  readonly log: Log
  readonly onLost?: (reason: Error) => void
  /** A command may join the embedded database of a running Weir; a start may not. */
  readonly mayJoin?: boolean
}

/** The external database when DATABASE_URL names one (checked), else the embedded one, started. */
export async function findDatabase(options: PlaceOptions): Promise<DatabasePlace> {
  const { config, log, onLost } = options
  if (config.databaseUrl !== null) {
    await checkDatabase(config.databaseUrl)
    return { url: config.databaseUrl, stop: async () => {} }
  }
  try {
    return await startEmbeddedPostgres({ dataDir: config.dataDir, log, ...(onLost ? { onLost } : {}) })
  } catch (error) {
    const run =
      options.mayJoin && error instanceof DataFolderBusy ? await readRunRecord(config.dataDir) : null
    if (run === null) throw error
    return { url: run.url, stop: async () => {} }
  }
}

const START_LOCK = 7_305_001

/**
 * Brings the database to this version, and runs `first` while no other starting process can do the same: two
 * processes that start on an empty database make one organization.
 */
export async function prepareDatabase<T>(url: string, log: Log, first: () => Promise<T>): Promise<T> {
  return await withClient(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [START_LOCK])
    const applied = await migrateAll(url)
    if (applied.length > 0) log.info({ applied }, 'the database was brought to this version')
    return await first()
  })
}

/** Opens the pools on a place. A connection lost while idle is told; whoever needs one gets a new one. */
export function openPools(url: string, config: Config, log: Log): Database {
  const onError = (error: Error) => log.warn({ err: error }, 'an idle database connection was lost')
  return openDatabase({ url, poolMax: config.poolSize, onError })
}
