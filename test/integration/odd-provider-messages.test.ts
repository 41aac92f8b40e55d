import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepMessages } from '../../src/actions/provider-messages/sweep-messages.ts'
import type { SentMessage } from '../fakes/chaotic-server.ts'
import type { FakeStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  deliver,
  newSeller,
  payingCustomer,
  runJobs,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

const WEIR = '/api/weir/v1'

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>
let client: Client
let connection: { readonly lago_id: string }

beforeAll(async () => {
  ;({ harness, stripe, close } = await startWithStripe())
})
afterAll(() => close?.())
beforeEach(async () => {
  client = await newSeller(harness, stripe)
  connection = await connectStripe(client)
  await payingCustomer(harness, stripe, client, 'acme', 'slow')
})

/** An invoice whose charge has succeeded at Stripe, which has not been told yet; its id. */
async function paidThere(): Promise<string> {
  const id = await issue(client, 'acme', 1000)
  await charge(harness, client)
  for (const intent of stripe.state.intents.values()) stripe.state.succeed(intent)
  return id
}

/** A message with its payment, made odd in its text. */
const oddly =
  (change: (text: string) => string) =>
  (messages: SentMessage[]): SentMessage[] =>
    messages.map((message) => ({ ...message, body: change(message.body) }))

const inObject = (field: string) => (text: string) => text.replace('"object":{', `"object":{${field},`)

const messages = async (query = '') =>
  (await ok(client, 'GET', `${WEIR}/provider_messages${query}`)).provider_messages

describe('a signed message that is odd', () => {
  it.each([
    ['a NUL character', '"description":"a\\u0000b"'],
    ['half of a surrogate pair', '"description":"a\\ud800b"'],
    ['an odd key', '"k\\u0000":1'],
    ['nesting without end', `"deep":${'['.repeat(7000)}${']'.repeat(7000)}`],
  ])('with %s is kept and applied', async (_, field) => {
    const id = await paidThere()
    expect(new Set(await deliver(harness, stripe, oddly(inObject(field))))).toEqual(new Set([200]))
    await runJobs(harness)
    const { invoice } = await ok(client, 'GET', `/invoices/${id}`)
    expect(invoice.payment_status).toBe('succeeded')
  })

  it.each([
    ['a currency that there is none of', (text: string) => text.replaceAll('"eur"', '"xxx"')],
    [
      'an amount that is no number',
      (text: string) => text.replaceAll(/"amount(_received)?":\d+/g, '"amount$1":"NaN"'),
    ],
  ])('with %s is dead at once, and tried no more', async (_, change) => {
    await paidThere()
    expect(new Set(await deliver(harness, stripe, oddly(change)))).toEqual(new Set([200]))
    await runJobs(harness)
    expect(await messages('?status=failed')).toEqual([])
    expect((await messages('?status=dead')).map(({ result }: { result: string }) => result)).toContain(
      'unreadable',
    )
  })

  it('does not keep others from being found when messages are asked for', async () => {
    const id = await paidThere()
    for (const { data } of stripe.state.events) Object.assign(data.object, { description: 'a\u0000b\ud800' })
    stripe.takeMessages()
    await sweepMessages(harness.context, client.organizationId, connection.lago_id)
    await runJobs(harness)
    const { invoice } = await ok(client, 'GET', `/invoices/${id}`)
    expect(invoice.payment_status).toBe('succeeded')
  })
})
