import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeAdyen, startAdyen } from '../fakes/adyen.ts'
import type { FakeLink } from '../fakes/adyen-state.ts'
import { cardHolder, connectAdyen, shopper, tell } from '../support/adyen-fixtures.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { issue, pay, sell } from '../support/payment-fixtures.ts'
import { charge, expectSound, runJobs } from '../support/stripe-fixtures.ts'

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
  fake.chaos = {}
  client = await harness.organization()
  await sell(client)
  await connectAdyen(client, fake, { success_redirect_url: 'weir-app://paid' })
  fake.takeMessages()
  fake.state.cards.clear()
  fake.state.payments.clear()
  fake.state.refunds.clear()
  fake.state.links.clear()
  fake.orders.length = 0
})

const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice
const paymentsOf = async (id: string) => (await ok(client, 'GET', `/payments?invoice_id=${id}`)).payments
const statusesOf = async (id: string) =>
  (await paymentsOf(id)).map((each: { payment_status: string }) => each.payment_status)
const open = async (id: string): Promise<FakeLink> => {
  const { invoice_payment_details: details } = await ok(client, 'POST', `/invoices/${id}/payment_url`)
  const link = [...fake.state.links.values()].find(({ url }) => url === details.payment_url)
  if (!link) throw new Error('no link')
  return link
}
const later = async (at: string) => {
  await client.clock(at)
  await runJobs(harness)
}
const methodsOf = async (externalId: string) =>
  (await ok(client, 'GET', `/customers/${externalId}/payment_methods`)).payment_methods
/** The link was paid so long ago that its message would have come. */
const longAgo = (link: FakeLink) => {
  link.updatedAt = new Date(Date.now() - 11 * 60_000).toISOString()
}

describe('a page of Adyen', () => {
  it('payment case 32: is one for a day, leads back to an app, and is another with another amount', async () => {
    await shopper(harness, client, 'acme')
    fake.orders.length = 0
    const id = await issue(client, 'acme', 1000)
    const first = await open(id)
    expect(await open(id)).toBe(first)
    const { number } = await invoiceOf(id)
    const [order, ...others] = fake.orders.map(({ body, key }) => ({ ...JSON.parse(body), key }))
    expect(others).toEqual([])
    const pageId = order.key.replace('payment-intent-', '')
    expect(order).toMatchObject({
      merchantAccount: 'WeirTest',
      amount: { value: 1000, currency: 'EUR' },
      reference: `${pageId} - Invoice ${number}`,
      merchantOrderReference: number,
      returnUrl: 'weir-app://paid',
      shopperReference: 'acme',
      storePaymentMethodMode: 'enabled',
      recurringProcessingModel: 'UnscheduledCardOnFile',
      expiresAt: expect.any(String),
      metadata: { payment_type: 'one-time', lago_payable_id: id },
    })
    await pay(client, id, 200)
    const second = await open(id)
    expect([first.status, second.status, second.amount.value]).toEqual(['expired', 'active', 800])
  })

  it('is paid when its message says so, once, and keeps the card', async () => {
    const endpoint = await listen(client)
    await shopper(harness, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const payment = fake.state.pay(await open(id))
    await tell(harness, fake)
    const [row, ...others] = await paymentsOf(id)
    expect([row, others]).toMatchObject([
      { payment_status: 'succeeded', provider_payment_id: payment.pspReference, amount_cents: 1000 },
      [],
    ])
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect(await receivedBy(client, endpoint, 'payment.succeeded')).toHaveLength(1)
    expect(await methodsOf('acme')).toHaveLength(1)
    const answer = await client.call('POST', `/invoices/${id}/payment_url`)
    expect(answer.body.error_details).toEqual({ base: ['invalid_invoice_status_or_payment_status'] })
    await expectSound(harness)
  })

  it('fails by a card that is refused, stays open, and is paid after all', async () => {
    await shopper(harness, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const link = await open(id)
    fake.state.pay(link, false)
    await tell(harness, fake)
    expect([await statusesOf(id), (await invoiceOf(id)).payment_status]).toEqual([['failed'], 'failed'])
    fake.state.pay(link)
    await tell(harness, fake)
    expect((await statusesOf(id)).sort()).toEqual(['failed', 'succeeded'])
    expect((await invoiceOf(id)).payment_status).toBe('succeeded')
    await expectSound(harness)
  })

  it('without its message is paid ten minutes later, and takes the id when the message comes', async () => {
    const endpoint = await listen(client)
    await shopper(harness, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const link = await open(id)
    const payment = fake.state.pay(link)
    // Its day is over at once after it was paid: the message may still come.
    await later('2025-01-02T10:00:00Z')
    expect(await statusesOf(id)).toEqual([])
    longAgo(link)
    // It is looked at again an hour later.
    await later('2025-01-02T11:00:01Z')
    const [row] = await paymentsOf(id)
    expect(row).toMatchObject({ payment_status: 'succeeded', provider_payment_id: null, amount_cents: 1000 })
    expect((await invoiceOf(id)).payment_status).toBe('succeeded')

    // A refund waits for the id.
    const { fees } = await invoiceOf(id)
    const { credit_note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: id,
        refund_amount_cents: 400,
        credit_amount_cents: 0,
        items: [{ fee_id: fees[0].lago_id, amount_cents: 400 }],
      },
    })
    await runJobs(harness)
    const noteStatus = async () =>
      (await ok(client, 'GET', `/credit_notes/${credit_note.lago_id}`)).credit_note.refund_status
    expect([await noteStatus(), fake.state.refunds.size]).toEqual(['pending', 0])
    await tell(harness, fake)
    const [told, ...others] = await paymentsOf(id)
    expect([told.lago_id, told.provider_payment_id, others]).toEqual([row.lago_id, payment.pspReference, []])
    expect(await receivedBy(client, endpoint, 'payment.succeeded')).toHaveLength(1)
    await later('2025-01-02T12:00:02Z')
    await tell(harness, fake)
    expect([await noteStatus(), fake.state.refundedOf(payment.pspReference)]).toEqual(['succeeded', 400])
    await expectSound(harness)
  })

  it('is closed before a charge is sent, and waited for while somebody pays', async () => {
    await shopper(harness, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const link = await open(id)
    await cardOf('acme')
    await later('2025-01-01T10:20:00Z')
    expect([link.status, await statusesOf(id)]).toEqual(['expired', ['succeeded']])

    const other = await issue(client, 'acme', 2000)
    await client.clock('2025-01-01T10:25:00Z')
    const second = await open(other)
    second.status = 'paymentPending'
    await later('2025-01-01T10:40:00Z')
    expect(await statusesOf(other)).not.toContain('succeeded')
    second.status = 'active'
    const paid = fake.state.pay(second)
    await tell(harness, fake)
    await later('2025-01-01T11:40:00Z')
    expect(await invoiceOf(other)).toMatchObject({
      payment_status: 'succeeded',
      total_paid_amount_cents: 2000,
    })
    expect(fake.state.captures().filter(({ amount }) => amount.value === 2000)).toEqual([paid])
    await expectSound(harness)
  })

  it('payment case 35: that could not be closed is given back when both were paid', async () => {
    const own = await client.call('POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:2/hook', event_types: ['payment.duplicated'] },
    })
    await shopper(harness, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const link = await open(id)
    await cardOf('acme')
    await later('2025-01-01T10:20:00Z')
    const second = fake.state.pay(link)
    await tell(harness, fake)
    expect(await statusesOf(id)).toEqual(['succeeded', 'succeeded'])
    expect((await invoiceOf(id)).total_paid_amount_cents).toBe(1000)
    expect(fake.state.refundedOf(second.pspReference)).toBe(1000)
    const endpoint = own.body.webhook_endpoint.lago_id
    expect(await receivedBy(client, endpoint, 'payment.duplicated')).toHaveLength(1)
    await expectSound(harness)
  })

  it('422: of an amount that Adyen does not have', async () => {
    await ok(client, 'POST', '/add_ons', {
      add_on: { name: 'Escudo', code: 'cve', amount_cents: 12_345, amount_currency: 'CVE' },
    })
    await shopper(harness, client, 'acme')
    const fees = [{ add_on_code: 'cve', unit_amount_cents: 12_345 }]
    const id = await issue(client, 'acme', 12_345, { currency: 'CVE', fees })
    const { status, body } = await client.call('POST', `/invoices/${id}/payment_url`)
    expect([status, body.error_details]).toEqual([
      422,
      { third_party: 'Adyen', thirdparty_error: 'Adyen has no such amount' },
    ])
  })

  const cardOf = async (externalId: string) => {
    fake.state.addCard(externalId)
    await tell(harness, fake)
    await charge(harness, client)
  }
})

describe('a customer with a card', () => {
  it('gets a page instead of a charge that was not sent', async () => {
    await cardHolder(harness, fake, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const link = await open(id)
    expect([link.status, fake.state.captures()]).toEqual(['active', []])
    await charge(harness, client)
    expect([link.status, await statusesOf(id)]).toEqual(['expired', ['succeeded']])
    await expectSound(harness)
  })
})
