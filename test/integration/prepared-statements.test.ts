import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/store/ids.ts'
import { anyOf } from '../../src/store/values.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const TIMES = 20
/** Uses of a statement before it is named. */
const UNNAMED_USES = 2
/** Plans that PostgreSQL makes before it compares them with one for any values. */
const FIRST_PLANS = 5

let harness: Harness
let client: Client
let owner: pg.Client

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

const taxes = () =>
  harness.context.database.read(client.organizationId, (reads) =>
    reads.selectFrom('taxes').selectAll().where('code', '=', 'vat').execute(),
  )

describe('prepared statements', () => {
  it('keeps the plan of a statement that comes again', async () => {
    for (let i = 0; i < 5; i += 1) await taxes()
    const { rows } = await harness.context.database.read(client.organizationId, (reads) =>
      sql<{ name: string }>`
        select name from pg_prepared_statements where statement like ${'%from "taxes"%'}`.execute(reads),
    )
    const names = rows.map(({ name }) => name)
    expect(names).toHaveLength(1)
    expect(names[0]).toMatch(/^weir_\d+$/)
  })

  it('keeps the plan of a statement with a list, however short', async () => {
    const { rows } = await harness.context.database.read(client.organizationId, async (reads) => {
      for (let times = 0; times < TIMES; times += 1)
        await reads
          .selectFrom('addOns')
          .select('code')
          .where('id', '=', anyOf([newId()]))
          .execute()
      return sql`select generic_plans::integer as kept, custom_plans::integer as anew from pg_prepared_statements
        where statement like '%from "add_ons"%'`.execute(reads)
    })
    expect(rows).toEqual([{ kept: TIMES - UNNAMED_USES - FIRST_PLANS, anew: FIRST_PLANS }])
  })

  it('reads on after a table got a column, and gives the column too', async () => {
    await client.call('POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: 20 } })
    for (let i = 0; i < 5; i += 1) await taxes()
    await owner.query('alter table taxes add column added_later text')
    expect(await taxes()).toEqual([expect.objectContaining({ code: 'vat', addedLater: null })])
    const { status } = await client.call('PUT', '/taxes/vat', { tax: { name: 'Value added tax' } })
    expect(status).toBe(200)
  })

  it('reads everything of one request in one snapshot', async () => {
    const counts = await harness.context.database.read(client.organizationId, async (reads) => {
      const before = await reads.selectFrom('taxes').select('code').execute()
      await client.call('POST', '/taxes', { tax: { name: 'Other', code: 'other', rate: 5 } })
      const after = await reads.selectFrom('taxes').select('code').execute()
      return [before.length, after.length]
    })
    expect(counts).toEqual([1, 1])
    const { body } = await client.call('GET', '/taxes')
    expect(body.meta.total_count).toBe(2)
  })

  it('leaves nothing behind in the connection of a read that failed', async () => {
    const failing = harness.context.database.readUsage(client.organizationId, async (reads) => {
      await reads.selectFrom('taxes').select('code').execute()
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    const { rows } = await harness.context.database.pool.query(
      `select current_setting('weir.organization_id', true) as id, current_setting('plan_cache_mode') as mode`,
    )
    expect(rows).toEqual([{ id: expect.toSatisfy((id) => id === null || id === ''), mode: 'auto' }])
  })
})
