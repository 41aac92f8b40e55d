import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeCashfree, startCashfree } from '../fakes/cashfree.ts'
import { type FakeFlutterwave, startFlutterwave } from '../fakes/flutterwave.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { connect, linked, pageUrl, paymentsOf } from '../support/page-fixtures.ts'
import { issue, pay, sell } from '../support/payment-fixtures.ts'
import { charge, deliver, expectSound, runJobs } from '../support/stripe-fixtures.ts'

const PATH = '/api/weir/v1/payment_providers'
const CASHFREE = { client_id: 'CF_test', client_secret: 'cfsk_test_weir' }
const FLUTTERWAVE = { secret_key: 'FLWSECK_TEST-weir-X' }

let harness: Harness
let cashfree: FakeCashfree
let flutterwave: FakeFlutterwave
let client: Client

beforeAll(async () => {
  cashfree = await startCashfree()
  flutterwave = await startFlutterwave()
  harness = await startHarness({ providerHosts: { cashfree: cashfree.url, flutterwave: flutterwave.url } })
})
afterAll(async () => {
  await harness?.close()
  await cashfree?.close()
  await flutterwave?.close()
})
beforeEach(async () => {
  client = await harness.organization()
  await sell(client)
  for (const fake of [cashfree, flutterwave]) {
    fake.chaos = {}
    fake.takeMessages()
    fake.asked.length = 0
    fake.orders.length = 0
  }
})

const create = (payment_provider: object) => client.call('POST', PATH, { payment_provider })
const refused = async (answer: ReturnType<Client['call']>) => {
  const { status, body } = await answer
  return [status, body.error_details ?? body.code]
}
const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice
// What was paid twice waits for somebody.
const sound = () => expectSound(harness, 'payment_reviews')
const base = { code: 'pages', name: 'Pages' }

describe('a connection to Cashfree', () => {
  it('200: has two secrets, and the mode that is named', async () => {
    const made = await connect(client, 'cashfree', CASHFREE)
    expect(made).toMatchObject({
      type: 'cashfree',
      mode: 'test',
      client_id: '••••••••…est',
      client_secret: '••••••••…eir',
      webhook_state: 'manual',
    })
    expect(made).not.toHaveProperty('secret_key')
    const changed = { payment_provider: { client_secret: 'cfsk_test_new' } }
    const after = (await ok(client, 'PUT', `${PATH}/${made.lago_id}`, changed)).payment_provider
    expect([after.client_id, after.client_secret]).toEqual(['••••••••…est', '••••••••…new'])
    expect(cashfree.asked).toEqual([])
  })

  it.each([
    [{}, { client_id: ['value_is_mandatory'], client_secret: ['value_is_mandatory'] }],
    [{ ...CASHFREE, client_id: 'a b' }, { client_id: ['value_is_invalid'] }],
    [{ ...CASHFREE, mode: 'moon' }, { mode: ['value_is_invalid'] }],
    [{ ...CASHFREE, mode: 'live' }, { mode: ['live_credentials_in_sandbox'] }],
  ])('422: %j', async (fields, problems) => {
    expect(await refused(create({ type: 'cashfree', ...base, ...fields }))).toEqual([422, problems])
  })
})

describe('a connection to Flutterwave', () => {
  it('200: shows the secret of its messages once, and its key never', async () => {
    const made = await connect(client, 'flutterwave', FLUTTERWAVE)
    expect(made).toMatchObject({ mode: 'test', secret_key: '••••••••…r-X', webhook_state: 'manual' })
    expect(made.webhook_secret).toMatch(/^[0-9a-f]{64}$/)
    const shown = (await ok(client, 'GET', `${PATH}/${made.lago_id}`)).payment_provider
    expect(shown.webhook_secret).toBe(`••••••••…${made.webhook_secret.slice(-3)}`)
  })

  it.each([
    [{}, { secret_key: ['value_is_mandatory'] }],
    [{ secret_key: 'sk_test_x' }, { secret_key: ['value_is_invalid'] }],
    [{ secret_key: 'FLWSECK-x-X' }, { mode: ['live_credentials_in_sandbox'] }],
  ])('422: %j', async (fields, problems) => {
    expect(await refused(create({ type: 'flutterwave', ...base, ...fields }))).toEqual([422, problems])
  })
})

/** What both have in common, with what is particular about each. */
const BOTH = [
  {
    type: 'cashfree',
    fields: CASHFREE,
    fake: () => cashfree,
    paste: (made: { webhook_url: string }) => {
      cashfree.endpoint = made.webhook_url
    },
    pay: (pageId: string, amount?: number) => void cashfree.pay(pageId, amount),
    latest: () => [...cashfree.links.keys()].at(-1) ?? '',
    sent: {
      link_amount: 12.34,
      link_currency: 'EUR',
      link_partial_payments: false,
      link_auto_reminders: false,
    },
    paid: 'PAID',
  },
  {
    type: 'flutterwave',
    fields: FLUTTERWAVE,
    fake: () => flutterwave,
    paste: (made: { webhook_url: string; webhook_secret: string }) => {
      flutterwave.endpoint = { url: made.webhook_url, secret: made.webhook_secret }
    },
    pay: (pageId: string, amount?: number) => void flutterwave.pay(pageId, 'successful', amount),
    latest: () => [...flutterwave.pages.keys()].at(-1) ?? '',
    sent: { amount: 12.34, currency: 'EUR', configuration: { session_duration: 30 } },
    paid: 'successful',
  },
] as const

describe.each(BOTH)('$type', ({ type, fields, fake, paste, pay: payPage, latest, sent, paid }) => {
  beforeEach(async () => {
    paste(await connect(client, type, fields))
  })
  const told = async () => {
    await deliver(harness, fake())
    await runJobs(harness)
  }

  it('needs no customer there, and keeps no method', async () => {
    const customer = await linked(client, 'acme', type)
    expect(customer.billing_configuration).toMatchObject({
      payment_provider: type,
      provider_customer_id: null,
    })
    await ok(client, 'POST', '/customers', { customer: { external_id: 'acme', name: 'Acme Ltd' } })
    await linked(client, 'now', type, {
      billing_configuration: { payment_provider: type, sync_with_provider: true, sync: true },
    })
    await runJobs(harness)
    expect(fake().asked).toEqual([])
    expect(await refused(client.call('POST', '/customers/acme/checkout_url'))).toEqual([
      405,
      'feature_not_supported',
    ])
  })

  it('charges nobody by itself', async () => {
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    await charge(harness, client)
    await client.clock('2025-01-05T10:00:00Z')
    await charge(harness, client)
    expect(await paymentsOf(client, id)).toEqual([])
    expect(fake().asked).toEqual([])
  })

  it('is paid on a page, at the exact amount', async () => {
    const endpoint = await listen(client)
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1234)
    const url = await pageUrl(client, id)
    expect(await pageUrl(client, id)).toBe(url)
    expect(fake().orders).toHaveLength(1)
    expect(fake().orders[0]).toMatchObject(sent)
    payPage(latest())
    await told()
    expect(await paymentsOf(client, id)).toEqual([[1234, 'succeeded', paid]])
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1234 })
    expect(await receivedBy(client, endpoint, 'payment.succeeded')).toHaveLength(1)
    expect(await refused(client.call('POST', `/invoices/${id}/payment_url`))).toEqual([
      422,
      { base: ['invalid_invoice_status_or_payment_status'] },
    ])
    await sound()
  })

  it('is paid once, however often its message comes', async () => {
    const endpoint = await listen(client)
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    payPage(latest())
    const copies = await deliver(harness, fake(), (all) => [...all, ...all, ...all])
    expect(copies).toEqual([200, 200, 200])
    await runJobs(harness)
    const { provider_messages: messages } = await ok(client, 'GET', '/api/weir/v1/provider_messages')
    expect(messages.map(({ result }: { result: string }) => result)).toEqual(['applied'])
    await ok(client, 'POST', `/api/weir/v1/provider_messages/${messages[0].lago_id}/replay`)
    await runJobs(harness)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', paid]])
    expect(await receivedBy(client, endpoint, 'payment.succeeded')).toHaveLength(1)
  })

  it('is found to be paid without any message', async () => {
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    await client.clock('2025-01-01T10:09:00Z')
    await runJobs(harness)
    const before = fake().asked.length
    await client.clock('2025-01-01T10:10:01Z')
    await runJobs(harness)
    expect(fake().asked.length).toBe(before + 1)
    payPage(latest())
    fake().takeMessages()
    await client.clock('2025-01-01T10:20:02Z')
    await runJobs(harness)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', paid]])
    expect((await invoiceOf(id)).payment_status).toBe('succeeded')
    // Nothing is left to be looked at.
    const asked = fake().asked.length
    await client.clock('2025-01-03T10:00:00Z')
    await runJobs(harness)
    expect(fake().asked.length).toBe(asked)
    await sound()
  })

  it('is recorded at what was paid, and nothing of it is given back by Weir', async () => {
    const endpoint = await ok(client, 'POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:1/own', event_types: ['payment.duplicated'] },
    })
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    expect((await pay(client, id, 1000)).status).toBe(200)
    payPage(latest())
    await told()
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    const own = endpoint.webhook_endpoint.lago_id
    const [duplicated, ...others] = await receivedBy(client, own, 'payment.duplicated')
    expect(others).toEqual([])
    expect(duplicated.payment).toMatchObject({ excess_amount_cents: 1000, refund: null })
    expect((await ok(client, 'GET', '/api/weir/v1/refunds')).refunds).toEqual([])
  })

  it('records another amount than was asked for as it is', async () => {
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    payPage(latest(), 9.99)
    await told()
    expect(await paymentsOf(client, id)).toEqual([[999, 'succeeded', paid]])
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'pending', total_paid_amount_cents: 999 })
    await sound()
  })

  it('leaves what a credit note refunds to be given back by hand', async () => {
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    payPage(latest())
    await told()
    const { fees } = await invoiceOf(id)
    const { credit_note: note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: id,
        refund_amount_cents: 700,
        credit_amount_cents: 0,
        items: [{ fee_id: fees[0].lago_id, amount_cents: 700 }],
      },
    })
    await runJobs(harness)
    expect((await ok(client, 'GET', '/api/weir/v1/refunds')).refunds).toEqual([])
    const path = `/credit_notes/${note.lago_id}`
    expect((await ok(client, 'GET', path)).credit_note.refund_status).toBe('pending')
    await ok(client, 'PUT', path, { credit_note: { refund_status: 'succeeded' } })
    expect((await ok(client, 'GET', path)).credit_note.refund_status).toBe('succeeded')
  })

  it('makes one page, although the answer is lost', async () => {
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    fake().chaos = { reset_after: 1000 }
    expect((await client.call('POST', `/invoices/${id}/payment_url`)).body.error_details).toMatchObject({
      thirdparty_error: 'no answer',
    })
    fake().chaos = {}
    const pageId = latest()
    expect(await pageUrl(client, id)).toContain(pageId)
    expect(latest()).toBe(pageId)
    payPage(pageId)
    await told()
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', paid]])
  })

  it('stops its connection when it does not know the secrets', async () => {
    const endpoint = await listen(client)
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    const before = { ...cashfree.credentials }
    cashfree.credentials = { id: 'other', secret: 'other' }
    flutterwave.secretKey = 'FLWSECK_TEST-other-X'
    try {
      expect((await client.call('POST', `/invoices/${id}/payment_url`)).status).toBe(422)
    } finally {
      cashfree.credentials = before
      flutterwave.secretKey = FLUTTERWAVE.secret_key
    }
    const { payment_providers: all } = await ok(client, 'GET', PATH)
    expect(all[0].state).toBe('failing')
    const [error] = await receivedBy(client, endpoint, 'payment_provider.error')
    expect(error.payment_provider_error).toMatchObject({ source: type })
    await client.clock('2025-01-01T10:05:01Z')
    await runJobs(harness)
    expect((await ok(client, 'GET', PATH)).payment_providers[0].state).toBe('active')
    expect(await pageUrl(client, id)).toContain(latest())
  })

  it('refuses messages that are not signed, and ignores those that are not about pages of ours', async () => {
    await linked(client, 'acme', type)
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    payPage(latest())
    const [message] = fake().takeMessages()
    if (!message) throw new Error('nothing was told')
    const send = async (body: string, headers: Record<string, string>) => {
      const { pathname, search } = new URL(message.url)
      const answer = await harness.app.inject({
        method: 'POST',
        url: pathname + search,
        headers,
        payload: body,
      })
      return answer.statusCode
    }
    const signed = fake().sign(message, Date.now())
    expect(await send(message.body, message.headers)).toBe(400)
    const [name = ''] = Object.keys(signed.headers).filter((key) => /signature|verif/.test(key))
    expect(await send(message.body, { ...signed.headers, [name]: `x${signed.headers[name]}` })).toBe(400)
    expect(await send('{}', fake().sign({ ...message, body: '{}' }, Date.now()).headers)).toBe(400)
    expect((await ok(client, 'GET', '/api/weir/v1/provider_messages')).provider_messages).toEqual([])
    const stranger = { ...message, body: message.body.replaceAll(latest(), 'somebody-else') }
    expect(await send(stranger.body, fake().sign(stranger, Date.now()).headers)).toBe(200)
    await runJobs(harness)
    const { provider_messages: messages } = await ok(client, 'GET', '/api/weir/v1/provider_messages')
    expect(messages.map(({ result }: { result: string }) => result)).toEqual(['ignored: not_ours'])
    expect(await paymentsOf(client, id)).toEqual([])
  })
})

describe('a link of Cashfree', () => {
  beforeEach(async () => {
    cashfree.endpoint = (await connect(client, 'cashfree', CASHFREE)).webhook_url
    await linked(client, 'acme', 'cashfree')
  })

  it('is closed for another amount, and when its invoice is paid in another way', async () => {
    const id = await issue(client, 'acme', 1000)
    const first = await pageUrl(client, id)
    await pay(client, id, 200)
    const second = await pageUrl(client, id)
    expect(second).not.toBe(first)
    expect(
      [...cashfree.links.values()].slice(-2).map((each) => [each.link_amount, each.link_status]),
    ).toEqual([
      [10, 'CANCELLED'],
      [8, 'ACTIVE'],
    ])
    await pay(client, id, 800)
    await runJobs(harness)
    expect([...cashfree.links.values()].at(-1)?.link_status).toBe('CANCELLED')
  })

  it('is found to be paid when it is to be closed', async () => {
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    cashfree.pay([...cashfree.links.keys()].at(-1) ?? '')
    cashfree.takeMessages()
    await client.clock('2025-01-02T10:01:00Z')
    await runJobs(harness)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', 'PAID']])
  })

  it('refuses messages that are more than a day old', async () => {
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    cashfree.pay([...cashfree.links.keys()].at(-1) ?? '')
    const [message] = cashfree.takeMessages()
    if (!message) throw new Error('nothing was told')
    const { pathname, search } = new URL(message.url)
    const send = async (atMs: number) => {
      const { headers } = cashfree.sign(message, atMs)
      const url = pathname + search
      return (await harness.app.inject({ method: 'POST', url, headers, payload: message.body })).statusCode
    }
    expect(await send(Date.now() - 86_460_000)).toBe(400)
    expect(await send(Math.floor((Date.now() - 86_300_000) / 1000))).toBe(200)
  })
})

describe('a page of Flutterwave', () => {
  beforeEach(async () => {
    const made = await connect(client, 'flutterwave', FLUTTERWAVE)
    flutterwave.endpoint = { url: made.webhook_url, secret: made.webhook_secret }
    await linked(client, 'acme', 'flutterwave')
  })
  const latest = () => [...flutterwave.pages.keys()].at(-1) ?? ''
  const told = async () => {
    await deliver(harness, flutterwave)
    await runJobs(harness)
  }

  it('counts only what is read, whatever a message says', async () => {
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    const made = flutterwave.pay(latest())
    made.status = 'pending'
    await told()
    expect(await paymentsOf(client, id)).toEqual([])
    made.status = 'successful'
    await client.clock('2025-01-01T10:10:01Z')
    await runJobs(harness)
    expect(await paymentsOf(client, id)).toEqual([[1000, 'succeeded', 'successful']])
  })

  it('fails its invoice with a declined try, and is paid with the next', async () => {
    const endpoint = await listen(client)
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    flutterwave.pay(latest(), 'failed')
    await told()
    expect([await paymentsOf(client, id), (await invoiceOf(id)).payment_status]).toEqual([
      [[1000, 'failed', 'failed']],
      'failed',
    ])
    expect(await receivedBy(client, endpoint, 'invoice.payment_failure')).toHaveLength(1)
    flutterwave.pay(latest())
    await told()
    expect(await paymentsOf(client, id)).toEqual([
      [1000, 'failed', 'failed'],
      [1000, 'succeeded', 'successful'],
    ])
    expect((await invoiceOf(id)).payment_status).toBe('succeeded')
    await sound()
  })

  it('cannot be closed: another amount waits until its time is over', async () => {
    const id = await issue(client, 'acme', 1000)
    await pageUrl(client, id)
    const old = latest()
    await pay(client, id, 200)
    expect(await refused(client.call('POST', `/invoices/${id}/payment_url`))).toEqual([
      405,
      'payment_processor_is_currently_handling_payment',
    ])
    const { systemNow } = harness.context
    const inHalfAnHour = () => systemNow() + 33 * 60_000
    Object.assign(harness.context, { systemNow: inHalfAnHour })
    try {
      await pageUrl(client, id)
    } finally {
      Object.assign(harness.context, { systemNow })
    }
    expect(latest()).not.toBe(old)
    expect(flutterwave.pages.get(latest())?.amount).toBe(8)
    // The old one is paid all the same: what is too much is told, and kept for somebody.
    flutterwave.pay(old)
    await told()
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    await sound()
  })
})
