import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { customersNamed, invoicesNamed } from '../../src/store/list-search.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
let client: Client
/** The name of each invoice by its id. */
const names = new Map<string, string>()

/**
 * Invoices by name: `sub` (30.00, 10 January, of `ann`), `job` (50.00, 20 January, of `bob`, paid), `own` (50.00, of a
 * partner, from a second entity), `usd` (70.00 USD, of `ann`, overdue), `lost` (50.00, of `bob`, its dispute lost),
 * `void` (50.00, of `ann`) and `draft` (10.00, 1 February, of `dan`).
 */
beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  await client.clock('2024-01-10T00:00:00Z')
  await ok(client, 'POST', '/billing_entities', { billing_entity: { code: 'second', name: 'Second' } })
  await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Job', code: 'job', amount_cents: 5000, amount_currency: 'EUR' },
  })
  for (const [code, amount_cents, pay_in_advance] of [
    ['p', 3000, true],
    ['d', 1000, false],
  ]) {
    const plan = {
      name: 'P',
      code,
      interval: 'monthly',
      amount_cents,
      amount_currency: 'EUR',
      pay_in_advance,
    }
    await ok(client, 'POST', '/plans', { plan })
  }
  for (const customer of [
    { external_id: 'ann', name: 'Ann', firstname: 'Anna', lastname: 'Lovelace', net_payment_term: 30 },
    { external_id: 'bob', legal_name: 'Bob & Söhne GmbH', email: 'bob@example.com', net_payment_term: 30 },
    { external_id: 'eve', account_type: 'partner', billing_entity_code: 'second', net_payment_term: 30 },
    { external_id: 'dan', billing_configuration: { invoice_grace_period: 40 } },
  ]) {
    await ok(client, 'POST', '/customers', { customer: { currency: 'EUR', ...customer } })
  }
  const subscribe = (external_customer_id: string, plan_code: string, billing_time: string) =>
    ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id, external_id: external_customer_id, plan_code, billing_time },
    })
  await subscribe('ann', 'p', 'anniversary')
  await subscribe('dan', 'd', 'calendar')
  await client.clock('2024-01-20T00:00:00Z')
  const sell = async (name: string, external_customer_id: string, invoice: object = {}) => {
    const fees = [{ add_on_code: 'job', ...(name === 'usd' ? { unit_amount_cents: 7000 } : {}) }]
    const made = await ok(client, 'POST', '/invoices', {
      invoice: { external_customer_id, fees, ...invoice },
    })
    names.set(made.invoice.lago_id, name)
    return made.invoice.lago_id as string
  }
  const job = await sell('job', 'bob', { purchase_order_number: 'PO-1' })
  await ok(client, 'PUT', `/invoices/${job}`, {
    invoice: {
      payment_status: 'succeeded',
      metadata: [
        { key: 'po', value: '77' },
        { key: 'team', value: 'red' },
      ],
    },
  })
  await sell('own', 'eve')
  await ok(client, 'POST', '/customers', { customer: { external_id: 'ann', net_payment_term: 1 } })
  await sell('usd', 'ann', { currency: 'USD' })
  await ok(client, 'POST', `/invoices/${await sell('lost', 'bob')}/lose_dispute`)
  await ok(client, 'POST', `/invoices/${await sell('void', 'ann')}/void`)
  await client.clock('2024-02-01T01:00:00Z')
  for (const one of (await ok(client, 'GET', '/invoices')).invoices) {
    if (names.has(one.lago_id)) continue
    names.set(one.lago_id, one.status === 'draft' ? 'draft' : 'sub')
  }
})

afterAll(async () => {
  await harness?.close()
})

const list = async (path: string) => {
  const { invoices, meta } = await ok(client, 'GET', path)
  expect(meta.total_count).toBe(invoices.length)
  return invoices.map((one: { lago_id: string }) => names.get(one.lago_id)).sort()
}

const ALL = ['draft', 'job', 'lost', 'own', 'sub', 'usd', 'void']
const but = (...left: string[]) => ALL.filter((name) => !left.includes(name))

describe('GET /invoices', () => {
  it.each([
    ['', ALL],
    ['external_customer_id=bob', ['job', 'lost']],
    ['customer_external_id=bob', ['job', 'lost']],
    ['external_customer_id=ghost', []],
    ['amount_from=5000', but('sub', 'draft')],
    ['amount_to=4999', ['draft', 'sub']],
    ['amount_from=3000&amount_to=5000', but('draft', 'usd')],
    ['billing_entity_codes[]=second', ['own']],
    ['currency=usd', ['usd']],
    ['invoice_type=one_off', but('sub', 'draft')],
    ['invoice_type=subscription', ['draft', 'sub']],
    ['issuing_date_from=2024-01-15', but('sub')],
    ['issuing_date_to=2024-01-15', ['sub']],
    ['issuing_date_from=2024-01-20&issuing_date_to=2024-01-20', but('sub', 'draft')],
    ['metadata[po]=77', ['job']],
    ['metadata[po]=77&metadata[team]=red', ['job']],
    ['metadata[po]=77&metadata[team]=blue', []],
    ['partially_paid=true', []],
    ['partially_paid=false', ALL],
    ['payment_dispute_lost=true', ['lost']],
    ['payment_dispute_lost=false', but('lost')],
    ['payment_overdue=true', ['usd']],
    ['payment_overdue=false', but('usd')],
    ['payment_status=succeeded', ['job']],
    ['payment_statuses[]=succeeded&payment_statuses[]=failed', ['job']],
    ['payment_status=pending', but('job')],
    ['purchase_order_number=PO-1', ['job']],
    ['self_billed=true', ['own']],
    ['self_billed=false', but('own')],
    ['status=draft', ['draft']],
    ['statuses[]=draft&statuses[]=voided', ['draft', 'void']],
    ['status=finalized&currency=EUR&external_customer_id=ann', ['sub']],
    ['search_term=lovelace', ['sub', 'usd', 'void']],
    ['search_term=s%C3%B6hne', ['job', 'lost']],
    ['search_term=bob@example.com', ['job', 'lost']],
    ['search_term=EVE', ['own']],
    ['search_term=%25', []],
    ['search_term=-DRAFT', ['draft']],
  ])('200: %s', async (query, found) => {
    expect(await list(`/invoices?${query}`)).toEqual(found)
  })

  it('200: search_term finds an invoice by its number and by its id', async () => {
    const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=eve')
    const [{ number, lago_id }] = invoices
    expect(await list(`/invoices?search_term=${number}`)).toEqual(['own'])
    expect(await list(`/invoices?search_term=${lago_id}`)).toEqual(['own'])
    expect(await list(`/invoices?search_term=${lago_id.slice(0, 30).toUpperCase()}`)).toEqual(['own'])
    // Ids begin with the time, which the others may share.
    expect(await list(`/invoices?search_term=${lago_id.slice(0, 8)}`)).toContain('own')
    for (const part of [lago_id.slice(0, 7), lago_id.slice(1, 12), lago_id.slice(-12)]) {
      expect(await list(`/invoices?search_term=${part}`)).toEqual([])
    }
  })

  it.each(['ann', 'Söhne', 'EXAMPLE', 'example.com', '-00', '0', '1', 'a', 'c4', '%', '_', 'none of them'])(
    'finds “%s” as well when it has too many hits to name them',
    async (text) => {
      const found = await harness.context.database.read(client.organizationId, async (reads) => {
        const idsWhere = async (most?: number) => {
          const [customers, invoices] = await Promise.all([
            customersNamed(reads, text, most),
            invoicesNamed(reads, text, most),
          ])
          const { rows } = await sql<{ ofCustomer: boolean; named: boolean }>`
            select ${customers.has(sql.ref('i.customer_id'))} as of_customer, ${invoices.has(sql.ref('i.id'))} as named
            from invoices i order by i.id`.execute(reads)
          return { rows, isNone: [customers.isNone, invoices.isNone] }
        }
        return { few: await idsWhere(), many: await idsWhere(0) }
      })
      expect(found.few.rows.length).toBeGreaterThan(6)
      expect(found.many).toEqual(found.few)
    },
  )

  it('200: pages through all of them, newest issuing date first', async () => {
    const seen: string[] = []
    for (const page of [1, 2, 3]) {
      const { invoices, meta } = await ok(client, 'GET', `/invoices?page=${page}&per_page=3`)
      expect(meta).toMatchObject({ current_page: page, total_count: 7, total_pages: 3 })
      seen.push(...invoices.map((one: { lago_id: string }) => names.get(one.lago_id)))
    }
    expect([...seen].sort()).toEqual(ALL)
    expect([seen[0], seen[6]]).toEqual(['draft', 'sub'])
  })

  it.each([
    ['amount_from=much', { amount_from: ['value_is_invalid'] }],
    ['currency=XYZ', { currency: ['value_is_invalid'] }],
    ['invoice_type=gift', { invoice_type: ['value_is_invalid'] }],
    ['issuing_date_from=soon', { issuing_date_from: ['invalid_date'] }],
    ['payment_status=lost', { payment_status: ['value_is_invalid'] }],
    ['statuses[]=closed', { status: ['value_is_invalid'] }],
    ['self_billed=perhaps', { self_billed: ['value_is_invalid'] }],
  ])('422: %s', async (query, details) => {
    const answer = await client.call('GET', `/invoices?${query}`)
    expect([answer.status, answer.body.error_details]).toEqual([422, details])
  })
})

describe('GET /customers/:external_id/invoices', () => {
  it('200: those of the customer, filtered as the list of all', async () => {
    expect(await list('/customers/ann/invoices')).toEqual(['sub', 'usd', 'void'])
    expect(await list('/customers/ann/invoices?status=voided')).toEqual(['void'])
    expect(await list('/customers/ann/invoices?external_customer_id=bob')).toEqual(['sub', 'usd', 'void'])
  })

  it('404: a customer that nobody knows', async () => {
    expect((await client.call('GET', '/customers/ghost/invoices')).status).toBe(404)
  })
})

describe('GET /api/weir/v1/subscriptions/:external_id/invoices', () => {
  it('200: those that bill the subscription, and no others of its customer', async () => {
    expect(await list('/api/weir/v1/subscriptions/ann/invoices')).toEqual(['sub'])
    expect(await list('/api/weir/v1/subscriptions/dan/invoices')).toEqual(['draft'])
  })

  it('404: a subscription that nobody knows', async () => {
    const answer = await client.call('GET', '/api/weir/v1/subscriptions/ghost/invoices')
    expect([answer.status, answer.body.code]).toEqual([404, 'subscription_not_found'])
  })

  it('200: a page of them', async () => {
    const { invoices, meta } = await ok(
      client,
      'GET',
      '/api/weir/v1/subscriptions/ann/invoices?page=2&per_page=1',
    )
    expect([invoices, meta.total_count, meta.current_page]).toEqual([[], 1, 2])
  })
})
