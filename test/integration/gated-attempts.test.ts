import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { addMs, HOUR_MS, type Instant } from '../../src/core/calendar/instant.ts'
import type { FakeStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import { gated, offerPlans, storedInvoices, subscriptionsOf } from '../support/gated-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import {
  charge,
  connectStripe,
  expectSound,
  newSeller,
  payingCustomer,
  runJobs,
  runWhatIsDue,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>

beforeAll(async () => {
  ;({ stripe, harness, close } = await startWithStripe())
})
afterAll(async () => {
  await close?.()
})

const only = async (client: Client) => {
  const all = await subscriptionsOf(client)
  expect(all).toHaveLength(1)
  return all[0]
}
const statusesOf = async (client: Client) =>
  (await storedInvoices(harness, client)).map((each) => each.status)
const settle = async (client: Client) => {
  await charge(harness, client)
  await runWhatIsDue(harness, client)
}

describe("a sandbox's clock that jumps over a start and the end of its waiting", () => {
  let client: Client
  const jump = async (kind: Parameters<FakeStripe['state']['addMethod']>[1]) => {
    client = await newSeller(harness, stripe)
    await offerPlans(client)
    await connectStripe(client)
    await payingCustomer(harness, stripe, client, 'acme', kind)
    await ok(client, 'POST', '/subscriptions', gated('basic', { subscription_at: '2025-01-05T15:00:00Z' }))
    await client.clock('2025-01-20T10:00:00Z')
  }

  it('has the charge attempted before time decides: a payment starts the subscription', async () => {
    await jump('ok')
    expect(await only(client)).toMatchObject({
      status: 'incomplete',
      activation_rules: [{ status: 'pending', expires_at: '2025-01-07T00:00:00Z' }],
    })
    await settle(client)
    expect(await only(client)).toMatchObject({
      status: 'active',
      started_at: '2025-01-05T00:00:00.000Z',
      activated_at: '2025-01-20T10:00:00Z',
      activation_rules: [{ status: 'satisfied' }],
    })
    expect(await statusesOf(client)).toEqual(['finalized'])
    await expectSound(harness)
  })

  it('cancels it for the payment that failed, not for the time', async () => {
    await jump('declined')
    await settle(client)
    expect(await only(client)).toMatchObject({ status: 'canceled', cancellation_reason: 'payment_failed' })
    await expectSound(harness)
  })

  it('cancels it for the time once the payment was attempted and did not come', async () => {
    await jump('slow')
    expect(await only(client)).toMatchObject({ status: 'incomplete' })
    await settle(client)
    expect(await only(client)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'timeout',
      activation_rules: [{ status: 'expired' }],
    })
    expect(await statusesOf(client)).toEqual(['closed'])
    await expectSound(harness)
  })

  it('and jumps again before the charge was sent, loses nothing', async () => {
    await jump('ok')
    await client.clock('2025-02-20T10:00:00Z')
    expect(await only(client)).toMatchObject({ status: 'incomplete' })
    await settle(client)
    expect(await only(client)).toMatchObject({ status: 'active' })
    await expectSound(harness)
  })

  it('cancels it for the time when nothing can be charged', async () => {
    client = await newSeller(harness, stripe)
    await offerPlans(client)
    await connectStripe(client)
    await payingCustomer(harness, stripe, client, 'acme')
    await ok(client, 'POST', '/subscriptions', gated('basic', { subscription_at: '2025-01-05T15:00:00Z' }))
    const { payment_methods: methods } = await ok(client, 'GET', '/customers/acme/payment_methods')
    await ok(client, 'DELETE', `/customers/acme/payment_methods/${methods[0].lago_id}`)
    await client.clock('2025-01-20T10:00:00Z')
    expect(await only(client)).toMatchObject({ status: 'canceled', cancellation_reason: 'timeout' })
    await expectSound(harness)
  })
})

describe('due work that is done late', () => {
  it('has the charge attempted before time decides', async () => {
    stripe.chaos = {}
    const client = await harness.organization({ sandbox: false })
    await offerPlans(client)
    await connectStripe(client)
    await payingCustomer(harness, stripe, client, 'acme')
    // By its anniversary, so that no billing day passes whatever day it is.
    const asked = gated('basic', { billing_time: 'anniversary' })
    const { subscription } = await ok(client, 'POST', '/subscriptions', asked)
    expect(subscription).toMatchObject({ status: 'incomplete' })
    // Nothing of what is due is done for three days; the subscription may wait for two.
    const systemNow = (): Instant => addMs(harness.context.systemNow(), 72 * HOUR_MS)
    const later = { ...harness, context: { ...harness.context, systemNow } }
    const catchUp = () =>
      runDue(later.context, dueActions, {
        organizationId: client.organizationId,
        until: systemNow(),
        strict: true,
      })
    await catchUp()
    expect(await only(client)).toMatchObject({ status: 'incomplete' })
    await runJobs(later)
    await catchUp()
    expect(await only(client)).toMatchObject({
      status: 'active',
      activation_rules: [{ status: 'satisfied' }],
    })
    expect(await statusesOf(client)).toEqual(['finalized'])
    await expectSound(harness)
  })
})
