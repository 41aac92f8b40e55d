import { runMigrations } from 'graphile-worker'

/** Creates or updates the tables of the job queue. */
export async function migrateQueue(connectionString: string): Promise<void> {
  await runMigrations({ connectionString })
}
