import { migrateQueue } from '../jobs/migrate-queue.ts'
import { migrate, UnknownMigrations } from '../store/migrate.ts'
import { addQueueTrigger } from '../store/queue-trigger.ts'
import { StartProblem } from './start-problem.ts'

/**
 * Migrates the tables and the job queue; returns the names of the migrations applied. Throws `StartProblem` when
 * another version of Weir wrote the database.
 */
export async function migrateAll(url: string): Promise<string[]> {
  const applied = await migrate(url).catch((error: unknown) => {
    throw error instanceof UnknownMigrations ? new StartProblem(error.message) : error
  })
  await migrateQueue(url)
  await addQueueTrigger(url)
  return applied
}
