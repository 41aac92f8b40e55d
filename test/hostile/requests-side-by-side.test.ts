import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

/** The database's count of deadlocks, which PostgreSQL ends by ending one side. */
async function deadlocks(harness: Harness): Promise<number> {
  const { rows } = await harness.context.database.pool.query(
    'select pg_stat_clear_snapshot(), deadlocks::int as n from pg_stat_database where datname = current_database()',
  )
  return rows[0].n
}

describe('requests of one organization at the same time', () => {
  let harness: Harness
  let client: Client
  let before: number
  beforeAll(async () => {
    harness = await startHarness({ poolMax: 10 })
  })
  afterAll(() => harness?.close())
  beforeEach(async () => {
    client = await harness.organization({ sandbox: false })
    const plan = { name: 'P', code: 'p', interval: 'monthly', amount_currency: 'EUR', pay_in_advance: true }
    await ok(client, 'POST', '/plans', { plan: { ...plan, amount_cents: 1000 } })
    await ok(client, 'POST', '/plans', { plan: { ...plan, code: 'q', amount_cents: 2000 } })
    before = await deadlocks(harness)
  })
  afterEach(async () => {
    expect(await deadlocks(harness)).toBe(before)
  })

  const subscription = (customer: string, id: string, plan = 'p') => ({
    subscription: { external_customer_id: customer, external_id: id, plan_code: plan },
  })
  const numbers = async () => {
    const { invoices } = await ok(client, 'GET', '/invoices?per_page=1000')
    return invoices.map((each: { number: string }) => Number(each.number.split('-').at(-1))).sort(ascending)
  }
  const ascending = (a: number, b: number) => a - b
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

  it('30 subscriptions in advance number their invoices in one sequence, and nobody else waits', async () => {
    await ok(client, 'PUT', '/organizations', { organization: { document_numbering: 'per_organization' } })
    for (const n of upTo(30)) await ok(client, 'POST', '/customers', { customer: { external_id: `c${n}` } })
    const other = await harness.organization({ sandbox: false })
    await ok(other, 'GET', '/plans')
    const state = { isDone: false, longestMs: 0, asked: 0 }
    const quiet = async () => {
      while (!state.isDone) {
        const began = performance.now()
        await ok(other, 'GET', '/plans')
        state.longestMs = Math.max(state.longestMs, performance.now() - began)
        state.asked += 1
      }
    }
    const asking = quiet()
    const made = upTo(30).map((n) => client.call('POST', '/subscriptions', subscription(`c${n}`, `s${n}`)))
    const answers = await Promise.all(made)
    state.isDone = true
    await asking
    expect(answers.map(({ status }) => status)).toEqual(upTo(30).map(() => 200))
    expect(await numbers()).toEqual(upTo(30))
    expect(state.asked).toBeGreaterThan(3)
    expect(state.longestMs).toBeLessThan(2000)
  })

  it('12 subscriptions of a customer whom nobody knows make one customer', async () => {
    const made = upTo(12).map(async (n) => {
      await new Promise((resolve) => setTimeout(resolve, n * 8))
      return client.call('POST', '/subscriptions', subscription('new', `n${n}`))
    })
    const answers = await Promise.all(made)
    expect(answers.map(({ status }) => status)).toEqual(upTo(12).map(() => 200))
    const { customers, meta } = await ok(client, 'GET', '/customers')
    expect(customers.map((each: { external_id: string }) => each.external_id)).toEqual(['new'])
    expect(meta.total_count).toBe(1)
    const listed = await ok(client, 'GET', '/subscriptions?external_customer_id=new&per_page=100')
    expect(listed.subscriptions).toHaveLength(12)
    expect(await numbers()).toEqual(upTo(12))
  })

  it('a customer is deleted beside 25 new subscriptions of it', async () => {
    await ok(client, 'POST', '/customers', { customer: { external_id: 'gone' } })
    await ok(client, 'POST', '/subscriptions', subscription('gone', 'first'))
    const made = upTo(25).map((n) => client.call('POST', '/subscriptions', subscription('gone', `g${n}`)))
    const deleting = client.call('DELETE', '/customers/gone')
    const answers = await Promise.all([...made, deleting])
    for (const { status, body } of answers) expect(status, JSON.stringify(body)).toBe(200)
  })

  it('upgrades, changes, ends and bills of the same customers do not meet in a deadlock', async () => {
    for (const n of upTo(6)) await ok(client, 'POST', '/subscriptions', subscription(`c${n}`, `s${n}`))
    const all = upTo(6).flatMap((n) => [
      client.call('POST', '/subscriptions', subscription(`c${n}`, `s${n}`, 'q')),
      client.call('PUT', `/subscriptions/s${n}`, { subscription: { name: 'x' } }),
      client.call('PUT', `/subscriptions/s${n}`, {
        subscription: { plan_overrides: { amount_cents: 3000 } },
      }),
      client.call('POST', '/customers', { customer: { external_id: `c${n}`, name: 'named' } }),
    ])
    const plans = [1, 2, 3].map((n) =>
      client.call('PUT', '/plans/q', { plan: { amount_cents: 2000 + n, cascade_updates: true } }),
    )
    const ends = upTo(3).map((n) => client.call('DELETE', `/subscriptions/s${n}`))
    for (const { status, body } of await Promise.all([...all, ...plans, ...ends])) {
      expect([200, 404, 422], JSON.stringify(body)).toContain(status)
    }
  })
})
