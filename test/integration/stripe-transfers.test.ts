import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FakeStripe } from '../fakes/stripe.ts'
import type { FakeIntent } from '../fakes/stripe-state.ts'
import { fund } from '../fakes/stripe-transfers.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue, pay } from '../support/payment-fixtures.ts'
import { buyerOf } from '../support/portal-buyer.ts'
import {
  charge,
  connectStripe,
  deliver,
  expectSound,
  linkedTo,
  newSeller,
  runJobs,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

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
  await connectStripe(client)
})

/** A customer who pays by bank transfer. */
const transferring = (externalId: string, others: object = {}) =>
  linkedTo(
    {
      payment_provider: 'stripe',
      payment_provider_code: 'eu',
      provider_payment_methods: ['customer_balance'],
    },
    harness,
    client,
    externalId,
    { country: 'DE', ...others },
  )

const paymentsOf = async (id: string) => (await ok(client, 'GET', `/payments?invoice_id=${id}`)).payments
const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice

/** The one payment of an invoice at the fake. */
async function intentOf(id: string): Promise<FakeIntent> {
  const [payment] = await paymentsOf(id)
  const intent = stripe.state.intents.get(payment.provider_payment_id)
  if (!intent) throw new Error(`there is no intent of ${JSON.stringify(payment)}`)
  return intent
}

/** How many payments the fake was asked for. */
const transfersAt = () => stripe.asked.filter((each) => each === 'POST /v1/payment_intents').length

async function settle(): Promise<void> {
  expect(new Set(await deliver(harness, stripe))).toEqual(new Set([200]))
  await runJobs(harness)
}

describe('a customer who pays by bank transfer', () => {
  it('is told the account, and the invoice is paid when all of the money is there', async () => {
    await transferring('wire')
    const sink = await listen(client)
    const id = await issue(client, 'wire', 10_000)
    await charge(harness, client)
    const [waiting] = await paymentsOf(id)
    expect(waiting).toMatchObject({ payment_status: 'processing', amount_cents: 10_000 })
    const shown = { amount_remaining: 10_000, type: 'eu_bank_transfer', country: 'DE' }
    expect(waiting.next_action).toMatchObject({ display_bank_transfer_instructions: shown })
    const intent = await intentOf(id)
    expect(intent.status).toBe('requires_action')
    await settle()
    const [told, ...others] = await receivedBy(client, sink, 'payment.requires_action')
    expect(others).toEqual([])
    expect(told.payment.next_action).toMatchObject({ display_bank_transfer_instructions: shown })
    const buyer = await buyerOf(harness, client, 'wire')
    const { body } = await buyer.call('GET', `/invoices/${id}`)
    expect(body.invoice.payments).toMatchObject([
      { action_url: `https://payments.stripe.test/bank_transfers/${intent.id}`, action_kind: 'transfer' },
    ])

    fund(stripe.state, intent, 4000)
    await settle()
    const [partly] = await paymentsOf(id)
    expect(partly).toMatchObject({ payment_status: 'processing' })
    expect(partly.next_action.display_bank_transfer_instructions.amount_remaining).toBe(6000)
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'pending', total_paid_amount_cents: 0 })

    fund(stripe.state, intent, 6000)
    await settle()
    expect(await invoiceOf(id)).toMatchObject({
      payment_status: 'succeeded',
      total_paid_amount_cents: 10_000,
    })
    expect(await paymentsOf(id)).toHaveLength(1)
    // No method is left behind that something else could be charged with.
    expect((await ok(client, 'GET', '/customers/wire/payment_methods')).payment_methods).toEqual([])
    await expectSound(harness)
  })

  it('is asked for one transfer, however often the invoice is charged', async () => {
    await transferring('twice')
    const id = await issue(client, 'twice', 500)
    await charge(harness, client)
    await settle()
    expect((await client.call('POST', `/invoices/${id}/retry_payment`)).status).not.toBe(500)
    await charge(harness, client)
    expect(await paymentsOf(id)).toHaveLength(1)
  })

  it('is not asked any more once the invoice was paid by hand', async () => {
    await transferring('hand')
    const id = await issue(client, 'hand', 700)
    await charge(harness, client)
    const intent = await intentOf(id)
    expect((await pay(client, id, 700)).status).toBe(200)
    await settle()
    expect(intent.status).toBe('canceled')
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 700 })
    await expectSound(harness)
  })

  it('is not asked any more once the invoice was offset by a credit note', async () => {
    await transferring('offset')
    const id = await issue(client, 'offset', 700)
    await charge(harness, client)
    const intent = await intentOf(id)
    const { fees } = await invoiceOf(id)
    await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: id,
        offset_amount_cents: 700,
        items: [{ fee_id: fees[0].lago_id, amount_cents: 700 }],
      },
    })
    await settle()
    expect(intent.status).toBe('canceled')
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_due_amount_cents: 0 })
    await expectSound(harness)
  })

  it('pays into the country of the seller when there is no account in its own', async () => {
    await ok(client, 'PUT', '/organizations', { organization: { country: 'FR' } })
    await transferring('abroad', { country: 'IT' })
    const id = await issue(client, 'abroad', 900)
    await charge(harness, client)
    const [{ next_action }] = await paymentsOf(id)
    expect(next_action.display_bank_transfer_instructions.country).toBe('FR')
  })

  it('fails with missing_country, without a call, when neither is in one of the six', async () => {
    await ok(client, 'PUT', '/organizations', { organization: { country: 'US' } })
    await transferring('nowhere', { country: 'IT' })
    const sink = await listen(client)
    const before = transfersAt()
    const id = await issue(client, 'nowhere', 900)
    await charge(harness, client)
    const [payment] = await paymentsOf(id)
    expect(payment).toMatchObject({ payment_status: 'failed' })
    const failures = await receivedBy(client, sink, 'invoice.payment_failure')
    expect(
      failures.map((each) => each.payment_provider_invoice_payment_error.provider_error.error_code),
    ).toEqual(['missing_country'])
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'failed' })
    expect(transfersAt()).toBe(before)
  })
})
