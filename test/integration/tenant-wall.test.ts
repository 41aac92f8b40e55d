import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/store/ids.ts'
import { type Harness, startHarness } from '../support/harness.ts'

// The wall is PostgreSQL's row-level security (docs/decisions/0003). Every query below omits the organization, as a
// bug would.

/** Fewer tables than this mean that the enumeration is broken. */
const TABLES_MIN = 40

type Column = { readonly name: string; readonly type: string; readonly isNeeded: boolean }
type Table = { readonly name: string; readonly columns: readonly Column[]; readonly isReadable: boolean }

let harness: Harness
let owner: pg.Client
let app: pg.Client
let tables: readonly Table[]
const [ours, theirs] = [newId(), newId()]

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
  app = new pg.Client({ connectionString: harness.databaseUrl, options: '-c role=weir_app' })
  await app.connect()
  tables = await readTables()
  await dropConstraints()
  for (const organizationId of [ours, theirs]) {
    for (const table of tables) await owner.query(insertion(table, organizationId))
  }
})
afterAll(async () => {
  await app?.end()
  await owner?.end()
  await harness?.close()
})

/** Base tables with an organization, without partitions: those are asked for through their parent. */
async function readTables(): Promise<Table[]> {
  const { rows } = await owner.query<{ table: string; readable: boolean; columns: Column[] }>(`
    select c.table_name as table, has_table_privilege('weir_app', c.table_name, 'select') as readable,
      json_agg(json_build_object('name', c.column_name, 'type', c.udt_name, 'isNeeded',
        c.is_nullable = 'NO' and c.column_default is null and c.is_generated = 'NEVER' and c.is_identity = 'NO')) as columns
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    join pg_class k on k.oid = c.table_name::regclass
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and not k.relispartition
    group by c.table_name
    having bool_or(c.column_name = 'organization_id')
    order by c.table_name`)
  return rows.map((row) => ({ name: row.table, columns: row.columns, isReadable: row.readable }))
}

/** Rows of any shape may then stand in every table; the wall itself is no constraint and stays. */
async function dropConstraints(): Promise<void> {
  const { rows } = await owner.query<{ statement: string }>(`
    select format('alter table %s drop constraint if exists %I cascade', conrelid::regclass, conname) as statement
    from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('c', 'f') and conparentid = 0 and conrelid <> 0`)
  for (const { statement } of rows) await owner.query(statement)
  // Triggers write rows of their own, and each table is to have one for each tenant.
  for (const { name } of tables) await owner.query(`alter table "${name}" disable trigger user`)
}

const SAMPLES: Readonly<Record<string, string>> = {
  text: 'gen_random_uuid()::text',
  varchar: `'x'`,
  char: `'d'`,
  uuid: 'gen_random_uuid()',
  bool: 'false',
  int2: '1',
  int4: '1',
  int8: '1',
  numeric: '1',
  date: `'2024-01-01'`,
  timestamptz: `'2024-01-01T00:00:00Z'`,
  json: `'{}'`,
  jsonb: `'{}'`,
  bytea: 'uuid_send(gen_random_uuid())',
  _text: `'{}'`,
  _uuid: `'{}'`,
}

function insertion(table: Table, organizationId: string): string {
  const needed = table.columns.filter((column) => column.isNeeded && column.name !== 'organization_id')
  const values = needed.map((column) => {
    const sample = SAMPLES[column.type]
    if (sample === undefined) throw new Error(`no sample of ${column.type} for ${table.name}.${column.name}`)
    return sample
  })
  const names = ['organization_id', ...needed.map((column) => `"${column.name}"`)].join(', ')
  return `insert into "${table.name}" (${names}) values (${[`'${organizationId}'`, ...values].join(', ')})`
}

/** Runs one statement as an organization; rolled back afterwards. */
async function attempt(organizationId: string | null, statement: string): Promise<pg.QueryResult | string> {
  await app.query('begin')
  try {
    await app.query(`select set_config('weir.organization_id', $1, true)`, [organizationId ?? ''])
    return await app.query(statement)
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await app.query('rollback')
  }
}

const DENIED = '42501'

describe('the tenant wall', () => {
  it('is checked in every table', () => {
    expect(tables.length).toBeGreaterThan(TABLES_MIN)
    expect(tables.filter((table) => table.isReadable).length).toBeGreaterThan(TABLES_MIN)
  })

  it('has rows of both tenants behind it, which the owner sees', async () => {
    for (const { name } of tables) {
      const { rows } = await owner.query(
        `select organization_id from "${name}" where organization_id in ('${ours}', '${theirs}')`,
      )
      expect(rows.map((row) => row.organization_id).sort(), name).toEqual([ours, theirs].sort())
    }
  })

  it('shows a query without a filter its own tenant’s rows only', async () => {
    for (const { name, isReadable } of tables) {
      const seen = await attempt(ours, `select organization_id from "${name}"`)
      if (isReadable)
        expect(typeof seen === 'string' ? seen : seen.rows, name).toEqual([{ organization_id: ours }])
      else expect(seen, name).toBe(DENIED)
    }
  })

  it('shows nothing to a transaction that has not said whose it is', async () => {
    for (const { name, isReadable } of tables) {
      const seen = await attempt(null, `select 1 from "${name}"`)
      expect(typeof seen === 'string' ? seen : seen.rows, name).toEqual(isReadable ? [] : DENIED)
    }
  })

  it('lets `Database.read` and `Database.writeAs` through no further', async () => {
    const { database } = harness.context
    const [read, written] = await Promise.all([
      database.read(ours, (reads) => reads.selectFrom('customers').select('organizationId').execute()),
      database.writeAs(ours, (tx) => tx.selectFrom('customers').select('organizationId').execute()),
    ])
    expect(read).toEqual([{ organizationId: ours }])
    expect(written).toEqual([{ organizationId: ours }])
  })

  it('refuses a row for another tenant', async () => {
    for (const table of tables) {
      expect(await attempt(ours, insertion(table, theirs)), table.name).toBe(DENIED)
    }
  })

  it('refuses to give a row away', async () => {
    for (const { name } of tables) {
      const result = await attempt(ours, `update "${name}" set organization_id = '${theirs}'`)
      expect(result, name).toBe(DENIED)
    }
  })

  it('keeps another tenant’s rows from an update or a deletion without a filter', async () => {
    for (const { name, isReadable } of tables) {
      if (!isReadable) continue
      const updated = await attempt(ours, `update "${name}" set organization_id = organization_id`)
      const deleted = await attempt(ours, `delete from "${name}"`)
      for (const result of [updated, deleted]) {
        if (typeof result === 'string') expect(result, name).toBe(DENIED)
        else expect(result.rowCount, name).toBe(1)
      }
    }
  })

  it('keeps other organizations themselves from view', async () => {
    const client = await harness.organization()
    const other = await harness.organization()
    const seen = await attempt(client.organizationId, 'select id from organizations')
    expect(typeof seen === 'string' ? seen : seen.rows).toEqual([{ id: client.organizationId }])
    const taken = await attempt(client.organizationId, `update organizations set name = 'taken'`)
    expect(typeof taken === 'string' ? taken : taken.rowCount).toBe(1)
    expect(other.organizationId).not.toBe(client.organizationId)
  })
})

describe('the application’s role', () => {
  it('is no superuser, bypasses nothing and may not log in', async () => {
    const { rows } = await owner.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles where rolname = 'weir_app'`,
    )
    expect(rows).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, rolcanlogin: false },
    ])
    const member = await owner.query(`select 1 from pg_auth_members where member = 'weir_app'::regrole`)
    expect(member.rows).toEqual([])
  })

  it('owns nothing', async () => {
    const { rows } = await owner.query(`
      select relname as name from pg_class where relowner = 'weir_app'::regrole
      union all select nspname from pg_namespace where nspowner = 'weir_app'::regrole
      union all select proname from pg_proc where proowner = 'weir_app'::regrole`)
    expect(rows).toEqual([])
  })

  it('is kept by the functions that find names in lists', async () => {
    for (const [name, table] of [
      ['weir_customers_named', 'customers'],
      ['weir_invoices_named', 'invoices'],
      ['weir_credit_notes_named', 'credit_notes'],
    ] as const) {
      const { rows: own } = await owner.query(`select id from ${table} where organization_id = $1`, [ours])
      const seen = await attempt(ours, `select ${name}('%%') as id`)
      expect(own, name).toHaveLength(1)
      expect(typeof seen === 'string' ? seen : seen.rows, name).toEqual(own)
      const nobody = await attempt(null, `select ${name}('%%') as id`)
      expect(typeof nobody === 'string' ? nobody : nobody.rows, name).toEqual([])
    }
  })

  it('has six functions that act as the owner: queueing one job or several, and finding names', async () => {
    const { rows } = await owner.query(`
      select proname as name from pg_proc
      where prosecdef and pronamespace = 'public'::regnamespace and has_function_privilege('weir_app', oid, 'execute')
      order by proname`)
    expect(rows.map(({ name }) => name)).toEqual([
      'weir_credit_notes_named',
      'weir_customers_named',
      'weir_enqueue',
      'weir_enqueue_jobs',
      'weir_invoices_named',
      'weir_search',
    ])
  })

  it('reaches no table without the wall', async () => {
    const { rows } = await owner.query(`
      select n.nspname || '.' || c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
        and has_schema_privilege('weir_app', n.oid, 'usage')
        and has_table_privilege('weir_app', c.oid, 'select, insert, update, delete')
        and not c.relrowsecurity`)
    expect(rows).toEqual([])
  })

  it('meets in every table exactly the wall’s policy', async () => {
    const { rows } = await owner.query(`
      select tablename, permissive, cmd, qual, with_check from pg_policies
      where schemaname = 'public' and not (
        policyname = 'tenant' and cmd = 'ALL' and roles = '{weir_app}'
        and (qual = '(organization_id = weir_organization_id())'
          and with_check = '(organization_id = ( SELECT weir_organization_id() AS weir_organization_id))'
          or tablename = 'organizations' and qual = '(id = weir_organization_id())'))`)
    expect(rows).toEqual([])
  })
})
