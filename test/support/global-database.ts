import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../src/boot/embedded-postgres.ts'
import { openLog } from '../../src/boot/log.ts'
import { migrateAll } from '../../src/boot/migrate-all.ts'
import { socketUrl, withClient } from '../../src/boot/postgres/provision.ts'
import { readClusterRecord, readRunRecord } from '../../src/boot/postgres/records.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database whose role may create databases and roles. */
    databaseUrl: string
    /** A migrated template database without connections. */
    templateDatabase: string
  }
}

/** For all servers that the tests of several workers run beside each other. */
const CONNECTIONS = 400

/**
 * One PostgreSQL for the whole integration run: an embedded one in a folder of its own, or the one that
 * WEIR_TEST_DATABASE_URL names (its role must be allowed to create databases and roles). It is migrated once, into a
 * template from which each test file gets its database (see database.ts).
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.WEIR_TEST_DATABASE_URL
  if (external) {
    const template = await makeTemplate(project, external)
    return async () => {
      await run(external, `drop database ${template}`)
    }
  }
  const folder = await mkdtemp('/tmp/weir-test-')
  const log = await openLog({ level: 'error', isTerminal: false })
  const dataDir = join(folder, 'data')
  const postgres = await startEmbeddedPostgres({ dataDir, log, maxConnections: CONNECTIONS })
  await spareProcessor(dataDir)
  await makeTemplate(project, postgres.url)
  return async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * A database is copied for each test file, through the log: compressing it there takes as long as the copying. And with
 * a database for each worker, vacuuming every five seconds comes to one a second.
 */
async function spareProcessor(dataDir: string): Promise<void> {
  const record = await readClusterRecord(dataDir)
  const run = await readRunRecord(dataDir)
  if (record === null || run === null) throw new Error(`there is no PostgreSQL in ${dataDir}`)
  await withClient(socketUrl(run.socketDir, 'postgres', record.adminPassword, 'postgres'), async (client) => {
    await client.query('alter system set wal_compression = off')
    await client.query(`alter system set autovacuum_naptime = '30s'`)
    await client.query('select pg_reload_conf()')
  })
}

async function makeTemplate(project: TestProject, databaseUrl: string): Promise<string> {
  const name = `weir_template_${process.pid}`
  await run(databaseUrl, `create database ${name}`)
  const url = new URL(databaseUrl)
  url.pathname = `/${name}`
  await migrateAll(url.toString())
  // PostgreSQL copies a database only while nobody is connected to it.
  await run(databaseUrl, `alter database ${name} allow_connections false`)
  project.provide('databaseUrl', databaseUrl)
  project.provide('templateDatabase', name)
  return name
}

async function run(databaseUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
