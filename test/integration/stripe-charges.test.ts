import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { documentContent } from '../../src/core/documents/document-content.ts'
import type { FakeStripe } from '../fakes/stripe.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue, pay } from '../support/payment-fixtures.ts'
import { documentsOf } from '../support/stored-documents.ts'
import {
  charge,
  connectStripe,
  deliver,
  expectSound,
  newSeller,
  payingCustomer,
  runJobs,
  runWhatIsDue,
  SECRET_KEY,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

const WEIR = '/api/weir/v1'

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>
let client: Client
let connection: { lago_id: string }

beforeAll(async () => {
  ;({ stripe, harness, close } = await startWithStripe())
})
afterAll(async () => {
  await close?.()
})
beforeEach(async () => {
  stripe.state.revoke(SECRET_KEY, false)
  client = await newSeller(harness, stripe)
  connection = await connectStripe(client)
  stripe.asked.length = 0
})

/** An invoice of cents for `acme`, charged as far as it gets. */
const charged = async (cents: number) => {
  const id = await issue(client, 'acme', cents)
  await charge(harness, client)
  return id
}
const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice
const paymentsOf = async (id: string) => (await ok(client, 'GET', `/payments?invoice_id=${id}`)).payments
const statusesOf = async (id: string) =>
  (await paymentsOf(id)).map((each: { payment_status: string }) => each.payment_status)
const chargesAsked = () => stripe.asked.filter((each) => each === 'POST /v1/payment_intents').length
const capturesOf = (invoiceId: string) =>
  stripe.state.captures().filter(({ metadata }) => metadata.lago_invoice_id === invoiceId)
const statesOf = async (paymentId: string) =>
  (await ok(client, 'GET', `${WEIR}/payments/${paymentId}/transitions`)).transitions.map(
    (each: { to: string }) => each.to,
  )
/** Lets the sandbox's time pass, and does what is due then. */
const later = async (at: string) => {
  await client.clock(at)
  await runJobs(harness)
}

describe('an invoice that is charged at Stripe', () => {
  it('payment case 15: is paid with one request, and announced once', async () => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await charged(1000)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    const [payment] = await paymentsOf(id)
    expect(payment).toMatchObject({
      status: 'succeeded',
      payment_status: 'succeeded',
      type: 'provider',
      payment_provider_code: 'eu',
      payment_provider_type: 'PaymentProviders::StripeProvider',
      provider_payment_id: expect.stringMatching(/^pi_/),
    })
    expect(chargesAsked()).toBe(1)
    expect(stripe.violations).toEqual([])
    for (const type of ['payment.succeeded', 'invoice.payment_status_updated']) {
      expect([type, (await receivedBy(client, endpoint, type)).length]).toEqual([type, 1])
    }
    const { payment_receipts: receipts } = await ok(client, 'GET', `/payment_receipts?invoice_id=${id}`)
    expect(receipts).toHaveLength(1)
    const [receipt] = await documentsOf(harness, receipts[0].lago_id)
    const method = { label: 'Payment method', value: 'Visa 4242' }
    expect(documentContent(receipt?.model).fields).toContainEqual(method)
    const { calls } = await ok(client, 'GET', `${WEIR}/payments/${payment.lago_id}/calls`)
    expect(calls).toMatchObject([
      { call: 'charge', outcome: 'known', idempotency_key: `payment-${payment.lago_id}` },
    ])
    await expectSound(harness)
  })

  it('payment case 16: is paid once, however many copies of the message come', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await charged(1000)
    const statuses = await deliver(harness, stripe, (all) => [...all, ...all, ...all, ...all, ...all])
    expect(new Set(statuses)).toEqual(new Set([200]))
    await runJobs(harness)
    const path = `${WEIR}/provider_messages?type=payment_intent.succeeded`
    const { provider_messages: messages } = await ok(client, 'GET', path)
    expect(messages.map((each: { result: string }) => each.result)).toEqual(['no_change'])
    await ok(client, 'POST', `${WEIR}/provider_messages/${messages[0].lago_id}/replay`)
    await runJobs(harness)
    expect(await invoiceOf(id)).toMatchObject({ total_paid_amount_cents: 1000 })
  })

  it.each(['reset_after', 'half_body', 'error500_after'] as const)(
    'payment cases 17, 20, 31: is unknown, and not failed, when the answer is lost (%s), and is found by a look',
    async (mischief) => {
      const endpoint = await listen(client)
      await payingCustomer(harness, stripe, client, 'acme')
      stripe.chaos = { [mischief]: 1000 }
      const id = await issue(client, 'acme', 1000)
      await charge(harness, client)
      stripe.chaos = {}
      const [before] = await paymentsOf(id)
      expect([before.payment_status, (await invoiceOf(id)).payment_status]).toEqual(['pending', 'pending'])
      expect(await client.call('POST', `/invoices/${id}/retry_payment`)).toMatchObject({
        status: 405,
        body: { code: 'payment_processor_is_currently_handling_payment' },
      })
      await later('2025-01-01T10:01:00Z')
      expect(await invoiceOf(id)).toMatchObject({
        payment_status: 'succeeded',
        total_paid_amount_cents: 1000,
      })
      expect(await statesOf(before.lago_id)).toEqual(['sending', 'unknown', 'succeeded'])
      // The SDK sends once more, with the same key, what was reset.
      const orders = mischief === 'reset_after' ? 2 : 1
      expect([capturesOf(id).length, chargesAsked()]).toEqual([1, orders])
      expect(await receivedBy(client, endpoint, 'invoice.payment_failure')).toEqual([])
      await expectSound(harness)
    },
  )

  it.each(['reset_before', 'error500_before', 'html502'] as const)(
    'payment case 18: is sent again with the same key when the request never arrived (%s)',
    async (mischief) => {
      await payingCustomer(harness, stripe, client, 'acme')
      stripe.chaos = { [mischief]: 1000 }
      const id = await charged(1000)
      stripe.chaos = {}
      expect(await statusesOf(id)).toEqual(['pending'])
      await later('2025-01-01T10:01:00Z')
      expect(await statusesOf(id)).toEqual(['succeeded'])
      expect([capturesOf(id).length, chargesAsked()]).toEqual([1, 1])
    },
  )

  it('payment case 19: is not sent again once it is voided, and fails when absence is proven', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    stripe.chaos = { error500_before: 1000 }
    const id = await charged(1000)
    stripe.chaos = {}
    const [payment] = await paymentsOf(id)
    await ok(client, 'POST', `/invoices/${id}/void`)
    for (const at of ['10:01', '10:04', '10:09', '10:25', '11:26']) await later(`2025-01-01T${at}:00Z`)
    expect(await statesOf(payment.lago_id)).toEqual(['sending', 'unknown', 'failed'])
    expect([capturesOf(id), chargesAsked()]).toEqual([[], 0])
    expect((await invoiceOf(id)).status).toBe('voided')
  })

  it('payment case 21: is not sent again after a day, and is then free for a new payment', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    stripe.chaos = { error500_before: 1000 }
    const id = await charged(1000)
    stripe.chaos = {}
    await later('2025-01-02T11:00:00Z')
    await later('2025-01-02T12:30:00Z')
    expect(await statusesOf(id)).toEqual(['failed'])
    expect(chargesAsked()).toBe(0)
    expect((await client.call('POST', `/invoices/${id}/retry_payment`)).status).toBe(200)
    await runJobs(harness)
    expect((await statusesOf(id)).sort()).toEqual(['failed', 'succeeded'])
    expect(capturesOf(id)).toHaveLength(1)
  })

  it('payment case 22: waits as long as Stripe asks, and is the same payment', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    stripe.chaos = { rate429: 1000 }
    const id = await charged(1000)
    stripe.chaos = {}
    const [payment] = await paymentsOf(id)
    expect(await statesOf(payment.lago_id)).toEqual(['sending', 'created'])
    await later('2025-01-01T10:00:04Z')
    expect(await statusesOf(id)).toEqual(['pending'])
    await later('2025-01-01T10:00:06Z')
    expect(await statusesOf(id)).toEqual(['succeeded'])
    expect(await paymentsOf(id)).toHaveLength(1)
  })

  it('payment case 23: fails after a day without a connection', async () => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const { settings } = harness.context
    const unreachable = { ...settings, providerHosts: { stripe: 'http://127.0.0.1:1' } }
    const away = { ...harness, context: { ...harness.context, settings: unreachable } }
    await charge(away, client)
    for (let hour = 0; hour < 30; hour += 1) {
      const at = new Date(Date.parse('2025-01-01T10:10:00Z') + hour * 3_600_000).toISOString()
      await client.clock(at)
      await runJobs(away)
    }
    expect(await statusesOf(id)).toEqual(['failed'])
    const failures = await receivedBy(client, endpoint, 'invoice.payment_failure')
    expect(
      failures.map((each) => each.payment_provider_invoice_payment_error.provider_error.error_code),
    ).toEqual(['provider_unavailable'])
  })

  it.each([
    ['declined', 'card_declined', 'generic_decline'],
    ['no_money', 'card_declined', 'insufficient_funds'],
  ] as const)('payment case 24: fails when the card is %s', async (kind, code, declineCode) => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme', kind)
    const id = await charged(1000)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'failed', total_paid_amount_cents: 0 })
    expect(await statusesOf(id)).toEqual(['failed'])
    await deliver(harness, stripe)
    await runJobs(harness)
    const failures = await receivedBy(client, endpoint, 'invoice.payment_failure')
    expect(failures).toHaveLength(1)
    expect(failures[0].payment_provider_invoice_payment_error).toMatchObject({
      lago_invoice_id: id,
      provider_error: { error_code: code },
      error_details: { code, decline_code: declineCode, http_status: 402 },
    })
  })

  it('leaves a card out after a fraud was suspected, until somebody pays with it', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'fraud')
    const first = await charged(1000)
    const second = await charged(1000)
    expect([await statusesOf(first), await statusesOf(second)]).toEqual([['failed'], []])
    expect((await client.call('POST', `/invoices/${second}/retry_payment`)).status).toBe(200)
    await runJobs(harness)
    expect(await statusesOf(second)).toEqual(['failed'])
  })

  it('payment case 25: is held below the minimum, and a new payment takes its place', async () => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await charged(20)
    const [held] = await paymentsOf(id)
    expect([held.status, (await invoiceOf(id)).payment_status]).toEqual(['failed', 'pending'])
    expect(await receivedBy(client, endpoint, 'invoice.payment_failure')).toEqual([])
    expect((await client.call('POST', `/invoices/${id}/retry_payment`)).status).toBe(200)
    await runJobs(harness)
    const [again, ...others] = await paymentsOf(id)
    expect(again.lago_id).not.toBe(held.lago_id)
    expect(others).toEqual([])
  })

  it('payment case 28: waits while the key is unknown, and is paid with a new one', async () => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme')
    stripe.state.revoke(SECRET_KEY)
    const ids = [
      await issue(client, 'acme', 1000),
      await issue(client, 'acme', 2000),
      await issue(client, 'acme', 3000),
    ]
    await charge(harness, client)
    expect(chargesAsked()).toBe(1)
    await later('2025-01-01T10:05:01Z')
    expect(chargesAsked()).toBe(1)
    for (const id of ids) expect((await invoiceOf(id)).payment_status).toBe('pending')
    expect(await receivedBy(client, endpoint, 'payment_provider.error')).toHaveLength(1)
    const state = (await ok(client, 'GET', `${WEIR}/payment_providers/${connection.lago_id}`))
      .payment_provider
    expect(state).toMatchObject({ state: 'failing', last_error: { code: 'invalid_credentials' } })
    await ok(client, 'PUT', `${WEIR}/payment_providers/${connection.lago_id}`, {
      payment_provider: { secret_key: 'sk_test_new' },
    })
    await charge(harness, client)
    for (const id of ids) expect((await invoiceOf(id)).payment_status).toBe('succeeded')
    expect(
      stripe.state.captures().filter(({ metadata }) => ids.includes(metadata.lago_invoice_id ?? '')),
    ).toHaveLength(3)
    await expectSound(harness)
  })

  it('sends nothing while the connection is paused', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    await ok(client, 'POST', `${WEIR}/payment_providers/${connection.lago_id}/pause`)
    const id = await charged(1000)
    expect([await statusesOf(id), chargesAsked()]).toEqual([['pending'], 0])
    await ok(client, 'POST', `${WEIR}/payment_providers/${connection.lago_id}/resume`)
    await charge(harness, client)
    expect(await statusesOf(id)).toEqual(['succeeded'])
  })

  it('payment case 30: is one payment, however many ask at once', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const id = await charged(1000)
    const there = (await ok(client, 'GET', '/customers/acme')).customer.billing_configuration
      .provider_customer_id
    stripe.state.addMethod(there)
    await deliver(harness, stripe)
    await runJobs(harness)
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => client.call('POST', `/invoices/${id}/retry_payment`)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 405)).toHaveLength(99)
    await runJobs(harness)
    expect((await statusesOf(id)).sort()).toEqual(['failed', 'succeeded'])
    expect(capturesOf(id)).toHaveLength(1)
  })

  it('is charged for what is left after a payment by hand, and not at all when nothing is', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    expect((await pay(client, id, 400)).status).toBe(200)
    await charge(harness, client)
    expect((await paymentsOf(id)).map((each: { amount_cents: number }) => each.amount_cents).sort()).toEqual([
      400, 600,
    ])
    const second = await issue(client, 'acme', 1000)
    await runWhatIsDue(harness, client)
    expect((await pay(client, second, 1000)).status).toBe(200)
    await runJobs(harness)
    expect(capturesOf(second)).toEqual([])
    expect(await paymentsOf(second)).toHaveLength(1)
  })

  it('asks nothing for invoices that are self-billed, left out, or of customers without a method', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const left = await issue(client, 'acme', 1000, { skip_psp: true })
    await charge(harness, client)
    expect(await paymentsOf(left)).toEqual([])
    const [method] = (await ok(client, 'GET', '/customers/acme/payment_methods')).payment_methods
    await ok(client, 'DELETE', `/customers/acme/payment_methods/${method.lago_id}`)
    expect(await statusesOf(await charged(1000))).toEqual([])
    expect(chargesAsked()).toBe(0)
  })

  it('payment case 29: is found after the worker that sent it has died', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await runWhatIsDue(harness, client)
    // Stripe executes it, and the process dies before it writes what it was told.
    const broken = { ...harness.context, database: failingAfterClaim(harness) }
    await expect(runJobs({ ...harness, context: broken })).rejects.toThrow('the process has died')
    const [payment] = await paymentsOf(id)
    expect(capturesOf(id)).toHaveLength(1)
    await later('2025-01-01T10:01:31Z')
    await later('2025-01-01T10:02:10Z')
    expect(await statesOf(payment.lago_id)).toEqual(['sending', 'unknown', 'succeeded'])
    expect([capturesOf(id).length, chargesAsked()]).toEqual([1, 1])
  })
})

/** A database that is gone once something has been sent. */
function failingAfterClaim({ context }: Harness): Harness['context']['database'] {
  const { database } = context
  return new Proxy(database, {
    get(target, key) {
      if (key === 'writeAs' && chargesAsked() > 0) {
        return () => Promise.reject(new Error('the process has died'))
      }
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
