import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reads } from '../../src/store/database.ts'
import { pageOf } from '../../src/store/pages.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
let client: Client
const COUNT = 2503

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  // Many rows with the same instant, so that the second column of the order decides.
  await sql`
    insert into features (organization_id, id, code, name, created_at, updated_at)
    select ${client.organizationId}::uuid, gen_random_uuid(), 'f' || n, 'f' || n, at, at
    from generate_series(1, ${COUNT}::integer) n
    cross join lateral (select timestamptz '2025-01-01' + make_interval(secs => n / 7) as at) t`.execute(
    harness.context.database.system,
  )
})
afterAll(() => harness?.close())

const ordered = (reads: Reads) => reads.selectFrom('features').select('code').orderBy('createdAt', 'desc')
const read = <T>(query: (reads: Reads) => Promise<T>) =>
  harness.context.database.read(client.organizationId, query)

describe('pageOf', () => {
  it('gives every page of a long list, those at its end read backwards', async () => {
    const whole = await read((reads) => ordered(reads).orderBy('id').execute())
    for (const offset of [0, 950, 1000, 1200, 1251, 1252, 1300, 2000, 2450, 2499, 2502, 2503, 9000]) {
      const page = await read((reads) => pageOf(ordered(reads).orderBy('id'), { perPage: 50, offset }))
      expect(page, `from ${offset}`).toEqual({ rows: whole.slice(offset, offset + 50), total: COUNT })
    }
  })

  it('does so in an order that is no column', async () => {
    const byName = (reads: Reads) => ordered(reads).orderBy(sql`length(code) desc, code`)
    const whole = await read((reads) => byName(reads).execute())
    const page = await read((reads) => pageOf(byName(reads), { perPage: 50, offset: 2400 }))
    expect(page).toEqual({ rows: whole.slice(2400, 2450), total: COUNT })
  })
})
