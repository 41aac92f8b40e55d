import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateAll } from '../../../src/boot/migrate-all.ts'
import { StartProblem } from '../../../src/boot/start-problem.ts'
import { emptyDatabase, type FreshDatabase } from '../../support/database.ts'

const STORE = path.join(import.meta.dirname, '../../../src/store')

let database: FreshDatabase
let client: pg.Client

beforeEach(async () => {
  database = await emptyDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})

afterEach(async () => {
  await client.end()
  await database.drop()
})

async function appliedNames(): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from weir_migrations order by name')
  return rows.map((row) => row.name)
}

describe('migrations', () => {
  it('are applied once, in the order of their numbers', async () => {
    const files = (await readdir(path.join(STORE, 'migrations'))).sort().map((f) => f.replace(/\.sql$/, ''))
    expect(await migrateAll(database.url)).toEqual(files)
    expect(await appliedNames()).toEqual(files)
    expect(await migrateAll(database.url)).toEqual([])
  })

  it('create every function that has a file, and no other', async () => {
    await migrateAll(database.url)
    const { rows } = await client.query<{ name: string }>(
      `select distinct proname as name from pg_proc where pronamespace = 'public'::regnamespace order by 1`,
    )
    const files = (await readdir(path.join(STORE, 'functions'))).sort().map((f) => f.replace(/\.sql$/, ''))
    expect(rows.map((row) => row.name)).toEqual(files)
  })

  it('hold functions whose bodies PostgreSQL accepts', async () => {
    await migrateAll(database.url)
    for (const file of await readdir(path.join(STORE, 'functions'))) {
      // The bodies are checked here, where all tables exist, and not while migrations run.
      await client.query(await readFile(path.join(STORE, 'functions', file), 'utf8'))
    }
  })

  it('refuse a database that another version wrote, and leave it as it is', async () => {
    await client.query('create table weir_migrations (name varchar(255) primary key, timestamp varchar(255))')
    await client.query(`insert into weir_migrations values ('0001_tenants', '2026-01-01T00:00:00.000Z')`)
    const refused = migrateAll(database.url)
    await expect(refused).rejects.toThrow(StartProblem)
    await expect(refused).rejects.toThrow(
      'The database was written by another version of Weir: its migration 0001_tenants is not part of this version.',
    )
    const { rows } = await client.query(`select to_regclass('organizations') as organizations`)
    expect(rows).toEqual([{ organizations: null }])
    expect(await appliedNames()).toEqual(['0001_tenants'])
  })
})
