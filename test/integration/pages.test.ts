import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Reads } from '../../src/store/database.ts'
import { idAt } from '../../src/store/ids.ts'
import { pageOf } from '../../src/store/pages.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
let client: Client
/** Of another organization. */
let other: Client
const COUNT = 2503

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  other = await harness.organization()
  await addFeatures(client, 1, COUNT)
})
afterAll(() => harness?.close())

/** Many rows have the same instant, so that the second column of the order decides. */
async function addFeatures(to: Client, from: number, until: number): Promise<void> {
  await sql`
    insert into features (organization_id, id, code, name, created_at, updated_at)
    select ${to.organizationId}::uuid, gen_random_uuid(), 'f' || n, 'f' || n, at, at
    from generate_series(${from}::integer, ${until}::integer) n
    cross join lateral (select timestamptz '2025-01-01' + make_interval(secs => n / 7) as at) t`.execute(
    harness.context.database.system,
  )
}

const ordered = (reads: Reads) => reads.selectFrom('features').select('code').orderBy('createdAt', 'desc')
const read = <T>(query: (reads: Reads) => Promise<T>, of = client) =>
  harness.context.database.read(of.organizationId, query)

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

describe('the total of a long list', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const LONG = 10_000
  const page = (offset: number, of = other) =>
    read((reads) => pageOf(ordered(reads).orderBy('id'), { perPage: 50, offset }, reads), of)
  const whole = () => read((reads) => ordered(reads).orderBy('id').execute(), other)

  it('is as it was counted for some minutes, except on its last page', async () => {
    await addFeatures(other, 1, LONG)
    expect((await page(0)).total).toBe(LONG)
    await addFeatures(other, LONG + 1, LONG + 20)
    const rows = await whole()
    for (const offset of [0, 50, 3000, 4950]) {
      expect(await page(offset), `from ${offset}`).toEqual({
        rows: rows.slice(offset, offset + 50),
        total: LONG,
      })
    }
    // Whoever reads page by page finds the twenty that came meanwhile behind what was the last page.
    expect(await page(LONG - 50)).toEqual({ rows: rows.slice(LONG - 50, LONG), total: LONG + 20 })
    expect(await page(LONG)).toEqual({ rows: rows.slice(LONG), total: LONG + 20 })
    // That page has counted them.
    expect((await page(0)).total).toBe(LONG + 20)
  })

  it('is counted again when it is old', async () => {
    expect((await page(0)).total).toBe(LONG + 20)
    await addFeatures(other, LONG + 21, LONG + 30)
    expect((await page(0)).total).toBe(LONG + 20)
    const now = performance.now()
    vi.spyOn(performance, 'now').mockReturnValue(now + 5 * 60_000)
    expect((await page(0)).total).toBe(LONG + 30)
  })

  it('is that of another filter or organization never', async () => {
    expect((await page(0)).total).toBe(LONG + 30)
    expect((await page(0, client)).total).toBe(COUNT)
    const filtered = (code: string) =>
      read((reads) => {
        const some = ordered(reads).where('code', '<>', code).orderBy('id')
        return pageOf(some, { perPage: 50, offset: 0 }, reads)
      }, other)
    expect([(await filtered('f1')).total, (await filtered('none')).total]).toEqual([LONG + 29, LONG + 30])
  })

  it('is told by a page that is not full, and counted for one that is empty', async () => {
    expect((await page(0)).total).toBe(LONG + 30)
    await sql`delete from features where organization_id = ${other.organizationId}::uuid and code <> 'f1'`.execute(
      harness.context.database.system,
    )
    expect(await page(0)).toEqual({ rows: [{ code: 'f1' }], total: 1 })
    expect(await page(500)).toEqual({ rows: [], total: 1 })
    await addFeatures(other, 2, LONG)
    expect((await page(0)).total).toBe(LONG)
  })

  it('is exact within a transaction that writes', async () => {
    expect((await page(0)).total).toBe(LONG)
    await addFeatures(other, LONG + 1, LONG + 5)
    const { total } = await harness.context.database.writeAs(other.organizationId, (tx) =>
      pageOf(ordered(tx).orderBy('id'), { perPage: 50, offset: 0 }, tx),
    )
    expect(total).toBe(LONG + 5)
  })
})

describe('the total of a list that only grows', () => {
  const LONG = 12_000
  const HOUR_MS = 60 * 60_000
  /** Rows with ids of an instant of the system's clock. */
  const add = (to: Client, from: number, until: number, at: number) =>
    sql`
      insert into features (organization_id, id, code, name, created_at, updated_at)
      select ${to.organizationId}::uuid, (${idAt(at).slice(0, 18)} || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'g' || n,
        'g' || n, timestamptz '2025-01-01' + make_interval(secs => n), now()
      from generate_series(${from}::integer, ${until}::integer) n`.execute(harness.context.database.system)

  it('has what came since on every page, without counting the rest again', async () => {
    const log = await harness.organization()
    const page = (offset: number) =>
      read((reads) => {
        const query = ordered(reads).orderBy('id')
        return pageOf(query, { perPage: 50, offset }, reads, 'id')
      }, log)
    const whole = () => read((reads) => ordered(reads).orderBy('id').execute(), log)
    const now = Date.now()
    await add(log, 1, LONG, now - 2 * HOUR_MS)
    expect((await page(LONG - 50)).total).toBe(LONG)
    await add(log, LONG + 1, LONG + 70, now)
    const rows = await whole()
    for (const offset of [LONG - 50, LONG, LONG + 50, LONG + 100, LONG / 2 + 100]) {
      expect(await page(offset), `from ${offset}`).toEqual({
        rows: rows.slice(offset, offset + 50),
        total: LONG + 70,
      })
    }
    // What has settled is not counted again for a while: what is gone of it still counts.
    await sql`delete from features where organization_id = ${log.organizationId}::uuid and code = 'g7'`.execute(
      harness.context.database.system,
    )
    expect((await page(LONG)).total).toBe(LONG + 70)
    const later = performance.now() + 5 * 60_000
    vi.spyOn(performance, 'now').mockReturnValue(later)
    expect((await page(LONG)).total).toBe(LONG + 69)
    vi.restoreAllMocks()
  })
})
