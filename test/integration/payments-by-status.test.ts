import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FakeStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue, pay } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  newSeller,
  payingCustomer,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>
let client: Client

beforeAll(async () => {
  ;({ stripe, harness, close } = await startWithStripe())
  client = await newSeller(harness, stripe)
  await connectStripe(client)
})
afterAll(async () => {
  await close?.()
})

/** The amounts that a list of payments has, the latest first, and how many it says they are. */
async function amountsOf(query: string): Promise<readonly [readonly number[], number]> {
  const { payments, meta } = await ok(client, 'GET', `/payments?${query}`)
  return [payments.map((one: { amount_cents: number }) => one.amount_cents), meta.total_count]
}

it('200: payments are listed by one status and by several', async () => {
  await payingCustomer(harness, stripe, client, 'prompt')
  await payingCustomer(harness, stripe, client, 'poor', 'no_money')
  await payingCustomer(harness, stripe, client, 'slow', 'slow')
  await issue(client, 'prompt', 100)
  await issue(client, 'poor', 200)
  await issue(client, 'slow', 300)
  await charge(harness, client)
  await pay(client, await issue(client, 'poor', 400, { skip_psp: true }), 400, { paid_at: '2024-01-01' })
  stripe.chaos = { reset_after: 1000 }
  await issue(client, 'prompt', 500)
  await charge(harness, client)
  stripe.chaos = {}
  const sorted = async (query: string) => {
    const [amounts, total] = await amountsOf(query)
    return [...amounts.toSorted((a, b) => a - b), `of ${total}`]
  }
  expect(await sorted('')).toEqual([100, 200, 300, 400, 500, 'of 5'])
  expect(await sorted('payment_statuses[]=failed')).toEqual([200, 'of 1'])
  expect(await sorted('payment_status=failed')).toEqual([200, 'of 1'])
  expect(await sorted('payment_statuses[]=processing')).toEqual([300, 'of 1'])
  expect(await sorted('payment_statuses[]=pending')).toEqual([500, 'of 1'])
  expect(await sorted('payment_statuses[]=succeeded')).toEqual([100, 400, 'of 2'])
  expect(await sorted('payment_statuses[]=failed&payment_statuses[]=succeeded')).toEqual([
    100,
    200,
    400,
    'of 3',
  ])
  expect(await sorted('payment_statuses[]=succeeded&external_customer_id=poor')).toEqual([400, 'of 1'])
  // In the order of all payments, and page by page.
  expect(await amountsOf('payment_statuses[]=succeeded&per_page=1')).toEqual([[100], 2])
  expect(await amountsOf('payment_statuses[]=succeeded&per_page=1&page=2')).toEqual([[400], 2])
  const own = await ok(client, 'GET', '/customers/poor/payments?payment_statuses[]=failed')
  expect(own.payments.map((one: { payment_status: string }) => one.payment_status)).toEqual(['failed'])
})

it('422: for a status that payments do not have', async () => {
  const wanted = ['payment_status=paid', 'payment_statuses[]=failed&payment_statuses[]=paid']
  for (const path of ['/payments', '/customers/prompt/payments']) {
    for (const query of wanted) {
      const answer = await client.call('GET', `${path}?${query}`)
      expect([answer.status, answer.body.error_details]).toEqual([
        422,
        { payment_status: ['value_is_invalid'] },
      ])
    }
  }
})
