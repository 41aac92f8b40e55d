import { migrateAll } from '../boot/migrate-all.ts'
import { withContext } from './command-context.ts'

/** `weir migrate`: applies missing migrations and prints their names. */
export async function runMigrate(): Promise<void> {
  const applied = await withContext((_context, url) => migrateAll(url), { migrates: false })
  console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`)
}
