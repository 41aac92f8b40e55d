import type { Context } from '../actions/context.ts'
import { readConfig } from '../boot/config.ts'
import { createContext } from '../boot/context.ts'
import { findEncryptionKeys } from '../boot/encryption-keys.ts'
import { findDatabase } from '../boot/find-database.ts'
import { openLog } from '../boot/log.ts'
import { openPools, prepareDatabase } from '../boot/open-database.ts'
import { settingsOf } from '../boot/settings.ts'

/**
 * Runs a command on the database that `start` would use: the external one, that of a running Weir, or the embedded
 * one, started for the command. Only warnings and errors are logged.
 */
export async function withContext<T>(
  work: (context: Context, url: string) => Promise<T>,
  options: { readonly migrates: boolean } = { migrates: true },
): Promise<T> {
  const config = readConfig()
  process.umask(0o077)
  const log = await openLog({ level: 'warn', isTerminal: process.stdout.isTTY === true })
  const place = await findDatabase({ config, log, mayJoin: true })
  try {
    if (options.migrates) await prepareDatabase(place.url, log, async () => undefined)
    const keys = await findEncryptionKeys(config)
    const database = openPools(place.url, config, log)
    try {
      return await work(createContext({ database, log, settings: settingsOf(config, keys) }), place.url)
    } finally {
      await database.close()
    }
  } finally {
    await place.stop()
  }
}
