import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FakeStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue, pay } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
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

const paymentOf = async (invoiceId: string) =>
  (await ok(client, 'GET', `/payments?invoice_id=${invoiceId}`)).payments[0]

describe('what operators do about a payment', () => {
  it('200: is asked about at once, whenever its next look is', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    stripe.chaos = { reset_after: 1000 }
    const id = await issue(client, 'acme', 1000)
    await charge(harness, client)
    stripe.chaos = {}
    const { lago_id: paymentId } = await paymentOf(id)
    const { payment } = await ok(client, 'POST', `${WEIR}/payments/${paymentId}/reconcile`)
    expect(payment.payment_status).toBe('succeeded')
    const { transitions } = await ok(client, 'GET', `${WEIR}/payments/${paymentId}/transitions`)
    expect(transitions).toMatchObject([
      { from: 'created', to: 'sending', cause: 'call' },
      { from: 'sending', to: 'unknown', cause: 'call' },
      { from: 'unknown', to: 'succeeded', cause: 'look' },
    ])
    const { calls } = await ok(client, 'GET', `${WEIR}/payments/${paymentId}/calls`)
    expect(calls.map((each: { call: string; outcome: string }) => [each.call, each.outcome])).toEqual([
      ['charge', 'unknown'],
      ['look', 'ok'],
    ])
  })

  it('200: says why it failed, and nothing of one that has succeeded', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'no_money')
    const id = await issue(client, 'acme', 1000)
    await charge(harness, client)
    const { lago_id: paymentId } = await paymentOf(id)
    const { failure } = await ok(client, 'GET', `${WEIR}/payments/${paymentId}/transitions`)
    expect(failure).toEqual({
      reason: 'insufficient_funds',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: expect.stringMatching(/./),
    })
    await payingCustomer(harness, stripe, client, 'umbrella')
    const paid = await issue(client, 'umbrella', 1000)
    await charge(harness, client)
    const { lago_id: paidBy } = await paymentOf(paid)
    const answer = await ok(client, 'GET', `${WEIR}/payments/${paidBy}/transitions`)
    expect(answer.failure).toBeNull()
  })

  it('200: is ended before it is sent, and 405 once its money has moved', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    await runWhatIsDue(harness, client)
    const { lago_id: paymentId } = await paymentOf(id)
    const { payment } = await ok(client, 'POST', `${WEIR}/payments/${paymentId}/cancel`)
    expect(payment).toMatchObject({ status: 'canceled', payment_status: 'failed' })
    await runJobs(harness)
    expect(await paymentOf(id)).toBeUndefined()
    const second = await issue(client, 'acme', 1000)
    await charge(harness, client)
    const { lago_id: paid } = await paymentOf(second)
    const late = await client.call('POST', `${WEIR}/payments/${paid}/cancel`)
    expect([late.status, late.body.code]).toEqual([405, 'invalid_status'])
    expect((await paymentOf(second)).payment_status).toBe('succeeded')
    const byHand = await issue(client, 'acme', 500, { skip_psp: true })
    await pay(client, byHand, 500)
    const refused = await client.call('POST', `${WEIR}/payments/${(await paymentOf(byHand)).lago_id}/cancel`)
    expect([refused.status, refused.body.code]).toEqual([405, 'invalid_status'])
  })

  it('404: of a payment that nobody has', async () => {
    const path = `${WEIR}/payments/01a00000-0000-7000-8000-000000000000`
    const answers = await Promise.all([
      client.call('GET', `${path}/calls`),
      client.call('GET', `${path}/transitions`),
      client.call('POST', `${path}/reconcile`),
      client.call('POST', `${path}/cancel`),
      client.call('POST', `${path}/resolve`, { resolution: { outcome: 'failed', note: 'x' } }),
    ])
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [404, 'payment_not_found']),
    )
  })
})

describe('a key of a connection', () => {
  it('is in no log of the API', async () => {
    await harness.app.callLog.close()
    const { api_logs: calls } = await ok(client, 'GET', '/api_logs')
    const shown = await Promise.all(
      calls.map((each: { request_id: string }) => ok(client, 'GET', `/api_logs/${each.request_id}`)),
    )
    expect(JSON.stringify(shown)).toContain('payment_providers')
    expect(JSON.stringify(shown)).not.toContain(SECRET_KEY)
  })

  it('gives no other key the right to connect, unless it is named', async () => {
    const plain = await ok(client, 'POST', `${WEIR}/api_keys`, { api_key: { name: 'plain' } })
    expect(plain.api_key.permissions.payment_provider).toBeUndefined()
    const permissions = { payment_provider: ['read', 'write'] }
    const named = await ok(client, 'POST', `${WEIR}/api_keys`, { api_key: { name: 'named', permissions } })
    expect(named.api_key.permissions).toEqual(permissions)
  })
})
