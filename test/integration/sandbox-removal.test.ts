import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeMember, slugOf, type Visitor, visit } from '../support/browser-session.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { liveIn } from '../support/lived-in.ts'

const OWN = '/api/weir/v1'
/** Fewer tables than this with rows of an organization mean that too little was made. */
const FILLED_MIN = 60

let harness: Harness
let owner: pg.Client
let doomed: Client
let other: Client
let admin: Visitor
let slug: string

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
  doomed = await harness.organization()
  other = await harness.organization()
  await liveIn(doomed, 'doomed')
  await liveIn(other, 'other')
  slug = await slugOf(harness, doomed.organizationId)
  admin = await visit(harness, doomed, 'admin@example.com', ['admin'])
})
afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

/** The rows of an organization, counted by table; tables without any are left out. */
async function rowsOf(organizationId: string): Promise<Record<string, number>> {
  const { rows } = await owner.query<{ name: string }>(`
    select c.relname as name from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname`)
  const counts: Record<string, number> = {}
  for (const { name } of rows) {
    const found = await owner.query<{ count: string }>(
      `select count(*) from "${name}" where organization_id = $1`,
      [organizationId],
    )
    const count = Number(found.rows[0]?.count)
    if (count > 0) counts[name] = count
  }
  return counts
}

const removeAs = (visitor: Pick<Visitor, 'call' | 'headers'>, name: string, headers = visitor.headers) =>
  visitor.call('DELETE', `${OWN}/sandboxes/${name}`, undefined, { ...headers })

describe('the removal of a sandbox', () => {
  it('403 for whoever is no administrator of it, and for keys', async () => {
    const finance = await visit(harness, doomed, 'finance@example.com', ['finance'])
    const refused = await removeAs(finance, slug)
    expect([refused.status, refused.body.code, refused.body.error_details]).toEqual([
      ...[403, 'permission_missing', { permission: ['organization:delete'] }],
    ])
    const byKey = await doomed.call('DELETE', `${OWN}/sandboxes/${slug}`)
    expect([byKey.status, byKey.body.code]).toEqual([403, 'session_required'])
  })

  it('404 when it is not named as the one that the request is for', async () => {
    const { status, body } = await removeAs(admin, await slugOf(harness, other.organizationId))
    expect([status, body.code]).toEqual([404, 'organization_not_found'])
  })

  it('is begun anew when it meets somebody who locks the same in another order', async () => {
    const client = await harness.organization()
    await client.call('POST', '/customers', { customer: { external_id: 'met' } })
    const visitor = await visit(harness, client, 'met@example.com', ['admin'])
    const name = await slugOf(harness, client.organizationId)
    await owner.query('begin')
    const { rows } = await owner.query('select pg_backend_pid() as pid')
    await owner.query('select from customers where organization_id = $1 for update', [client.organizationId])
    const removed = removeAs(visitor, name)
    const watcher = new pg.Client({ connectionString: harness.databaseUrl })
    await watcher.connect()
    const waiting = async () => {
      const found = await watcher.query(
        'select count(*)::int as count from pg_stat_activity where $1 = any (pg_blocking_pids(pid))',
        [rows[0].pid],
      )
      return found.rows[0].count
    }
    await expect.poll(waiting, { timeout: 30_000, interval: 10 }).toBe(1)
    await watcher.end()
    // It waits for what the removal has locked, whose wait is the older one: PostgreSQL ends the removal's transaction.
    await owner.query('update organizations set name = name where id = $1', [client.organizationId])
    await owner.query('commit')
    expect((await removed).status).toBe(200)
    expect(await rowsOf(client.organizationId)).toEqual({})
  })

  it('403 for a live organization, which the database does not let go either', async () => {
    const live = await harness.organization({ sandbox: false })
    await makeMember(harness, admin.userId, live.organizationId, ['admin'])
    const name = await slugOf(harness, live.organizationId)
    const { status, body } = await removeAs(admin, name, { ...admin.headers, 'x-weir-organization': name })
    expect([status, body.code]).toEqual([403, 'not_a_sandbox'])
    await expect(owner.query('select weir_remove_sandbox($1)', [live.organizationId])).rejects.toThrow(
      'only_sandboxes_are_removed',
    )
    expect((await live.call('GET', '/organizations')).status).toBe(200)
  })

  it('409 while its clock is moved', async () => {
    const set = (status: string) =>
      owner.query('update organizations set clock_status = $2 where id = $1', [doomed.organizationId, status])
    await set('advancing')
    const { status, body } = await removeAs(admin, slug)
    expect([status, body.code]).toEqual([409, 'clock_is_advancing'])
    await set('ready')
  })

  it('200 takes everything that is of it, and nothing of another', async () => {
    const before = await rowsOf(other.organizationId)
    expect(Object.keys(await rowsOf(doomed.organizationId)).length).toBeGreaterThanOrEqual(FILLED_MIN)
    const { status, body } = await removeAs(admin, slug)
    expect([status, body.organization]).toEqual([200, expect.objectContaining({ slug, is_sandbox: true })])
    expect(await rowsOf(doomed.organizationId)).toEqual({})
    expect(await rowsOf(other.organizationId)).toEqual(before)
    const left = await owner.query('select id from organizations where id = $1', [doomed.organizationId])
    expect(left.rows).toEqual([])
    const jobs = await owner.query(
      `select id from graphile_worker._private_jobs where payload ->> 'organizationId' = $1`,
      [doomed.organizationId],
    )
    expect(jobs.rows).toEqual([])
  })

  it('leaves keys and sessions that open nothing any more', async () => {
    expect((await doomed.call('GET', '/customers')).status).toBe(401)
    const { status, body } = await removeAs(admin, slug)
    expect([status, body.code]).toEqual([404, 'organization_not_found'])
    const session = await admin.call('GET', `${OWN}/session`, undefined, { ...admin.headers })
    expect(session.body.session.memberships).toHaveLength(1)
  })
})
