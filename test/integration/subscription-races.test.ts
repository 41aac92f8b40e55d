import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { parseInstant } from '../../src/core/calendar/parse-instant.ts'
import { ok, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
type Wire = any

const PRICES = [1000, 2000, 3000] as const

/** A sandbox on 1 January 2024 with plans `p`, `q1` and `q2`, each dearer than the one before. */
async function subscribed(more: object = {}): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await subscribe(client, { metrics: [], charges: [], plan: { amount_cents: PRICES[0], ...more } })
  for (const [code, amount_cents] of [
    ['q1', PRICES[1]],
    ['q2', PRICES[2]],
  ] as const) {
    const plan = { name: code, code, interval: 'monthly', amount_cents, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false, ...more } })
  }
  return client
}

const upgrade = (client: Client, plan_code: string) =>
  client.call('POST', '/subscriptions', {
    subscription: { external_customer_id: 'c', external_id: 's', plan_code },
  })

/** `[subscription fee, from, to]` of all final invoices, oldest first. */
async function feesOf(client: Client): Promise<Wire[]> {
  const { fees } = await ok(client, 'GET', '/fees?fee_type=subscription&per_page=100')
  return fees.map((fee: Wire) => [fee.item.code, fee.amount_cents, fee.from_date, fee.to_date])
}

describe('two upgrades in one second', () => {
  it('in arrears: the plan in between lasted no day, and the last one bills the rest of the month', async () => {
    const client = await subscribed()
    await client.clock('2024-01-11T12:00:00Z')
    expect((await upgrade(client, 'q1')).status).toBe(200)
    expect((await upgrade(client, 'q2')).status).toBe(200)
    await client.clock('2024-02-01T00:10:00Z')
    // Ten days of thirty-one at 10.00, none at 20.00, and twenty-one at 30.00.
    expect(await feesOf(client)).toEqual([
      ['p', 323, '2024-01-01T00:00:00Z', '2024-01-11T12:00:00Z'],
      ['q1', 0, '2024-01-11T00:00:00Z', '2024-01-11T12:00:00Z'],
      ['q2', 2032, '2024-01-11T00:00:00Z', '2024-01-31T23:59:59Z'],
    ])
  })

  it('at once: one follows the other, and the subscription ends on one plan', async () => {
    const client = await subscribed()
    await client.clock('2024-01-11T12:00:00Z')
    const answers = await Promise.all([upgrade(client, 'q1'), upgrade(client, 'q1')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const { subscriptions } = await ok(
      client,
      'GET',
      '/subscriptions?status[]=active&status[]=terminated&status[]=pending',
    )
    const states = subscriptions.map((one: Wire) => [one.plan_code, one.status]).sort()
    expect(states).toEqual([
      ['p', 'terminated'],
      ['q1', 'active'],
    ])
  })
})

describe('a termination that races the billing run', () => {
  it.each([
    ['in arrears', {}],
    ['in advance', { pay_in_advance: true }],
  ])('%s: January is billed once, and February for one day at most', async (_, plan) => {
    const client = await subscribed(plan)
    // The bill of 1 February is due, and nothing has run it yet.
    await client.clock('2024-01-31T23:59:59Z')
    const until = parseInstant('2024-02-01T00:00:00Z')
    if (until === undefined) throw new Error('no instant')
    const run = { organizationId: client.organizationId, until, strict: false }
    const [ended] = await Promise.all([
      client.call('DELETE', '/subscriptions/s'),
      runDue(harness.context, dueActions, run),
    ])
    expect(ended.status).toBe(200)
    const january = (await feesOf(client)).filter(([, , from]) => from.startsWith('2024-01'))
    expect(january.map(([, cents]) => cents)).toEqual([PRICES[0]])
  })
})

describe('50 parallel finalizations', () => {
  it.each(['per_customer', 'per_billing_entity'])(
    'are numbered %s without a gap or a double',
    async (numbering) => {
      const client = await harness.organization()
      await client.clock('2024-01-01T00:00:00Z')
      const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
      await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
        billing_entity: { document_numbering: numbering },
      })
      await subscribe(client, {
        metrics: [],
        charges: [],
        plan: { amount_cents: 100 },
        customer: { billing_configuration: { invoice_grace_period: 10 } },
      })
      const isShared = numbering === 'per_customer'
      for (let n = 0; n < 49; n++) {
        const external_customer_id = isShared ? 'c' : `c${n}`
        if (!isShared) {
          await ok(client, 'POST', '/customers', {
            customer: {
              external_id: external_customer_id,
              currency: 'EUR',
              billing_configuration: { invoice_grace_period: 10 },
            },
          })
        }
        await ok(client, 'POST', '/subscriptions', {
          subscription: {
            external_customer_id,
            external_id: `s${n}`,
            plan_code: 'p',
            consolidate_invoice: false,
          },
        })
      }
      await client.clock('2024-02-01T00:10:00Z')
      const { invoices } = await ok(client, 'GET', '/invoices?status=draft&per_page=100')
      expect(invoices).toHaveLength(50)
      const answers = await Promise.all(
        invoices.map(({ lago_id }: Wire) => client.call('PUT', `/invoices/${lago_id}/finalize`)),
      )
      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
      const numbers = answers.map(({ body }) => Number(body.invoice.number.split('-').at(-1)))
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
    },
  )
})
