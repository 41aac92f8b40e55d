import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CardKind, type FakeMoneyHash, startMoneyHash } from '../fakes/moneyhash.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { connect, linked, pageUrl, paymentsOf } from '../support/page-fixtures.ts'
import { issue, pay, sell } from '../support/payment-fixtures.ts'
import { charge, deliver, expectSound, runJobs } from '../support/stripe-fixtures.ts'

const PATH = '/api/weir/v1/payment_providers'
const FIELDS = { api_key: 'mh_test_weir00a1b', flow_id: 'flow_1' }

let harness: Harness
let fake: FakeMoneyHash
let client: Client

beforeAll(async () => {
  fake = await startMoneyHash()
  harness = await startHarness({ providerHosts: { moneyhash: fake.url } })
})
afterAll(async () => {
  await harness?.close()
  await fake?.close()
})
beforeEach(async () => {
  client = await harness.organization()
  await sell(client)
  fake.chaos = {}
  fake.apiKey = FIELDS.api_key
  fake.signatureKey = 'whsig_weir'
  fake.takeMessages()
  fake.asked.length = 0
  fake.orders.length = 0
})

const create = (fields: object) =>
  client.call('POST', PATH, { payment_provider: { type: 'moneyhash', code: 'mh', name: 'MH', ...fields } })
const refused = async (answer: ReturnType<Client['call']>) => {
  const { status, body } = await answer
  return [status, body.error_details ?? body.code]
}
const told = async () => {
  await deliver(harness, fake)
  await runJobs(harness)
}
const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice
const methods = async () => (await ok(client, 'GET', '/customers/acme/payment_methods')).payment_methods
/** A customer there, with a card of a kind; its id there. */
const customer = async (kind?: CardKind) => {
  await linked(client, 'acme', 'moneyhash')
  await runJobs(harness)
  const { billing_configuration: billing } = (await ok(client, 'GET', '/customers/acme')).customer
  if (kind) {
    fake.addCard(billing.provider_customer_id, kind)
    await told()
  }
  return billing.provider_customer_id as string
}
const charged = async (cents: number) => {
  const id = await issue(client, 'acme', cents)
  await charge(harness, client)
  return id
}
const lastIntent = () => [...fake.intents.values()].at(-1)

describe('a connection to MoneyHash', () => {
  it('200: fetches the key that signs messages', async () => {
    const { status, body } = await create(FIELDS)
    expect([status, body.payment_provider]).toMatchObject([
      200,
      { mode: 'test', api_key: '••••••••…a1b', flow_id: 'flow_1', webhook_state: 'registered' },
    ])
    expect(JSON.stringify(body)).not.toContain(fake.signatureKey)
    const { lago_id: id, account_id: account } = body.payment_provider
    const change = (payment_provider: object) => client.call('PUT', `${PATH}/${id}`, { payment_provider })
    fake.apiKey = 'mh_test_weir00e5f'
    const changed = (await change({ api_key: fake.apiKey, flow_id: 'flow_2' })).body.payment_provider
    expect(changed).toMatchObject({ api_key: '••••••••…e5f', flow_id: 'flow_2', account_id: account })
    fake.signatureKey = 'another'
    expect(await refused(change({ api_key: fake.apiKey }))).toEqual([
      422,
      { api_key: ['credentials_of_another_account'] },
    ])
  })

  it.each([
    [{}, { api_key: ['value_is_mandatory'], flow_id: ['value_is_mandatory'] }],
    [{ ...FIELDS, flow_id: 'f'.repeat(21) }, { flow_id: ['value_is_too_long'] }],
    [{ ...FIELDS, api_key: 'a b' }, { api_key: ['value_is_invalid'] }],
    [{ ...FIELDS, mode: 'live' }, { mode: ['live_credentials_in_sandbox'] }],
    [{ ...FIELDS, api_key: 'other' }, { api_key: ['invalid_credentials'] }],
  ])('422: %j', async (fields, problems) => {
    expect(await refused(create(fields))).toEqual([422, problems])
  })
})

describe('a customer at MoneyHash', () => {
  beforeEach(async () => {
    await connect(client, 'moneyhash', FIELDS)
  })

  it('is made there, and leaves a card on a page', async () => {
    const endpoint = await listen(client)
    await linked(client, 'acme', 'moneyhash', {
      currency: 'EUR',
      tax_identification_number: 'DE1',
      country: 'DE',
      city: 'Bonn',
    })
    await runJobs(harness)
    expect([...fake.customers.values()].at(-1)).toMatchObject({
      type: 'BUSINESS',
      company_name: 'acme',
      email: 'acme@example.com',
      tax_id: 'DE1',
      address: 'Bonn, DE',
    })
    expect(await receivedBy(client, endpoint, 'customer.payment_provider_created')).toHaveLength(1)
    expect(await receivedBy(client, endpoint, 'customer.checkout_url_generated')).toHaveLength(1)
    const { customer: page } = await ok(client, 'POST', '/customers/acme/checkout_url')
    expect(page.checkout_url).toMatch(/\?lago_request=generate_checkout_url$/)
    const { lago_id } = (await ok(client, 'GET', '/customers/acme')).customer
    expect(fake.orders.at(-1)).toMatchObject({
      amount: '5.0',
      amount_currency: 'EUR',
      flow_id: 'flow_1',
      tokenize_card: true,
      payment_type: 'UNSCHEDULED',
      recurring_data: { agreement_id: lago_id },
    })
    expect(fake.orders.at(-1)?.webhook_url).toContain('/webhooks/moneyhash/')
  })

  it('has the cards that messages tell, in whatever order', async () => {
    const there = await customer('ok')
    expect(await methods()).toMatchObject([{ is_default: true, payment_provider_type: 'moneyhash' }])
    const second = fake.addCard(there)
    const created = fake.takeMessages()
    fake.removeCard(second)
    const removed = fake.takeMessages()
    await deliver(harness, { ...fake, takeMessages: () => created })
    await runJobs(harness)
    expect(await methods()).toHaveLength(2)
    await deliver(harness, { ...fake, takeMessages: () => removed })
    await runJobs(harness)
    // An older message that comes later.
    const [again] = created
    if (!again) throw new Error('nothing was told')
    const older = { ...again, body: again.body.replace('card_token.created', 'card_token.updated') }
    await deliver(harness, { ...fake, takeMessages: () => [older] })
    await runJobs(harness)
    expect(await methods()).toHaveLength(1)
  })

  it('has no card any more once it is discarded here; MoneyHash is not asked', async () => {
    await customer('ok')
    const [card] = await methods()
    fake.asked.length = 0
    await ok(client, 'DELETE', `/customers/acme/payment_methods/${card.lago_id}`)
    await runJobs(harness)
    expect([await methods(), fake.asked]).toEqual([[], []])
  })
})

describe('a charge at MoneyHash', () => {
  beforeEach(async () => {
    await connect(client, 'moneyhash', FIELDS)
  })

  it('is of the exact amount, with the card, and without the payer', async () => {
    const endpoint = await listen(client)
    const there = await customer('ok')
    const id = await charged(1234)
    expect(await paymentsOf(client, id)).toEqual([[1234, 'succeeded', 'SUCCESSFUL']])
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1234 })
    const { lago_id } = (await ok(client, 'GET', '/customers/acme')).customer
    expect(fake.orders).toHaveLength(2)
    expect(fake.orders[1]).toMatchObject({
      amount: '12.34',
      amount_currency: 'EUR',
      customer: there,
      merchant_initiated: true,
      payment_type: 'UNSCHEDULED',
      recurring_data: { agreement_id: lago_id },
      custom_fields: { lago_payable_id: id },
    })
    await told()
    await told()
    expect(await receivedBy(client, endpoint, 'payment.succeeded')).toHaveLength(1)
    await expectSound(harness)
  })

  it('is told by a message when its answer was lost, and is not sent again', async () => {
    await customer('ok')
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    expect(await paymentsOf(client, id)).toEqual([[1000, 'pending', 'pending']])
    const lost = fake.takeMessages()
    await client.clock('2025-01-01T12:00:00Z')
    await runJobs(harness)
    expect([await paymentsOf(client, id), fake.orders.length]).toEqual([[[1000, 'pending', 'pending']], 2])
    expect(await refused(client.call('POST', `/invoices/${id}/retry_payment`))).toEqual([
      405,
      'payment_processor_is_currently_handling_payment',
    ])
    await deliver(harness, { ...fake, takeMessages: () => lost })
    await runJobs(harness)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', 'SUCCESSFUL']])
    expect(fake.orders).toHaveLength(2)
  })

  it('waits for somebody when nothing is told of it for two days', async () => {
    const own = await ok(client, 'POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:1/own', event_types: ['payment.needs_review'] },
    })
    await customer('ok')
    fake.chaos = { reset_before: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    for (let hour = 0; hour < 60; hour += 1) {
      await client.clock(new Date(Date.UTC(2025, 0, 1, 11 + hour)).toISOString())
      await runJobs(harness)
    }
    expect(await paymentsOf(client, id)).toEqual([[1000, 'pending', 'pending']])
    expect(await receivedBy(client, own.webhook_endpoint.lago_id, 'payment.needs_review')).toHaveLength(1)
    const { payments } = await ok(client, 'GET', `/payments?invoice_id=${id}`)
    await ok(client, 'POST', `/api/weir/v1/payments/${payments[0].lago_id}/resolve`, {
      resolution: { outcome: 'failed', note: 'MoneyHash has no such intent' },
    })
    expect(await paymentsOf(client, id)).toEqual([[1000, 'failed', 'failed']])
    await expectSound(harness)
  })

  it('fails when the card is declined, and has another try with another card', async () => {
    const endpoint = await listen(client)
    const there = await customer('declined')
    const id = await charged(1000)
    expect([await paymentsOf(client, id), (await invoiceOf(id)).payment_status]).toEqual([
      [[1000, 'failed', 'FAILED']],
      'failed',
    ])
    const [failure, ...others] = await receivedBy(client, endpoint, 'invoice.payment_failure')
    expect([failure.payment_provider_invoice_payment_error.provider_error.message, others]).toEqual([
      'Do not honour',
      [],
    ])
    fake.addCard(there, 'ok')
    await told()
    await ok(client, 'POST', `/invoices/${id}/retry_payment`)
    await charge(harness, client)
    expect(await paymentsOf(client, id)).toEqual([
      [1000, 'failed', 'FAILED'],
      [1000, 'succeeded', 'SUCCESSFUL'],
    ])
  })

  it('waits for the payer or for MoneyHash, and is known without a message', async () => {
    const endpoint = await listen(client)
    await customer('needs_authentication')
    const id = await charged(1000)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'processing', 'PENDING_AUTHENTICATION']])
    const [asked] = await receivedBy(client, endpoint, 'payment.requires_action')
    expect(asked.payment.next_action).toEqual({ embed_url: lastIntent()?.embed_url })
    fake.settle(lastIntent()?.id ?? '', 'PENDING')
    await told()
    expect(await paymentsOf(client, id)).toEqual([[1000, 'processing', 'PENDING']])
    fake.settle(lastIntent()?.id ?? '', 'SUCCESSFUL')
    fake.takeMessages()
    await client.clock('2025-01-01T11:15:00Z')
    await runJobs(harness)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', 'SUCCESSFUL']])
  })

  it('gives up a card that MoneyHash does not know', async () => {
    await customer('ok')
    fake.removeCard(JSON.parse(JSON.stringify((await methods())[0].provider_method_id)))
    fake.takeMessages()
    const id = await charged(1000)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'failed', 'failed']])
    expect(await methods()).toEqual([])
  })

  it('waits, and does not fail, while the key is not known', async () => {
    await customer('ok')
    fake.apiKey = 'another'
    const id = await charged(1000)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'pending', 'pending']])
    expect((await ok(client, 'GET', PATH)).payment_providers[0].state).toBe('failing')
    fake.apiKey = FIELDS.api_key
    await client.clock('2025-01-01T10:05:01Z')
    await runJobs(harness)
    await charge(harness, client)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', 'SUCCESSFUL']])
  })

  it('applies nothing of another amount', async () => {
    await customer('slow')
    const id = await charged(1000)
    const intent = lastIntent()
    if (!intent) throw new Error('nothing was charged')
    Object.assign(intent, { amount: '9.99' })
    fake.settle(intent.id, 'SUCCESSFUL')
    await told()
    expect(await paymentsOf(client, id)).toEqual([[1000, 'processing', 'PENDING']])
    expect((await invoiceOf(id)).total_paid_amount_cents).toBe(0)
    const { payments } = await ok(client, 'GET', `/payments?invoice_id=${id}`)
    const resolution = { outcome: 'failed', note: 'a test' }
    await ok(client, 'POST', `/api/weir/v1/payments/${payments[0].lago_id}/resolve`, { resolution })
  })
})

describe('MoneyHash on a bad day', () => {
  it('takes the money of no invoice twice, and every capture is known once its messages came', async () => {
    await connect(client, 'moneyhash', FIELDS)
    await customer('ok')
    fake.chaos = { reset_before: 100, reset_after: 200, error500_after: 150, half_body: 100, rate429: 150 }
    const ids: string[] = []
    for (let n = 0; n < 25; n += 1) ids.push(await issue(client, 'acme', 1000 + n))
    for (const minute of [0, 1, 3, 15, 45, 90]) {
      await client.clock(new Date(Date.UTC(2025, 0, 1, 10, minute, 30)).toISOString())
      await charge(harness, client)
    }
    fake.chaos = {}
    await deliver(harness, fake, (all) => [...all, ...all].reverse())
    await runJobs(harness)
    const captures = new Map<string, number>()
    for (const { status, custom_fields: custom, amount } of fake.intents.values()) {
      const { lago_payable_id: id } = custom
      if (status !== 'PROCESSED' || id === undefined || !ids.includes(id)) continue
      expect(captures.has(id)).toBe(false)
      captures.set(id, Math.round(Number(amount) * 100))
    }
    expect(captures.size).toBeGreaterThan(15)
    for (const id of ids) {
      expect((await invoiceOf(id)).total_paid_amount_cents).toBe(captures.get(id) ?? 0)
    }
    const states = (await Promise.all(ids.map((id) => paymentsOf(client, id)))).map((all) =>
      all.map(([, status]) => status),
    )
    // What never arrived, and was answered with nothing, waits for somebody.
    expect(states.filter(([status]) => status === 'succeeded')).toHaveLength(captures.size)
    expect(states.filter(([status]) => status === 'pending')).toHaveLength(25 - captures.size)
    expect(states.every((all) => all.length === 1)).toBe(true)
  })
})

describe('a page of MoneyHash', () => {
  beforeEach(async () => {
    await connect(client, 'moneyhash', FIELDS)
    await customer()
    fake.orders.length = 0
  })

  it('is paid, at the exact amount', async () => {
    const id = await issue(client, 'acme', 1234)
    const url = await pageUrl(client, id)
    expect(url).toBe(`${lastIntent()?.embed_url}?lago_request=generate_payment_url`)
    expect(await pageUrl(client, id)).toBe(url)
    expect(fake.orders).toHaveLength(1)
    expect(fake.orders[0]).toMatchObject({ amount: '12.34', merchant_initiated: false })
    expect(fake.orders[0]?.expires_after_seconds).toBeGreaterThan(86_300)
    fake.settle(lastIntent()?.id ?? '', 'FAILED')
    await told()
    expect((await invoiceOf(id)).payment_status).toBe('failed')
    fake.settle(lastIntent()?.id ?? '', 'SUCCESSFUL')
    await told()
    expect(await paymentsOf(client, id)).toEqual([[1234, 'succeeded', 'SUCCESSFUL']])
    await expectSound(harness)
  })

  it('is not closed: a charge waits for its end, and takes what is still owed', async () => {
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    const { billing_configuration: billing } = (await ok(client, 'GET', '/customers/acme')).customer
    fake.addCard(billing.provider_customer_id)
    await told()
    await client.clock('2025-01-01T10:20:00Z')
    await charge(harness, client)
    expect([await paymentsOf(client, id), fake.orders.length]).toEqual([[[1000, 'pending', 'pending']], 1])
    const page = lastIntent()
    if (page) page.status = 'TIME_EXPIRED'
    await client.clock('2025-01-01T10:45:00Z')
    await charge(harness, client)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', 'SUCCESSFUL']])
    expect(fake.orders).toHaveLength(2)
  })

  it('is over when its intent has expired, and another is made', async () => {
    const id = await issue(client, 'acme', 1000)
    const first = await pageUrl(client, id)
    const page = lastIntent()
    if (!page) throw new Error('no page')
    page.status = 'TIME_EXPIRED'
    await client.clock('2025-01-01T10:10:01Z')
    await runJobs(harness)
    expect(await pageUrl(client, id)).not.toBe(first)
  })

  it('leaves what is given back to be given back by hand', async () => {
    const own = await ok(client, 'POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:1/own', event_types: ['payment.duplicated'] },
    })
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    await pay(client, id, 1000)
    fake.settle(lastIntent()?.id ?? '', 'SUCCESSFUL')
    await told()
    const [duplicated] = await receivedBy(client, own.webhook_endpoint.lago_id, 'payment.duplicated')
    expect(duplicated.payment).toMatchObject({ excess_amount_cents: 1000, refund: null })
    expect((await ok(client, 'GET', '/api/weir/v1/refunds')).refunds).toEqual([])
  })
})

describe('a message of MoneyHash', () => {
  it('is refused without its signature, and when it is more than a day old', async () => {
    await connect(client, 'moneyhash', FIELDS)
    await customer()
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    fake.settle(lastIntent()?.id ?? '', 'SUCCESSFUL')
    const [message] = fake.takeMessages()
    if (!message) throw new Error('nothing was told')
    const { pathname, search } = new URL(message.url)
    const send = async (body: string, headers: Record<string, string>) => {
      const url = pathname + search
      return (await harness.app.inject({ method: 'POST', url, headers, payload: body })).statusCode
    }
    const signed = (atMs: number) => fake.sign(message, atMs).headers
    expect(await send(message.body, message.headers)).toBe(400)
    expect(await send(`${message.body} `, signed(Date.now()))).toBe(400)
    expect(await send(message.body, signed(Date.now() - 86_460_000))).toBe(400)
    expect(await send(message.body, signed(Date.now() + 86_460_000))).toBe(400)
    expect((await ok(client, 'GET', '/api/weir/v1/provider_messages')).provider_messages).toEqual([])
    expect(await send(message.body, signed(Date.now()))).toBe(200)
  })
})
