import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/boot/embedded-postgres.ts'
import { openLog } from '../../src/boot/log.ts'
import { migrateAll } from '../../src/boot/migrate-all.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database whose role may create databases and roles. */
    databaseUrl: string
  }
}

/**
 * One PostgreSQL for the whole integration run: an embedded one in a folder of its own, or the one that
 * WEIR_TEST_DATABASE_URL names (its role must be allowed to create databases and roles).
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.WEIR_TEST_DATABASE_URL
  if (external) {
    project.provide('databaseUrl', external)
    return async () => {}
  }
  const folder = await mkdtemp('/tmp/weir-test-')
  const log = await openLog({ level: 'error', isTerminal: false })
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), log })
  // Makes the roles that all databases share, before test files migrate their own side by side.
  await migrateAll(postgres.url)
  project.provide('databaseUrl', postgres.url)
  return async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
