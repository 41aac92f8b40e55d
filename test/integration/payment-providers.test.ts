import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { checkEncryptionKeys } from '../../src/boot/encryption-keys.ts'
import { addMs } from '../../src/core/calendar/instant.ts'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { issue } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  deliver,
  payingCustomer,
  runJobs,
  SECRET_KEY,
} from '../support/stripe-fixtures.ts'

const PATH = '/api/weir/v1/payment_providers'

let harness: Harness
let stripe: FakeStripe
let client: Client

beforeAll(async () => {
  stripe = await startStripe()
  harness = await startHarness({ providerHosts: { stripe: stripe.url } })
})
afterAll(async () => {
  await harness?.close()
  await stripe?.close()
})
beforeEach(async () => {
  client = await harness.organization()
  stripe.asked.length = 0
  stripe.chaos = {}
  stripe.state.endpoints.length = 0
  stripe.takeMessages()
  stripe.state.revoke(SECRET_KEY, false)
  stripe.state.account = 'acct_fake1'
  stripe.state.endpoints.length = 0
})

const create = (others: object = {}, by = client) =>
  by.call('POST', PATH, {
    payment_provider: { type: 'stripe', code: 'eu', name: 'Stripe EU', secret_key: SECRET_KEY, ...others },
  })
const refused = async (answer: ReturnType<Client['call']>) => {
  const { status, body } = await answer
  return [status, body.error_details ?? body.code]
}

describe('a connection', () => {
  it('payment case 1: 200, has one endpoint for twenty messages, and shows the end of its key', async () => {
    const { status, body } = await create()
    expect(status).toBe(200)
    expect(body.payment_provider).toMatchObject({
      type: 'stripe',
      mode: 'test',
      state: 'active',
      secret_key: '••••••••…a1b',
      account_id: 'acct_fake1',
      webhook_state: 'registered',
      refund_duplicates: true,
      customers_count: 0,
    })
    const [endpoint, ...others] = stripe.state.endpoints
    expect(others).toEqual([])
    expect(endpoint?.events).toHaveLength(20)
    expect(endpoint?.version).toBe('2026-10-28.endive')
    expect(endpoint?.url).toBe(body.payment_provider.webhook_url)
    expect(JSON.stringify(body)).not.toContain(SECRET_KEY)
    const listed = await ok(client, 'GET', `${PATH}?type=stripe&mode=test`)
    expect(listed.payment_providers.map((each: { code: string }) => each.code)).toEqual(['eu'])
    const tested = await ok(client, 'POST', `${PATH}/${body.payment_provider.lago_id}/test`)
    expect(tested.connection_test).toEqual({ ok: true, account: 'acct_fake1', mode: 'test', warnings: [] })
  })

  it('keeps no secret as it is', async () => {
    await create()
    const { rows } = await sql<{ kept: string }>`
      select secrets::text || settings::text as kept from payment_providers`.execute(
      harness.context.database.system,
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { kept } of rows) {
      expect(kept).toContain('v1.')
      expect(kept).not.toMatch(/sk_test|whsec_/)
    }
  })

  it('422: tells every fault at once, and asks nobody', async () => {
    expect(
      await refused(
        create({ code: '', name: null, secret_key: 'pk_test_x', success_redirect_url: 'ftp://x' }),
      ),
    ).toEqual([
      422,
      {
        code: ['value_is_mandatory'],
        name: ['value_is_mandatory'],
        success_redirect_url: ['url_is_invalid'],
        secret_key: ['value_is_invalid'],
      },
    ])
    expect(await refused(create({ type: 'paypal' }))).toEqual([422, { type: ['value_is_invalid'] }])
    expect(stripe.asked).toEqual([])
  })

  it('payment case 3: 422 with a live key in a sandbox, and Stripe is not asked', async () => {
    expect(await refused(create({ secret_key: 'sk_live_abc' }))).toEqual([
      422,
      { mode: ['live_credentials_in_sandbox'] },
    ])
    expect(stripe.asked).toEqual([])
  })

  it('422: has a code of its own and a key that Stripe knows', async () => {
    expect((await create()).status).toBe(200)
    expect(await refused(create())).toEqual([422, { code: ['value_already_exist'] }])
    stripe.state.revoke('sk_test_revoked')
    expect(await refused(create({ code: 'x', secret_key: 'sk_test_revoked' }))).toEqual([
      422,
      { secret_key: ['invalid_credentials'] },
    ])
    stripe.chaos = {}
    const { payment_providers: all } = await ok(client, 'GET', PATH)
    expect(all).toHaveLength(1)
  })

  it('payment case 5: 422, keeps its account when its key changes', async () => {
    const { lago_id: id } = await connectStripe(client)
    stripe.state.account = 'acct_other'
    const change = { payment_provider: { secret_key: 'sk_test_other', name: 'New' } }
    expect(await refused(client.call('PUT', `${PATH}/${id}`, change))).toEqual([
      422,
      { secret_key: ['credentials_of_another_account'] },
    ])
    const live = { payment_provider: { secret_key: 'sk_live_other' } }
    expect(await refused(client.call('PUT', `${PATH}/${id}`, live))).toEqual([
      422,
      { secret_key: ['credentials_of_another_account'] },
    ])
    const kept = await ok(client, 'GET', `${PATH}/${id}`)
    expect(kept.payment_provider.secret_key).toBe('••••••••…a1b')
    stripe.state.account = 'acct_fake1'
    const changed = await ok(client, 'PUT', `${PATH}/${id}`, change)
    expect(changed.payment_provider).toMatchObject({ name: 'New', secret_key: '••••••••…her' })
  })

  it('200: follows a new code with its endpoint and its customers', async () => {
    const { lago_id: id } = await connectStripe(client)
    await payingCustomer(harness, stripe, client, 'acme')
    await ok(client, 'PUT', `${PATH}/${id}`, { payment_provider: { code: 'eu2' } })
    expect(stripe.state.endpoints.map(({ url }) => new URL(url).search)).toContain('?code=eu2')
    const { customer } = await ok(client, 'GET', '/customers/acme')
    expect(customer.billing_configuration.payment_provider_code).toBe('eu2')
  })

  it('404: for an unknown one, and for those of others', async () => {
    const other = await harness.organization()
    const { lago_id: id } = await connectStripe(other)
    for (const path of [`${PATH}/${id}`, `${PATH}/x`]) {
      const answers = await Promise.all([
        client.call('GET', path),
        client.call('PUT', path, { payment_provider: { name: 'x' } }),
        client.call('DELETE', path),
        client.call('POST', `${path}/test`),
        client.call('POST', `${path}/pause`),
        client.call('POST', `${path}/resume`),
        client.call('POST', `${path}/register_webhook`),
      ])
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
        answers.map(() => [404, 'payment_provider_not_found']),
      )
    }
  })

  it('200: once deleted, unlinks its customers and its endpoint', async () => {
    const { lago_id: id } = await connectStripe(client)
    await payingCustomer(harness, stripe, client, 'acme')
    expect((await client.call('DELETE', `${PATH}/${id}`)).status).toBe(200)
    expect(stripe.state.endpoints).toEqual([])
    expect((await client.call('GET', `${PATH}/${id}`)).status).toBe(404)
    const { customer } = await ok(client, 'GET', '/customers/acme')
    expect(customer.billing_configuration.payment_provider).toBeNull()
    const { payment_methods: methods } = await ok(client, 'GET', '/customers/acme/payment_methods')
    expect(methods).toEqual([])
  })

  it('is in the security log when it is made, changed and deleted, with the names of new secrets alone', async () => {
    const { lago_id: id } = await connectStripe(client)
    await ok(client, 'PUT', `${PATH}/${id}`, { payment_provider: { secret_key: 'sk_test_other' } })
    await ok(client, 'DELETE', `${PATH}/${id}`)
    const { rows } = await sql<{ logEvent: string; resources: object }>`
      select log_event as "logEvent", resources from security_logs
      where resources->>'id' = ${id} order by id`.execute(harness.context.database.system)
    const about = { id, type: 'stripe', code: 'eu', mode: 'test' }
    expect(rows).toMatchObject([
      { logEvent: 'integration.created', resources: about },
      { logEvent: 'integration.updated', resources: { ...about, new_secrets: ['secret_key'] } },
      { logEvent: 'integration.deleted', resources: about },
    ])
    expect(JSON.stringify(rows)).not.toContain('sk_test')
  })

  it('is announced when its messages cannot be asked for, and is repaired', async () => {
    const endpoint = await listen(client)
    stripe.state.endpoints.push(
      ...Array.from({ length: 16 }, (_, n) => ({
        id: `we_${n}`,
        url: `http://x/${n}`,
        secret: 's',
        events: [],
        version: '',
      })),
    )
    const { body } = await create()
    expect(body.payment_provider.webhook_state).toBe('missing')
    const [told] = await receivedBy(client, endpoint, 'payment_provider.error')
    expect(told.payment_provider_error).toMatchObject({
      source: 'stripe',
      action: 'payment_provider.register_webhook',
      payment_provider_code: 'eu',
    })
    stripe.state.endpoints.length = 0
    await runJobs(harness)
    const { payment_provider: after } = await ok(client, 'GET', `${PATH}/${body.payment_provider.lago_id}`)
    expect(after.webhook_state).toBe('registered')
  })
})

describe('the encryption key', () => {
  it('payment case 6: stops the start when it is another one, and names the one that is missing', async () => {
    await create()
    await checkEncryptionKeys(harness.context)
    const settings = { ...harness.context.settings, encryptionKeys: [Buffer.alloc(32, 9).toString('base64')] }
    await expect(checkEncryptionKeys({ ...harness.context, settings })).rejects.toThrow(
      /with the key [0-9a-f]{8}:/,
    )
  })
})

describe('customers at a provider', () => {
  it('are made there once, although the first answer was lost', async () => {
    await connectStripe(client)
    const endpoint = await listen(client)
    stripe.chaos = { error500_after: 1000 }
    await client.call('POST', '/customers', {
      customer: {
        external_id: 'acme',
        billing_configuration: { payment_provider: 'stripe', sync_with_provider: true },
      },
    })
    const before = stripe.state.customers.size
    await runJobs(harness)
    stripe.chaos = {}
    const { customer } = await ok(client, 'POST', '/customers', {
      customer: {
        external_id: 'acme',
        billing_configuration: { payment_provider: 'stripe', sync_with_provider: true },
      },
    })
    expect(customer.billing_configuration).toMatchObject({
      provider_payment_methods: ['card'],
      provider_customer_id: expect.stringMatching(/^cus_/),
    })
    await runJobs(harness)
    expect(stripe.state.customers.size).toBe(before + 1)
    const made = await receivedBy(client, endpoint, 'customer.payment_provider_created')
    const pages = await receivedBy(client, endpoint, 'customer.checkout_url_generated')
    expect([made.length, pages.length]).toEqual([1, 0])
  })

  it('payment case 7: are one, and get their page, when only the first answer is lost', async () => {
    await connectStripe(client)
    const endpoint = await listen(client)
    let calls = 0
    stripe.chaos = {
      get reset_after() {
        calls += 1
        return calls === 1 ? 1000 : 0
      },
    }
    const before = stripe.state.customers.size
    const billing_configuration = { payment_provider: 'stripe', sync_with_provider: true }
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'acme', email: 'acme@example.com', billing_configuration },
    })
    await runJobs(harness)
    expect(stripe.state.customers.size).toBe(before + 1)
    expect(stripe.asked.filter((each) => each === 'POST /v1/customers').length).toBeGreaterThan(0)
    const made = await receivedBy(client, endpoint, 'customer.payment_provider_created')
    const pages = await receivedBy(client, endpoint, 'customer.checkout_url_generated')
    expect([made.length, pages.length]).toEqual([1, 1])
  })

  it('get a page on which they leave a card', async () => {
    await connectStripe(client)
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme')
    const pages = await receivedBy(client, endpoint, 'customer.checkout_url_generated')
    expect(pages).toHaveLength(1)
    expect(pages[0].payment_provider_customer_checkout_url.checkout_url).toContain('checkout.stripe.test')
    const { payment_methods: methods } = await ok(client, 'GET', '/customers/acme/payment_methods')
    expect(methods).toMatchObject([{ is_default: true, payment_provider_code: 'eu' }])
  })

  it('payment case 8: 200, are made within the request that asks for it, and leave a card on a page', async () => {
    await connectStripe(client)
    const { customer } = await ok(client, 'POST', '/customers', {
      customer: {
        external_id: 'acme',
        billing_configuration: { payment_provider: 'stripe', sync_with_provider: true, sync: true },
      },
    })
    expect(customer.billing_configuration.provider_customer_id).toMatch(/^cus_/)
    expect(customer.billing_configuration.provider_payment_methods).toEqual(['card'])
    const page = await ok(client, 'POST', '/customers/acme/checkout_url')
    expect(page.customer).toMatchObject({ external_customer_id: 'acme', payment_provider_code: 'eu' })
    expect(await refused(client.call('POST', '/customers/ghost/checkout_url'))).toEqual([
      404,
      'customer_not_found',
    ])
  })

  it('422: with an id that the provider does not know, when the request waits for it', async () => {
    await connectStripe(client)
    const answer = client.call('POST', '/customers', {
      customer: {
        external_id: 'acme',
        billing_configuration: { payment_provider: 'stripe', provider_customer_id: 'cus_nobody', sync: true },
      },
    })
    expect(await refused(answer)).toEqual([422, { provider_customer_id: ['not_found_at_provider'] }])
  })

  it.each([[['link']], [['card', 'customer_balance']], [['gold']]])(
    'payment case 8: 422 with the methods %j',
    async (types) => {
      const answer = client.call('POST', '/customers', {
        customer: {
          external_id: 'acme',
          billing_configuration: {
            payment_provider: 'stripe',
            sync_with_provider: true,
            provider_payment_methods: types,
          },
        },
      })
      expect(await refused(answer)).toEqual([422, { provider_payment_methods: ['value_is_invalid'] }])
    },
  )

  it('422: name the connection when there are several', async () => {
    await connectStripe(client)
    await connectStripe(client, { code: 'us' })
    const billing_configuration = { payment_provider: 'stripe', sync_with_provider: true }
    const answer = client.call('POST', '/customers', {
      customer: { external_id: 'a', billing_configuration },
    })
    expect(await refused(answer)).toEqual([422, { base: ['payment_provider_code_missing'] }])
  })

  it('payment case 11: lose a method at Stripe when it is discarded here, and no other becomes the default', async () => {
    await connectStripe(client)
    const id = await payingCustomer(harness, stripe, client, 'acme')
    stripe.state.addMethod(id)
    await deliver(harness, stripe)
    await runJobs(harness)
    const { payment_methods: two } = await ok(client, 'GET', '/customers/acme/payment_methods')
    expect(two.map((each: { is_default: boolean }) => each.is_default)).toEqual([true, false])
    await ok(client, 'DELETE', `/customers/acme/payment_methods/${two[0].lago_id}`)
    await runJobs(harness)
    expect(stripe.state.methods.get(two[0].provider_method_id)?.customer).toBeNull()
    const { payment_methods: left } = await ok(client, 'GET', '/customers/acme/payment_methods')
    expect(left.map((each: { is_default: boolean }) => each.is_default)).toEqual([false])
    const addOn = { name: 'Job', code: 'job', amount_cents: 1000, amount_currency: 'EUR' }
    await ok(client, 'POST', '/add_ons', { add_on: addOn })
    const invoiceId = await issue(client, 'acme', 1000)
    await charge(harness, client)
    const { payments } = await ok(client, 'GET', `/payments?invoice_id=${invoiceId}`)
    expect([payments, stripe.asked.filter((each) => each === 'POST /v1/payment_intents')]).toEqual([[], []])
  })
})

describe('messages of a provider', () => {
  const send = (url: string, message: { body: string; headers: Record<string, string> }) =>
    harness.app.inject({ method: 'POST', url, headers: message.headers, payload: message.body })

  it('payment case 2: 400 for a connection that could be another, or is none', async () => {
    const first = await connectStripe(client)
    await connectStripe(client, { code: 'us' })
    stripe.state.tell('customer.updated', { id: 'cus_1', object: 'customer' })
    const [message] = stripe.takeMessages()
    if (!message) throw new Error('nothing was sent')
    const signed = stripe.sign({ ...message, url: first.webhook_url }, Date.now())
    const base = `/webhooks/stripe/${client.organizationId}`
    expect((await send(base, signed)).statusCode).toBe(400)
    expect((await send(`${base}?code=eu`, signed)).statusCode).toBe(200)
    for (const url of [
      `${base}?code=us`,
      `/webhooks/adyen/${client.organizationId}?code=eu`,
      '/webhooks/stripe/x?code=eu',
      `/webhooks/stripe/${first.lago_id}?code=eu`,
    ]) {
      expect([url, (await send(url, signed)).statusCode]).toEqual([url, 400])
    }
  })

  it('payment case 52: 400 and nothing kept when they are old, early or changed', async () => {
    await connectStripe(client)
    stripe.state.tell('customer.updated', { id: 'cus_1', object: 'customer' })
    const [message] = stripe.takeMessages()
    if (!message) throw new Error('nothing was sent')
    const url = `/webhooks/stripe/${client.organizationId}?code=eu`
    for (const at of [Date.now() - 302_000, Date.now() + 320_000]) {
      expect((await send(url, stripe.sign(message, at))).statusCode).toBe(400)
    }
    const signed = stripe.sign(message, Date.now())
    expect((await send(url, { ...signed, body: `${signed.body} ` })).statusCode).toBe(400)
    expect((await send(url, { ...signed, headers: {} })).statusCode).toBe(400)
    expect((await ok(client, 'GET', '/api/weir/v1/provider_messages')).meta.total_count).toBe(0)
    expect((await send(url, signed)).statusCode).toBe(200)
    expect((await ok(client, 'GET', '/api/weir/v1/provider_messages')).meta.total_count).toBe(1)
  })

  it('are taken by the provider’s time while the time of the database is ahead of the clock', async () => {
    await connectStripe(client)
    const systemNow = () => addMs(harness.context.systemNow(), 7_200_000)
    const app = buildApp({ ...harness.context, systemNow })
    await app.ready()
    stripe.state.tell('customer.updated', { id: 'cus_1', object: 'customer' })
    expect(await deliver({ ...harness, app }, stripe)).toEqual([200])
    await app.close()
  })

  it('are kept without the numbers of cards', async () => {
    const connection = await connectStripe(client)
    const object = { id: 'cus_1', object: 'customer', description: 'card 4242 4242 4242 4242' }
    stripe.state.tell('customer.updated', object)
    expect(await deliver(harness, stripe)).toEqual([200])
    const { rows } = await sql<{ body: { data: { object: object } } }>`
      select body from provider_messages where payment_provider_id = ${connection.lago_id}`.execute(
      harness.context.database.system,
    )
    expect(rows.map(({ body }) => body.data.object)).toEqual([
      { ...object, description: 'card ••••••••••••4242' },
    ])
  })

  it('payment case 52: 413 above a megabyte', async () => {
    await connectStripe(client)
    const url = `/webhooks/stripe/${client.organizationId}?code=eu`
    const answer = await send(url, {
      body: 'x'.repeat(1_048_577),
      headers: { 'stripe-signature': 't=1,v1=0' },
    })
    expect(answer.statusCode).toBe(413)
  })
})
