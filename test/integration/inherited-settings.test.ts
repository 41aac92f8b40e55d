import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

/** More than are updated within a request. */
const MANY = 56

let harness: Harness
let owner: pg.Client

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
})

afterEach(async () => {
  await owner.query('rollback')
})

afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

/** A sandbox on 10 January 2024 with a monthly plan `p` and as many customers `c0`… with subscriptions `s0`… */
async function sandbox(customers: number): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-10T12:00:00Z')
  const money = { interval: 'monthly', amount_cents: 3100, amount_currency: 'EUR', pay_in_advance: false }
  await ok(client, 'POST', '/plans', { plan: { name: 'P', code: 'p', ...money } })
  for (let i = 0; i < customers; i += 1) {
    const subscription = { external_customer_id: `c${i}`, external_id: `s${i}`, plan_code: 'p' }
    await ok(client, 'POST', '/subscriptions', { subscription })
  }
  return client
}

const settings = (client: Client, organization: object) =>
  ok(client, 'PUT', '/organizations', { organization })

// biome-ignore lint/suspicious/noExplicitAny: rows are read freely in tests
async function rows(client: Client, text: string, ...values: unknown[]): Promise<any[]> {
  return (await owner.query(text, [client.organizationId, ...values])).rows
}

async function waiting(client: Client, kind: string): Promise<number> {
  const found = await rows(client, 'select 1 from due_items where organization_id = $1 and kind = $2', kind)
  return found.length
}

const invoices = (client: Client) =>
  rows(
    client,
    `select s.external_id as id, i.total_amount_cents::int as cents, i.billing_at from invoices i
     join invoice_subscriptions l on l.invoice_id = i.id join subscriptions s on s.id = l.subscription_id
     where i.organization_id = $1 and i.status in ('draft', 'finalized') order by 1, 3`,
  )

/** Processes what is due now, as the ticker does. */
async function tick(client: Client): Promise<void> {
  const [{ clock_at }] = await rows(client, 'select clock_at from organizations where id = $1')
  const until = instant(clock_at.getTime())
  const failures: unknown[] = []
  await runDue(harness.context, dueActions, {
    organizationId: client.organizationId,
    until,
    strict: true,
    onFailure: ({ error }) => failures.push(error),
  })
  if (failures.length > 0) throw failures[0]
}

describe('a time zone that customers inherit', () => {
  it('moves the bills of all of them, the first in the request and the others as due work', async () => {
    const client = await sandbox(MANY)
    await settings(client, { timezone: 'America/New_York' })
    const left = await waiting(client, 'customer_days')
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(MANY)
    await client.clock('2024-02-01T04:59:00Z')
    expect(await waiting(client, 'customer_days')).toBe(0)
    expect(await invoices(client)).toEqual([])
    await client.clock('2024-02-01T05:01:00Z')
    const billed = await invoices(client)
    expect(billed).toHaveLength(MANY)
    expect(new Set(billed.map(({ id }) => id)).size).toBe(MANY)
    expect(new Set(billed.map(({ cents }) => cents))).toEqual(new Set([2200]))
  })

  it('is followed before a bill that has been overdue for longer', async () => {
    const client = await sandbox(MANY)
    // As after an outage: the clock is past the bills, and nothing was processed.
    await owner.query("update organizations set clock_at = '2024-02-01T03:00:00Z' where id = $1", [
      client.organizationId,
    ])
    await settings(client, { timezone: 'America/New_York' })
    await client.clock('2024-02-02T00:00:00Z')
    const billed = await invoices(client)
    expect(billed).toHaveLength(MANY)
    const instants = new Set(billed.map(({ billing_at }) => billing_at.toISOString()))
    expect(instants).toEqual(new Set(['2024-02-01T05:00:00.000Z']))
  })

  it('waits for who bills under the old one, and for no customer that is locked', async () => {
    const client = await sandbox(2)
    await owner.query('begin')
    await owner.query("select pg_advisory_xact_lock_shared(hashtextextended('settings:' || $1, 0))", [
      client.organizationId,
    ])
    let isDone = false
    const changing = settings(client, { timezone: 'Asia/Tokyo' }).then(() => {
      isDone = true
    })
    await expect
      .poll(
        async () =>
          (await owner.query("select from pg_locks where not granted and locktype = 'advisory'")).rowCount,
      )
      .toBe(1)
    expect(isDone).toBe(false)
    await owner.query('commit')
    await changing
    await owner.query('begin')
    await owner.query("select from customers where organization_id = $1 and external_id = 'c0' for update", [
      client.organizationId,
    ])
    await settings(client, { timezone: 'Europe/Paris' })
    expect(await waiting(client, 'customer_days')).toBe(1)
    await owner.query('commit')
    await tick(client)
    expect(await waiting(client, 'customer_days')).toBe(0)
  })

  it('ends with every bill at the midnight of the newest zone, whatever happened at once', async () => {
    const client = await sandbox(12)
    const zones = ['America/New_York', 'Asia/Tokyo', 'Europe/Paris', 'Australia/Sydney']
    for (const [round, timezone] of zones.entries()) {
      await Promise.all([
        settings(client, { timezone }),
        tick(client),
        ...[0, 3, 6, 9].map((offset) => {
          const subscription = { name: `round ${round}`, ending_at: '2025-06-30T00:00:00Z' }
          return ok(client, 'PUT', `/subscriptions/s${offset + (round % 3)}`, { subscription })
        }),
        ok(client, 'POST', '/customers', { customer: { external_id: `c${round}`, name: `round ${round}` } }),
      ])
    }
    await tick(client)
    const due = await rows(
      client,
      "select due_at from due_items where organization_id = $1 and kind = 'subscription_billing'",
    )
    expect(due.map(({ due_at }) => due_at.toISOString())).toEqual(
      Array.from({ length: 12 }, () => '2024-01-31T13:00:00.000Z'),
    )
  })
})

describe('settings of dates that customers inherit', () => {
  const dates = async (client: Client) =>
    (await rows(client, 'select distinct issuing_date::text as at from invoices where organization_id = $1'))
      .map(({ at }) => at)
      .sort()

  it('move the drafts of all of them by the sum of the changes', async () => {
    const client = await sandbox(MANY)
    const grace = (days: number) =>
      settings(client, { billing_configuration: { invoice_grace_period: days } })
    await grace(10)
    await client.clock('2024-02-01T00:10:00Z')
    expect(await dates(client)).toEqual(['2024-02-11'])
    await grace(14)
    expect(await dates(client)).toEqual(['2024-02-11', '2024-02-15'])
    await grace(20)
    await tick(client)
    expect(await dates(client)).toEqual(['2024-02-21'])
    await client.clock('2024-02-21T00:10:00Z')
    const drafts = await rows(
      client,
      "select 1 from invoices where organization_id = $1 and status = 'draft'",
    )
    expect(drafts).toEqual([])
  })

  it('are applied to a draft that is finalized before its turn', async () => {
    const client = await sandbox(MANY)
    const anchor = 'current_period_end'
    const { billing_entities } = await ok(client, 'GET', '/billing_entities')
    const change = (billing_configuration: object) =>
      ok(client, 'PUT', `/billing_entities/${billing_entities[0].code}`, {
        billing_entity: { billing_configuration },
      })
    await change({
      invoice_grace_period: 10,
      subscription_invoice_issuing_date_adjustment: 'keep_anchor',
      subscription_invoice_issuing_date_anchor: 'next_period_start',
    })
    await client.clock('2024-02-01T00:10:00Z')
    await change({ subscription_invoice_issuing_date_anchor: anchor })
    const [late] = await rows(
      client,
      `select i.id from invoices i join due_items d on d.subject_id = i.customer_id
       where i.organization_id = $1 and d.kind = 'customer_drafts' limit 1`,
    )
    const { invoice } = await ok(client, 'PUT', `/invoices/${late.id}/finalize`)
    expect(invoice.issuing_date).toBe('2024-01-31')
  })
})

describe('work on the subscriptions of a plan', () => {
  const transactions = async (client: Client) =>
    (await rows(client, 'select distinct xmin::text from subscriptions where organization_id = $1')).length

  it('a deletion ends them in parts; one that fails keeps what was done and goes on', async () => {
    const client = await sandbox(45)
    const [{ id }] = await rows(
      client,
      'select max(customer_id::text) as id from subscriptions where organization_id = $1',
    )
    await owner.query(`create function fail_invoices() returns trigger language plpgsql as $$
      begin if new.customer_id = '${id}' then raise exception 'not now'; end if; return new; end $$`)
    await owner.query(
      'create trigger fail_invoices before insert on invoices for each row execute function fail_invoices()',
    )
    await ok(client, 'DELETE', '/plans/p')
    await expect(tick(client)).rejects.toThrow('not now')
    const active = () =>
      rows(client, "select 1 from subscriptions where organization_id = $1 and status = 'active'")
    expect((await active()).length).toBe(5)
    await owner.query('drop trigger fail_invoices on invoices')
    await tick(client)
    expect(await active()).toEqual([])
    expect(await transactions(client)).toBeGreaterThanOrEqual(3)
    const billed = await invoices(client)
    expect(new Set(billed.map((each) => each.id)).size).toBe(45)
    expect(billed).toHaveLength(45)
    expect((await client.call('GET', '/plans/p')).status).toBe(404)
  })

  it('a new amount starts the upgrades that waited, the first in the request', async () => {
    const client = await sandbox(25)
    const cheap = { name: 'C', code: 'cheap', interval: 'monthly', amount_cents: 500, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: cheap })
    for (let i = 0; i < 25; i += 1) {
      const subscription = { external_customer_id: `c${i}`, external_id: `s${i}`, plan_code: 'cheap' }
      await ok(client, 'POST', '/subscriptions', { subscription })
    }
    const upgraded = () =>
      rows(
        client,
        `select 1 from subscriptions s join plans p on p.id = s.plan_id
         where s.organization_id = $1 and p.code = 'cheap' and s.status = 'active'`,
      )
    await ok(client, 'PUT', '/plans/cheap', { plan: { amount_cents: 9000 } })
    expect((await upgraded()).length).toBe(20)
    await tick(client)
    expect((await upgraded()).length).toBe(25)
    expect(await waiting(client, 'plan_amount')).toBe(0)
  })
})
