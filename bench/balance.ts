import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { withClient } from './database.ts'
import { type Benchmark, type Figure, quantile, type Setting } from './figure.ts'
import { LoadConnection } from './load-client.ts'
import { openOrganization } from './seed.ts'

const WALLETS = 1000
const EVENTS_PER_SECOND = 1000
const SECONDS = 30
const CONNECTIONS = 40
const SIDE_BY_SIDE = 8
/** How often balances are looked at, which is the precision of the figure. */
const LOOK_MS = 20
/** How long the last events may take. */
const PATIENCE_MS = 20_000
const LIMIT_MS = 1000

/** A thousand customers, each with a subscription that pays a cent for each event and a wallet. */
async function seedWallets(setting: Setting) {
  const organization = await openOrganization(setting.server)
  const { post, metricIds } = organization
  const charge = {
    code: 'requests',
    billable_metric_id: metricIds.get('requests'),
    charge_model: 'standard',
    properties: { amount: '0.01' },
  }
  const plan = {
    name: 'Prepaid',
    code: 'prepaid',
    interval: 'monthly',
    amount_cents: 0,
    amount_currency: 'EUR',
  }
  await post('/plans', { plan: { ...plan, pay_in_advance: false, charges: [charge] } })
  let next = 0
  const work = async () => {
    while (next < WALLETS) {
      const number = next
      next += 1
      const external_customer_id = `cust_${number}`
      await post('/customers', { customer: { external_id: external_customer_id, currency: 'EUR' } })
      await post('/subscriptions', {
        subscription: { external_customer_id, external_id: `sub_${number}`, plan_code: 'prepaid' },
      })
      await post('/wallets', {
        wallet: {
          external_customer_id,
          code: `wallet_${number}`,
          rate_amount: '1',
          currency: 'EUR',
          granted_credits: '1000',
        },
      })
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  return organization
}

/** Waits until the wallets have their credits and nothing is left to be done for them. */
async function untilIdle(client: pg.Client, organizationId: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ waiting: number }>(
      'select count(*)::int as waiting from due_items where organization_id = $1 and due_at <= now()',
      [organizationId],
    )
    if (rows[0]?.waiting === 0) return
    await sleep(200)
  }
}

/** When each event of a wallet was answered; how many of them its ongoing balance has shown. */
type Watched = { readonly answeredAt: number[]; shown: number }

/** Looks at all balances again and again; returns how long each event took to be seen. */
async function watch(
  client: pg.Client,
  organizationId: string,
  wallets: readonly Watched[],
  isOver: () => boolean,
): Promise<number[]> {
  const delays: number[] = []
  while (!isOver()) {
    const { rows } = await client.query<{ number: number; usage: number }>(
      `select substr(code, 8)::int as number, ongoing_usage_balance_cents::int as usage from wallets
      where organization_id = $1`,
      [organizationId],
    )
    const now = performance.now()
    for (const { number, usage } of rows) {
      const wallet = wallets[number]
      if (!wallet) continue
      // An event may be seen before its answer has arrived; it is counted with the next look.
      for (; wallet.shown < Math.min(usage, wallet.answeredAt.length); wallet.shown += 1) {
        delays.push(Math.max(0, now - (wallet.answeredAt[wallet.shown] ?? now)))
      }
    }
    await sleep(LOOK_MS)
  }
  return delays
}

/** Sends single events at a steady pace, to the wallets in turns; returns how long their answers took. */
async function send(
  setting: Setting,
  apiKey: string,
  wallets: readonly Watched[],
  seconds: number,
): Promise<number[]> {
  const began = performance.now()
  const total = EVENTS_PER_SECOND * seconds
  const answers: number[] = []
  let next = 0
  const one = async () => {
    const connection = await LoadConnection.open(setting.server.url, apiKey)
    while (next < total) {
      const number = next
      next += 1
      const wait = began + (number * 1000) / EVENTS_PER_SECOND - performance.now()
      if (wait > 0) await sleep(wait)
      // Not the same order in each second, so that a wallet meets every phase of the refreshes.
      const place = (number * 7919) % WALLETS
      const event = {
        transaction_id: `t${number}`,
        external_subscription_id: `sub_${place}`,
        code: 'requests',
        properties: {},
      }
      const sentAt = performance.now()
      const { status, body } = await connection.send('/api/v1/events', JSON.stringify({ event }))
      if (status !== 200) throw new Error(`${status} ${body.slice(0, 200)}`)
      answers.push(performance.now() - sentAt)
      wallets[place]?.answeredAt.push(performance.now())
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
  return answers
}

async function measure(setting: Setting): Promise<Figure[]> {
  const { id, apiKey } = await seedWallets(setting)
  const wallets: Watched[] = Array.from({ length: WALLETS }, () => ({ answeredAt: [], shown: 0 }))
  const seconds = setting.isQuick ? 8 : SECONDS
  return withClient(setting.server.databaseUrl, async (client) => {
    await untilIdle(client, id)
    let isSent = false
    let endsAt = Number.POSITIVE_INFINITY
    const isSeen = () => wallets.every(({ shown, answeredAt }) => shown === answeredAt.length)
    const isOver = () => (isSent && isSeen()) || performance.now() > endsAt
    const watching = watch(client, id, wallets, isOver)
    const beganAt = performance.now()
    const answers = await send(setting, apiKey, wallets, seconds)
    const pace = answers.length / ((performance.now() - beganAt) / 1000)
    isSent = true
    endsAt = performance.now() + PATIENCE_MS
    const delays = await watching
    const value = quantile(delays, 0.99)
    return [
      {
        name: 'balance',
        what: `p99 of the time from an event's answer to the ongoing balance that shows it, ${WALLETS} wallets`,
        unit: 'ms',
        value,
        reference: LIMIT_MS,
        referenceWhat: 'the limit',
        ratio: value / LIMIT_MS,
        target: 1,
        isFloor: false,
        conditions: { 'every event is shown': isSeen(), 'the pace is kept': pace > EVENTS_PER_SECOND * 0.97 },
        details: {
          eventsPerSecond: Math.round(pace),
          medianMs: quantile(delays, 0.5),
          maxMs: Math.max(...delays),
          answerP50Ms: quantile(answers, 0.5),
          answerP99Ms: quantile(answers, 0.99),
        },
      },
    ]
  })
}

/** How soon ongoing balances follow events. */
export const balanceBenchmarks: readonly Benchmark[] = [{ name: 'balance', run: measure }]
