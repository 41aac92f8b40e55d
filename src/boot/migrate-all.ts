import { migrateQueue } from '../jobs/migrate-queue.ts'
import { migrate, UnknownMigrations } from '../store/migrate.ts'
import { StartProblem } from './start-problem.ts'

/**
 * Brings the tables and the queue of a database to this version; returns the names of what was applied. Throws
 * `StartProblem` when another version of Weir wrote the database.
 */
export async function migrateAll(url: string): Promise<string[]> {
  const applied = await migrate(url).catch((error: unknown) => {
    throw error instanceof UnknownMigrations ? new StartProblem(error.message) : error
  })
  await migrateQueue(url)
  return applied
}
