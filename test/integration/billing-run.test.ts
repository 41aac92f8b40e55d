import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { billCustomers } from '../../src/actions/billing/bill-customers.ts'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { openDatabase } from '../../src/store/database.ts'
import { newId } from '../../src/store/ids.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const BEFORE = '2024-01-10T00:00:00Z'
const DUE = '2024-02-01T00:00:00Z'
const PLAN = { name: 'P', code: 'p', interval: 'monthly', amount_cents: 1000, amount_currency: 'EUR' }
const PATIENT = { timeout: 15_000 }

describe('a billing run over many customers', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  /** Customers `c1`… with a subscription each, all of them due on the first of February. */
  const book = async (
    customers: number,
    entity: object = { document_numbering: 'per_customer' },
  ): Promise<Client> => {
    const client = await harness.organization()
    await client.clock(BEFORE)
    await ok(client, 'PUT', '/organizations', { organization: entity })
    await ok(client, 'POST', '/plans', { plan: { ...PLAN, pay_in_advance: false } })
    for (let n = 1; n <= customers; n += 1) {
      await ok(client, 'POST', '/customers', { customer: { external_id: `c${n}`, currency: 'EUR' } })
      await ok(client, 'POST', '/subscriptions', {
        subscription: { external_customer_id: `c${n}`, external_id: `s${n}`, plan_code: 'p' },
      })
    }
    return client
  }
  const run = (client: Client, context = harness.context) => {
    const log = { ...context.log, error: () => undefined }
    const until = instant(Date.parse(DUE))
    return runDue({ ...context, log }, dueActions, {
      organizationId: client.organizationId,
      until,
      strict: false,
    })
  }
  const invoicesOf = async (client: Client) =>
    (await ok(client, 'GET', '/invoices?per_page=100')).invoices as {
      number: string
      customer: { external_id: string }
    }[]
  const system = () => harness.context.database.system
  const idOf = async (client: Client, externalId: string) =>
    (
      await system()
        .selectFrom('customers')
        .select('id')
        .where('organizationId', '=', client.organizationId)
        .where('externalId', '=', externalId)
        .executeTakeFirstOrThrow()
    ).id

  it('bills everybody but the one customer whose bill the database refuses, and that one once it can', async () => {
    const client = await book(7)
    const subscription = (await ok(client, 'GET', '/subscriptions/s4')).subscription.lago_id
    // An existing bill for the same period, as a bug in another version might leave.
    const invoice = newId()
    const { organizationId } = client
    const customerId = await idOf(client, 'c4')
    const stamp = `timestamptz '${DUE}'`
    const owner = new pg.Client({ connectionString: harness.databaseUrl })
    await owner.connect()
    await owner.query(`
      insert into invoices (organization_id, id, customer_id, billing_entity_id, number, invoice_type, status,
        currency, timezone, issuing_date, payment_due_date, net_payment_term, billing_at, created_at, updated_at)
      select '${organizationId}', '${invoice}', '${customerId}', billing_entity_id, 'X', 'subscription', 'closed',
        'EUR', 'UTC', '2024-02-01', '2024-02-01', 0, ${stamp}, ${stamp}, ${stamp}
      from customers where id = '${customerId}'`)
    await owner.query(`
      insert into invoice_subscriptions (organization_id, id, invoice_id, subscription_id, invoicing_reason,
        is_recurring, billing_at, created_at)
      values ('${organizationId}', '${newId()}', '${invoice}', '${subscription}', 'subscription_periodic', true,
        ${stamp}, ${stamp})`)
    expect(await run(client)).toBe(6)
    const billed = (await invoicesOf(client)).map(({ customer }) => customer.external_id).sort()
    expect(billed).toEqual(['c1', 'c2', 'c3', 'c5', 'c6', 'c7'])
    const failing = await system()
      .selectFrom('dueItems')
      .select(['subjectId', 'attempts', 'error'])
      .where('organizationId', '=', organizationId)
      .where('attempts', '>', 0)
      .execute()
    expect(failing).toEqual([
      { subjectId: subscription, attempts: 1, error: expect.stringContaining('invoice_subscriptions_') },
    ])
    await owner.query(`update invoice_subscriptions set released_at = now() where invoice_id = '${invoice}'`)
    await owner.query(`update due_items set retry_at = null where organization_id = '${organizationId}'`)
    await owner.end()
    expect(await run(client)).toBe(1)
    expect(await invoicesOf(client)).toHaveLength(7)
  })

  it('runs in lanes, and in one of them while requests come first', async () => {
    const most: number[] = []
    for (const isBusy of [false, true]) {
      const client = await book(16)
      let running = 0
      let peak = 0
      const act: typeof billCustomers.act = async (...given) => {
        running += 1
        peak = Math.max(peak, running)
        await sleep(30)
        await billCustomers.act(...given)
        running -= 1
      }
      const actions = { ...dueActions, subscription_billing: { ...billCustomers, itemsMax: 2, act } }
      const { organizationId } = client
      const until = instant(Date.parse(DUE))
      const asked = { organizationId, until, strict: false, isBusy: () => isBusy }
      expect(await runDue(harness.context, actions, asked)).toBe(16)
      expect(await invoicesOf(client)).toHaveLength(16)
      most.push(peak)
    }
    expect(most).toEqual([3, 1])
  })

  it('is shared by two processes: every customer is billed once, with numbers without a gap', async () => {
    const client = await book(24, { document_numbering: 'per_organization' })
    const second = openDatabase({ url: harness.databaseUrl, poolMax: 4 })
    try {
      const done = await Promise.all([run(client), run(client, { ...harness.context, database: second })])
      expect(done[0] + done[1]).toBe(24)
    } finally {
      await second.close()
    }
    const invoices = await invoicesOf(client)
    expect(new Set(invoices.map(({ customer }) => customer.external_id)).size).toBe(24)
    const numbers = invoices.map(({ number }) => Number(number.split('-').at(-1))).sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 24 }, (_, n) => n + 1))
  })

  it('waits for a locked customer after billing everyone else', async () => {
    const client = await book(5)
    const holder = new pg.Client({ connectionString: harness.databaseUrl })
    await holder.connect()
    await holder.query('begin')
    await holder.query(`select from customers where id = '${await idOf(client, 'c2')}' for update`)
    const running = run(client)
    await expect.poll(async () => (await invoicesOf(client)).length, PATIENT).toBe(4)
    await holder.query('commit')
    await holder.end()
    expect(await running).toBe(5)
    expect(await invoicesOf(client)).toHaveLength(5)
  })

  it('makes drafts final and marks invoices overdue for all customers at once', async () => {
    const client = await book(6, { billing_configuration: { invoice_grace_period: 3 }, net_payment_term: 2 })
    await client.clock('2024-02-03T00:00:00Z')
    expect((await ok(client, 'GET', '/invoices?status=draft')).invoices).toHaveLength(6)
    await client.clock('2024-02-04T00:00:00Z')
    const final = (await ok(client, 'GET', '/invoices?status=finalized')).invoices
    expect(final).toHaveLength(6)
    expect(new Set(final.map((invoice: { number: string }) => invoice.number)).size).toBe(6)
    await client.clock('2024-02-20T00:00:00Z')
    const overdue = (await ok(client, 'GET', '/invoices?payment_overdue=true')).invoices
    expect(overdue).toHaveLength(6)
  })
})
