import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { handleMessage } from '../../src/actions/provider-messages/handle-message.ts'
import { type FakeAdyen, startAdyen } from '../fakes/adyen.ts'
import type { CardKind, FakeAuthorisation } from '../fakes/adyen-state.ts'
import { API_KEY, cardHolder, connectAdyen, tell } from '../support/adyen-fixtures.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { issue, sell } from '../support/payment-fixtures.ts'
import { charge, deliver, expectSound as expectWhole, runJobs } from '../support/stripe-fixtures.ts'

const WEIR = '/api/weir/v1'

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
  fake.itemsPerDelivery = 1
  fake.state.revoke(API_KEY, false)
  client = await harness.organization()
  await sell(client)
  await connectAdyen(client, fake)
  fake.takeMessages()
  fake.state.payments.clear()
  fake.state.refunds.clear()
  fake.asked.length = 0
  fake.orders.length = 0
})

const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice
const paymentsOf = async (id: string) => (await ok(client, 'GET', `/payments?invoice_id=${id}`)).payments
const statusesOf = async (id: string) =>
  (await paymentsOf(id)).map((each: { payment_status: string }) => each.payment_status)
/** What somebody was asked to look at has been seen: nothing else may be wrong. */
const expectSound = async (seen: string[] = []) => {
  const { system } = harness.context.database
  const own = sql`organization_id = ${client.organizationId} and review is not null`
  const { rows } = await sql<{ review: string }>`select review from payments where ${own}`.execute(system)
  await sql`update payments set review = null where ${own}`.execute(system)
  expect(rows.map(({ review }) => review)).toEqual(seen)
  await expectWhole(harness)
}
const journalOf = async (id: string) => {
  const [{ lago_id }] = await paymentsOf(id)
  return (await ok(client, 'GET', `${WEIR}/payments/${lago_id}/transitions`)).transitions.map(
    (each: { to: string }) => each.to,
  )
}
const ordersTo = (path: string) =>
  fake.orders.filter((each) => each.path === path).map(({ body, key }) => ({ ...JSON.parse(body), key }))
const authorisation = (): FakeAuthorisation => {
  const [only, ...others] = [...fake.state.payments.values()]
  if (!only || others.length > 0) throw new Error(`${others.length + (only ? 1 : 0)} payments`)
  return only
}
/** An invoice of cents for `acme`, charged as far as it gets. */
const charged = async (cents: number, others: object = {}) => {
  const id = await issue(client, 'acme', cents, others)
  await charge(harness, client)
  return id
}
const payer = (kind: CardKind = 'ok') => cardHolder(harness, fake, client, 'acme', kind)
const later = async (at: string) => {
  await client.clock(at)
  await runJobs(harness)
}
const listenFor = async (...event_types: string[]) => {
  const webhook_endpoint = { webhook_url: 'http://127.0.0.1:2/hook', event_types }
  return (await ok(client, 'POST', '/webhook_endpoints', { webhook_endpoint })).webhook_endpoint.lago_id
}
const sellIn = (currency: string) =>
  ok(client, 'POST', '/add_ons', {
    add_on: { name: currency, code: currency, amount_cents: 1000, amount_currency: currency },
  })
const messages = async () =>
  (await ok(client, 'GET', `${WEIR}/provider_messages`)).provider_messages as {
    type: string
    result: string
  }[]

describe('an invoice that is charged through Adyen', () => {
  it('is paid by one order, with what Adyen is to keep, and announced once', async () => {
    const endpoint = await listen(client)
    const card = await payer()
    const id = await charged(1000)
    const [payment] = await paymentsOf(id)
    const { number } = await invoiceOf(id)
    const [order, ...others] = ordersTo('/payments')
    expect(others).toEqual([])
    expect(order).toEqual({
      merchantAccount: 'WeirTest',
      amount: { value: 1000, currency: 'EUR' },
      reference: `${payment.lago_id} - Invoice ${number}`,
      merchantOrderReference: number,
      paymentMethod: { type: 'scheme', storedPaymentMethodId: card.id },
      shopperReference: 'acme',
      shopperInteraction: 'ContAuth',
      recurringProcessingModel: 'UnscheduledCardOnFile',
      returnUrl: 'https://www.adyen.com/',
      metadata: {
        lago_customer_id: payment.lago_customer_id,
        lago_organization_id: client.organizationId,
        lago_payable_id: id,
        lago_payable_type: 'Invoice',
        lago_invoice_id: id,
        invoice_issuing_date: '2025-01-01',
        invoice_type: 'one_off',
        lago_payment_id: payment.lago_id,
      },
      key: `payment-${payment.lago_id}`,
    })
    expect(payment).toMatchObject({
      payment_status: 'succeeded',
      payment_provider_type: 'PaymentProviders::AdyenProvider',
      provider_payment_id: authorisation().pspReference,
    })
    // Four copies of its message say nothing new.
    await deliver(harness, fake, ([only]) => (only ? [only, only, only, only] : []))
    await runJobs(harness)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect(await receivedBy(client, endpoint, 'payment.succeeded')).toHaveLength(1)
    expect(fake.violations).toEqual([])
    await expectSound()
  })

  it.each([
    ['ISK', 2790, 279_000],
    ['CLP', 990, 99_000],
    ['CVE', 12_300, 123],
    ['IDR', 1_500_000, 15_000],
    ['JPY', 1500, 1500],
  ])('payment case 13: sends %s %i as %i', async (currency, cents, units) => {
    await sellIn(currency)
    await payer()
    const id = await charged(cents, {
      currency,
      fees: [{ add_on_code: currency, unit_amount_cents: cents }],
    })
    expect(ordersTo('/payments').map(({ amount }) => amount)).toEqual([{ value: units, currency }])
    await tell(harness, fake)
    expect(await statusesOf(id)).toEqual(['succeeded'])
  })

  it('is held where Adyen has no such amount, or wants more', async () => {
    await sellIn('CVE')
    await payer()
    const odd = await charged(12_345, {
      currency: 'CVE',
      fees: [{ add_on_code: 'CVE', unit_amount_cents: 12_345 }],
    })
    expect([await statusesOf(odd), ordersTo('/payments')]).toEqual([['pending'], []])
    const small = await charged(49)
    expect([await statusesOf(small), (await invoiceOf(small)).payment_status]).toEqual([
      ['pending'],
      'pending',
    ])
  })

  it.each([
    ['declined', 'card_declined', 'Refused'],
    ['no_money', 'insufficient_funds', 'Not enough balance'],
    ['fraud', 'fraud_suspected', 'FRAUD'],
    ['needs_holder', 'authentication_required', 'Authentication required'],
    ['part', 'card_declined', 'The payment was refused'],
  ] as const)('fails with a card that is %s', async (kind, error_code, message) => {
    const endpoint = await listen(client)
    await payer(kind)
    const id = await charged(1000)
    await tell(harness, fake)
    expect([await statusesOf(id), (await invoiceOf(id)).payment_status]).toEqual([['failed'], 'failed'])
    const failures = await receivedBy(client, endpoint, 'invoice.payment_failure')
    expect(failures.map((each) => each.payment_provider_invoice_payment_error.provider_error)).toEqual([
      { message, error_code },
    ])
    if (kind === 'part') expect(authorisation().status).toBe('cancelled')
    await expectSound()
  })

  it('waits for the message of a bank that takes its time', async () => {
    await payer('slow')
    const [good, bad] = [await charged(1000), await charged(2000)]
    expect([await statusesOf(good), await statusesOf(bad)]).toEqual([['processing'], ['processing']])
    // Nobody can be asked meanwhile.
    await later('2025-01-02T12:00:00Z')
    for (const payment of fake.state.payments.values())
      fake.state.decide(payment, payment.amount.value === 1000)
    await tell(harness, fake)
    expect([await statusesOf(good), await statusesOf(bad)]).toEqual([['succeeded'], ['failed']])
    await expectSound()
  })

  it('waits with a key that is refused, and goes on with a new one', async () => {
    await payer()
    fake.state.revoke(API_KEY)
    const id = await charged(1000)
    expect([await statusesOf(id), (await invoiceOf(id)).payment_status]).toEqual([['pending'], 'pending'])
    const [{ lago_id, state }] = (await ok(client, 'GET', `${WEIR}/payment_providers`)).payment_providers
    expect(state).toBe('failing')
    await ok(client, 'PUT', `${WEIR}/payment_providers/${lago_id}`, {
      payment_provider: { api_key: 'AQEanother' },
    })
    await charge(harness, client)
    expect(await statusesOf(id)).toEqual(['succeeded'])
  })

  it('gives up a card that Adyen does not have any more', async () => {
    const card = await payer()
    fake.state.cards.delete(card.id)
    const id = await charged(1000)
    expect(await statusesOf(id)).toEqual(['failed'])
    const { payment_methods: left } = await ok(client, 'GET', '/customers/acme/payment_methods')
    expect(left).toEqual([])
  })
})

describe('an outcome that nobody knows', () => {
  it('is found by the same order with the same key: one capture, two orders', async () => {
    const endpoint = await listen(client)
    await payer()
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    expect(await journalOf(id)).toEqual(['sending', 'unknown'])
    fake.chaos = {}
    fake.takeMessages()
    await later('2025-01-01T10:00:31Z')
    expect(await statusesOf(id)).toEqual(['succeeded'])
    const [first, second, ...others] = ordersTo('/payments')
    expect([second, others]).toEqual([first, []])
    expect(fake.state.captures()).toHaveLength(1)
    expect(await receivedBy(client, endpoint, 'invoice.payment_failure')).toEqual([])
    await expectSound()
  })

  it('is told by a message, which comes before any answer', async () => {
    await payer()
    fake.chaos = { error500_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    await tell(harness, fake)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    expect(ordersTo('/payments')).toHaveLength(1)
  })

  it('stays unknown when Adyen has no time for its second sending: the first has arrived', async () => {
    await payer()
    fake.chaos = { reset_after: 1000 }
    const [paid, voided] = [await charged(1000), await charged(2000)]
    fake.chaos = { rate429: 1000 }
    await later('2025-01-01T10:00:31Z')
    await ok(client, 'POST', `/invoices/${voided}/void`)
    await later('2025-01-01T10:03:00Z')
    fake.chaos = {}
    for (const id of [paid, voided]) {
      expect(await journalOf(id)).toEqual(expect.arrayContaining(['unknown']))
      expect((await journalOf(id)).filter((to: string) => to === 'created' || to === 'canceled')).toEqual([])
    }
    await tell(harness, fake)
    expect(await statusesOf(paid)).toEqual(['succeeded'])
    await later('2025-01-02T10:00:00Z')
    await tell(harness, fake)
    await later('2025-01-03T10:00:00Z')
    await tell(harness, fake)
    // What was paid for an invoice that is void has gone back.
    const taken = fake.state.captures().reduce((sum, { amount }) => sum + amount.value, 0)
    const returned = [...fake.state.refunds.values()].reduce((sum, { amount }) => sum + amount.value, 0)
    expect([taken - returned, fake.state.captures().length]).toEqual([1000, 2])
    await expectSound()
  })

  it('is never taken for a failure: after three days somebody is asked, after six no order is sent', async () => {
    const own = await listenFor('payment.needs_review')
    await payer()
    fake.chaos = { error500_before: 1000 }
    const id = await charged(1000)
    const [{ lago_id: paymentId }] = await paymentsOf(id)
    const passed = (seconds: number) =>
      later(new Date(Date.parse('2025-01-01T10:00:00Z') + seconds * 1000).toISOString())
    // Five looks in an hour and a half, then one an hour.
    for (const seconds of [31, 152, 455, 1360, 4970]) await passed(seconds)
    for (let hour = 1; hour < 72; hour += 1) await passed(4970 + hour * 3601)
    expect(await receivedBy(client, own, 'payment.needs_review')).toEqual([])
    await passed(4970 + 72 * 3601)
    const [asked, ...others] = await receivedBy(client, own, 'payment.needs_review')
    expect([asked.payment.review, others]).toEqual([{ reason: 'outcome_unknown' }, []])
    const sent = async () =>
      (await ok(client, 'GET', `${WEIR}/payments/${paymentId}/calls`)).calls.filter(
        (each: { call: string }) => each.call === 'charge',
      ).length
    expect(await sent()).toBe(78)
    await passed(5 * 86_400)
    expect(await sent()).toBe(79)
    fake.chaos = {}
    await passed(6 * 86_400)
    await passed(9 * 86_400)
    expect([await sent(), await statusesOf(id)]).toEqual([79, ['pending']])
    // Whoever looked it up says so.
    await ok(client, 'POST', `${WEIR}/payments/${paymentId}/resolve`, {
      resolution: { outcome: 'failed', note: 'not there' },
    })
    expect(await statusesOf(id)).toEqual(['failed'])
    await expectSound()
  }, 120_000)

  it('payment case 45: is canceled once when its invoice is voided, and has ended when Adyen says so', async () => {
    await payer()
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    fake.takeMessages()
    const { number } = await invoiceOf(id)
    await ok(client, 'POST', `/invoices/${id}/void`)
    await later('2025-01-01T10:00:31Z')
    await later('2025-01-01T11:00:00Z')
    const [{ lago_id }] = await paymentsOf(id)
    expect(ordersTo('/cancels')).toEqual([
      {
        merchantAccount: 'WeirTest',
        paymentReference: `${lago_id} - Invoice ${number}`,
        reference: lago_id,
        key: `cancel-${lago_id}`,
      },
    ])
    expect([ordersTo('/payments').length, await journalOf(id)]).toEqual([1, ['sending', 'unknown']])
    await tell(harness, fake)
    expect(await journalOf(id)).toEqual(['sending', 'unknown', 'canceled'])
    expect(fake.state.captures()).toEqual([])
    await expectSound()
  })

  it('is for somebody to see after three days, until a message tells', async () => {
    const own = await listenFor('payment.needs_review')
    await payer()
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    fake.takeMessages()
    await ok(client, 'POST', `/invoices/${id}/void`)
    await later('2025-01-01T10:00:31Z')
    const held = fake.takeMessages()
    await later('2025-01-04T09:00:00Z')
    expect(await receivedBy(client, own, 'payment.needs_review')).toEqual([])
    await later('2025-01-04T10:00:00Z')
    expect(await receivedBy(client, own, 'payment.needs_review')).toHaveLength(1)
    await deliver(harness, { ...fake, takeMessages: () => held })
    await runJobs(harness)
    expect(await journalOf(id)).toEqual(['sending', 'unknown', 'canceled'])
    expect(ordersTo('/cancels')).toHaveLength(1)
    await expectSound()
  })

  it('asks nobody to look once the refund that was on its way has failed', async () => {
    await payer()
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    await ok(client, 'POST', `/invoices/${id}/void`)
    const [success, ...none] = fake.takeMessages()
    if (!success || none.length > 0) throw new Error('one message was expected')
    await later('2025-01-01T10:00:31Z')
    const end = fake.takeMessages()
    await deliver(harness, { ...fake, takeMessages: () => [success] })
    await runJobs(harness)
    expect(ordersTo(`/payments/${authorisation().pspReference}/refunds`)).toHaveLength(1)
    const refused = fake.takeMessages()
    await deliver(harness, { ...fake, takeMessages: () => end })
    await runJobs(harness)
    const path = `${WEIR}/refunds`
    expect((await ok(client, 'GET', path)).refunds).toMatchObject([{ state: 'pending' }])
    await deliver(harness, { ...fake, takeMessages: () => refused })
    await runJobs(harness)
    expect((await ok(client, 'GET', path)).refunds).toMatchObject([{ state: 'failed' }])
    await expectSound()
  })

  it.each([
    ['before', (all: object[]) => all],
    ['after', (all: object[]) => [...all].reverse()],
  ])('ends the same when the message of its success comes %s the one of its end', async (_, order) => {
    await payer()
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    await ok(client, 'POST', `/invoices/${id}/void`)
    await later('2025-01-01T10:00:31Z')
    await deliver(harness, fake, (all) => order(all) as typeof all)
    await runJobs(harness)
    await tell(harness, fake)
    expect(await statusesOf(id)).toEqual(['failed'])
    expect(await invoiceOf(id)).toMatchObject({ status: 'voided', total_paid_amount_cents: 0 })
    expect(ordersTo(`/payments/${authorisation().pspReference}/refunds`)).toEqual([])
    await expectSound()
  })
})

describe('messages about a payment', () => {
  it('payment case 42: a refusal after a success changes nothing, whatever it is about', async () => {
    await payer()
    const id = await charged(1000)
    await tell(harness, fake)
    const { pspReference, reference: merchantReference, amount } = authorisation()
    for (const told of [pspReference, 'P999999999999999']) {
      const news = { pspReference: told, merchantReference, amount, success: false, reason: 'Refused' }
      fake.state.tell({ eventCode: 'AUTHORISATION', ...news })
    }
    await tell(harness, fake)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    expect((await messages()).slice(0, 2).map(({ result }) => result)).toEqual(['no_change', 'no_change'])
    await expectSound()
  })

  it('asks somebody when the amount is another', async () => {
    const own = await listenFor('payment.needs_review')
    await payer('slow')
    const id = await charged(1000)
    const { pspReference, reference: merchantReference } = authorisation()
    const amount = { value: 999, currency: 'EUR' }
    fake.state.tell({
      eventCode: 'AUTHORISATION',
      pspReference,
      merchantReference,
      amount,
      success: true,
    })
    await tell(harness, fake)
    expect(await statusesOf(id)).toEqual(['processing'])
    expect(await receivedBy(client, own, 'payment.needs_review')).toHaveLength(1)
    await expectSound(['another payment, amount or currency'])
  })

  it('payment case 43: a lost dispute is found by the original, and undone when it is won', async () => {
    const endpoint = await listen(client)
    await payer()
    const id = await charged(1000)
    await tell(harness, fake)
    fake.state.dispute(authorisation(), 'NOTIFICATION_OF_CHARGEBACK', null, 'D1')
    fake.state.dispute(authorisation(), 'CHARGEBACK', 'Undefended', 'D1')
    await tell(harness, fake)
    expect((await invoiceOf(id)).payment_dispute_lost_at).toBeNull()
    fake.state.dispute(authorisation(), 'CHARGEBACK', 'Lost', 'D1')
    await tell(harness, fake)
    expect(await invoiceOf(id)).toMatchObject({
      payment_status: 'succeeded',
      payment_dispute_lost_at: expect.any(String),
    })
    const lost = await receivedBy(client, endpoint, 'invoice.payment_dispute_lost')
    expect(lost.map((each) => each.payment_dispute_lost.provider_error)).toEqual(['Fraudulent'])
    fake.state.dispute(authorisation(), 'CHARGEBACK_REVERSED', 'Won', 'D1')
    await tell(harness, fake)
    expect((await invoiceOf(id)).payment_dispute_lost_at).toBeNull()
    await expectSound()
  })

  it('a dispute that is told before the payment waits for it', async () => {
    await payer()
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    expect(await journalOf(id)).toEqual(['sending', 'unknown'])
    const paid = fake.takeMessages()
    fake.state.dispute(authorisation(), 'CHARGEBACK', 'Lost', 'D0')
    const disputed = fake.takeMessages()
    expect(await deliver(harness, fake, () => disputed)).toEqual([200])
    await expect(runJobs(harness)).rejects.toThrow('message')
    const { provider_messages: waiting } = await ok(
      client,
      'GET',
      '/api/weir/v1/provider_messages?status=waiting',
    )
    expect(waiting).toMatchObject([{ result: 'payment_unknown' }])
    expect((await invoiceOf(id)).payment_dispute_lost_at).toBeNull()
    expect(await deliver(harness, fake, () => paid)).toEqual([200])
    await runJobs(harness)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    const job = { organizationId: client.organizationId, messageId: waiting[0].lago_id, attempt: 2 }
    await handleMessage(harness.context, job)
    expect(await invoiceOf(id)).toMatchObject({
      payment_status: 'succeeded',
      payment_dispute_lost_at: expect.any(String),
    })
    await expectSound()
  })

  it('a dispute that was won stays so when the message about its loss comes later', async () => {
    const endpoint = await listen(client)
    await payer()
    const id = await charged(1000)
    await tell(harness, fake)
    fake.state.dispute(authorisation(), 'CHARGEBACK', 'Lost', 'D2')
    const late = fake.takeMessages()
    await sleep(5)
    fake.state.dispute(authorisation(), 'CHARGEBACK_REVERSED', 'Won', 'D2')
    await tell(harness, fake)
    expect(await deliver(harness, fake, () => late)).toEqual([200])
    await runJobs(harness)
    expect((await invoiceOf(id)).payment_dispute_lost_at).toBeNull()
    expect(await receivedBy(client, endpoint, 'invoice.payment_dispute_lost')).toEqual([])
    // It is lost after all, which is a later message.
    await sleep(5)
    fake.state.dispute(authorisation(), 'SECOND_CHARGEBACK', 'Lost', 'D2')
    await tell(harness, fake)
    expect((await invoiceOf(id)).payment_dispute_lost_at).toEqual(expect.any(String))
    await expectSound()
  })

  it.each([
    ['as they happened', (all: object[]) => all],
    ['in another order', (all: object[]) => [...all].reverse()],
  ])('a capture that failed is owed again, when the messages come %s', async (_how, order) => {
    const endpoint = await listen(client)
    await payer()
    fake.chaos = { reset_after: 1000 }
    const id = await charged(1000)
    fake.chaos = {}
    fake.state.failCapture(authorisation())
    await deliver(harness, fake, (all) => order(all) as typeof all)
    await runJobs(harness)
    expect(await statusesOf(id)).toEqual(['failed'])
    expect(await invoiceOf(id)).toMatchObject({
      payment_status: 'failed',
      total_paid_amount_cents: 0,
      total_due_amount_cents: 1000,
    })
    expect(await receivedBy(client, endpoint, 'invoice.payment_failure')).toHaveLength(1)
    await expectSound()
  })

  it('of other kinds, and about nobody here, are kept and change nothing', async () => {
    const amount = { value: 1000, currency: 'EUR' }
    const stranger = { pspReference: 'P1', merchantReference: 'shop order 7', amount, success: true }
    for (const eventCode of ['REPORT_AVAILABLE', 'AUTHORISATION', 'CAPTURE_FAILED', 'REFUND', 'CHARGEBACK']) {
      fake.state.tell({ eventCode, originalReference: 'P0', ...stranger })
    }
    expect(await tell(harness, fake)).toEqual([200, 200, 200, 200, 200])
    expect((await messages()).map(({ type, result }) => [type, result]).sort()).toEqual([
      ['AUTHORISATION', 'ignored: not_ours'],
      ['CAPTURE_FAILED', 'ignored: not_ours'],
      ['CHARGEBACK', 'ignored: not_ours'],
      ['REFUND', 'ignored: not_ours'],
      ['REPORT_AVAILABLE', 'ignored: not_handled'],
    ])
  })
})

describe('a refund through Adyen', () => {
  const giveBack = async (invoiceId: string, cents: number) => {
    const { fees } = await invoiceOf(invoiceId)
    const { credit_note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: invoiceId,
        refund_amount_cents: cents,
        credit_amount_cents: 0,
        items: [{ fee_id: fees[0].lago_id, amount_cents: cents }],
      },
    })
    await runJobs(harness)
    return credit_note.lago_id as string
  }
  const noteOf = async (id: string) => (await ok(client, 'GET', `/credit_notes/${id}`)).credit_note

  it('payment case 48: has failed when its failure comes after its success', async () => {
    const endpoint = await listen(client)
    await payer()
    const id = await charged(1000)
    const note = await giveBack(id, 300)
    const { pspReference } = authorisation()
    const [order] = ordersTo(`/payments/${pspReference}/refunds`)
    const [refund] = [...fake.state.refunds.values()]
    if (!refund) throw new Error('no refund')
    expect(order).toEqual({
      merchantAccount: 'WeirTest',
      amount: { value: 300, currency: 'EUR' },
      reference: refund.reference,
      key: note,
    })
    expect((await noteOf(note)).refund_status).toBe('pending')
    await tell(harness, fake)
    expect((await noteOf(note)).refund_status).toBe('succeeded')
    fake.state.tellRefund(refund, 'REFUND_FAILED', false)
    await tell(harness, fake)
    fake.state.tellRefund(refund, 'REFUNDED_REVERSED', false)
    await tell(harness, fake)
    expect((await noteOf(note)).refund_status).toBe('failed')
    expect(await receivedBy(client, endpoint, 'credit_note.provider_refund_failure')).toHaveLength(1)
    await expectSound()
  })

  it('payment case 47: is one, although its answer was lost', async () => {
    await payer()
    const id = await charged(1000)
    fake.chaos = { reset_after: 1000 }
    const note = await giveBack(id, 300)
    fake.chaos = {}
    await later('2025-01-01T10:00:31Z')
    await tell(harness, fake)
    expect((await noteOf(note)).refund_status).toBe('succeeded')
    expect(ordersTo(`/payments/${authorisation().pspReference}/refunds`)).toHaveLength(2)
    expect([...fake.state.refunds.values()].map(({ amount }) => amount.value)).toEqual([300])
    // A refund that was accepted is not sent again while its message is awaited.
    const second = await giveBack(id, 200)
    fake.takeMessages()
    await later('2025-01-04T10:00:00Z')
    expect([ordersTo(`/payments/${authorisation().pspReference}/refunds`).length, second]).toEqual([
      3,
      expect.any(String),
    ])
    await expectSound()
  })

  it('stays unknown when Adyen has no time for its second sending: the first has arrived', async () => {
    await payer()
    const id = await charged(1000)
    fake.chaos = { reset_after: 1000 }
    const note = await giveBack(id, 100)
    fake.chaos = { rate429: 1000 }
    await later('2025-01-01T10:00:31Z')
    fake.chaos = {}
    const { system } = harness.context.database
    const { rows } = await sql`select state from refunds where amount_cents = 100
      and organization_id = ${client.organizationId}`.execute(system)
    expect(rows).toEqual([{ state: 'unknown' }])
    await tell(harness, fake)
    expect((await noteOf(note)).refund_status).toBe('succeeded')
    await expectSound()
  })
})
