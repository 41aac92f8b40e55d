import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateAll } from '../../../src/boot/migrate-all.ts'
import { StartProblem } from '../../../src/boot/start-problem.ts'
import { migrate } from '../../../src/store/migrate.ts'
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
      // Those of pg_trgm belong to the extension.
      `select distinct proname as name from pg_proc p
       where pronamespace = 'public'::regnamespace
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
       order by 1`,
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

  it('0010: keep what is deferred, under its new name', async () => {
    await migrate(database.url, '0009_alerts_and_webhooks')
    await client.query(`
      do $$ declare fk record; begin
        for fk in select conname, conrelid::regclass as name from pg_constraint
          where contype = 'f' and conrelid in ('advance_asides'::regclass, 'due_items'::regclass)
        loop execute format('alter table %s drop constraint %I', fk.name, fk.conname); end loop;
      end $$;
      insert into advance_asides (organization_id, id, event_id, charge_id, subscription_id, timestamp, priced_quantity,
        shown_units, created_at)
      select g, g, g, g, g, now(), 1, 1, now() from gen_random_uuid() as g;
      insert into due_items (organization_id, id, kind, subject_id, due_at)
      select organization_id, id, 'advance_aside', id, now() from advance_asides`)
    expect(await migrate(database.url, '0010_deferred_events')).toEqual(['0010_deferred_events'])
    const { rows } = await client.query(
      `select d.kind from due_items d join deferred_events e on e.id = d.subject_id`,
    )
    expect(rows).toEqual([{ kind: 'deferred_event' }])
    const named = await client.query(`select from pg_constraint where conname like 'advance\\_aside%'`)
    expect(named.rowCount).toBe(0)
    const unknown = client.query(`update due_items set kind = 'advance_aside'`)
    await expect(unknown).rejects.toThrow('due_items_kind_check')
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
