import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTicker, type Ticker } from '../../src/boot/ticker.ts'
import { ok, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

// Events come while ongoing balances are computed: none is forgotten, none waits for a refresh, and none is refused.

const CUSTOMERS = 12
const ROUNDS = 25

let harness: Harness
let ticker: Ticker
let client: Client

beforeAll(async () => {
  harness = await startHarness({ poolMax: 12 })
  client = await harness.organization({ sandbox: false })
  await subscribe(client, {
    metrics: [{ code: 'gb', aggregation_type: 'sum_agg', field_name: 'qty' }],
    charges: [{ metric: 'gb', properties: { amount: '0.01' } }],
  })
  for (let n = 0; n < CUSTOMERS; n += 1) {
    await ok(client, 'POST', '/customers', { customer: { external_id: `c${n}`, currency: 'EUR' } })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: `c${n}`, external_id: `s${n}`, plan_code: 'p' },
    })
    await ok(client, 'POST', '/wallets', {
      wallet: {
        external_customer_id: `c${n}`,
        code: `w${n}`,
        rate_amount: '1',
        currency: 'EUR',
        granted_credits: '100',
        recurring_transaction_rules: [{ trigger: 'threshold', threshold_credits: '1', granted_credits: '1' }],
      },
    })
  }
  ticker = startTicker({ context: harness.context, log: harness.context.log })
})
afterAll(async () => {
  await ticker?.stop()
  await harness.close()
})

async function ongoingOf(n: number): Promise<readonly number[]> {
  const { wallet } = await ok(client, 'GET', `/customers/c${n}/wallets/w${n}`)
  return [wallet.balance_cents, wallet.ongoing_balance_cents]
}

async function ongoingOfAll(): Promise<(readonly number[])[]> {
  return Promise.all(Array.from({ length: CUSTOMERS }, (_, n) => ongoingOf(n)))
}

const SOON = { timeout: 20_000, interval: 100 }

describe('ongoing balances under load', () => {
  it('show every event that was accepted, however they meet with refreshes', async () => {
    await expect.poll(ongoingOfAll, SOON).toEqual(Array(CUSTOMERS).fill([10_000, 10_000]))
    const waits: number[] = []
    const send = async (n: number, round: number) => {
      const began = performance.now()
      const event = {
        transaction_id: `e${n}-${round}`,
        code: 'gb',
        external_subscription_id: `s${n}`,
        properties: { qty: 1 },
      }
      const answer = await client.call('POST', '/events', { event })
      waits.push(performance.now() - began)
      expect(answer.status).toBe(200)
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(Array.from({ length: CUSTOMERS }, (_, n) => send(n, round)))
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    const expected = Array(CUSTOMERS).fill([10_000, 10_000 - ROUNDS])
    await expect.poll(ongoingOfAll, SOON).toEqual(expected)
    // The last events came once and for all: nothing is left to be done, and nothing has failed.
    const left = () =>
      harness.context.database.system
        .selectFrom('dueItems')
        .select(['kind', 'error'])
        .where('kind', 'in', ['wallet_usage', 'wallet_refresh'])
        .execute()
    await expect.poll(left, SOON).toEqual([])
  })

  it('survive movements of credits that come at the same time', async () => {
    const { wallet } = await ok(client, 'GET', '/customers/c0/wallets/w0')
    const move = (body: object) =>
      client.call('POST', '/wallet_transactions', {
        wallet_transaction: { wallet_id: wallet.lago_id, ...body },
      })
    const before = await ongoingOf(0)
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const event = {
          transaction_id: `m${n}`,
          code: 'gb',
          external_subscription_id: 's0',
          properties: { qty: 1 },
        }
        const sent = await client.call('POST', '/events', { event })
        const moved = await move(n % 2 === 0 ? { granted_credits: '1' } : { voided_credits: '1' })
        return [sent.status, moved.status]
      }),
    )
    expect(answers).toEqual(Array(20).fill([200, 200]))
    const [balance = 0, ongoing = 0] = before
    await expect.poll(() => ongoingOf(0), SOON).toEqual([balance, ongoing - 20])
  })
})
