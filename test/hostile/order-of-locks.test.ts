import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { liveIn } from '../support/lived-in.ts'
import { breaches, LockWatch, locksOf } from '../support/lock-watch.ts'
import { fill, routeTable } from '../support/route-table.ts'
import { changeEverything } from './life-of-changes.ts'

describe('the order in which transactions lock', () => {
  const watch = new LockWatch()
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    watch.start()
  })
  afterAll(async () => {
    watch.stop()
    await harness?.close()
  })

  it('reads the locks of a statement', () => {
    const named = (text: string) => locksOf(text).map(({ table, strength }) => `${table} ${strength}`)
    expect(named('select * from "plans" where "code" = $1 for no key update')).toEqual([
      'plans no key update',
    ])
    expect(named('update "invoices" set "a" = 1 where id = $1')).toEqual(['invoices no key update'])
    expect(
      named(
        'with m as (select i.id from invoices i order by i.id for no key update) update invoices i set a = 1',
      ),
    ).toEqual(['invoices no key update', 'invoices no key update'])
    expect(named("select pg_advisory_xact_lock_shared(hashtextextended('settings:' || f(), 0))")).toEqual([
      "'settings:' advisory",
    ])
    expect(named('select * from customers where id = $1')).toEqual([])
    expect(
      breaches([...locksOf('update customers set a = 1'), ...locksOf('select from plans p for share of p')]),
    ).toHaveLength(1)
    expect(
      breaches([...locksOf('select from plans p for share of p'), ...locksOf('update plans set a = 1')]),
    ).toHaveLength(1)
  })

  it('is the declared one in everything that an organization does in a life', async () => {
    const life = await liveIn(client, 'locks')
    await changeEverything(client, 'locks')
    // Whatever the routes make of it: what is refused locks too.
    for (const route of await routeTable(harness.context)) {
      if (route.method === 'GET' || route.path === '/test_clock') continue
      const path = fill(route, life.names)
      if (path === null) continue
      const root = Object.keys(route.body?.properties ?? {}).at(-1) ?? 'none'
      const body = route.method === 'DELETE' ? undefined : { [root]: { name: 'changed' } }
      const { status } = await client.call(route.method, path, body)
      expect(status, `${route.method} ${path}`).toBeLessThan(500)
    }
    const found = new Set(watch.transactions.flatMap(breaches))
    const locking = watch.transactions.filter((taken) => taken.length > 0)
    expect(locking.length).toBeGreaterThan(100)
    expect([...found]).toEqual([])
  })
})
