import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

describe('customers', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function fresh(): Promise<void> {
    client = await harness.organization()
    await client.clock('2024-05-02T10:00:00Z')
  }
  const upsert = (customer: object) => client.call('POST', '/customers', { customer })

  it('200: creates with what is inherited, and numbers by the organization', async () => {
    await fresh()
    const { status, body } = await upsert({ external_id: 'a', shipping_address: { city: 'Paris' } })
    expect(status).toBe(200)
    expect(body.customer).toMatchObject({
      external_id: 'a',
      billing_entity_code: 'test_organization',
      account_type: 'customer',
      sequential_id: 1,
      timezone: null,
      applicable_timezone: 'UTC',
      finalize_zero_amount_invoice: 'inherit',
      created_at: '2024-05-02T10:00:00Z',
      shipping_address: { city: 'Paris', country: null },
      metadata: [],
      taxes: [],
      integration_customers: [],
      applicable_invoice_custom_sections: [],
      error_details: [],
    })
    expect(body.customer.slug).toMatch(/^TES-[0-9A-F]{4}-001$/)
  })

  it('200: the same external id updates only what is given', async () => {
    await fresh()
    const made = await upsert({
      external_id: 'a',
      name: 'A',
      firstname: 'Ada',
      currency: 'EUR',
      shipping_address: { city: 'Paris', zipcode: '75001' },
      billing_configuration: { invoice_grace_period: 3, document_locale: 'fr' },
    })
    await client.clock('2024-06-02T10:00:00Z')
    const { body } = await upsert({
      external_id: 'a',
      name: null,
      currency: 'USD',
      shipping_address: { city: 'Lyon' },
      billing_configuration: { document_locale: 'de' },
    })
    expect(body.customer).toMatchObject({
      lago_id: made.body.customer.lago_id,
      name: null,
      firstname: 'Ada',
      currency: 'USD',
      shipping_address: { city: 'Lyon', zipcode: '75001' },
      billing_configuration: { invoice_grace_period: 3, document_locale: 'de' },
      created_at: '2024-05-02T10:00:00Z',
      updated_at: '2024-06-02T10:00:00Z',
    })
  })

  it('200: shows null for what a customer inherits', async () => {
    await fresh()
    const { body } = await upsert({ external_id: 'a' })
    expect(body.customer.billing_configuration).toEqual({
      invoice_grace_period: null,
      payment_provider: null,
      payment_provider_code: null,
      document_locale: null,
      subscription_invoice_issuing_date_anchor: null,
      subscription_invoice_issuing_date_adjustment: null,
    })
  })

  it('200: requests at once with one external id make one customer', async () => {
    await fresh()
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => upsert({ external_id: 'a', name: `${i}` })),
    )
    expect(answers.map((a) => a.status)).toEqual(Array(8).fill(200))
    expect(new Set(answers.map((a) => a.body.customer.lago_id)).size).toBe(1)
    expect((await upsert({ external_id: 'b' })).body.customer.sequential_id).toBe(2)
  })

  it('200: metadata is replaced, entries that are named by id keep it', async () => {
    await fresh()
    const made = await upsert({
      external_id: 'a',
      metadata: [
        { key: 'x', value: '1', display_in_invoice: true },
        { key: 'y', value: '2' },
      ],
    })
    const [x, y] = made.body.customer.metadata
    expect([x.key, x.display_in_invoice, y.display_in_invoice]).toEqual(['x', true, false])
    const swapped = await upsert({
      external_id: 'a',
      metadata: [
        { id: x.lago_id, key: 'y', value: '3' },
        { key: 'z', value: '4' },
      ],
    })
    const kept = swapped.body.customer.metadata.map((m: { lago_id: string; key: string }) => [
      m.key,
      m.lago_id,
    ])
    expect(kept[0]).toEqual(['y', x.lago_id])
    expect(kept.map(([key]: string[]) => key)).toEqual(['y', 'z'])
    expect((await upsert({ external_id: 'a', name: 'n' })).body.customer.metadata).toHaveLength(2)
    expect((await upsert({ external_id: 'a', metadata: [] })).body.customer.metadata).toEqual([])
    const six = Array.from({ length: 6 }, (_, i) => ({ key: `${i}`, value: 'v' }))
    expect((await upsert({ external_id: 'a', metadata: six })).body.error_details).toEqual({
      metadata: ['invalid_count'],
    })
  })

  it('200: tax codes replace the taxes; 404 for an unknown one', async () => {
    await fresh()
    for (const code of ['a', 'b']) await client.call('POST', '/taxes', { tax: { name: code, code, rate: 5 } })
    const codesOf = (body: { customer: { taxes: { code: string }[] } }) =>
      body.customer.taxes.map((t) => t.code)
    expect(codesOf((await upsert({ external_id: 'c', tax_codes: ['b', 'a'] })).body)).toEqual(['a', 'b'])
    expect(codesOf((await upsert({ external_id: 'c', tax_codes: ['b'] })).body)).toEqual(['b'])
    const unknown = await upsert({ external_id: 'c', tax_codes: ['none'] })
    expect([unknown.status, unknown.body.code]).toEqual([404, 'tax_not_found'])
    await client.call('DELETE', '/taxes/b')
    expect(codesOf((await client.call('GET', '/customers/c')).body)).toEqual([])
  })

  it('404 for an unknown billing entity, which saves nothing', async () => {
    await fresh()
    const answer = await upsert({ external_id: 'a', billing_entity_code: 'none' })
    expect([answer.status, answer.body.code]).toEqual([404, 'billing_entity_not_found'])
    expect((await client.call('GET', '/customers/a')).body.code).toBe('customer_not_found')
  })

  it('422 for a provider without a connection, with the customer saved', async () => {
    await fresh()
    const answer = await upsert({
      external_id: 'a',
      billing_configuration: { payment_provider: 'stripe', sync_with_provider: true },
    })
    expect([answer.status, answer.body.error_details]).toEqual([
      422,
      { base: ['payment_provider_not_found'] },
    ])
    expect((await client.call('GET', '/customers/a')).status).toBe(200)
  })

  it('deletes softly: the external id is free and the numbers go on', async () => {
    await fresh()
    const first = await upsert({ external_id: 'a', email: 'a@x.io,b@x.io' })
    const deleted = await client.call('DELETE', '/customers/a')
    expect([deleted.status, deleted.body.customer.lago_id]).toEqual([200, first.body.customer.lago_id])
    for (const method of ['GET', 'DELETE']) {
      expect((await client.call(method, '/customers/a')).body.code).toBe('customer_not_found')
    }
    const again = (await upsert({ external_id: 'a' })).body.customer
    expect([again.sequential_id, again.email]).toEqual([2, null])
    expect(again.lago_id).not.toBe(first.body.customer.lago_id)
  })

  it('400 without its root', async () => {
    await fresh()
    for (const body of [{}, { customer: {} }, { customer: [] }, [], 'null']) {
      const answer = await client.call('POST', '/customers', body)
      expect(answer).toMatchObject({
        status: 400,
        body: { error: 'BadRequest: param is missing or the value is empty or invalid: customer' },
      })
    }
  })

  it('filters, and refuses filters with words that do not exist', async () => {
    await fresh()
    await upsert({
      external_id: 'one',
      name: '50%_off',
      customer_type: 'company',
      metadata: [{ key: 'k', value: 'v' }],
    })
    await upsert({ external_id: 'two', name: '50 off', lastname: 'Unal', tax_identification_number: 'X 1' })
    await upsert({ external_id: 'deleted', name: '50 off', tax_identification_number: 'X 2' })
    await client.call('DELETE', '/customers/deleted')
    const idsOf = async (query: string) => {
      const { body } = await client.call('GET', `/customers?${query}`)
      return body.customers.map((customer: { external_id: string }) => customer.external_id)
    }
    expect(await idsOf('')).toEqual(['two', 'one'].sort())
    expect(await idsOf(`search_term=${encodeURIComponent('50%_')}`)).toEqual(['one'])
    expect(await idsOf(`search_term=${encodeURIComponent('unAL')}`)).toEqual(['two'])
    expect(await idsOf('search_term=nothing&external_id=two')).toEqual(['two'])
    expect(await idsOf('metadata[k]=v')).toEqual(['one'])
    expect(await idsOf('metadata[k]=')).toEqual(['two'])
    expect(await idsOf('metadata[k]=v&metadata[other]=v')).toEqual([])
    expect(await idsOf('has_customer_type=true')).toEqual(['one'])
    expect(await idsOf('has_customer_type=false')).toEqual(['two'])
    expect(await idsOf('has_tax_identification_number=true')).toEqual(['two'])
    expect(await idsOf('has_tax_identification_number=false')).toEqual(['one'])
    await upsert({ external_id: 'two', tax_identification_number: '' })
    expect(await idsOf('has_tax_identification_number=true')).toEqual([])
    expect(await idsOf('has_tax_identification_number=false')).toHaveLength(2)
    expect(await idsOf('billing_entity_codes[]=test_organization')).toHaveLength(2)
    const statusOf = async (query: string) => (await client.call('GET', `/customers?${query}`)).status
    expect(await statusOf('customer_type=company&has_customer_type=false')).toBe(422)
    expect(await statusOf('account_type[]=robot')).toBe(422)
    expect(await statusOf('billing_entity_codes[]=none')).toBe(404)
  })

  it('gives pages with their meta', async () => {
    await fresh()
    const pageAt = async (query: string) => (await client.call('GET', `/customers?${query}`)).body
    const nothing = { current_page: 0, next_page: null, prev_page: null, total_pages: 0, total_count: 0 }
    expect((await pageAt('')).meta).toEqual(nothing)
    for (const id of ['a', 'b', 'c']) await upsert({ external_id: id })
    const second = await pageAt('per_page=2&page=2')
    expect(second.customers).toHaveLength(1)
    expect(second.meta).toEqual({
      current_page: 2,
      next_page: null,
      prev_page: 1,
      total_pages: 2,
      total_count: 3,
    })
    expect((await pageAt('per_page=1')).meta).toMatchObject({
      current_page: 1,
      next_page: 2,
      prev_page: null,
    })
    const past = await pageAt('per_page=2&page=9')
    expect([past.customers, past.meta]).toEqual([
      [],
      { current_page: 9, next_page: null, prev_page: 8, total_pages: 2, total_count: 3 },
    ])
    expect((await pageAt('per_page=x&page=-1')).customers).toHaveLength(3)
  })

  it('announces what is created and updated', async () => {
    await fresh()
    const endpoint = { webhook_url: 'http://127.0.0.1:9/hook', signature_algo: 'hmac' }
    await client.call('POST', '/webhook_endpoints', { webhook_endpoint: endpoint })
    await upsert({ external_id: 'a', name: 'A' })
    await upsert({ external_id: 'a', name: 'B' })
    await client.call('DELETE', '/customers/a')
    const rows = await harness.context.database.read(client.organizationId, (reads) =>
      reads.selectFrom('webhooks').select(['webhookType', 'payload']).orderBy('id').execute(),
    )
    expect(rows.map((row) => [row.webhookType, JSON.parse(row.payload).customer.name])).toEqual([
      ['customer.created', 'A'],
      ['customer.updated', 'B'],
    ])
  })

  it('are made by the subscriptions that name them, once', async () => {
    await fresh()
    const plan = { name: 'P', code: 'p', interval: 'monthly', amount_cents: 100, amount_currency: 'EUR' }
    const { status } = await client.call('POST', '/plans', { plan: { ...plan, pay_in_advance: false } })
    expect(status).toBe(200)
    const answers = await Promise.all(
      ['s1', 's2', 's3'].map((external_id) =>
        client.call('POST', '/subscriptions', {
          subscription: { external_customer_id: 'unknown', external_id, plan_code: 'p' },
        }),
      ),
    )
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
    const ids = answers.map(({ body }) => body.subscription.lago_customer_id)
    expect(new Set(ids).size).toBe(1)
    const { body } = await client.call('GET', '/customers/unknown')
    expect(body.customer).toMatchObject({ lago_id: ids[0], sequential_id: 1, currency: 'EUR' })
  })

  it('numbers them without gaps, however many requests are refused or come at once', async () => {
    await fresh()
    const bodies = ['a', 'b', 'a', 'c', 'b', 'd'].map((external_id) => ({ external_id }))
    const refused = { external_id: 'x', billing_entity_code: 'none' }
    const answers = await Promise.all([...bodies, refused, { ...refused, external_id: 'y' }].map(upsert))
    expect(answers.map((answer) => answer.status)).toEqual([...bodies.map(() => 200), 404, 404])
    const { body } = await client.call('GET', '/customers')
    const numbers = body.customers.map((customer: { sequential_id: number }) => customer.sequential_id)
    expect(numbers.sort()).toEqual([1, 2, 3, 4])
  })
})
