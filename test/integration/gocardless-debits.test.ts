import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepMessages } from '../../src/actions/provider-messages/sweep-messages.ts'
import { type FakeGoCardless, startGoCardless } from '../fakes/gocardless.ts'
import type { FakeDebit, MandateKind } from '../fakes/gocardless-state.ts'
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
import { issue, sell } from '../support/payment-fixtures.ts'
import { charge, deliver, expectSound, runJobs, runWhatIsDue } from '../support/stripe-fixtures.ts'

const WEIR = '/api/weir/v1'

let harness: Harness
let fake: FakeGoCardless
let client: Client
let connection: { lago_id: string }

beforeAll(async () => {
  fake = await startGoCardless()
  harness = await startHarness({ providerHosts: { gocardless: fake.url } })
})
afterAll(async () => {
  await harness?.close()
  await fake?.close()
})
beforeEach(async () => {
  fake.chaos = {}
  fake.state.refusesRefunds = false
  fake.state.revoke(ACCESS_TOKEN, false)
  client = await harness.organization()
  await sell(client)
  connection = await connectGoCardless(client, fake)
  fake.takeMessages()
  fake.asked.length = 0
  fake.orders.length = 0
})

const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice
const paymentsOf = async (id: string) => (await ok(client, 'GET', `/payments?invoice_id=${id}`)).payments
const statusesOf = async (id: string) =>
  (await paymentsOf(id)).map((each: { payment_status: string }) => each.payment_status)
const statesOf = async (paymentId: string) =>
  (await ok(client, 'GET', `${WEIR}/payments/${paymentId}/transitions`)).transitions.map(
    (each: { to: string }) => each.to,
  )
const methodsOf = async (externalId: string) =>
  (await ok(client, 'GET', `/customers/${externalId}/payment_methods`)).payment_methods
const debits = (invoiceId: string): FakeDebit[] =>
  [...fake.state.payments.values()].filter(({ metadata }) => metadata.lago_invoice_id === invoiceId)
const debit = (invoiceId: string): FakeDebit => {
  const [only, ...others] = debits(invoiceId)
  if (!only || others.length > 0)
    throw new Error(`${others.length + (only ? 1 : 0)} payments of ${invoiceId}`)
  return only
}
const ordersTo = (path: string) =>
  fake.orders.filter((each) => each.path === path).map(({ body }) => JSON.parse(body)[path.slice(1)])
/** An invoice of cents for `acme`, charged as far as it gets. */
const charged = async (cents: number, others: object = {}) => {
  const id = await issue(client, 'acme', cents, others)
  await charge(harness, client)
  return id
}
const payer = (kind: MandateKind = 'ok', scheme = 'sepa_core') =>
  debitedCustomer(harness, fake, client, 'acme', { kind, scheme })
/** Steps of time at GoCardless, each told. */
const steps = async (invoiceId: string, count: number) => {
  for (let n = 0; n < count; n += 1) {
    fake.state.step(debit(invoiceId))
    await tell(harness, fake)
  }
}
const later = async (at: string) => {
  await client.clock(at)
  await runJobs(harness)
}
/** An endpoint that asks for one type of message, which nobody gets otherwise. */
const listenFor = async (...event_types: string[]) => {
  const webhook_endpoint = { webhook_url: 'http://127.0.0.1:2/hook', event_types }
  return (await ok(client, 'POST', '/webhook_endpoints', { webhook_endpoint })).webhook_endpoint.lago_id
}

describe('an invoice that is debited through GoCardless', () => {
  it('payment case 36: is paid at the last of four steps, and announced once', async () => {
    await ok(client, 'POST', '/add_ons', {
      add_on: { name: 'Work', code: 'work', amount_cents: 1000, amount_currency: 'GBP' },
    })
    const endpoint = await listen(client)
    await payer('ok', 'bacs')
    const fees = [{ add_on_code: 'work', unit_amount_cents: 1000 }]
    const id = await charged(1000, { currency: 'GBP', fees })
    const [payment] = await paymentsOf(id)
    expect(payment).toMatchObject({
      amount_cents: 1000,
      amount_currency: 'GBP',
      payment_provider_type: 'PaymentProviders::GocardlessProvider',
      provider_payment_id: debit(id).id,
    })
    const seen = [payment.payment_status]
    for (let n = 0; n < 3; n += 1) {
      await steps(id, 1)
      seen.push((await statusesOf(id))[0])
      if (n < 2) expect((await invoiceOf(id)).payment_status).toBe('pending')
    }
    expect(seen).toEqual(['processing', 'processing', 'processing', 'succeeded'])
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect(await receivedBy(client, endpoint, 'payment.succeeded')).toHaveLength(1)
    const [order] = ordersTo('/payments')
    expect(order).toEqual({
      amount: 1000,
      currency: 'GBP',
      retry_if_possible: false,
      description: (await invoiceOf(id)).number,
      links: { mandate: debit(id).links.mandate },
      metadata: {
        lago_payment_id: payment.lago_id,
        lago_invoice_id: id,
        lago_customer_id: payment.lago_customer_id,
      },
    })
    expect(fake.violations).toEqual([])
    await expectSound(harness)
  })

  it('payment case 37: owes again what its bank takes back after it was paid out', async () => {
    const endpoint = await listen(client)
    const own = await listenFor('payment.reversed')
    await payer()
    const id = await charged(1000)
    await steps(id, 3)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    await client.clock('2025-01-03T10:00:00Z')
    fake.state.fail(debit(id), 'refer_to_payer')
    await tell(harness, fake)
    expect(await statusesOf(id)).toEqual(['failed'])
    expect(await invoiceOf(id)).toMatchObject({
      payment_status: 'failed',
      total_paid_amount_cents: 0,
      total_due_amount_cents: 1000,
    })
    const [failure, ...others] = await receivedBy(client, endpoint, 'invoice.payment_failure')
    expect(others).toEqual([])
    expect(failure.payment_provider_invoice_payment_error.provider_error).toEqual({
      message: 'The bank says: refer_to_payer',
      error_code: 'late_failure',
    })
    const [reversed] = await receivedBy(client, own, 'payment.reversed')
    expect(reversed.payment).toMatchObject({
      payment_status: 'failed',
      reversal: { kind: 'late_failure', reason: 'refer_to_payer', undone: false },
    })
    const changes = await receivedBy(client, endpoint, 'invoice.payment_status_updated')
    expect(changes.map((each) => each.invoice.payment_status)).toEqual(['succeeded', 'failed'])
    await expectSound(harness)
    await client.clock('2025-01-05T10:00:00Z')
    expect((await invoiceOf(id)).payment_overdue).toBe(true)
    // It can be charged again, under another key.
    expect((await client.call('POST', `/invoices/${id}/retry_payment`)).status).toBe(200)
    await runJobs(harness)
    const second = debits(id).find(({ status }) => status !== 'failed')
    for (let n = 0; n < 3; n += 1) if (second) fake.state.step(second)
    await tell(harness, fake)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    await expectSound(harness)
  })

  it('takes what comes again after a late failure, and announces no second success', async () => {
    const endpoint = await listen(client)
    await payer()
    const id = await charged(1000)
    await steps(id, 3)
    fake.state.fail(debit(id))
    await tell(harness, fake)
    debit(id).status = 'paid_out'
    fake.state.tell('payments', 'paid_out', { payment: debit(id).id })
    await tell(harness, fake)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect(await receivedBy(client, endpoint, 'payment.succeeded')).toHaveLength(1)
    expect((await ok(client, 'GET', `/payment_receipts?invoice_id=${id}`)).payment_receipts).toHaveLength(1)
    await expectSound(harness)
  })

  it('payment case 38: is disputed when it is charged back, and not any more when that is cancelled', async () => {
    const endpoint = await listen(client)
    await payer()
    const id = await charged(1000)
    await steps(id, 3)
    fake.state.chargeBack(debit(id))
    await tell(harness, fake)
    expect(await invoiceOf(id)).toMatchObject({
      payment_status: 'succeeded',
      payment_dispute_lost_at: expect.any(String),
    })
    const lost = await receivedBy(client, endpoint, 'invoice.payment_dispute_lost')
    expect(lost.map((each) => each.payment_dispute_lost.provider_error)).toEqual(['authorisation_disputed'])
    // The same again, as a repeated message would be.
    fake.state.tell('payments', 'charged_back', { payment: debit(id).id })
    await tell(harness, fake)
    fake.state.chargeBack(debit(id), false)
    await tell(harness, fake)
    expect((await invoiceOf(id)).payment_dispute_lost_at).toBeNull()
    expect(await receivedBy(client, endpoint, 'invoice.payment_dispute_lost')).toHaveLength(1)
    await expectSound(harness)
  })

  it('ends the same in whatever order the messages come, and however often', async () => {
    await payer()
    const id = await charged(1000)
    for (let n = 0; n < 3; n += 1) fake.state.step(debit(id))
    fake.state.chargeBack(debit(id))
    fake.state.chargeBack(debit(id), false)
    await deliver(harness, fake, (all) => [...all].reverse().flatMap((each) => [each, each]))
    await runJobs(harness)
    const invoice = await invoiceOf(id)
    expect(invoice).toMatchObject({ payment_status: 'succeeded', payment_dispute_lost_at: null })
    expect(await statusesOf(id)).toEqual(['succeeded'])
    await expectSound(harness)
  })

  it.each([
    ['no_money', 'insufficient_funds'],
    ['closed', 'bank_account_closed'],
  ] as const)('fails when the bank says no (%s)', async (kind, code) => {
    const endpoint = await listen(client)
    await payer(kind)
    const id = await charged(1000)
    await steps(id, 2)
    expect([await statusesOf(id), (await invoiceOf(id)).payment_status]).toEqual([['failed'], 'failed'])
    const failures = await receivedBy(client, endpoint, 'invoice.payment_failure')
    expect(failures.map((each) => each.payment_provider_invoice_payment_error.provider_error)).toEqual([
      { message: `The bank says: ${code}`, error_code: code },
    ])
  })

  it('learns by itself, and with the cause, what no message told', async () => {
    const endpoint = await listen(client)
    await payer('no_money')
    const id = await charged(1000)
    fake.state.step(debit(id))
    fake.state.step(debit(id))
    fake.takeMessages()
    await later('2025-01-02T10:01:00Z')
    expect(await statusesOf(id)).toEqual(['failed'])
    const [failure] = await receivedBy(client, endpoint, 'invoice.payment_failure')
    expect(failure.payment_provider_invoice_payment_error.provider_error.error_code).toBe(
      'insufficient_funds',
    )
  })

  it('is cancelled with its invoice while it can be, and given back when it comes all the same', async () => {
    await payer()
    const [early, late] = [await charged(1000), await charged(2000)]
    fake.state.step(debit(late))
    for (const id of [early, late]) await ok(client, 'POST', `/invoices/${id}/void`)
    await runJobs(harness)
    expect([debit(early).status, await statusesOf(early)]).toEqual(['cancelled', ['failed']])
    expect([debit(late).status, await statusesOf(late)]).toEqual(['submitted', ['processing']])
    await steps(late, 2)
    expect(await statusesOf(late)).toEqual(['succeeded'])
    expect(fake.state.refundedOf(debit(late).id)).toBe(2000)
    await expectSound(harness)
  })

  it('is not sent in a currency that GoCardless does not collect, and held below its minimum', async () => {
    await ok(client, 'POST', '/add_ons', {
      add_on: { name: 'Yen', code: 'yen', amount_cents: 1500, amount_currency: 'JPY' },
    })
    await payer()
    const fees = [{ add_on_code: 'yen', unit_amount_cents: 1500 }]
    const yen = await charged(1500, { currency: 'JPY', fees })
    expect([await statusesOf(yen), ordersTo('/payments')]).toEqual([['failed'], []])
    const small = await charged(99)
    expect([await statusesOf(small), (await invoiceOf(small)).payment_status]).toEqual([
      ['pending'],
      'pending',
    ])
    expect(debits(small)).toEqual([])
  })
})

describe('what a bank takes back', () => {
  it('of a payment request is owed again by each of its invoices', async () => {
    const endpoint = await listen(client)
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'acme', email: 'a@example.com', net_payment_term: 2 },
    })
    const ids = [await issue(client, 'acme', 1000), await issue(client, 'acme', 2000)]
    await client.clock('2025-01-05T10:00:00Z')
    for (const id of ids)
      await ok(client, 'PUT', `/invoices/${id}`, { invoice: { payment_status: 'failed' } })
    await payer()
    const payment_request = { external_customer_id: 'acme', lago_invoice_ids: ids }
    const asked = (await ok(client, 'POST', '/payment_requests', { payment_request })).payment_request
    await charge(harness, client)
    const payment = [...fake.state.payments.values()].find(
      ({ metadata }) => metadata.lago_payable_id === asked.lago_id,
    )
    expect(payment).toMatchObject({ amount: 3000, status: 'pending_submission' })
    if (!payment) throw new Error('no payment')
    for (let n = 0; n < 3; n += 1) fake.state.step(payment)
    await tell(harness, fake)
    const statuses = async () => [
      (await ok(client, 'GET', `/payment_requests/${asked.lago_id}`)).payment_request.payment_status,
      ...(await Promise.all(ids.map(invoiceOf))).map((each) => [
        each.payment_status,
        each.total_paid_amount_cents,
      ]),
    ]
    expect(await statuses()).toEqual(['succeeded', ['succeeded', 1000], ['succeeded', 2000]])
    fake.state.fail(payment)
    await tell(harness, fake)
    expect(await statuses()).toEqual(['failed', ['failed', 0], ['failed', 0]])
    expect(await receivedBy(client, endpoint, 'payment_request.payment_failure')).toHaveLength(1)
    await expectSound(harness)
  })

  it('leaves bought credits in their wallet, and names their transaction', async () => {
    const own = await listenFor('payment.reversed')
    await payer()
    const { wallet } = await ok(client, 'POST', '/wallets', {
      wallet: { external_customer_id: 'acme', rate_amount: '1', currency: 'EUR' },
    })
    const { wallet_transactions: made } = await ok(client, 'POST', '/wallet_transactions', {
      wallet_transaction: { wallet_id: wallet.lago_id, paid_credits: '100' },
    })
    await charge(harness, client)
    const { wallet_transaction: bought } = await ok(client, 'GET', `/wallet_transactions/${made[0].lago_id}`)
    await steps(bought.lago_invoice_id, 3)
    const balance = async () => (await ok(client, 'GET', `/wallets/${wallet.lago_id}`)).wallet.balance_cents
    expect(await balance()).toBe(10_000)
    fake.state.fail(debit(bought.lago_invoice_id))
    await tell(harness, fake)
    expect(await balance()).toBe(10_000)
    const [reversed] = await receivedBy(client, own, 'payment.reversed')
    expect(reversed.payment.lago_wallet_transaction_id).toBe(bought.lago_id)
    await expectSound(harness)
  })
})

describe('what is lost on the way to GoCardless', () => {
  it.each(['reset_after', 'half_body', 'error500_after'] as const)(
    'payment case 17: an answer (%s): the payment is unknown, and found by a look',
    async (mischief) => {
      const endpoint = await listen(client)
      await payer()
      fake.chaos = { [mischief]: 1000 }
      const id = await charged(1000)
      fake.chaos = {}
      const [before] = await paymentsOf(id)
      expect(before.payment_status).toBe('pending')
      await later('2025-01-01T10:01:00Z')
      expect(await statesOf(before.lago_id)).toEqual(['sending', 'unknown', 'processing'])
      expect(debits(id)).toHaveLength(1)
      expect(ordersTo('/payments')).toHaveLength(1)
      expect(await receivedBy(client, endpoint, 'invoice.payment_failure')).toEqual([])
    },
  )

  it.each(['reset_before', 'error500_before', 'html502'] as const)(
    'payment case 18: a request (%s): it is sent again with the same key',
    async (mischief) => {
      await payer()
      fake.chaos = { [mischief]: 1000 }
      const id = await charged(1000)
      fake.chaos = {}
      await later('2025-01-01T10:01:00Z')
      expect(await statusesOf(id)).toEqual(['processing'])
      expect(debits(id)).toHaveLength(1)
    },
  )

  it('a second request with the key: the payment that was made first is given', async () => {
    await payer()
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    // GoCardless does not show it yet, so it is sent again.
    const hidden = debit(id)
    hidden.metadata = { ...hidden.metadata, lago_payment_id: 'hidden' }
    const [payment] = await paymentsOf(id)
    const shown = { ...hidden.metadata, lago_payment_id: payment.lago_id }
    const { get } = fake.state.payments
    fake.state.payments.get = (key: string) => {
      hidden.metadata = shown
      return get.call(fake.state.payments, key)
    }
    await later('2025-01-01T10:01:00Z')
    fake.state.payments.get = get
    expect([await statusesOf(id), debits(id).length]).toEqual([['processing'], 1])
    expect(ordersTo('/payments')).toHaveLength(2)
    expect(fake.violations).toEqual([])
  })

  it('payment case 22: waits as long as GoCardless asks', async () => {
    await payer()
    fake.chaos = { rate429: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    const [payment] = await paymentsOf(id)
    expect(await statesOf(payment.lago_id)).toEqual(['sending', 'created'])
    await later('2025-01-01T10:00:06Z')
    expect(await statusesOf(id)).toEqual(['processing'])
  })

  it('payment case 28: waits while the token is unknown', async () => {
    await payer()
    fake.state.revoke(ACCESS_TOKEN)
    const id = await charged(1000)
    expect(await statusesOf(id)).toEqual(['pending'])
    const path = `${WEIR}/payment_providers/${connection.lago_id}`
    expect((await ok(client, 'GET', path)).payment_provider.state).toBe('failing')
    await ok(client, 'PUT', path, { payment_provider: { access_token: 'sandbox_new' } })
    await charge(harness, client)
    expect(await statusesOf(id)).toEqual(['processing'])
    expect(debits(id)).toHaveLength(1)
  })

  it('payment case 53: every message: the sweep finds them', async () => {
    await payer()
    const id = await charged(1000)
    for (let n = 0; n < 3; n += 1) fake.state.step(debit(id))
    fake.takeMessages()
    await sweepMessages(harness.context, client.organizationId, connection.lago_id)
    await runJobs(harness)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    const { provider_messages: messages } = await ok(client, 'GET', `${WEIR}/provider_messages`)
    expect(messages.map((each: { type: string }) => each.type)).toContain('payments.paid_out')
  })

  it('payment case 55: messages about payments of others change nothing here', async () => {
    const other = await harness.organization()
    await sell(other)
    await payer()
    const id = await charged(1000)
    const { endpoint } = fake.state
    await connectGoCardless(other, fake)
    fake.state.step(debit(id))
    await tell(harness, fake)
    fake.state.endpoint = endpoint
    const { provider_messages: messages } = await ok(other, 'GET', `${WEIR}/provider_messages`)
    const results = messages.map((each: { type: string; result: string }) => [each.type, each.result])
    expect(results).toContainEqual(['payments.submitted', 'ignored: not_ours'])
    expect((await ok(other, 'GET', '/payments')).payments).toEqual([])
  })
})

describe('a mandate', () => {
  it('payment case 39: that was cancelled at the bank is gone, and what was not sent is given up', async () => {
    const mandate = fake.state.mandates.get(await payer())
    const id = await issue(client, 'acme', 1000)
    await runWhatIsDue(harness, client)
    if (mandate) fake.state.changeMandate(mandate, 'cancelled', 'cancelled', 'bank')
    await deliver(harness, fake)
    await runJobs(harness, '^handle_provider')
    expect(await methodsOf('acme')).toEqual([])
    await runJobs(harness)
    expect(ordersTo('/payments')).toEqual([])
    expect((await invoiceOf(id)).payment_status).toBe('pending')
    expect(await paymentsOf(id)).toEqual([])
  })

  it.each(['failed', 'expired', 'consumed', 'blocked', 'suspended_by_payer'])(
    'that is %s is gone, and comes back when it is reinstated',
    async (status) => {
      const mandate = fake.state.mandates.get(await payer())
      if (!mandate) throw new Error('no mandate')
      fake.state.changeMandate(mandate, status, status)
      await tell(harness, fake)
      expect(await methodsOf('acme')).toEqual([])
      const id = await charged(1000)
      expect(await paymentsOf(id)).toEqual([])
      fake.state.changeMandate(mandate, 'active', 'reinstated')
      await tell(harness, fake)
      expect(await methodsOf('acme')).toMatchObject([{ provider_method_id: mandate.id, is_default: true }])
      await charge(harness, client)
      expect(await statusesOf(id)).toEqual(['processing'])
    },
  )

  it('whose message was lost is looked for when there is something to charge, and charged', async () => {
    const customer = await linkedCustomer(harness, client, 'acme')
    const mandate = fake.state.addMandate(customer)
    fake.takeMessages()
    const id = await charged(1000)
    await charge(harness, client)
    expect(debits(id).map(({ links }) => links.mandate)).toEqual([mandate.id])
    await steps(id, 3)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    expect(await methodsOf('acme')).toMatchObject([{ is_default: true, provider_method_id: mandate.id }])
    await expectSound(harness)
  })

  it('that was discarded here is not looked for again', async () => {
    const mandate = await payer()
    const [method] = await methodsOf('acme')
    await ok(client, 'DELETE', `/customers/acme/payment_methods/${method.lago_id}`)
    // GoCardless was not told in time, or did not do it.
    const found = fake.state.mandates.get(mandate)
    if (!found) throw new Error('no such mandate')
    const id = await issue(client, 'acme', 1000)
    await runWhatIsDue(harness, client)
    await runJobs(harness, 'look_for')
    expect(found.status).toBe('pending_submission')
    await charge(harness, client)
    expect([debits(id), await methodsOf('acme')]).toEqual([[], []])
  })

  it('gives its place to the one that replaces it', async () => {
    const mandate = fake.state.mandates.get(await payer())
    if (!mandate) throw new Error('no mandate')
    const next = fake.state.addMandate(mandate.links.customer)
    fake.takeMessages()
    fake.state.changeMandate(mandate, 'cancelled', 'replaced', 'bank', { new_mandate: next.id })
    await tell(harness, fake)
    expect(await methodsOf('acme')).toMatchObject([{ provider_method_id: next.id, is_default: true }])
  })

  it('is not cancelled while a payment is under way with it, and is cancelled at GoCardless after that', async () => {
    const mandateId = await payer()
    const id = await charged(1000)
    const [method] = await methodsOf('acme')
    const path = `/customers/acme/payment_methods/${method.lago_id}`
    const refused = await client.call('DELETE', path)
    expect([refused.status, refused.body.code]).toEqual([405, 'payments_in_flight'])
    await steps(id, 3)
    await ok(client, 'DELETE', path)
    await runJobs(harness)
    expect(fake.state.mandates.get(mandateId)?.status).toBe('cancelled')
    expect(await methodsOf('acme')).toEqual([])
  })

  it('that GoCardless refuses to charge is discarded', async () => {
    const mandate = fake.state.mandates.get(await payer())
    if (mandate) mandate.status = 'cancelled'
    const id = await charged(1000)
    expect(await statusesOf(id)).toEqual(['failed'])
    expect(await methodsOf('acme')).toEqual([])
  })
})

describe('a refund through GoCardless', () => {
  const note = async (invoiceId: string, cents: number): Promise<string> => {
    const { fees } = await invoiceOf(invoiceId)
    const credit_note = {
      invoice_id: invoiceId,
      refund_amount_cents: cents,
      credit_amount_cents: 0,
      items: [{ fee_id: fees[0].lago_id, amount_cents: cents }],
    }
    const made = await ok(client, 'POST', '/credit_notes', { credit_note })
    await runJobs(harness)
    return made.credit_note.lago_id
  }
  const statusOf = async (id: string) =>
    (await ok(client, 'GET', `/credit_notes/${id}`)).credit_note.refund_status
  const refundsOf = (id: string) =>
    [...fake.state.refunds.values()].filter(({ links }) => links.payment === debit(id).id)
  const paid = async () => {
    await payer()
    const id = await charged(1000)
    await steps(id, 3)
    return id
  }

  it('payment case 41: confirms the sum of all refunds of the payment', async () => {
    const id = await paid()
    const notes = [await note(id, 300), await note(id, 200)]
    expect(ordersTo('/refunds').map((each) => each.total_amount_confirmation)).toEqual([300, 500])
    expect(refundsOf(id).map(({ amount }) => amount)).toEqual([300, 200])
    expect(await Promise.all(notes.map(statusOf))).toEqual(['pending', 'pending'])
    for (const refund of refundsOf(id)) fake.state.tellRefund(refund, 'paid')
    await tell(harness, fake)
    expect(await Promise.all(notes.map(statusOf))).toEqual(['succeeded', 'succeeded'])
    await expectSound(harness)
  })

  it.each(['reset_after', 'error500_after'] as const)(
    'payment case 47: gives back once when the answer is lost (%s)',
    async (mischief) => {
      const id = await paid()
      fake.chaos = { [mischief]: 1000 }
      const noteId = await note(id, 300)
      fake.chaos = {}
      await later('2025-01-01T10:01:00Z')
      expect(refundsOf(id)).toHaveLength(1)
      for (const refund of refundsOf(id)) fake.state.tellRefund(refund, 'paid')
      await tell(harness, fake)
      expect(await statusOf(noteId)).toBe('succeeded')
    },
  )

  it('fails when the money comes back, once, also after it was paid', async () => {
    const endpoint = await listen(client)
    const id = await paid()
    const noteId = await note(id, 300)
    const [refund] = refundsOf(id)
    if (!refund) throw new Error('no refund')
    fake.state.tellRefund(refund, 'paid')
    await tell(harness, fake)
    expect(await statusOf(noteId)).toBe('succeeded')
    fake.state.tellRefund(refund, 'funds_returned')
    fake.state.tell('refunds', 'funds_returned', { refund: refund.id })
    await tell(harness, fake)
    expect(await statusOf(noteId)).toBe('failed')
    expect(await receivedBy(client, endpoint, 'credit_note.provider_refund_failure')).toHaveLength(1)
  })

  /** Paid by hand while the debit is under way, so that all of the debit is too much. */
  const paidTwice = async () => {
    await payer()
    const id = await charged(1000)
    await ok(client, 'POST', '/payments', {
      payment: { invoice_id: id, amount_cents: 1000, reference: 'bank' },
    })
    return id
  }
  const reviewOf = async (invoiceId: string) => {
    const { review } = await harness.context.database.system
      .selectFrom('payments')
      .select('review')
      .where('invoiceId', '=', invoiceId)
      .where('paymentType', '=', 'provider')
      .executeTakeFirstOrThrow()
    return review
  }

  it('asks somebody to look when what was paid too much cannot be given back, until it is', async () => {
    const endpoint = await listenFor('payment.needs_review')
    const id = await paidTwice()
    fake.state.refusesRefunds = true
    await steps(id, 3)
    expect(refundsOf(id)).toHaveLength(0)
    expect(await reviewOf(id)).toBe('paid_too_much')
    expect(await receivedBy(client, endpoint, 'payment.needs_review')).toHaveLength(1)
    await expectSound(harness, 'payment_reviews')
    // As it was left before somebody was asked.
    const { system } = harness.context.database
    const reviewed = system
      .updateTable('payments')
      .where('invoiceId', '=', id)
      .where('paymentType', '=', 'provider')
    await reviewed.set({ review: null }).execute()
    await expect(expectSound(harness)).rejects.toThrow('payment_excess')
    await reviewed.set({ review: 'paid_too_much' }).execute()
    fake.state.refusesRefunds = false
    const { refunds } = await ok(client, 'GET', `${WEIR}/refunds`)
    await ok(client, 'POST', `${WEIR}/refunds/${refunds[0].lago_id}/retry`)
    const again = await client.call('POST', `${WEIR}/refunds/${refunds[0].lago_id}/retry`)
    expect([again.status, again.body.code]).toEqual([405, 'no_failed_refund'])
    await runJobs(harness)
    expect(refundsOf(id).map(({ amount }) => amount)).toEqual([1000])
    expect(await reviewOf(id)).toBeNull()
    await expectSound(harness)
  })

  it('gives back what was paid too much once its payer has given up taking it back', async () => {
    const endpoint = await listenFor('payment.needs_review')
    const id = await paidTwice()
    fake.state.refusesRefunds = true
    await steps(id, 3)
    fake.state.refusesRefunds = false
    fake.state.chargeBack(debit(id))
    await tell(harness, fake)
    expect(await reviewOf(id)).toBeNull()
    expect(refundsOf(id)).toHaveLength(0)
    await expectSound(harness)
    fake.state.chargeBack(debit(id), false)
    await tell(harness, fake)
    expect(refundsOf(id).map(({ amount }) => amount)).toEqual([1000])
    expect(await reviewOf(id)).toBeNull()
    expect(await receivedBy(client, endpoint, 'payment.needs_review')).toHaveLength(1)
    await expectSound(harness)
  })

  it('asks somebody to look when the bank takes back what was refunded in part', async () => {
    const endpoint = await listenFor('payment.needs_review')
    const id = await paid()
    await note(id, 300)
    fake.state.fail(debit(id))
    await tell(harness, fake)
    const [told] = await receivedBy(client, endpoint, 'payment.needs_review')
    expect(told.payment.review).toEqual({ reason: 'refunded_and_taken_back' })
    expect((await invoiceOf(id)).total_paid_amount_cents).toBe(0)
  })
})

describe('what somebody has to look at', () => {
  it('payment case 56: a payment of another amount is applied by nobody', async () => {
    const endpoint = await listenFor('payment.needs_review')
    await payer()
    const id = await charged(1000)
    debit(id).amount = 999
    fake.state.step(debit(id))
    await tell(harness, fake)
    expect((await invoiceOf(id)).total_paid_amount_cents).toBe(0)
    expect(await receivedBy(client, endpoint, 'payment.needs_review')).toHaveLength(1)
  })
})
