import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

const DROP_TRIES = 20

/** A database of one test file's own. `drop` also ends the connections that are left on it. */
export type FreshDatabase = { readonly url: string; readonly drop: () => Promise<void> }

async function run(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('databaseUrl') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Makes an empty database in the run's PostgreSQL (see global-database.ts). */
export function emptyDatabase(): Promise<FreshDatabase> {
  return createDatabase('template1')
}

/** Makes a migrated database in the run's PostgreSQL: a copy of its template, in a tenth of the time of a migration. */
export function freshDatabase(): Promise<FreshDatabase> {
  return createDatabase(inject('templateDatabase'))
}

async function createDatabase(template: string): Promise<FreshDatabase> {
  const name = `weir_test_${randomBytes(6).toString('hex')}`
  await run(`create database ${name} template ${template}`)
  // Nobody reads it after a crash of the machine. Tests of what is on the disk start a PostgreSQL of their own.
  await run(`alter database ${name} set synchronous_commit = off`)
  const url = new URL(inject('databaseUrl'))
  url.pathname = `/${name}`
  return { url: url.toString(), drop: () => drop(name) }
}

/** An autovacuum worker on the database may not be ended by us and holds the drop up until it is done. */
async function drop(name: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run(`drop database if exists ${name} with (force)`)
    } catch (error) {
      if (tries === DROP_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
