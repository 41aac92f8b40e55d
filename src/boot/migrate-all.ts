import { migrateQueue } from '../jobs/migrate-queue.ts'
import { migrate } from '../store/migrate.ts'

/** Brings the tables and the queue of a database to this version; gives the names of what was applied. */
export async function migrateAll(url: string): Promise<string[]> {
  const applied = await migrate(url)
  await migrateQueue(url)
  return applied
}
