import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeGoCardless, startGoCardless } from '../fakes/gocardless.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import {
  ACCESS_TOKEN,
  connectGoCardless,
  debitedCustomer,
  linkedCustomer,
  tell,
} from '../support/gocardless-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { runJobs } from '../support/stripe-fixtures.ts'

const PATH = '/api/weir/v1/payment_providers'

let harness: Harness
let fake: FakeGoCardless
let client: Client

beforeAll(async () => {
  fake = await startGoCardless()
  harness = await startHarness({ providerHosts: { gocardless: fake.url } })
})
afterAll(async () => {
  await harness?.close()
  await fake?.close()
})
beforeEach(async () => {
  client = await harness.organization()
  fake.chaos = {}
  fake.takeMessages()
  fake.asked.length = 0
  fake.state.creditor = { id: 'CR00000001', verification_status: 'successful' }
  fake.state.revoke(ACCESS_TOKEN, false)
})

const create = (others: object = {}) =>
  client.call('POST', PATH, {
    payment_provider: { type: 'gocardless', code: 'dd', name: 'DD', access_token: ACCESS_TOKEN, ...others },
  })
const refused = async (answer: ReturnType<Client['call']>) => {
  const { status, body } = await answer
  return [status, body.error_details ?? body.code]
}
const methodsOf = async (externalId: string) =>
  (await ok(client, 'GET', `/customers/${externalId}/payment_methods`)).payment_methods
const checkout = (externalId: string) => client.call('POST', `/customers/${externalId}/checkout_url`)

describe('a connection to GoCardless', () => {
  it('200: shows the secret of its messages once, and its token never', async () => {
    const { status, body } = await create()
    expect(status).toBe(200)
    const { payment_provider: made } = body
    expect(made).toMatchObject({
      type: 'gocardless',
      mode: 'test',
      environment: 'sandbox',
      access_token: '••••••••…c3d',
      account_id: 'CR00000001',
      webhook_state: 'manual',
    })
    expect(made.webhook_secret).toMatch(/^[A-Za-z0-9]{50}$/)
    expect(made).not.toHaveProperty('supports_3ds')
    const shown = (await ok(client, 'GET', `${PATH}/${made.lago_id}`)).payment_provider
    expect(shown.webhook_secret).toBe(`••••••••…${made.webhook_secret.slice(-3)}`)
    const changed = { payment_provider: { name: 'Debits', access_token: 'sandbox_other_e5f' } }
    expect((await ok(client, 'PUT', `${PATH}/${made.lago_id}`, changed)).payment_provider).toMatchObject({
      name: 'Debits',
      access_token: '••••••••…e5f',
      environment: 'sandbox',
      webhook_secret: shown.webhook_secret,
    })
    await ok(client, 'POST', `${PATH}/${made.lago_id}/register_webhook`)
    expect(fake.asked.every((each) => each === 'GET /creditors')).toBe(true)
  })

  it.each([
    [{ access_token: '' }, { access_token: ['value_is_mandatory'] }],
    [{ access_token: 'a b' }, { access_token: ['value_is_invalid'] }],
    [{ access_token: 'plain' }, { environment: ['value_is_mandatory'] }],
    [{ access_token: 'plain', environment: 'moon' }, { environment: ['value_is_invalid'] }],
    [{ environment: 'live' }, { environment: ['value_is_invalid'] }],
    [{ access_token: 'live_token' }, { mode: ['live_credentials_in_sandbox'] }],
    [{ access_token: 'plain', environment: 'live' }, { mode: ['live_credentials_in_sandbox'] }],
  ])('422: %j', async (fields, problems) => {
    expect(await refused(create(fields))).toEqual([422, problems])
    expect(fake.asked).toEqual([])
  })

  it('422: has a token that GoCardless knows, of the same account', async () => {
    fake.state.revoke('sandbox_revoked')
    expect(await refused(create({ access_token: 'sandbox_revoked' }))).toEqual([
      422,
      { access_token: ['invalid_credentials'] },
    ])
    const { lago_id: id } = await connectGoCardless(client, fake)
    const change = (access_token: string) =>
      refused(client.call('PUT', `${PATH}/${id}`, { payment_provider: { access_token } }))
    expect(await change('live_token')).toEqual([422, { access_token: ['credentials_of_another_account'] }])
    fake.state.creditor = { id: 'CR00000002', verification_status: 'action_required' }
    expect(await change('sandbox_x')).toEqual([422, { access_token: ['credentials_of_another_account'] }])
    const { connection_test: tested } = await ok(client, 'POST', `${PATH}/${id}/test`)
    expect(tested).toEqual({
      ok: true,
      account: 'CR00000002',
      mode: 'test',
      warnings: ['creditor_not_verified'],
    })
  })

  it('422: is not answered', async () => {
    const { settings } = harness.context
    const hosts = { gocardless: 'http://127.0.0.1:1' }
    const away = { ...settings, providerHosts: hosts }
    Object.assign(harness.context, { settings: away })
    try {
      expect((await create()).body.error_details ?? (await create()).body).toMatchObject({
        third_party: 'GoCardless',
        thirdparty_error: 'no answer',
      })
    } finally {
      Object.assign(harness.context, { settings })
    }
  })
})

describe('a customer at GoCardless', () => {
  beforeEach(async () => {
    await connectGoCardless(client, fake)
  })

  it('is made once, although the first answer is lost', async () => {
    const endpoint = await listen(client)
    fake.chaos = { reset_after: 1000 }
    await expect(linkedCustomer(harness, client, 'acme')).rejects.toThrow(/link/)
    fake.chaos = {}
    const before = fake.state.customers.size
    // The queue asks again, with the same key.
    await client.call('POST', '/customers', {
      customer: {
        external_id: 'acme',
        billing_configuration: { payment_provider: 'gocardless', sync_with_provider: true, sync: true },
      },
    })
    expect(fake.state.customers.size).toBe(before)
    const { customer } = await ok(client, 'GET', '/customers/acme')
    const there = fake.state.customers.get(customer.billing_configuration.provider_customer_id)
    expect(there).toMatchObject({
      company_name: 'acme',
      email: 'acme@example.com',
      metadata: { lago_customer_id: customer.lago_id },
    })
    expect(await receivedBy(client, endpoint, 'customer.payment_provider_created')).toHaveLength(1)
    expect(await receivedBy(client, endpoint, 'customer.checkout_url_generated')).toHaveLength(1)
  })

  it('needs a name, and nobody is asked without one', async () => {
    const endpoint = await listen(client)
    fake.asked.length = 0
    expect(await linkedCustomer(harness, client, 'nameless', { name: null, firstname: 'Ada' })).toBeNull()
    expect(fake.asked).toEqual([])
    const [told] = await receivedBy(client, endpoint, 'customer.payment_provider_error')
    expect(told.payment_provider_customer_error.provider_error.error_code).toBe('missing_name')
    const both = { name: null, firstname: 'Ada', lastname: 'Byron' }
    const id = await linkedCustomer(harness, client, 'ada', both)
    expect(fake.state.customers.get(id)).toMatchObject({ given_name: 'Ada', family_name: 'Byron' })
  })

  it('is found there by its id, with its mandate', async () => {
    const known = await linkedCustomer(harness, client, 'first')
    const mandate = fake.state.addMandate(known)
    fake.takeMessages()
    const billing_configuration = { payment_provider: 'gocardless', provider_customer_id: known, sync: true }
    await ok(client, 'POST', '/customers', { customer: { external_id: 'second', billing_configuration } })
    expect(await methodsOf('second')).toMatchObject([
      { provider_method_id: mandate.id, payment_provider_type: 'gocardless', is_default: true },
    ])
    for (const id of ['CU99999999', '../creditors']) {
      const answer = await client.call('POST', '/customers', {
        customer: {
          external_id: 'third',
          billing_configuration: { ...billing_configuration, provider_customer_id: id },
        },
      })
      expect([answer.status, Object.keys(answer.body.error_details)]).toEqual([422, ['provider_customer_id']])
    }
  })

  it('payment case 9: is asked for a mandate of the scheme of its currency', async () => {
    for (const [currency, scheme] of [
      ['EUR', 'sepa_core'],
      ['GBP', 'bacs'],
      ['USD', 'ach'],
      ['SEK', 'autogiro'],
    ]) {
      await linkedCustomer(harness, client, `in-${currency}`, { currency })
      const { status, body } = await checkout(`in-${currency}`)
      expect(status).toBe(200)
      const flow = [...fake.state.flows.values()].find(({ url }) => url === body.customer.checkout_url)
      expect(fake.state.requests.get(flow?.billingRequest ?? '')).toMatchObject({ scheme, currency })
      expect(flow?.redirect_uri).toBe('https://gocardless.com/')
    }
    await linkedCustomer(harness, client, 'in-JPY', { currency: 'JPY' })
    expect(await refused(checkout('in-JPY'))).toEqual([422, { base: ['currency_not_supported'] }])
  })

  it('gives a mandate on the page, which becomes its method', async () => {
    await linkedCustomer(harness, client, 'acme')
    const { body } = await checkout('acme')
    const flow = [...fake.state.flows.values()].find(({ url }) => url === body.customer.checkout_url)
    const mandate = fake.state.fulfil(flow?.id ?? '')
    await tell(harness, fake)
    expect(await methodsOf('acme')).toMatchObject([{ provider_method_id: mandate?.id, is_default: true }])
  })

  it('has no page to pay on', async () => {
    await debitedCustomer(harness, fake, client, 'acme')
    const addOn = { name: 'Job', code: 'job', amount_cents: 1000, amount_currency: 'EUR' }
    await ok(client, 'POST', '/add_ons', { add_on: addOn })
    const { invoice } = await ok(client, 'POST', '/invoices', {
      invoice: { external_customer_id: 'acme', currency: 'EUR', fees: [{ add_on_code: 'job' }] },
    })
    const answer = client.call('POST', `/invoices/${invoice.lago_id}/payment_url`)
    expect(await refused(answer)).toEqual([422, { base: ['invalid_payment_provider'] }])
  })
})

describe('messages of GoCardless', () => {
  const post = async (body: string, headers: Record<string, string>, search = '?code=dd') => {
    const url = `/webhooks/gocardless/${client.organizationId}${search}`
    return (await harness.app.inject({ method: 'POST', url, headers, payload: body })).statusCode
  }
  const event = (n: number) => ({
    id: `EV9${client.organizationId.replaceAll('-', '').toUpperCase()}${n}`,
    created_at: '2026-01-01T00:00:00.000Z',
    resource_type: 'payouts',
    action: 'paid',
    links: { payout: 'PO1' },
  })
  const signed = (body: string) => {
    const secret = fake.state.endpoint?.secret ?? ''
    return { 'webhook-signature': createHmac('sha256', secret).update(body).digest('hex') }
  }

  beforeEach(async () => {
    await connectGoCardless(client, fake)
  })

  it('400: are signed over their bytes, and nothing of others is kept', async () => {
    const body = JSON.stringify({ events: [event(1)] })
    const { 'webhook-signature': right } = signed(body)
    expect(await post(body, {})).toBe(400)
    expect(await post(body, { 'webhook-signature': 'zz' })).toBe(400)
    expect(
      await post(body, { 'webhook-signature': right.replace(/^./, right.startsWith('0') ? '1' : '0') }),
    ).toBe(400)
    expect(await post(`${body} `, signed(body))).toBe(400)
    for (const wrong of ['{', '[]', '{"events":1}', '{"events":[{"id":"EV1"}]}', 'null']) {
      expect(await post(wrong, signed(wrong))).toBe(400)
    }
    expect(await post(body, signed(body), '?code=other')).toBe(400)
    const path = '/api/weir/v1/provider_messages'
    expect((await ok(client, 'GET', path)).provider_messages).toEqual([])
    expect(await post(body, signed(body))).toBe(200)
    await runJobs(harness)
    expect((await ok(client, 'GET', path)).provider_messages).toMatchObject([
      { type: 'payouts.paid', result: 'ignored: not_handled' },
    ])
  })

  it('are signed with the secret before for a week after it was made anew', async () => {
    const { payment_providers: all } = await ok(client, 'GET', PATH)
    const path = `${PATH}/${all[0].lago_id}/register_webhook?rotate_secret=true`
    const { payment_provider: rotated } = await ok(client, 'POST', path)
    expect(rotated.webhook_secret).toMatch(/^[A-Za-z0-9]{50}$/)
    expect(rotated.webhook_secret).not.toBe(fake.state.endpoint?.secret)
    const body = JSON.stringify({ events: [event(1)] })
    const before = signed(body)
    expect(await post(body, before)).toBe(200)
    const { systemNow } = harness.context
    Object.assign(harness.context, { systemNow: () => systemNow() + 7 * 86_400_000 })
    expect(await post(body, before)).toBe(400)
    fake.state.endpoint = { url: rotated.webhook_url, secret: rotated.webhook_secret }
    expect(await post(body, signed(body))).toBe(200)
    Object.assign(harness.context, { systemNow })
  })

  it('payment case 40: are 250 in one delivery, of which each is kept once', async () => {
    const events = Array.from({ length: 250 }, (_, n) => event(n))
    const seen = JSON.stringify({ events: events.slice(0, 40) })
    expect(await post(seen, signed(seen))).toBe(200)
    const body = JSON.stringify({ events })
    const began = performance.now()
    expect(await post(body, signed(body))).toBe(200)
    const tookMs = performance.now() - began
    const { meta } = await ok(client, 'GET', '/api/weir/v1/provider_messages')
    expect(meta.total_count).toBe(250)
    expect(tookMs).toBeLessThan(1000)
  })
})
