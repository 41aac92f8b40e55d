import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foldDays } from '../../src/store/days.ts'
import { findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'

// Lists and analytics read sums by day in place of invoices and fees (invoice_days, fee_days). `weir doctor` compares
// both; so does this, after everything that changes either.

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

/** Throws when the sums of any organization are not those of its invoices and fees. */
async function expectSums(): Promise<void> {
  for (const code of ['invoice_days', 'fee_days']) {
    const invariant = INVARIANTS.find((each) => each.code === code)
    if (!invariant) throw new Error(`there is no invariant ${code}`)
    expect((await findBreaches(harness.context.database, invariant, 10)).breaches, code).toEqual([])
  }
}

async function rowsOf(client: Client, table: 'invoice_days' | 'fee_days'): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from ${sql.table(table)}
    where organization_id = ${client.organizationId}`.execute(harness.context.database.system)
  return rows[0]?.count ?? 0
}

/** Usage, a fee of the subscription and a fee in advance in each of two months, on invoices that are drafts first. */
async function billed(): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2025-01-01T00:00:00Z')
  const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
  await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
    billing_entity: { billing_configuration: { invoice_grace_period: 3 } },
  })
  await subscribe(client, {
    metrics: [{ code: 'calls', aggregation_type: 'sum_agg', field_name: 'n' }],
    charges: [
      { metric: 'calls', properties: { amount: '0.5' } },
      {
        code: 'at_once',
        metric: 'calls',
        pay_in_advance: true,
        invoiceable: false,
        properties: { amount: '0.1' },
      },
    ],
    plan: { amount_cents: 3000 },
  })
  await send(client, { transaction_id: 'a', code: 'calls', properties: { n: 12 } })
  await client.clock('2025-02-01T00:10:00Z')
  await send(client, { transaction_id: 'b', code: 'calls', properties: { n: 7 } })
  return client
}

const MEASURES = ['gross_revenue', 'mrr', 'overdue_balance', 'invoiced_usage', 'invoice_collection', 'usage']

async function answers(client: Client): Promise<readonly unknown[]> {
  const paths = [
    ...MEASURES.map((measure) => `/analytics/${measure}`),
    '/invoices',
    '/invoices?status=finalized',
  ]
  const found: unknown[] = []
  for (const path of paths) found.push(await ok(client, 'GET', path))
  return found
}

describe('the sums by day', () => {
  it('follow an invoice from its draft to its end', async () => {
    const client = await billed()
    await expectSums()
    const { invoices } = await ok(client, 'GET', '/invoices?status=draft')
    expect(invoices).toHaveLength(1)
    const [{ lago_id: id }] = invoices
    expect((await ok(client, 'GET', '/analytics/mrr')).mrrs).toEqual([])
    expect((await ok(client, 'GET', '/analytics/invoiced_usage')).invoiced_usages).toEqual([])
    await ok(client, 'PUT', `/invoices/${id}/refresh`)
    await expectSums()
    await ok(client, 'PUT', `/invoices/${id}/finalize`)
    await expectSums()
    expect((await ok(client, 'GET', '/analytics/mrr')).mrrs).toMatchObject([{ amount_cents: 3000 }])
    expect((await ok(client, 'GET', '/analytics/invoiced_usage')).invoiced_usages).toMatchObject([
      { amount_cents: 600 },
    ])
    await client.clock('2025-02-20T00:10:00Z')
    await expectSums()
    await pay(client, id, 100)
    await expectSums()
    expect((await ok(client, 'GET', '/invoices?partially_paid=true')).meta.total_count).toBe(1)
    await ok(client, 'POST', `/invoices/${id}/lose_dispute`)
    await expectSums()
    expect((await ok(client, 'GET', '/analytics/mrr')).mrrs).toEqual([])
    await client.clock('2025-04-10T00:10:00Z')
    await expectSums()
    const { invoices: later } = await ok(client, 'GET', '/invoices?status=finalized')
    const open = later.find((each: { payment_dispute_lost_at: unknown }) => !each.payment_dispute_lost_at)
    await ok(client, 'POST', `/invoices/${open.lago_id}/void`, {})
    await expectSums()
  })

  it('are the same when their rows are put together', async () => {
    const client = await billed()
    await client.clock('2025-02-20T00:10:00Z')
    // Each is charged by a statement of its own.
    for (let n = 0; n < 12; n += 1) {
      await client.clock(`2025-02-21T10:${10 + n}:00Z`)
      await send(client, { transaction_id: `more ${n}`, code: 'calls', properties: { n: n + 1 } })
    }
    await client.clock('2025-03-20T00:10:00Z')
    const before = await answers(client)
    const rows = await rowsOf(client, 'fee_days')
    while (await foldDays(harness.context.database));
    expect(await rowsOf(client, 'fee_days')).toBeLessThan(rows)
    expect(await answers(client)).toEqual(before)
    await expectSums()
  })

  it('are not lost when two put them together at once, while invoices are made', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme')
    for (let n = 0; n < 10; n += 1) await issue(client, 'acme', 100 + n)
    const rows = await rowsOf(client, 'invoice_days')
    expect(rows).toBeGreaterThan(8)
    const { database } = harness.context
    await Promise.all([
      foldDays(database),
      issue(client, 'acme', 1),
      foldDays(database),
      issue(client, 'acme', 2),
      foldDays(database),
    ])
    await expectSums()
    expect(await rowsOf(client, 'invoice_days')).toBeLessThan(rows)
    expect((await ok(client, 'GET', '/invoices')).meta.total_count).toBe(12)
  })
})

describe('GET /invoices', () => {
  it('200: has every invoice on one page, wherever its day ends', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme')
    for (const [day, count] of [
      ['03', 3],
      ['04', 1],
      ['07', 4],
      ['08', 2],
    ] as const) {
      await client.clock(`2025-01-${day}T10:00:00Z`)
      for (let n = 0; n < count; n += 1) await issue(client, 'acme', 1000 + n)
    }
    const whole = await ok(client, 'GET', '/invoices')
    const ids = (invoices: readonly { lago_id: string }[]) => invoices.map(({ lago_id: id }) => id)
    expect(whole.meta.total_count).toBe(10)
    for (const perPage of [1, 2, 3, 4, 7]) {
      const seen: string[] = []
      for (let page = 1; page <= Math.ceil(10 / perPage); page += 1) {
        const answer = await ok(client, 'GET', `/invoices?per_page=${perPage}&page=${page}`)
        expect(answer.meta.total_count).toBe(10)
        seen.push(...ids(answer.invoices))
      }
      expect(seen).toEqual(ids(whole.invoices))
    }
    const behind = await ok(client, 'GET', '/invoices?per_page=5&page=3')
    expect([behind.invoices, behind.meta.total_count]).toEqual([[], 10])
    const none = await ok(client, 'GET', '/invoices?status=draft')
    expect([none.invoices, none.meta.total_count]).toEqual([[], 0])
    const days = await ok(client, 'GET', '/invoices?issuing_date_from=2025-01-04&issuing_date_to=2025-01-07')
    expect(ids(days.invoices)).toEqual(ids(whole.invoices).slice(2, 7))
  })
})
