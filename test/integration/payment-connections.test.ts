import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeGoCardless, startGoCardless } from '../fakes/gocardless.ts'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { connectGoCardless, tell } from '../support/gocardless-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  deliver,
  expectSound,
  newSeller,
  payingCustomer,
  runJobs,
} from '../support/stripe-fixtures.ts'

const WEIR = '/api/weir/v1'

let harness: Harness
let stripe: FakeStripe
let gocardless: FakeGoCardless
let client: Client

beforeAll(async () => {
  stripe = await startStripe()
  gocardless = await startGoCardless()
  const providerHosts = { stripe: stripe.url, gocardless: gocardless.url }
  harness = await startHarness({ providerHosts })
})
afterAll(async () => {
  await harness?.close()
  await stripe?.close()
  await gocardless?.close()
})
beforeEach(async () => {
  client = await newSeller(harness, stripe)
  gocardless.chaos = {}
  gocardless.takeMessages()
  await connectStripe(client)
  await connectGoCardless(client, gocardless)
})

const pathOf = (externalId: string, code = '') =>
  `${WEIR}/customers/${externalId}/payment_connections${code === '' ? '' : `/${code}`}`
const add = (externalId: string, payment_connection: object) =>
  client.call('POST', pathOf(externalId), { payment_connection })
const added = async (externalId: string, payment_connection: object) => {
  const { status, body } = await add(externalId, payment_connection)
  expect([status, body.error_details]).toEqual([200, undefined])
  await runJobs(harness)
  return (await connectionsOf(externalId)).find(
    ({ lago_id }: { lago_id: string }) => lago_id === body.payment_connection.lago_id,
  )
}
const connectionsOf = async (externalId: string) =>
  (await ok(client, 'GET', pathOf(externalId))).payment_connections
const codesOf = async (externalId: string) =>
  (await connectionsOf(externalId)).map(
    ({ code, is_default }: { code: string; is_default: boolean }) => `${code}${is_default ? '*' : ''}`,
  )
const makeDefault = (externalId: string, code: string) =>
  ok(client, 'PUT', `${pathOf(externalId, code)}/set_as_default`)
const billingOf = async (externalId: string) =>
  (await ok(client, 'GET', `/customers/${externalId}`)).customer.billing_configuration
const methodsOf = async (externalId: string) =>
  (await ok(client, 'GET', `/customers/${externalId}/payment_methods`)).payment_methods
    .map(
      (each: { payment_provider_type: string; is_default: boolean }) =>
        `${each.payment_provider_type}${each.is_default ? '*' : ''}`,
    )
    .sort()
const paymentsOf = async (invoiceId: string) =>
  (await ok(client, 'GET', `/payments?invoice_id=${invoiceId}`)).payments.map(
    (each: { payment_provider_code: string; payment_status: string }) =>
      `${each.payment_provider_code} ${each.payment_status}`,
  )
const refused = async (answer: ReturnType<Client['call']>) => {
  const { status, body } = await answer
  return [status, body.error_details ?? body.code]
}

/** A customer with a card at Stripe, the default, and a mandate at GoCardless. */
async function twofold(externalId: string): Promise<void> {
  await payingCustomer(harness, stripe, client, externalId)
  const debits = await added(externalId, { payment_provider: 'gocardless', sync_with_provider: true })
  gocardless.state.addMandate(debits.provider_customer_id)
  await tell(harness, gocardless)
}

describe('the connections of a customer', () => {
  it('200: are several, of which the first is the default', async () => {
    await addCustomer(client, 'acme')
    expect(await connectionsOf('acme')).toEqual([])
    const first = await added('acme', { payment_provider: 'gocardless', sync_with_provider: true })
    expect(first).toMatchObject({
      code: 'dd',
      is_default: true,
      payment_provider: 'gocardless',
      payment_provider_code: 'dd',
      payment_provider_name: 'Direct debits',
      sync_with_provider: true,
      provider_payment_methods: [],
    })
    expect(first.provider_customer_id).toMatch(/^CU/)
    const endpoint = await listen(client)
    const second = await added('acme', {
      code: 'cards',
      payment_provider: 'stripe',
      payment_provider_code: 'eu',
      sync_with_provider: true,
    })
    expect(second).toMatchObject({ code: 'cards', is_default: false, provider_payment_methods: ['card'] })
    expect(await codesOf('acme')).toEqual(['dd*', 'cards'])
    expect(await billingOf('acme')).toMatchObject({
      payment_provider: 'gocardless',
      payment_provider_code: 'dd',
      provider_customer_id: first.provider_customer_id,
    })
    // What is told of the second one is about the second one.
    const [told] = await receivedBy(client, endpoint, 'customer.payment_provider_created')
    expect(told.customer.billing_configuration).toMatchObject({
      payment_provider: 'stripe',
      payment_provider_code: 'eu',
      provider_customer_id: second.provider_customer_id,
    })
    const [page] = await receivedBy(client, endpoint, 'customer.checkout_url_generated')
    expect(page.payment_provider_customer_checkout_url.payment_provider).toBe('stripe')
    const { payment_providers: all } = await ok(client, 'GET', `${WEIR}/payment_providers`)
    expect(all.map((each: { customers_count: number }) => each.customers_count)).toEqual([1, 1])
  })

  it('200: can be the default at once, or not even as the first', async () => {
    await addCustomer(client, 'acme')
    await added('acme', { payment_provider: 'gocardless', sync_with_provider: true, is_default: false })
    expect(await codesOf('acme')).toEqual(['dd'])
    expect((await billingOf('acme')).payment_provider).toBeNull()
    await added('acme', { payment_provider: 'stripe', sync_with_provider: true, is_default: true })
    expect(await codesOf('acme')).toEqual(['dd', 'eu*'])
    expect((await billingOf('acme')).payment_provider_code).toBe('eu')
  })

  it('404 and 422: are the customer’s own, one for an account and for a code', async () => {
    expect(await refused(client.call('GET', pathOf('nobody')))).toEqual([404, 'customer_not_found'])
    expect(await refused(add('nobody', { payment_provider: 'stripe', sync_with_provider: true }))).toEqual([
      404,
      'customer_not_found',
    ])
    await addCustomer(client, 'acme')
    const stripeOne = { payment_provider: 'stripe', sync_with_provider: true }
    expect(await refused(add('acme', { payment_provider: 'adyen', sync_with_provider: true }))).toEqual([
      422,
      { base: ['payment_provider_not_found'] },
    ])
    expect(await refused(add('acme', { ...stripeOne, code: 'lago_manual' }))).toEqual([
      422,
      { code: ['value_is_reserved'] },
    ])
    await added('acme', { ...stripeOne, code: 'cards' })
    expect(await refused(add('acme', { ...stripeOne, code: 'cards' }))).toEqual([
      422,
      { payment_provider_code: ['value_already_exist'], code: ['value_already_exist'] },
    ])
    await connectStripe(client, { code: 'us' })
    expect(await refused(add('acme', stripeOne))).toEqual([422, { base: ['payment_provider_code_missing'] }])
    for (const [method, rest] of [
      ['PUT', ''],
      ['DELETE', ''],
      ['PUT', '/set_as_default'],
    ] as const) {
      const body = method === 'PUT' ? { payment_connection: { code: 'x' } } : undefined
      const answer = client.call(method, `${pathOf('acme', 'eu')}${rest}`, body)
      expect(await refused(answer)).toEqual([404, 'payment_connection_not_found'])
    }
    expect(await codesOf('acme')).toEqual(['cards*'])
  })

  it('have one default, also when many ask for another one at once', async () => {
    await addCustomer(client, 'acme')
    for (const code of ['us', 'uk']) await connectStripe(client, { code })
    const answers = await Promise.all(
      ['eu', 'us', 'uk', 'eu', 'us', 'uk'].map((code) =>
        add('acme', {
          payment_provider: 'stripe',
          payment_provider_code: code,
          sync_with_provider: true,
          is_default: true,
        }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 422, 422, 422])
    const isOneDefault = async () =>
      expect((await codesOf('acme')).filter((code: string) => code.endsWith('*'))).toHaveLength(1)
    await isOneDefault()
    await Promise.all(['eu', 'us', 'uk', 'us', 'eu'].map((code) => makeDefault('acme', code)))
    await isOneDefault()
    const [chosen] = (await connectionsOf('acme')).filter((each: { is_default: boolean }) => each.is_default)
    expect((await billingOf('acme')).payment_provider_code).toBe(chosen.payment_provider_code)
  })

  it('with sync: are made within the request, and not kept when the provider refuses', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const unknown = { payment_provider: 'gocardless', provider_customer_id: 'CU99999999', sync: true }
    expect(await refused(add('acme', { ...unknown, is_default: true }))).toEqual([
      422,
      { provider_customer_id: ['not_found_at_provider'] },
    ])
    expect(await codesOf('acme')).toEqual(['eu*'])
    gocardless.chaos = { reset_before: 1000 }
    const made = { payment_provider: 'gocardless', sync_with_provider: true, sync: true, is_default: true }
    expect((await add('acme', made)).body.code).toBe('third_party_error')
    gocardless.chaos = {}
    expect(await codesOf('acme')).toEqual(['eu*'])
    expect((await billingOf('acme')).payment_provider_code).toBe('eu')
    expect(await methodsOf('acme')).toEqual(['stripe*'])
    const { body } = await add('acme', made)
    expect(body.payment_connection).toMatchObject({ code: 'dd', is_default: true })
    expect(body.payment_connection.provider_customer_id).toMatch(/^CU/)
    expect(await codesOf('acme')).toEqual(['eu', 'dd*'])
  })

  it('are changed; the methods of another customer of the provider go', async () => {
    await twofold('acme')
    const change = (code: string, payment_connection: object) =>
      client.call('PUT', pathOf('acme', code), { payment_connection })
    expect(await refused(change('dd', { code: 'eu' }))).toEqual([422, { code: ['value_already_exist'] }])
    expect(await refused(change('dd', { code: 'lago_manual' }))).toEqual([
      422,
      { code: ['value_is_reserved'] },
    ])
    expect((await change('dd', { code: 'debits' })).body.payment_connection.code).toBe('debits')
    expect(await methodsOf('acme')).toEqual(['gocardless', 'stripe*'])
    await addCustomer(client, 'other')
    const other = await added('other', { payment_provider: 'gocardless', sync_with_provider: true })
    const moved = await change('debits', { provider_customer_id: other.provider_customer_id, sync: true })
    expect(moved.body.payment_connection).toMatchObject({
      provider_customer_id: other.provider_customer_id,
      is_default: false,
    })
    expect(await methodsOf('acme')).toEqual(['stripe*'])
    const types = ['card', 'sepa_debit']
    await change('eu', { provider_payment_methods: types })
    expect((await billingOf('acme')).provider_payment_methods).toEqual(types)
    await expectSound(harness)
  })

  it('are all told what changes of the customer', async () => {
    await connectStripe(client, { code: 'us' })
    await payingCustomer(harness, stripe, client, 'acme')
    const us = await added('acme', {
      payment_provider: 'stripe',
      payment_provider_code: 'us',
      sync_with_provider: true,
    })
    await ok(client, 'POST', '/customers', { customer: { external_id: 'acme', name: 'Acme Ltd' } })
    await runJobs(harness)
    const { provider_customer_id: eu } = await billingOf('acme')
    expect(us.provider_customer_id).not.toBe(eu)
    for (const id of [eu, us.provider_customer_id]) {
      expect(stripe.state.customers.get(id)).toMatchObject({ name: 'Acme Ltd' })
    }
  })
})

describe('the default connection', () => {
  it('is charged, with its own method; the other one keeps its own', async () => {
    await twofold('acme')
    expect(await methodsOf('acme')).toEqual(['gocardless', 'stripe*'])
    const first = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(first)).toEqual(['eu succeeded'])

    expect((await makeDefault('acme', 'dd')).payment_connection.is_default).toBe(true)
    expect(await methodsOf('acme')).toEqual(['gocardless*', 'stripe'])
    expect(await billingOf('acme')).toMatchObject({
      payment_provider: 'gocardless',
      payment_provider_code: 'dd',
      sync_with_provider: true,
      provider_payment_methods: [],
    })
    const second = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(second)).toEqual(['dd processing'])

    await makeDefault('acme', 'eu')
    expect(await methodsOf('acme')).toEqual(['gocardless', 'stripe*'])
    const third = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(third)).toEqual(['eu succeeded'])
    expect(await paymentsOf(second)).toEqual(['dd processing'])
    await expectSound(harness)
  })

  it('goes with the method that is made the customer’s default', async () => {
    await twofold('acme')
    const { payment_methods: all } = await ok(client, 'GET', '/customers/acme/payment_methods')
    const mandate = all.find((each: { is_default: boolean }) => !each.is_default)
    const { payment_method: chosen } = await ok(
      client,
      'PUT',
      `/customers/acme/payment_methods/${mandate.lago_id}/set_as_default`,
    )
    expect(chosen.is_default).toBe(true)
    expect(await codesOf('acme')).toEqual(['eu', 'dd*'])
    expect((await billingOf('acme')).payment_provider_code).toBe('dd')
    const invoice = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(invoice)).toEqual(['dd processing'])
  })

  it('a new method of another connection changes nothing for the customer, and charges nothing', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const debits = await added('acme', { payment_provider: 'gocardless', sync_with_provider: true })
    const invoice = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(invoice)).toEqual(['eu failed'])
    gocardless.state.addMandate(debits.provider_customer_id)
    const latest = gocardless.state.addMandate(debits.provider_customer_id)
    await tell(harness, gocardless)
    await charge(harness, client)
    expect(await methodsOf('acme')).toEqual(['gocardless', 'gocardless', 'stripe*'])
    expect(await paymentsOf(invoice)).toEqual(['eu failed'])
    // The later mandate is the one of its connection.
    await makeDefault('acme', 'dd')
    const { payment_methods: all } = await ok(client, 'GET', '/customers/acme/payment_methods')
    const chosen = all.filter((each: { is_default: boolean }) => each.is_default)
    expect(chosen.map((each: { provider_method_id: string }) => each.provider_method_id)).toEqual([latest.id])
    // What has failed is charged when somebody asks for it.
    await charge(harness, client)
    expect(await paymentsOf(invoice)).toEqual(['eu failed'])
    await ok(client, 'POST', `/invoices/${invoice}/retry_payment`)
    await runJobs(harness)
    expect((await paymentsOf(invoice)).sort()).toEqual(['dd processing', 'eu failed'])
  })

  it('takes over charges that were not sent yet, and none that were', async () => {
    await twofold('acme')
    const { payment_providers: all } = await ok(client, 'GET', `${WEIR}/payment_providers?type=stripe`)
    await ok(client, 'POST', `${WEIR}/payment_providers/${all[0].lago_id}/pause`)
    const waiting = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(waiting)).toEqual(['eu pending'])
    await makeDefault('acme', 'dd')
    // The connection that is paused is looked at every five minutes.
    await client.clock('2025-01-01T10:10:00Z')
    await runJobs(harness)
    await charge(harness, client)
    expect(await paymentsOf(waiting)).toEqual(['dd processing'])
    await ok(client, 'POST', `${WEIR}/payment_providers/${all[0].lago_id}/resume`)
    await charge(harness, client)
    expect(stripe.state.captures().filter(({ metadata }) => metadata.lago_invoice_id === waiting)).toEqual([])

    // Sent, and nobody knows the outcome: it stays where it is, and is found there.
    await makeDefault('acme', 'eu')
    stripe.chaos = { reset_after: 1000 }
    const sent = await issue(client, 'acme', 1000)
    await charge(harness, client)
    stripe.chaos = {}
    await makeDefault('acme', 'dd')
    await client.clock('2025-01-01T10:20:00Z')
    await runJobs(harness)
    await charge(harness, client)
    expect(await paymentsOf(sent)).toEqual(['eu succeeded'])
    expect(stripe.state.captures().filter(({ metadata }) => metadata.lago_invoice_id === sent)).toHaveLength(
      1,
    )
    await expectSound(harness)
  })

  it('takes over the charge of a payment request that was not sent yet', async () => {
    await addCustomer(client, 'acme')
    const overdue = await issue(client, 'acme', 1000)
    await client.clock('2025-01-05T10:00:00Z')
    await ok(client, 'PUT', `/invoices/${overdue}`, { invoice: { payment_status: 'failed' } })
    await twofold('acme')
    const { payment_providers: all } = await ok(client, 'GET', `${WEIR}/payment_providers?type=stripe`)
    await ok(client, 'POST', `${WEIR}/payment_providers/${all[0].lago_id}/pause`)
    await ok(client, 'POST', '/payment_requests', {
      payment_request: { external_customer_id: 'acme', lago_invoice_ids: [overdue] },
    })
    await charge(harness, client)
    await makeDefault('acme', 'dd')
    await client.clock('2025-01-05T10:10:00Z')
    await runJobs(harness)
    await charge(harness, client)
    const { payments } = await ok(client, 'GET', '/payments?external_customer_id=acme')
    expect(
      payments.map(
        (each: { payment_provider_code: string; payment_status: string; payable_type: string }) => [
          each.payable_type,
          each.payment_provider_code,
          each.payment_status,
        ],
      ),
    ).toEqual([['PaymentRequest', 'dd', 'processing']])
    await expectSound(harness)
  })

  it('is left out where a subscription names a method of another one', async () => {
    await twofold('acme')
    const { payment_methods: all } = await ok(client, 'GET', '/customers/acme/payment_methods')
    const mandate = all.find((each: { is_default: boolean }) => !each.is_default)
    await ok(client, 'POST', '/plans', {
      plan: {
        name: 'P',
        code: 'p',
        interval: 'monthly',
        amount_cents: 500,
        amount_currency: 'EUR',
        pay_in_advance: true,
      },
    })
    await ok(client, 'POST', '/subscriptions', {
      subscription: {
        external_customer_id: 'acme',
        external_id: 'sub',
        plan_code: 'p',
        payment_method: { payment_method_id: mandate.lago_id, payment_method_type: 'provider' },
      },
    })
    await charge(harness, client)
    const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=acme')
    expect(invoices).toHaveLength(1)
    // Named is named, as often as it is looked at again.
    await client.clock('2025-01-01T10:10:00Z')
    await charge(harness, client)
    expect(await paymentsOf(invoices[0].lago_id)).toEqual(['dd processing'])
    await expectSound(harness)
  })
})

describe('a connection that ends', () => {
  it('takes its methods with it, and leaves the default as it is', async () => {
    await twofold('acme')
    const { payment_connection: gone } = await ok(client, 'DELETE', pathOf('acme', 'dd'))
    expect(gone).toMatchObject({ code: 'dd', is_default: false })
    expect(await codesOf('acme')).toEqual(['eu*'])
    expect(await methodsOf('acme')).toEqual(['stripe*'])
    expect((await billingOf('acme')).payment_provider_code).toBe('eu')
    expect(await refused(client.call('DELETE', pathOf('acme', 'dd')))).toEqual([
      404,
      'payment_connection_not_found',
    ])
    // Its code and its account can be used again.
    await added('acme', { payment_provider: 'gocardless', sync_with_provider: true })
    expect(await codesOf('acme')).toEqual(['eu*', 'dd'])
  })

  it('as the default leaves none: nothing is charged by itself, and what was sent goes on', async () => {
    await twofold('acme')
    await makeDefault('acme', 'dd')
    const sent = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(sent)).toEqual(['dd processing'])
    const { payment_connection: gone } = await ok(client, 'DELETE', pathOf('acme', 'dd'))
    expect(gone.is_default).toBe(false)
    expect(await codesOf('acme')).toEqual(['eu'])
    expect(await methodsOf('acme')).toEqual(['stripe'])
    expect((await billingOf('acme')).payment_provider).toBeNull()
    const later = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(later)).toEqual([])
    const [debit] = [...gocardless.state.payments.values()].slice(-1)
    for (let n = 0; n < 3 && debit; n += 1) gocardless.state.step(debit)
    await tell(harness, gocardless)
    expect(await paymentsOf(sent)).toEqual(['dd succeeded'])
    await expectSound(harness)
  })

  it('before its charge was sent, gives the charge up', async () => {
    await twofold('acme')
    const { payment_providers: all } = await ok(client, 'GET', `${WEIR}/payment_providers?type=stripe`)
    await ok(client, 'POST', `${WEIR}/payment_providers/${all[0].lago_id}/pause`)
    const waiting = await issue(client, 'acme', 1000)
    await charge(harness, client)
    await ok(client, 'DELETE', pathOf('acme', 'eu'))
    await ok(client, 'POST', `${WEIR}/payment_providers/${all[0].lago_id}/resume`)
    await client.clock('2025-01-01T10:10:00Z')
    await charge(harness, client)
    expect(await paymentsOf(waiting)).toEqual([])
    expect(stripe.state.captures().filter(({ metadata }) => metadata.lago_invoice_id === waiting)).toEqual([])
  })

  it('with its account ends for every customer, as the default or not', async () => {
    await twofold('acme')
    await twofold('other')
    await makeDefault('other', 'dd')
    const { payment_providers: all } = await ok(client, 'GET', `${WEIR}/payment_providers?type=gocardless`)
    await ok(client, 'DELETE', `${WEIR}/payment_providers/${all[0].lago_id}`)
    expect([await codesOf('acme'), await codesOf('other')]).toEqual([['eu*'], ['eu']])
    expect((await billingOf('acme')).payment_provider_code).toBe('eu')
    expect((await billingOf('other')).payment_provider).toBeNull()
  })
})

describe('the billing configuration of a customer', () => {
  const upsert = (billing_configuration: object) =>
    ok(client, 'POST', '/customers', { customer: { external_id: 'acme', billing_configuration } })

  it('is about the default connection: another one that the customer has takes its place', async () => {
    await twofold('acme')
    await upsert({ payment_provider: 'gocardless', sync_with_provider: true })
    expect(await codesOf('acme')).toEqual(['eu', 'dd*'])
    expect(await methodsOf('acme')).toEqual(['gocardless*', 'stripe'])
    expect((await billingOf('acme')).payment_provider).toBe('gocardless')
  })

  it('replaces the default by a new one, and leaves the others', async () => {
    await twofold('acme')
    await connectStripe(client, { code: 'us' })
    await upsert({ payment_provider: 'stripe', payment_provider_code: 'us', sync_with_provider: true })
    await runJobs(harness)
    await deliver(harness, stripe)
    expect(await codesOf('acme')).toEqual(['dd', 'us*'])
    expect(await methodsOf('acme')).toEqual(['gocardless'])
  })

  it('without a provider ends the default alone', async () => {
    await twofold('acme')
    await upsert({ payment_provider: null })
    expect(await codesOf('acme')).toEqual(['dd'])
    expect(await methodsOf('acme')).toEqual(['gocardless'])
    const invoice = await issue(client, 'acme', 1000)
    await charge(harness, client)
    expect(await paymentsOf(invoice)).toEqual([])
  })

  it('gives a new default a code of its own where the customer has used it', async () => {
    await twofold('acme')
    await ok(client, 'PUT', pathOf('acme', 'dd'), { payment_connection: { code: 'us' } })
    await connectStripe(client, { code: 'us' })
    await upsert({ payment_provider: 'stripe', payment_provider_code: 'us', sync_with_provider: true })
    expect(await codesOf('acme')).toEqual(['us', 'us-2*'])
    expect((await billingOf('acme')).payment_provider_code).toBe('us')
  })
})
