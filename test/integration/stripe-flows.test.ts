import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { openDatabase } from '../../src/store/database.ts'
import type { FakeStripe } from '../fakes/stripe.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { BreakableLine } from '../support/breakable-line.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue, pay, sell } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  deliver,
  expectSound,
  newSeller,
  payingCustomer,
  runJobs,
  runWhatIsDue,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

const WEIR = '/api/weir/v1'

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>
let client: Client

beforeAll(async () => {
  ;({ stripe, harness, close } = await startWithStripe())
})
afterAll(async () => {
  await close?.()
})
beforeEach(async () => {
  client = await newSeller(harness, stripe)
  await connectStripe(client, { supports_3ds: true })
  stripe.asked.length = 0
})

const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice
const paymentsOf = async (id: string) =>
  (await ok(client, 'GET', `/payments?invoice_id=${id}`)).payments.sort(
    (a: { lago_id: string }, b: { lago_id: string }) => (a.lago_id < b.lago_id ? -1 : 1),
  )
const statusesOf = async (id: string) =>
  (await paymentsOf(id)).map((each: { payment_status: string }) => each.payment_status)
const charged = async (cents: number) => {
  const id = await issue(client, 'acme', cents)
  await charge(harness, client)
  return id
}
const told = async () => {
  await deliver(harness, stripe)
  await runJobs(harness)
}
const pageOf = async (id: string) => {
  const { invoice_payment_details: details } = await ok(client, 'POST', `/invoices/${id}/payment_url`)
  const session = [...stripe.state.sessions.values()].find(({ url }) => url === details.payment_url)
  if (!session) throw new Error('no such page at Stripe')
  return { url: details.payment_url as string, session, details }
}
const intentsOf = (invoiceId: string) =>
  [...stripe.state.intents.values()].filter(({ metadata }) => metadata.lago_payable_id === invoiceId)
const refunds = async () => (await ok(client, 'GET', `${WEIR}/refunds`)).refunds

describe('an authentication', () => {
  it('payment case 26: is asked of the payer at once, and the invoice is pending until it is done', async () => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme', 'needs_3ds')
    const id = await charged(1000)
    await charge(harness, client)
    expect(await statusesOf(id)).toEqual(['failed', 'processing'])
    expect((await invoiceOf(id)).payment_status).toBe('pending')
    const [asked, ...others] = await receivedBy(client, endpoint, 'payment.requires_action')
    expect(others).toEqual([])
    expect(asked.payment.next_action).toMatchObject({ type: 'redirect_to_url' })
    const [intent] = intentsOf(id).filter(({ status }) => status === 'requires_action')
    if (!intent) throw new Error('nothing waits for the payer')
    stripe.state.succeed(intent)
    await told()
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect(await receivedBy(client, endpoint, 'invoice.payment_failure')).toEqual([])
    await expectSound(harness)
  })

  it('payment case 27: fails the invoice where it is not asked for', async () => {
    const endpoint = await listen(client)
    await connectStripe(client, { code: 'plain' })
    const billing_configuration = {
      payment_provider: 'stripe',
      payment_provider_code: 'plain',
      sync_with_provider: true,
    }
    await payingCustomer(harness, stripe, client, 'acme', 'needs_3ds', { billing_configuration })
    const id = await charged(1000)
    await charge(harness, client)
    expect([await statusesOf(id), (await invoiceOf(id)).payment_status]).toEqual([['failed'], 'failed'])
    expect(await receivedBy(client, endpoint, 'invoice.payment_failure')).toHaveLength(1)
  })
})

describe('a payment page', () => {
  it('payment case 32: is the same for a day, and another for another amount', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    stripe.asked.length = 0
    const first = await pageOf(id)
    expect(first.details).toMatchObject({
      external_customer_id: 'acme',
      payment_provider: 'stripe',
      lago_invoice_id: id,
    })
    expect((await pageOf(id)).url).toBe(first.url)
    expect(stripe.asked.filter((each) => each === 'POST /v1/checkout/sessions')).toHaveLength(1)
    await pay(client, id, 200)
    const second = await pageOf(id)
    expect([second.session.amount, first.session.status]).toEqual([800, 'expired'])
    await client.clock('2025-01-02T10:01:00Z')
    await runJobs(harness)
    expect(second.session.status).toBe('expired')
  })

  it('payment case 33: takes the place of a charge that waits, and is paid once', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    await pageOf(await issue(client, 'acme', 500))
    const id = await issue(client, 'acme', 1000)
    await runWhatIsDue(harness, client)
    const { session } = await pageOf(id)
    stripe.state.pay(session.id)
    await told()
    await client.clock('2025-01-01T10:11:00Z')
    await runJobs(harness)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect([await statusesOf(id), intentsOf(id).length]).toEqual([['succeeded'], 1])
    await expectSound(harness)
  })

  it('is closed before a charge is sent', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const { session } = await pageOf(id)
    await client.clock('2025-01-01T10:10:01Z')
    await runJobs(harness)
    expect([session.status, stripe.state.pay(session.id)]).toEqual(['expired', null])
    expect([await statusesOf(id), intentsOf(id).length]).toEqual([['succeeded'], 1])
  })

  it('that was paid before a charge is sent is recorded, although no message came', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const { session } = await pageOf(id)
    stripe.state.pay(session.id)
    stripe.takeMessages()
    await client.clock('2025-01-01T10:10:01Z')
    await runJobs(harness)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect([await statusesOf(id), intentsOf(id).length]).toEqual([['succeeded'], 1])
  })

  it('payment case 34: 405 while a charge is under way', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    const id = await charged(1000)
    expect(await statusesOf(id)).toEqual(['processing'])
    const answer = await client.call('POST', `/invoices/${id}/payment_url`)
    expect([answer.status, answer.body.code]).toEqual([
      405,
      'payment_processor_is_currently_handling_payment',
    ])
    const [intent] = intentsOf(id)
    if (intent) stripe.state.succeed(intent)
    await told()
    expect(await statusesOf(id)).toEqual(['succeeded'])
  })

  it('ends a charge that waits for the payer', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'needs_3ds')
    const id = await charged(1000)
    await charge(harness, client)
    const { session } = await pageOf(id)
    expect(intentsOf(id).map(({ status }) => status)).toEqual(['requires_payment_method', 'canceled'])
    stripe.state.pay(session.id)
    await told()
    expect((await invoiceOf(id)).payment_status).toBe('succeeded')
  })

  it('payment case 35: gives back what a page and a charge both took', async () => {
    const endpoint = await client.call('POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:1/own', event_types: ['payment.duplicated'] },
    })
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const { session } = await pageOf(id)
    await pay(client, id, 1000)
    // The page could not be closed in time.
    stripe.state.pay(session.id)
    await told()
    const invoice = await invoiceOf(id)
    expect([invoice.payment_status, invoice.total_paid_amount_cents]).toEqual(['succeeded', 1000])
    expect(await refunds()).toMatchObject([{ reason: 'duplicate', amount_cents: 1000, state: 'succeeded' }])
    const [intent] = intentsOf(id)
    expect(stripe.state.refundedOf(intent?.id ?? '')).toBe(1000)
    const duplicated = await receivedBy(client, endpoint.body.webhook_endpoint.lago_id, 'payment.duplicated')
    expect(duplicated.map((each) => each.payment.excess_amount_cents)).toEqual([1000])
    await expectSound(harness)
  })

  it('fails the invoice when it is declined, and is paid after that', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const { session } = await pageOf(id)
    stripe.state.pay(session.id, 'declined')
    await told()
    expect([await statusesOf(id), (await invoiceOf(id)).payment_status]).toEqual([['failed'], 'failed'])
    stripe.state.pay(session.id)
    await told()
    expect([await statusesOf(id), (await invoiceOf(id)).payment_status]).toEqual([['succeeded'], 'succeeded'])
  })

  it('422: in the order in which Lago refuses', async () => {
    await ok(client, 'POST', '/customers', { customer: { external_id: 'plain' } })
    const unlinked = await issue(client, 'plain', 1000)
    await payingCustomer(harness, stripe, client, 'acme')
    const paid = await charged(1000)
    for (const [id, code] of [
      [unlinked, 'no_linked_payment_provider'],
      [paid, 'invalid_invoice_status_or_payment_status'],
    ]) {
      const { status, body } = await client.call('POST', `/invoices/${id}/payment_url`)
      expect([status, body.error_details]).toEqual([422, { base: [code] }])
    }
    expect((await client.call('POST', '/invoices/x/payment_url')).body.code).toBe('invoice_not_found')
  })
})

describe('what is paid for a voided invoice', () => {
  it('goes back', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    const id = await charged(1000)
    const [intent] = intentsOf(id)
    await ok(client, 'POST', `/invoices/${id}/void`)
    if (intent) stripe.state.succeed(intent)
    await told()
    expect(await refunds()).toMatchObject([
      { reason: 'voided_invoice', amount_cents: 1000, state: 'succeeded' },
    ])
    await expectSound(harness)
  })
})

describe('a credit note that refunds', () => {
  const note = async (invoiceId: string, cents: number) => {
    const { fees } = await invoiceOf(invoiceId)
    const { credit_note: made } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: invoiceId,
        reason: 'duplicated_charge',
        refund_amount_cents: cents,
        credit_amount_cents: 0,
        items: [{ fee_id: fees[0].lago_id, amount_cents: cents }],
      },
    })
    return made.lago_id as string
  }
  const statusOf = async (id: string) =>
    (await ok(client, 'GET', `/credit_notes/${id}`)).credit_note.refund_status

  it('payment case 46: takes from Stripe what Stripe took, and leaves the rest to be paid back by hand', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await pay(client, id, 400)
    await charge(harness, client)
    const noteId = await note(id, 700)
    await runJobs(harness)
    expect(await refunds()).toMatchObject([
      { amount_cents: 600, state: 'succeeded', lago_credit_note_id: noteId },
    ])
    expect(await statusOf(noteId)).toBe('pending')
    await ok(client, 'PUT', `/credit_notes/${noteId}`, { credit_note: { refund_status: 'succeeded' } })
    await told()
    expect(await statusOf(noteId)).toBe('succeeded')
    const [refund] = [...stripe.state.refunds.values()].filter(
      ({ metadata }) => metadata.lago_credit_note_id === noteId,
    )
    expect(refund).toMatchObject({ amount: 600, reason: 'duplicate' })
  })

  it.each(['reset_after', 'error500_after'] as const)(
    'payment case 47: gives back once when the answer is lost (%s)',
    async (mischief) => {
      await payingCustomer(harness, stripe, client, 'acme')
      const id = await charged(1000)
      const noteId = await note(id, 300)
      stripe.chaos = { [mischief]: 1000 }
      await runJobs(harness)
      stripe.chaos = {}
      expect(await statusOf(noteId)).toBe('pending')
      await client.clock('2025-01-01T10:01:00Z')
      await runJobs(harness)
      expect(await statusOf(noteId)).toBe('succeeded')
      const [intent] = intentsOf(id)
      expect(stripe.state.refundedOf(intent?.id ?? '')).toBe(300)
    },
  )

  it('payment case 48: fails when Stripe takes it back, once, and is sent again', async () => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await charged(1000)
    const noteId = await note(id, 1000)
    await runJobs(harness)
    const [refund] = [...stripe.state.refunds.values()].filter(
      ({ metadata }) => metadata.lago_credit_note_id === noteId,
    )
    if (!refund) throw new Error('nothing was given back')
    refund.status = 'failed'
    stripe.state.tell('refund.failed', refund)
    stripe.state.tell('refund.updated', refund)
    await told()
    expect(await statusOf(noteId)).toBe('failed')
    expect(await receivedBy(client, endpoint, 'credit_note.provider_refund_failure')).toHaveLength(1)
    const [failed] = await refunds()
    await ok(client, 'POST', `${WEIR}/refunds/${failed.lago_id}/retry`)
    await runJobs(harness)
    expect(await statusOf(noteId)).toBe('succeeded')
    const done = (await refunds()).find(({ state }: { state: string }) => state === 'succeeded')
    const again = await client.call('POST', `${WEIR}/refunds/${done.lago_id}/retry`)
    expect([again.status, again.body.code]).toEqual([405, 'no_failed_refund'])
  })

  it('that failed is sent again once, however often it is asked for', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await charged(1000)
    await note(id, 300)
    await runJobs(harness)
    for (const refund of stripe.state.refunds.values()) {
      if (refund.payment_intent !== intentsOf(id)[0]?.id) continue
      refund.status = 'failed'
      stripe.state.tell('refund.failed', refund)
    }
    await told()
    const [failed] = await refunds()
    const asked = await Promise.all(
      [1, 2, 3].map(() => client.call('POST', `${WEIR}/refunds/${failed.lago_id}/retry`)),
    )
    expect(asked.map(({ status }) => status).sort()).toEqual([200, 405, 405])
    await runJobs(harness)
    expect(stripe.state.refundedOf(intentsOf(id)[0]?.id ?? '')).toBe(300)
  })
})

describe('a dispute', () => {
  it('that is lost is noted on the invoice, and one that is won after that is not any more', async () => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await charged(1000)
    const [intent] = intentsOf(id)
    stripe.state.dispute(intent?.id ?? '', 'lost')
    stripe.state.dispute(intent?.id ?? '', 'lost')
    await told()
    const lost = await invoiceOf(id)
    expect([lost.payment_status, lost.payment_dispute_lost_at === null]).toEqual(['succeeded', false])
    const [said, ...others] = await receivedBy(client, endpoint, 'invoice.payment_dispute_lost')
    expect([said.payment_dispute_lost.provider_error, others.length]).toEqual(['fraudulent', 0])
    stripe.state.dispute(intent?.id ?? '', 'won')
    await told()
    expect((await invoiceOf(id)).payment_dispute_lost_at).toBeNull()
  })
})

describe('a payment request', () => {
  const overdue = async (...cents: number[]) => {
    // Nobody can be charged yet.
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'acme', email: 'a@example.com', net_payment_term: 2 },
    })
    const ids: string[] = []
    for (const each of cents) ids.push(await issue(client, 'acme', each))
    await client.clock('2025-01-05T10:00:00Z')
    // What has failed once is not charged by itself when a method comes.
    for (const id of ids)
      await ok(client, 'PUT', `/invoices/${id}`, { invoice: { payment_status: 'failed' } })
    return ids
  }
  const ask = async (ids: readonly string[]) =>
    (
      await ok(client, 'POST', '/payment_requests', {
        payment_request: { external_customer_id: 'acme', lago_invoice_ids: ids },
      })
    ).payment_request.lago_id as string
  const requestOf = async (id: string) => (await ok(client, 'GET', `/payment_requests/${id}`)).payment_request

  it('is paid with one charge of everything', async () => {
    const ids = await overdue(1000, 2000, 3000)
    await payingCustomer(harness, stripe, client, 'acme')
    const request = await ask(ids)
    await charge(harness, client)
    expect((await requestOf(request)).payment_status).toBe('succeeded')
    for (const id of ids) expect((await invoiceOf(id)).payment_status).toBe('succeeded')
    expect(intentsOf(request).map(({ amount }) => amount)).toEqual([6000])
    await expectSound(harness)
  })

  it('405: is not made while one of its invoices is being paid, by itself or by another request', async () => {
    const ids = await overdue(1000, 2000)
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    const refused = async (asked: readonly string[]) => {
      const { status, body } = await client.call('POST', '/payment_requests', {
        payment_request: { external_customer_id: 'acme', lago_invoice_ids: asked },
      })
      expect([status, body.code]).toEqual([405, 'invoices_not_ready_for_payment_processing'])
    }
    const request = await ask(ids.slice(0, 1))
    await charge(harness, client)
    await refused(ids)
    const [intent] = intentsOf(request)
    if (!intent) throw new Error('nothing was charged')
    stripe.state.fail(intent)
    await told()
    // A failure leaves it free to be asked for again.
    await ask(ids)
    await expectSound(harness)
  })

  it('fails with its invoices', async () => {
    const endpoint = await listen(client)
    const ids = await overdue(1000, 2000)
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const request = await ask(ids)
    await charge(harness, client)
    expect((await requestOf(request)).payment_status).toBe('failed')
    for (const id of ids) expect((await invoiceOf(id)).payment_status).toBe('failed')
    expect(await receivedBy(client, endpoint, 'payment_request.payment_failure')).toHaveLength(1)
  })

  it('payment case 51: gives back the part of an invoice that was paid elsewhere meanwhile', async () => {
    const ids = await overdue(1000, 2000, 3000)
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    const request = await ask(ids)
    await charge(harness, client)
    const [intent] = intentsOf(request)
    expect(intent?.status).toBe('processing')
    await pay(client, ids[1], 2000)
    if (intent) stripe.state.succeed(intent)
    await told()
    for (const id of ids) expect((await invoiceOf(id)).payment_status).toBe('succeeded')
    expect(await refunds()).toMatchObject([{ amount_cents: 2000, reason: 'duplicate', state: 'succeeded' }])
    await expectSound(harness)
  })
})

describe('bought credits', () => {
  const buy = async (others: object = {}) => {
    const { wallet } = await ok(client, 'POST', '/wallets', {
      wallet: { external_customer_id: 'acme', rate_amount: '1', currency: 'EUR', ...others },
    })
    const { wallet_transactions: made } = await ok(client, 'POST', '/wallet_transactions', {
      wallet_transaction: { wallet_id: wallet.lago_id, paid_credits: '100' },
    })
    await charge(harness, client)
    return { walletId: wallet.lago_id as string, transactionId: made[0].lago_id as string }
  }
  const walletOf = async (id: string) => (await ok(client, 'GET', `/wallets/${id}`)).wallet
  const transactionOf = async (id: string) =>
    (await ok(client, 'GET', `/wallet_transactions/${id}`)).wallet_transaction

  it('are in the wallet once the charge has succeeded, and their invoice is final', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const { walletId, transactionId } = await buy({ invoice_requires_successful_payment: true })
    expect((await walletOf(walletId)).balance_cents).toBe(10_000)
    const { lago_invoice_id: id, status } = await transactionOf(transactionId)
    expect([status, (await invoiceOf(id)).status]).toEqual(['settled', 'finalized'])
  })

  it('payment case 50: are left out when the card is declined, and come once with a page', async () => {
    const endpoint = await listen(client)
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const { walletId, transactionId } = await buy()
    expect([(await transactionOf(transactionId)).status, (await walletOf(walletId)).balance_cents]).toEqual([
      'failed',
      0,
    ])
    expect(await receivedBy(client, endpoint, 'wallet_transaction.payment_failure')).toHaveLength(1)
    const { wallet_transaction_payment_details: details } = await ok(
      client,
      'POST',
      `/wallet_transactions/${transactionId}/payment_url`,
    )
    const session = [...stripe.state.sessions.values()].find(({ url }) => url === details.payment_url)
    stripe.state.pay(session?.id ?? '')
    await deliver(harness, stripe, (all) => [...all, ...all])
    await runJobs(harness)
    expect([(await transactionOf(transactionId)).status, (await walletOf(walletId)).balance_cents]).toEqual([
      'settled',
      10_000,
    ])
    await expectSound(harness)
  })
})

describe('messages', () => {
  it('payment case 53: that are all lost are asked for', async () => {
    const id = await (async () => {
      await payingCustomer(harness, stripe, client, 'acme', 'slow')
      return charged(1000)
    })()
    const [intent] = intentsOf(id)
    if (intent) stripe.state.succeed(intent)
    stripe.takeMessages()
    const { payment_providers: all } = await ok(client, 'GET', `${WEIR}/payment_providers`)
    const { sweepMessages } = await import('../../src/actions/provider-messages/sweep-messages.ts')
    await sweepMessages(harness.context, client.organizationId, all[0].lago_id)
    await runJobs(harness)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    const { provider_messages: found } = await ok(client, 'GET', `${WEIR}/provider_messages?status=succeeded`)
    expect(found.some((each: { source: string }) => each.source === 'sweep')).toBe(true)
  })

  it('payment case 55: with a payment of another organization change nothing', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    const id = await charged(1000)
    const other = await harness.organization()
    await sell(other)
    await connectStripe(other)
    const [intent] = intentsOf(id)
    if (!intent) throw new Error('nothing was charged')
    stripe.takeMessages()
    stripe.state.succeed(intent)
    // Both organizations have endpoints of one account: each gets the message.
    await told()
    const { provider_messages: theirs } = await ok(
      other,
      'GET',
      `${WEIR}/provider_messages?type=payment_intent.succeeded`,
    )
    expect(theirs.map((each: { result: string }) => each.result)).toEqual(['ignored: not_ours'])
    expect(await statusesOf(id)).toEqual(['succeeded'])
  })

  it('payment case 56: about another amount change nothing, and somebody is asked to look', async () => {
    const endpoint = await client.call('POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:1/own', event_types: ['payment.needs_review'] },
    })
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    const id = await charged(1000)
    const [intent] = intentsOf(id)
    if (!intent) throw new Error('nothing was charged')
    intent.amount = 999
    stripe.state.succeed(intent)
    await told()
    expect(await statusesOf(id)).toEqual(['processing'])
    const asked = await receivedBy(client, endpoint.body.webhook_endpoint.lago_id, 'payment.needs_review')
    expect(asked).toHaveLength(1)
    const [payment] = await paymentsOf(id)
    const path = `${WEIR}/payments/${payment.lago_id}/resolve`
    const unfounded = await client.call('POST', path, { resolution: { outcome: 'succeeded' } })
    expect(unfounded.body.error_details).toEqual({
      provider_payment_id: ['value_is_mandatory'],
      note: ['value_is_mandatory'],
    })
    const resolution = { outcome: 'succeeded', provider_payment_id: intent.id, note: 'seen in the dashboard' }
    expect((await ok(client, 'POST', path, { resolution })).payment.payment_status).toBe('succeeded')
    expect((await client.call('POST', path, { resolution })).body.code).toBe('invalid_status')
  })

  it('about a payment whose row was lost record it once the provider says so', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const intent = stripe.state.newIntent(1000, 'eur', null, {
      lago_organization_id: client.organizationId,
      lago_payable_id: id,
      lago_payment_id: '01a00000-0000-7000-8000-000000000000',
    })
    stripe.state.succeed(intent)
    await deliver(harness, stripe)
    await expect(runJobs(harness, 'handle_provider')).rejects.toThrow('message')
    const { provider_messages: waiting } = await ok(client, 'GET', `${WEIR}/provider_messages?status=waiting`)
    expect(waiting).toHaveLength(1)
    const { handleMessage } = await import('../../src/actions/provider-messages/handle-message.ts')
    const job = { organizationId: client.organizationId, messageId: waiting[0].lago_id, attempt: 9 }
    await handleMessage(harness.context, job)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
  })

  it('payment case 57: before the commit of their payment wait, and are applied after it', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await runWhatIsDue(harness, client)
    const [{ lago_id: paymentId }] = await paymentsOf(id)
    const intent = stripe.state.newIntent(1000, 'eur', null, {
      lago_organization_id: client.organizationId,
      lago_payable_id: id,
      lago_payment_id: paymentId,
    })
    stripe.state.succeed(intent)
    const hidden = '01a00000-0000-7000-8000-000000000057'
    // As if the transaction that writes it as sent had not ended yet.
    const name = (to: string, from: string) =>
      sql`update payments set id = ${to}, state = 'sending', first_sent_at = created_at, last_sent_at = created_at,
        lease_until = created_at + interval '90 s' where id = ${from}`.execute(
        harness.context.database.system,
      )
    await name(hidden, paymentId)
    await deliver(harness, stripe)
    await expect(runJobs(harness, 'handle_provider')).rejects.toThrow('message')
    const { provider_messages: waiting } = await ok(client, 'GET', `${WEIR}/provider_messages?status=waiting`)
    expect(waiting).toMatchObject([{ result: 'payment_unknown' }])
    await name(paymentId, hidden)
    const { handleMessage } = await import('../../src/actions/provider-messages/handle-message.ts')
    const job = { organizationId: client.organizationId, messageId: waiting[0].lago_id, attempt: 2 }
    await handleMessage(harness.context, job)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
  })

  it('payment case 54: 503 while the database is away, and applied once when they come again', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    const id = await charged(1000)
    await told()
    const [intent] = intentsOf(id)
    if (!intent) throw new Error('nothing was charged')
    stripe.state.succeed(intent)
    const { line, url } = await BreakableLine.open(harness.databaseUrl)
    const database = openDatabase({ url, poolMax: 2 })
    const app = buildApp({ ...harness.context, database })
    await app.ready()
    await line.cut()
    const there = { ...harness, app }
    const messages = stripe.takeMessages()
    const again = { takeMessages: () => messages, sign: stripe.sign }
    expect(await deliver(there, again)).toEqual([503])
    await line.mend()
    expect(await deliver(there, again, ([first]) => (first ? [first, first] : []))).toEqual([200, 200])
    await app.close()
    await database.close()
    await line.cut()
    await runJobs(harness)
    expect(await statusesOf(id)).toEqual(['succeeded'])
    expect(await invoiceOf(id)).toMatchObject({ total_paid_amount_cents: 1000 })
  })

  it('that a card is gone discard it', async () => {
    const customer = await payingCustomer(harness, stripe, client, 'acme')
    const method = [...stripe.state.methods.values()].find((each) => each.customer === customer)
    stripe.state.tell('payment_method.detached', { id: method?.id, object: 'payment_method' })
    await told()
    expect((await ok(client, 'GET', '/customers/acme/payment_methods')).payment_methods).toEqual([])
  })
})
