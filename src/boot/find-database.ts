import { checkDatabase } from './check-database.ts'
import type { Config } from './config.ts'
import { connectionsNeeded } from './connections.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import type { PinoLog } from './log.ts'
import { DataFolderBusy } from './postgres/data-lock.ts'
import { readRunRecord } from './postgres/records.ts'

/** The database's URL, and how to release it. */
export type DatabasePlace = { readonly url: string; readonly stop: (limitMs?: number) => Promise<void> }

export type PlaceOptions = {
  readonly config: Config
  readonly log: PinoLog
  readonly onLost?: (reason: Error) => void
  /** Commands may use the embedded database of a running Weir; `start` may not. */
  readonly mayJoin?: boolean
}

/** The external database in DATABASE_URL, after checking it, otherwise the embedded one, started. */
export async function findDatabase(options: PlaceOptions): Promise<DatabasePlace> {
  const { config, log, onLost } = options
  if (config.databaseUrl !== null) {
    await checkDatabase(config.databaseUrl)
    return { url: config.databaseUrl, stop: async () => {} }
  }
  try {
    const maxConnections = connectionsNeeded(config)
    return await startEmbeddedPostgres({
      dataDir: config.dataDir,
      log,
      maxConnections,
      ...(onLost ? { onLost } : {}),
    })
  } catch (error) {
    const run =
      options.mayJoin && error instanceof DataFolderBusy ? await readRunRecord(config.dataDir) : null
    if (run === null) throw error
    return { url: run.url, stop: async () => {} }
  }
}
