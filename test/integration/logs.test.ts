import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CallLog } from '../../src/actions/api-logs/call-log.ts'
import { dropOldLogs } from '../../src/actions/api-logs/drop-old-logs.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { ts } from '../../src/store/values.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'
import { render, sell as sellAtShop, shop } from '../support/stored-documents.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

const activities = async (client: Client, query = '') =>
  (await ok(client, 'GET', `/activity_logs?per_page=1000${query}`)).activity_logs

const calls = async (client: Client, query = '') =>
  (await ok(client, 'GET', `/api_logs?per_page=1000${query}`)).api_logs

const typesOf = (logs: { activity_type: string }[]) => logs.map((one) => one.activity_type)

describe('the activity log', () => {
  it('200: has what was done to a customer and its invoice, the latest first', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await pay(client, id, 1000)
    await client.call('DELETE', '/customers/acme')
    const all = await activities(client, '&external_customer_id=acme')
    expect(typesOf(all).sort()).toEqual([
      'customer.created',
      'customer.deleted',
      'invoice.one_off_created',
      'invoice.payment_status_updated',
      'payment.recorded',
      'payment_receipt.created',
    ])
    const made = all.find((one: { activity_type: string }) => one.activity_type === 'customer.created')
    expect(made).toMatchObject({
      activity_source: 'api',
      activity_object: null,
      activity_object_changes: {},
      user_email: null,
      resource_type: 'Customer',
      organization_id: client.organizationId,
      logged_at: '2025-01-01T10:00:00Z',
    })
    const gone = all.find((one: { activity_type: string }) => one.activity_type === 'customer.deleted')
    expect(gone.activity_object).toMatchObject({ external_id: 'acme', lago_id: made.resource_id })
    expect((await ok(client, 'GET', `/activity_logs/${made.activity_id}`)).activity_log).toEqual(made)
    const invoiced = all.find((one: { resource_type: string }) => one.resource_type === 'Invoice')
    expect(invoiced).toMatchObject({ resource_id: id, activity_object: null })
    const stranger = await harness.organization()
    const answer = await stranger.call('GET', `/activity_logs/${made.activity_id}`)
    expect([answer.status, answer.body.code]).toEqual([404, 'activity_log_not_found'])
    expect(await activities(stranger)).toEqual([])
  })

  it('200: has a file that is made while the clock is moved at the time of its document, not before', async () => {
    const client = await shop(harness)
    const id = (await sellAtShop(client)).lago_id
    // The clock shows the time before a move until the move is over.
    await harness.context.database.system
      .updateTable('organizations')
      .set({ clockAt: ts(instant(Date.parse('2024-05-02T09:00:00Z'))) })
      .where('id', '=', client.organizationId)
      .execute()
    await render(harness, client, id)
    const made = (await activities(client)).find(
      (one: { activity_type: string }) => one.activity_type === 'invoice.generated',
    )
    expect(made.logged_at).toBe('2024-05-02T10:00:00Z')
  })

  it('200: tells what an update changed', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme')
    await addCustomer(client, 'acme', { city: 'Paris' })
    await addCustomer(client, 'acme', { name: 'Acme Ltd' })
    await ok(client, 'POST', '/coupons', {
      coupon: {
        name: 'Ten',
        code: 'ten',
        coupon_type: 'percentage',
        percentage_rate: '10',
        frequency: 'once',
        expiration: 'no_expiration',
      },
    })
    await ok(client, 'PUT', '/coupons/ten', { coupon: { percentage_rate: '12' } })
    const [updated, first] = await activities(client, '&activity_types[]=customer.updated')
    expect(updated.activity_object_changes).toEqual({ name: ['acme', 'Acme Ltd'] })
    // A new customer is only named, so nothing is known of it before.
    expect(first.activity_object_changes).toEqual({})
    const [coupon] = await activities(client, '&resource_types[]=Coupon&activity_types[]=coupon.updated')
    expect(coupon.activity_object_changes).toEqual({ percentage_rate: ['10.0', '12.0'] })
  })

  it('200: is filtered', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await client.clock('2025-01-04T10:00:00Z')
    const system = await activities(client, '&activity_sources[]=system')
    expect(typesOf(system)).toEqual(['invoice.payment_overdue'])
    expect(typesOf(await activities(client, `&resource_ids[]=${id}`)).sort()).toEqual([
      'invoice.one_off_created',
      'invoice.payment_overdue',
    ])
    expect(await activities(client, '&resource_ids[]=x')).toEqual([])
    expect(typesOf(await activities(client, '&from_date=2025-01-03T00:00:00Z'))).toEqual([
      'invoice.payment_overdue',
    ])
    expect(typesOf(await activities(client, '&to_date=2025-01-01T10:00:00Z'))).not.toContain(
      'invoice.payment_overdue',
    )
    expect(await activities(client, '&user_emails[]=a@b.io')).toEqual([])
    expect(await activities(client, '&external_subscription_id=s')).toEqual([])
    const answer = await client.call('GET', '/activity_logs?activity_sources[]=nobody')
    expect(answer.status).toBe(422)
  })

  it('200: has each activity on one page, those of one instant by their ids', async () => {
    const client = await harness.organization()
    const other = await harness.organization()
    for (const each of [client, other]) {
      await sql`
        insert into activity_logs (organization_id, id, activity_type, activity_source, resource_type, resource_id,
          external_customer_id, external_subscription_id, logged_at, created_at)
        select ${each.organizationId}::uuid, gen_random_uuid(), 'invoice.created',
          case when n % 3 = 0 then 'api' else 'system' end, case when n % 4 = 0 then 'Wallet' else 'Invoice' end,
          gen_random_uuid(), case when n % 5 > 0 then 'c' || n % 5 end, case when n % 10 = 0 then 's' end, at, at
        from generate_series(1, 1210) n
        cross join lateral (select timestamptz '2025-01-01' + make_interval(secs => n / 7) as at) t`.execute(
        harness.context.database.system,
      )
    }
    const { rows: all } = await sql<{ id: string; n: string; source: string; kind: string }>`
      select id, coalesce(external_customer_id, external_subscription_id, '') as n, activity_source as source,
        resource_type as kind
      from activity_logs where organization_id = ${client.organizationId}::uuid
      order by logged_at desc, id desc`.execute(harness.context.database.system)
    const pagesOf = async (query: string) => {
      const found: string[] = []
      for (let page = 1; ; page += 1) {
        const path = `/activity_logs?per_page=90&page=${page}${query}`
        const { activity_logs: shown, meta } = await ok(client, 'GET', path)
        found.push(...shown.map((one: { activity_id: string }) => one.activity_id))
        expect(shown.length, path).toBe(Math.min(90, meta.total_count - 90 * (page - 1)))
        if (meta.next_page === null) return found
      }
    }
    const idsOf = (rows: typeof all) => rows.map(({ id }) => id)
    expect(await pagesOf('')).toEqual(idsOf(all))
    expect(await pagesOf('&external_customer_id=c1')).toEqual(idsOf(all.filter(({ n }) => n === 'c1')))
    expect(await pagesOf('&external_subscription_id=s')).toEqual(idsOf(all.filter(({ n }) => n === 's')))
    expect(await pagesOf('&resource_types[]=Wallet&activity_sources[]=api')).toEqual(
      idsOf(all.filter(({ kind, source }) => kind === 'Wallet' && source === 'api')),
    )
    const path = '/activity_logs?resource_types[]=Plan'
    expect((await ok(client, 'GET', path)).meta).toMatchObject({ total_count: 0, current_page: 0 })
  })

  it('is not there when the change was refused, and as often as what it tells', async () => {
    const client = await harness.organization()
    await sell(client)
    const endpoint = await listen(client)
    await addCustomer(client, 'acme')
    const id = await issue(client, 'acme', 1000)
    expect((await pay(client, id, 1001)).status).toBe(422)
    const told = await receivedBy(client, endpoint, 'customer.created')
    expect(told).toHaveLength(1)
    expect(typesOf(await activities(client, '&external_customer_id=acme')).sort()).toEqual([
      'customer.created',
      'invoice.one_off_created',
    ])
  })
})

describe('the API log', () => {
  it('200: has every write with its body and answer, without secrets', async () => {
    const client = await harness.organization()
    await sell(client)
    const requestId = '01234567-89ab-4def-8123-456789abcdef'
    const body = { customer: { external_id: 'acme', name: 'Acme', api_key: 'hidden' } }
    const answer = await client.call('POST', '/customers?x=1', body, {
      'x-request-id': requestId,
      'user-agent': 'lago-test/1',
    })
    await client.call('POST', '/events', { event: { transaction_id: 't', code: 'c' } })
    const refused = await client.call('POST', '/payments', { payment: { amount_cents: 1 } })
    expect(refused.status).toBe(422)
    const { api_log: log } = await ok(client, 'GET', `/api_logs/${requestId}`)
    expect(log).toMatchObject({
      request_id: requestId,
      client: 'lago-test/1',
      http_method: 'post',
      http_status: 200,
      request_path: '/api/v1/customers',
      request_body: { customer: { external_id: 'acme', name: 'Acme', api_key: '[redacted]' } },
      request_response: answer.body,
      api_version: 'v1',
      logged_at: '2025-01-01T10:00:00Z',
    })
    const paths = (await calls(client)).map((one: { request_path: string }) => one.request_path)
    expect(paths.sort()).toEqual([
      '/api/v1/add_ons',
      '/api/v1/customers',
      '/api/v1/payments',
      '/api/v1/test_clock',
    ])
    const stranger = await harness.organization()
    const unknown = await stranger.call('GET', `/api_logs/${requestId}`)
    expect([unknown.status, unknown.body.code]).toEqual([404, 'api_log_not_found'])
  })

  it('200: is filtered', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme')
    await client.call('DELETE', '/customers/acme', undefined, { 'user-agent': 'b' })
    await client.call('DELETE', '/customers/acme', undefined, { 'user-agent': 'b' })
    const count = async (query: string) => (await calls(client, query)).length
    expect(await count('&http_methods[]=delete')).toBe(2)
    expect(await count('&http_statuses[]=404')).toBe(1)
    expect(await count('&http_statuses[]=failed')).toBe(1)
    expect(await count('&http_statuses[]=succeeded&http_methods[]=delete')).toBe(1)
    expect(await count('&http_statuses[]=nonsense')).toBe(0)
    expect(await count('&request_paths[]=/api/v1/customers/*')).toBe(2)
    expect(await count('&request_paths=/api/v1/customers')).toBe(1)
    expect(await count('&request_paths[]=/api/v1/customer_')).toBe(0)
    expect(await count('&clients[]=b')).toBe(2)
    expect(await count('&api_version=v2')).toBe(0)
    // The clock was first set in real time.
    expect(await count('&from_date=2025-01-02')).toBe(1)
    expect(await count('&to_date=2024-12-31')).toBe(0)
    expect((await client.call('GET', '/api_logs?http_methods[]=get')).status).toBe(422)
  })

  it('has the reads that a key may not make, with the reason, for those who ask', async () => {
    const client = await harness.organization()
    const permissions = { event: ['write'] }
    const { api_key: made } = await ok(client, 'POST', '/api/weir/v1/api_keys', { api_key: { permissions } })
    const ask = (path: string, secret: string) =>
      harness.app.inject({ url: path, headers: { authorization: `Bearer ${secret}` } })
    expect((await ask('/api/v1/invoices?page=1', made.value)).statusCode).toBe(403)
    // What nobody refused, and what nobody may know whose it is.
    expect((await ask('/api/v1/invoices', client.apiKey)).statusCode).toBe(200)
    expect((await ask('/api/v1/invoices/nothing', client.apiKey)).statusCode).toBe(404)
    expect((await ask('/api/v1/invoices', 'nobody')).statusCode).toBe(401)
    const written = (await calls(client)).map(({ http_method: method }: { http_method: string }) => method)
    expect(written).not.toContain('get')
    const all = await calls(client, '&with_refused_reads=true')
    expect(all).toHaveLength(written.length + 1)
    expect(all[0]).toMatchObject({
      http_method: 'get',
      http_status: 403,
      request_path: '/api/v1/invoices',
      request_response: { code: 'read_action_not_allowed_for_invoice' },
    })
    expect(await calls(client, '&http_statuses[]=403')).toEqual([])
  })

  it('never has the secret of a new API key', async () => {
    const client = await harness.organization()
    const made = await harness.app.inject({
      method: 'POST',
      url: '/api/weir/v1/api_keys',
      headers: { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ api_key: { name: 'second' } }),
    })
    expect(made.statusCode).toBe(200)
    const [log, ...more] = await calls(client)
    expect(more).toEqual([])
    expect(log).toMatchObject({ request_path: '/api/weir/v1/api_keys', request_response: null })
  })

  it('drops what it cannot hold, and says how much', async () => {
    const client = await harness.organization()
    const warnings: object[] = []
    const log = { ...harness.context.log, warn: (fields: object) => void warnings.push(fields) }
    const own = new CallLog({ ...harness.context, log })
    const call = {
      organizationId: client.organizationId,
      requestId: '01234567-89ab-4def-8123-456789abcdef',
      apiKeyId: null,
      client: '',
      httpMethod: 'post',
      httpStatus: 200,
      requestOrigin: '',
      requestPath: '/',
      body: {},
      bodyBytes: 2,
      requestResponse: null,
      apiVersion: 'v1',
      loggedAt: harness.context.systemNow(),
    }
    for (let n = 0; n < 10_005; n += 1) own.add(call)
    await own.close()
    expect(own.dropped).toBe(5)
    const told = warnings.reduce((sum, each) => sum + ((each as { dropped?: number }).dropped ?? 0), 0)
    expect(told).toBe(5)
    expect((await client.call('GET', '/api_logs?per_page=1')).body.meta.total_count).toBe(10_000)
  })

  it('is kept for 90 days', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme')
    expect(await calls(client)).not.toEqual([])
    await client.clock('2025-03-31T10:00:00Z')
    await dropOldLogs(harness.context)
    expect(await activities(client)).not.toEqual([])
    await client.clock('2025-04-02T10:00:00Z')
    await dropOldLogs(harness.context)
    expect(await activities(client)).toEqual([])
    const paths = (await calls(client)).map((one: { request_path: string }) => one.request_path)
    expect(new Set(paths)).toEqual(new Set(['/api/v1/test_clock']))
  })
})
