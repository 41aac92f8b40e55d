import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAtProvider } from '../../src/actions/payments/page-at-provider.ts'
import { findActivePage } from '../../src/store/payment-pages.ts'
import type { FakeStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue } from '../support/payment-fixtures.ts'
import {
  connectStripe,
  deliver,
  expectSound,
  newSeller,
  payingCustomer,
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
  stripe.chaos = {}
})

const invoiceOf = async (id: string) => (await ok(client, 'GET', `/invoices/${id}`)).invoice
const statusesOf = async (id: string) =>
  (await ok(client, 'GET', `/payments?invoice_id=${id}`)).payments
    .sort((a: { lago_id: string }, b: { lago_id: string }) => (a.lago_id < b.lago_id ? -1 : 1))
    .map((each: { payment_status: string }) => each.payment_status)
const told = async () => {
  await deliver(harness, stripe)
  await runJobs(harness)
}
const sessionsOf = (invoiceId: string) =>
  [...stripe.state.sessions.values()].filter(({ metadata }) => metadata.lago_payable_id === invoiceId)
const asked = async (id: string) => {
  const answer = await client.call('POST', `/invoices/${id}/payment_url`)
  return { status: answer.status, url: answer.body.invoice_payment_details?.payment_url }
}
const sessionAt = async (id: string) => {
  const { url } = await asked(id)
  const session = sessionsOf(id).find((each) => each.url === url)
  if (!session) throw new Error('no such page at Stripe')
  return session
}
/** The time at which an invoice is charged that was issued at ten. */
const chargeNow = async () => {
  await client.clock('2025-01-01T10:10:01Z')
  await runJobs(harness)
}

describe('a page that Stripe fails to make, and whose failure it keeps with the key', () => {
  const failOnce = async (id: string) => {
    stripe.chaos = { error500_after: 1000 }
    expect((await asked(id)).status).toBe(422)
    stripe.chaos = {}
  }

  it('is given up at the second failure, and another is made', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await failOnce(id)
    expect((await asked(id)).status).toBe(422)
    const session = await sessionAt(id)
    expect(sessionsOf(id)).toHaveLength(2)
    stripe.state.pay(session.id)
    await told()
    await chargeNow()
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect(await statusesOf(id)).toEqual(['succeeded'])
    await expectSound(harness)
  })

  it('does not hold up a charge', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await failOnce(id)
    await chargeNow()
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect(await statusesOf(id)).toEqual(['succeeded'])
    await expectSound(harness)
  })

  it('is the same page where only the answer was lost', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    stripe.chaos = { reset_after: 1000 }
    expect((await asked(id)).status).toBe(422)
    stripe.chaos = {}
    await sessionAt(id)
    expect(sessionsOf(id)).toHaveLength(1)
  })

  it('is not given up by a second try that fails, once the first one has made it', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await failOnce(id)
    stripe.keys.clear()
    const before = await harness.context.database.read(client.organizationId, (reads) =>
      findActivePage(reads, { invoiceId: id }),
    )
    if (!before) throw new Error('no page is being made')
    const session = await sessionAt(id)
    stripe.chaos = { error500_before: 1000 }
    expect(await openAtProvider(harness.context, before)).toMatchObject({ ok: false, isOver: false })
    stripe.chaos = {}
    // Its payer has the address, so a charge closes it first.
    expect((await sessionAt(id)).id).toBe(session.id)
    await chargeNow()
    expect([session.status, await statusesOf(id)]).toEqual(['expired', ['succeeded']])
  })

  it('does not come back when its answer comes after it was given up', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    stripe.chaos = { half_body: 1000 }
    const answers = await Promise.all([asked(id), asked(id), asked(id), asked(id)])
    stripe.chaos = {}
    expect(answers.map(({ url }) => url)).toEqual([undefined, undefined, undefined, undefined])
    await chargeNow()
    expect(await statusesOf(id)).toEqual(['succeeded'])
    await expectSound(harness)
  })
})

describe('a page that is paid by a bank which refuses days later', () => {
  const refuse = async (id: string) => {
    const session = await sessionAt(id)
    const intent = stripe.state.pay(session.id, 'slow')
    if (!intent) throw new Error('the page is not open')
    await told()
    expect([session.status, await statusesOf(id)]).toEqual(['complete', ['processing']])
    stripe.state.fail(intent)
    return session
  }

  it('is over with the message, and another is made', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const before = await refuse(id)
    await told()
    expect((await invoiceOf(id)).payment_status).toBe('failed')
    const session = await sessionAt(id)
    expect(session.id).not.toBe(before.id)
    stripe.state.pay(session.id)
    await told()
    expect(await statusesOf(id)).toEqual(['failed', 'succeeded'])
    await expectSound(harness)
  })

  it('does not hold up a charge when the message is lost', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await refuse(id)
    stripe.takeMessages()
    // The payment is looked at meanwhile, as any that waits for its bank.
    await client.clock('2025-01-05T10:00:00Z')
    await runJobs(harness)
    expect((await invoiceOf(id)).payment_status).toBe('failed')
    await ok(client, 'POST', `/invoices/${id}/retry_payment`)
    await runJobs(harness)
    expect(await statusesOf(id)).toEqual(['failed', 'succeeded'])
    expect(await invoiceOf(id)).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    await expectSound(harness)
  })
})
