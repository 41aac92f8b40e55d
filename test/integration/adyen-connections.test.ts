import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepMessages } from '../../src/actions/provider-messages/sweep-messages.ts'
import { type FakeAdyen, startAdyen } from '../fakes/adyen.ts'
import type { FakeLink } from '../fakes/adyen-state.ts'
import { API_KEY, cardHolder, connectAdyen, HMAC_KEY, shopper, tell } from '../support/adyen-fixtures.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { runJobs } from '../support/stripe-fixtures.ts'

const PATH = '/api/weir/v1/payment_providers'

let harness: Harness
let fake: FakeAdyen
let client: Client

beforeAll(async () => {
  fake = await startAdyen()
  harness = await startHarness({ providerHosts: { adyen: fake.url } })
})
afterAll(async () => {
  await harness?.close()
  await fake?.close()
})
beforeEach(async () => {
  client = await harness.organization()
  fake.itemsPerDelivery = 1
  fake.takeMessages()
  fake.state.cards.clear()
  fake.state.links.clear()
  fake.state.revoke(API_KEY, false)
  fake.asked.length = 0
  fake.orders.length = 0
})

const create = (others: object = {}) =>
  client.call('POST', PATH, {
    payment_provider: {
      type: 'adyen',
      code: 'cards',
      name: 'Cards',
      api_key: API_KEY,
      merchant_account: 'WeirTest',
      ...others,
    },
  })
const refused = async (answer: ReturnType<Client['call']>) => {
  const { status, body } = await answer
  return [status, body.error_details ?? body.code]
}
const methodsOf = async (externalId: string) =>
  (await ok(client, 'GET', `/customers/${externalId}/payment_methods`)).payment_methods
const checkout = (externalId: string) => client.call('POST', `/customers/${externalId}/checkout_url`)
const link = (): FakeLink => {
  const last = [...fake.state.links.values()].at(-1)
  if (!last) throw new Error('no link')
  return last
}
const messages = async () =>
  (await ok(client, 'GET', '/api/weir/v1/provider_messages')).provider_messages as {
    type: string
    result: string
  }[]

describe('a connection to Adyen', () => {
  it('200: is tried with its account, and shows of its secrets the ends', async () => {
    const { status, body } = await create({ hmac_key: HMAC_KEY, success_redirect_url: 'weir-app://paid' })
    expect(status).toBe(200)
    const { payment_provider: made } = body
    expect(made).toMatchObject({
      type: 'adyen',
      mode: 'test',
      merchant_account: 'WeirTest',
      live_prefix: null,
      api_key: '••••••••…a9f',
      hmac_key: '••••••••…DEF',
      token_hmac_key: null,
      success_redirect_url: 'weir-app://paid',
      account_id: 'WeirTest',
      webhook_state: 'manual',
    })
    expect(made.webhook_url).toMatch(/\/webhooks\/adyen\/[0-9a-f-]{36}\?code=cards$/)
    expect(fake.orders.map(({ path, body: sent }) => [path, JSON.parse(sent)])).toEqual([
      ['/paymentMethods', { merchantAccount: 'WeirTest' }],
    ])
    const { connection_test } = await ok(client, 'POST', `${PATH}/${made.lago_id}/test`)
    expect(connection_test).toEqual({ ok: true, account: 'WeirTest', mode: 'test', warnings: [] })
  })

  it('200: warns that no message is understood without the key of their signatures', async () => {
    const { payment_provider: made } = (await create()).body
    const { connection_test } = await ok(client, 'POST', `${PATH}/${made.lago_id}/test`)
    expect(connection_test.warnings).toEqual(['hmac_key_missing'])
  })

  it.each(['evil.example/x?', 'a.b', 'a-', '-a', 'a--b', 'a@b', 'a'.repeat(101), 'a b', 'a#'])(
    'payment case 4: a live prefix %s is none, and nobody is called',
    async (live_prefix) => {
      expect(await refused(create({ live_prefix }))).toEqual([422, { live_prefix: ['value_is_invalid'] }])
      expect(fake.asked).toEqual([])
    },
  )

  it('422: lists all faults at once', async () => {
    const wrong = { api_key: 'a b', merchant_account: 'a/b', hmac_key: 'x', token_hmac_key: 'é' }
    expect(await refused(create(wrong))).toEqual([
      422,
      {
        api_key: ['value_is_invalid'],
        merchant_account: ['value_is_invalid'],
        hmac_key: ['value_is_invalid'],
        token_hmac_key: ['value_is_invalid'],
      },
    ])
    expect(await refused(create({ api_key: null, merchant_account: '' }))).toEqual([
      422,
      { api_key: ['value_is_mandatory'], merchant_account: ['value_is_mandatory'] },
    ])
    expect(fake.asked).toEqual([])
  })

  it('422: a live account is none for a sandbox, nor for a server of a test', async () => {
    expect(await refused(create({ live_prefix: '1797a841fbb37ca7-AdyenDemo' }))).toEqual([
      422,
      { mode: ['live_credentials_in_sandbox'] },
    ])
    expect(fake.asked).toEqual([])
  })

  it('422: addresses that a browser would run lead nowhere', async () => {
    for (const success_redirect_url of ['javascript://x', 'data:text/html,x', 'file:///etc/passwd', 'x']) {
      expect(await refused(create({ success_redirect_url }))).toEqual([
        422,
        { success_redirect_url: ['url_is_invalid'] },
      ])
    }
  })

  it('422: a key that Adyen does not know, or that is for another account', async () => {
    fake.state.revoke(API_KEY)
    expect(await refused(create())).toEqual([422, { api_key: ['invalid_credentials'] }])
    fake.state.revoke(API_KEY, false)
    const [status, details] = await refused(create({ merchant_account: 'Another' }))
    expect([status, details]).toEqual([
      422,
      { third_party: 'Adyen', thirdparty_error: 'Invalid Merchant Account' },
    ])
  })

  it('200: takes a new key of messages without trying the account, and keeps its account', async () => {
    const { payment_provider: made } = (await create()).body
    fake.asked.length = 0
    const change = { hmac_key: HMAC_KEY, merchant_account: 'Another', live_prefix: 'x' }
    const { payment_provider: changed } = await ok(client, 'PUT', `${PATH}/${made.lago_id}`, {
      payment_provider: change,
    })
    expect(changed).toMatchObject({
      hmac_key: '••••••••…DEF',
      merchant_account: 'WeirTest',
      live_prefix: null,
      mode: 'test',
    })
    expect(fake.asked).toEqual([])
  })

  it('is not swept for messages, of which Adyen keeps no list', async () => {
    const made = await connectAdyen(client, fake)
    fake.asked.length = 0
    await sweepMessages(harness.context, client.organizationId, made.lago_id)
    expect(fake.asked).toEqual([])
  })
})

describe('a customer at Adyen', () => {
  beforeEach(async () => {
    await connectAdyen(client, fake)
    fake.asked.length = 0
    fake.orders.length = 0
  })

  it('payment case 10: is known there by its external id, or by its own where Adyen takes no such name', async () => {
    expect(await shopper(harness, client, 'cust-7')).toBe('cust-7')
    for (const externalId of ['ab', 'someone@example.com']) {
      const known = await shopper(harness, client, externalId, { email: null })
      expect(known).toBe((await ok(client, 'GET', `/customers/${externalId}`)).customer.lago_id)
    }
    expect(fake.asked.every((each) => each === 'POST /v72/paymentLinks')).toBe(true)
  })

  it('leaves a card on a page on which nothing is paid', async () => {
    const endpoint = await listen(client)
    await shopper(harness, client, 'cust-7', { currency: 'USD' })
    expect(await receivedBy(client, endpoint, 'customer.payment_provider_created')).toHaveLength(1)
    expect(await receivedBy(client, endpoint, 'customer.checkout_url_generated')).toHaveLength(1)
    const { status, body } = await checkout('cust-7')
    expect([status, body.customer.checkout_url]).toEqual([200, link().url])
    const { customer } = await ok(client, 'GET', '/customers/cust-7')
    const sent = JSON.parse(fake.orders.at(-1)?.body ?? '')
    expect(sent).toEqual({
      merchantAccount: 'WeirTest',
      amount: { value: 0, currency: 'USD' },
      reference: 'authorization customer cust-7',
      returnUrl: 'https://www.adyen.com/',
      shopperReference: 'cust-7',
      shopperEmail: 'cust-7@example.com',
      storePaymentMethodMode: 'enabled',
      recurringProcessingModel: 'UnscheduledCardOnFile',
      expiresAt: expect.any(String),
      metadata: { lago_customer_id: customer.lago_id },
    })
    const days = (Date.parse(sent.expiresAt) - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(69)
    const card = fake.state.fillIn(link())
    await tell(harness, fake)
    const [method, ...others] = await methodsOf('cust-7')
    expect([method, others]).toMatchObject([
      { provider_method_id: card?.id, is_default: true, payment_provider_type: 'adyen' },
      [],
    ])
  })

  it('is told when its card was refused', async () => {
    const endpoint = await listen(client)
    await shopper(harness, client, 'cust-7')
    fake.state.fillIn(link(), 'ok', false)
    await tell(harness, fake)
    const [failed] = await receivedBy(client, endpoint, 'customer.payment_provider_error')
    expect(failed.payment_provider_customer_error).toMatchObject({
      external_customer_id: 'cust-7',
      provider_error: { message: 'Expired Card', error_code: 'AUTHORISATION' },
    })
    expect(await methodsOf('cust-7')).toEqual([])
  })

  it('takes no card that Adyen does not have, whatever a message says', async () => {
    await shopper(harness, client, 'cust-7')
    const card = fake.state.addCard('cust-7')
    fake.state.cards.delete(card.id)
    await tell(harness, fake)
    expect(await methodsOf('cust-7')).toEqual([])
    expect((await messages()).map(({ result }) => result)).toEqual(['ignored: method_is_gone'])
  })

  it('brings the cards that it has, when it is known there', async () => {
    const card = fake.state.storeCard('known-there')
    await ok(client, 'POST', '/customers', {
      customer: {
        external_id: 'old',
        billing_configuration: { payment_provider: 'adyen', provider_customer_id: 'known-there' },
      },
    })
    await runJobs(harness)
    expect(
      (await methodsOf('old')).map((each: { provider_method_id: string }) => each.provider_method_id),
    ).toEqual([card.id])
  })

  it('follows the webhook of stored methods: added, and gone', async () => {
    await shopper(harness, client, 'cust-7')
    const card = fake.state.storeCard('cust-7')
    fake.state.tellToken(card, 'created')
    expect(await tell(harness, fake)).toEqual([200])
    expect(await methodsOf('cust-7')).toHaveLength(1)
    fake.state.tellToken(card, 'disabled')
    // It is looked up by its customer: it is there no more.
    expect(await tell(harness, fake)).toEqual([200])
    expect(await methodsOf('cust-7')).toEqual([])
  })

  it('has its card forgotten at Adyen when it is discarded here', async () => {
    const card = await cardHolder(harness, fake, client, 'cust-7')
    const [method] = await methodsOf('cust-7')
    await ok(client, 'DELETE', `/customers/cust-7/payment_methods/${method.lago_id}`)
    await runJobs(harness)
    expect(fake.state.cards.has(card.id)).toBe(false)
    expect(fake.asked.at(-1)).toBe(`DELETE /v72/storedPaymentMethods/${card.id}`)
  })
})

describe('a delivery of Adyen', () => {
  beforeEach(async () => {
    await connectAdyen(client, fake)
    await shopper(harness, client, 'cust-7')
  })

  const post = async (change: (body: string) => string, headers: Record<string, string> = {}) => {
    const [message] = fake.takeMessages()
    if (!message) throw new Error('no message')
    const signed = fake.sign(message)
    const { pathname, search } = new URL(signed.url)
    const { statusCode, body } = await harness.app.inject({
      method: 'POST',
      url: `${pathname}${search}`,
      headers: { ...signed.headers, ...headers },
      payload: change(signed.body),
    })
    return [statusCode, body]
  }

  it('is answered with the word that Adyen waits for', async () => {
    fake.state.addCard('cust-7')
    expect(await post((body) => body)).toEqual([200, '[accepted]'])
  })

  it('payment case 44: of two items, of which one is not signed well, is refused whole', async () => {
    fake.itemsPerDelivery = 2
    const spoil = (place: number) => (body: string) => {
      const content = JSON.parse(body)
      content.notificationItems[place].NotificationRequestItem.amount.value = 1
      return JSON.stringify(content)
    }
    for (const place of [0, 1]) {
      for (let n = 0; n < 2; n += 1) fake.state.addCard('cust-7')
      expect(await post(spoil(place))).toEqual([400, ''])
    }
    expect(await messages()).toEqual([])
    for (let n = 0; n < 2; n += 1) fake.state.addCard('cust-7')
    expect(await post((body) => body)).toEqual([200, '[accepted]'])
    expect(await messages()).toHaveLength(2)
  })

  it.each([
    ['no item', (body: string) => JSON.stringify({ ...JSON.parse(body), notificationItems: [] })],
    ['no JSON', () => '{'],
    ['a list', () => '[]'],
    ['null', () => 'null'],
    ['an item that is none', () => '{"live":"false","notificationItems":[null]}'],
    ['nothing', () => ''],
    ['another account', (body: string) => body.replaceAll('WeirTest', 'Another')],
    ['no signature', (body: string) => body.replace(/"hmacSignature":"[^"]*"/, '"x":"y"')],
  ])('400: %s is not stored', async (_name, change) => {
    fake.state.addCard('cust-7')
    expect(await post(change)).toEqual([400, ''])
    expect(await messages()).toEqual([])
  })

  it('400: news of a stored method is signed with the key of its own webhook', async () => {
    const card = fake.state.storeCard('cust-7')
    fake.state.tellToken(card, 'created')
    expect(await post((body) => body.replace('cust-7', 'cust-8'))).toEqual([400, ''])
    fake.state.tellToken(card, 'created')
    expect(await post((body) => body, { hmacsignature: 'AAAA' })).toEqual([400, ''])
    expect(await messages()).toEqual([])
  })

  it('leaves what is about other accounts of the company', async () => {
    fake.itemsPerDelivery = 2
    fake.state.addCard('cust-7')
    fake.state.tell({
      eventCode: 'AUTHORISATION',
      pspReference: 'P1',
      merchantReference: 'x',
      amount: { value: 1000, currency: 'EUR' },
      success: true,
      merchantAccountCode: 'AnotherShop',
    })
    expect(await post((body) => body)).toEqual([200, '[accepted]'])
    expect(await messages()).toHaveLength(1)
  })

  it('of the other mode is kept, and changes nothing', async () => {
    fake.state.addCard('cust-7')
    // The envelope is not signed: only the items are.
    expect(await post((body) => body.replace('"live":"false"', '"live":"true"'))).toEqual([200, '[accepted]'])
    await runJobs(harness)
    expect((await messages()).map(({ result }) => result)).toEqual(['ignored: mode_mismatch'])
  })
})
