import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { openDatabase } from '../../src/store/database.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
let client: Client

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

/** Requests that arrive at the same time, answered in their order. */
function atOnce(customers: readonly object[]): Promise<Answer[]> {
  return Promise.all(customers.map((customer) => client.call('POST', '/customers', { customer })))
}

async function numbers(): Promise<number[]> {
  const { customers } = await ok(client, 'GET', '/customers?per_page=100')
  return customers
    .map((each: { sequential_id: number }) => each.sequential_id)
    .sort((a: number, b: number) => a - b)
}

const FIELDS = [
  'name',
  'legal_name',
  'legal_number',
  'city',
  'state',
  'url',
  'phone',
  'zipcode',
  'firstname',
  'lastname',
]

const upTo = (count: number) => Array.from({ length: count }, (_, place) => place + 1)

describe('customers that are created at the same time', () => {
  it('get their own fields and numbers without a gap', async () => {
    // Not a sandbox, whose requests share no transaction.
    client = await harness.organization({ sandbox: false })
    await ok(client, 'POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: '20' } })
    const customers = upTo(40).map((n) => ({
      external_id: `customer ${n}`,
      name: `Name ${n}`,
      metadata: n % 3 === 0 ? [{ key: 'n', value: `${n}` }] : [],
      ...(n % 2 === 0 ? { tax_codes: ['vat'], shipping_address: { city: `City ${n}` } } : {}),
    }))
    const answers = await atOnce(customers)
    for (const [place, { status, body }] of answers.entries()) {
      const n = place + 1
      expect(status).toBe(200)
      const { customer } = body
      expect(customer).toMatchObject({ external_id: `customer ${n}`, name: `Name ${n}` })
      expect(customer.slug.endsWith(`-${`${customer.sequential_id}`.padStart(3, '0')}`)).toBe(true)
      expect(customer.taxes.map((tax: { code: string }) => tax.code)).toEqual(n % 2 === 0 ? ['vat'] : [])
      expect((await ok(client, 'GET', `/customers/customer ${n}`)).customer).toEqual(customer)
    }
    expect(await numbers()).toEqual(upTo(40))
  })

  it('change the customer of an earlier request with the same external id', async () => {
    client = await harness.organization({ sandbox: false })
    const answers = await atOnce(upTo(20).map((n) => ({ external_id: `same ${n % 2}`, [field(n)]: `${n}` })))
    expect(answers.map(({ status }) => status)).toEqual(upTo(20).map(() => 200))
    expect(await numbers()).toEqual([1, 2])
    const { customers } = await ok(client, 'GET', '/customers')
    for (const customer of customers) {
      for (const each of FIELDS) expect(customer[each]).not.toBeNull()
    }
  })

  it('do not suffer from one that is refused, which leaves no gap', async () => {
    client = await harness.organization({ sandbox: false })
    const answers = await atOnce(
      upTo(20).map((n) => ({ external_id: `c${n}`, ...(n % 5 === 0 ? { tax_codes: ['unknown'] } : {}) })),
    )
    expect(answers.map(({ status }) => status)).toEqual(upTo(20).map((n) => (n % 5 === 0 ? 404 : 200)))
    expect(answers[4]?.body.code).toBe('tax_not_found')
    expect(await numbers()).toEqual(upTo(16))
  })

  it('are one where two processes create the same, which is announced once', async () => {
    client = await harness.organization({ sandbox: false })
    const endpoint = { webhook_url: 'http://127.0.0.1:1/', signature_algo: 'hmac' }
    await ok(client, 'POST', '/webhook_endpoints', { webhook_endpoint: endpoint })
    const database = openDatabase({ url: harness.databaseUrl, poolMax: 8 })
    const other = buildApp({ ...harness.context, database })
    await other.ready()
    try {
      const headers = { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json' }
      for (const n of upTo(10)) {
        const customer = { external_id: `same${n}`, name: 'Same' }
        const payload = JSON.stringify({ customer })
        const [[here], there] = await Promise.all([
          atOnce([customer]),
          other.inject({ method: 'POST', url: '/api/v1/customers', headers, payload }),
        ])
        expect([here?.status, there.statusCode]).toEqual([200, 200])
        expect(here?.body.customer.lago_id).toBe(there.json().customer.lago_id)
      }
    } finally {
      await other.close()
      await database.close()
    }
    expect(await numbers()).toEqual(upTo(10))
  })

  it('are announced once each', async () => {
    client = await harness.organization({ sandbox: false })
    const endpoint = { webhook_url: 'http://127.0.0.1:1/', signature_algo: 'hmac' }
    const { webhook_endpoint } = await ok(client, 'POST', '/webhook_endpoints', {
      webhook_endpoint: endpoint,
    })
    await atOnce(upTo(20).map((n) => ({ external_id: `c${n}`, invoice_custom_section_codes: [] })))
    const { rows } = await harness.context.database.read(client.organizationId, async (reads) => ({
      rows: await reads
        .selectFrom('webhooks')
        .selectAll()
        .where('webhookType', '=', 'customer.created')
        .execute(),
    }))
    expect(rows.map((row) => row.webhookEndpointId)).toEqual(rows.map(() => webhook_endpoint.lago_id))
    const told = rows.map((row) => JSON.parse(String(row.payload)).customer.external_id)
    expect(told.sort()).toEqual(
      upTo(20)
        .map((n) => `c${n}`)
        .sort(),
    )
  })
})

/** A field for each request of one customer, so that none of them is lost unnoticed. */
function field(n: number): string {
  return FIELDS[Math.floor((n - 1) / 2) % FIELDS.length] ?? 'name'
}
