import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'

const CALM_ASKED = 60
const TIMES_MAX = 5
/** What the machine itself does now and then is not the neighbour's doing. */
const NOISE_MS = 20
const PARALLEL = 100
const INVOICES = 1000
const GROUPS = 30_000

const quantile = (values: readonly number[], part: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0

describe('a quiet organization beside one that asks for much', () => {
  let harness: Harness
  let quiet: Client
  let loud: Client
  beforeAll(async () => {
    harness = await startHarness({ poolMax: 20 })
    quiet = await harness.organization({ sandbox: false })
    loud = await harness.organization({ sandbox: false })
    for (const client of [quiet, loud]) {
      const plan = {
        name: 'A',
        code: 'advance',
        interval: 'monthly',
        amount_currency: 'EUR',
        pay_in_advance: true,
      }
      await ok(client, 'POST', '/plans', { plan: { ...plan, amount_cents: 1000 } })
    }
  })
  afterAll(() => harness?.close())

  /** How long the quiet one's requests take while something goes on. */
  async function latencies(isOver: () => boolean, least: number): Promise<number[]> {
    const found: number[] = []
    while (!isOver() || found.length < least) {
      const began = performance.now()
      await ok(quiet, 'GET', '/plans')
      found.push(performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return found
  }

  /** The quiet one's latencies alone, and beside requests of the loud one. */
  async function beside(load: () => Promise<readonly Answer[]>) {
    await latencies(() => true, CALM_ASKED)
    const calm = await latencies(() => true, CALM_ASKED)
    const state = { isOver: false }
    const loading = load().finally(() => {
      state.isOver = true
    })
    const busy = await latencies(() => state.isOver, 5)
    const answers = await loading
    const figures = {
      asked: busy.length,
      calmP99: quantile(calm, 0.99),
      busyP50: quantile(busy, 0.5),
      busyP99: quantile(busy, 0.99),
      answers: answers.length,
    }
    if (process.env.WEIR_SHOW_FIGURES) console.log(JSON.stringify(figures))
    return { ...figures, statuses: answers.map(({ status }) => status) }
  }

  function expectFair(found: Awaited<ReturnType<typeof beside>>): void {
    for (const status of found.statuses) expect([200, 429]).toContain(status)
    expect(found.busyP99).toBeLessThan(found.calmP99 * TIMES_MAX + NOISE_MS)
  }

  it(`${PARALLEL} parallel POST /subscriptions`, async () => {
    const found = await beside(() =>
      Promise.all(
        Array.from({ length: PARALLEL }, (_, n) =>
          loud.call('POST', '/subscriptions', {
            subscription: { external_customer_id: `c${n}`, external_id: `s${n}`, plan_code: 'advance' },
          }),
        ),
      ),
    )
    expect(found.statuses.every((status) => status === 200)).toBe(true)
    expectFair(found)
  })

  it(`GET /invoices?per_page=${INVOICES}, again and again`, async () => {
    for (let n = PARALLEL; n < INVOICES; n += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          ok(loud, 'POST', '/subscriptions', {
            subscription: {
              external_customer_id: `c${n + i}`,
              external_id: `s${n + i}`,
              plan_code: 'advance',
            },
          }),
        ),
      )
    }
    const found = await beside(() =>
      Promise.all(Array.from({ length: 30 }, () => loud.call('GET', `/invoices?per_page=${INVOICES}`))),
    )
    expectFair(found)
  })

  it(`usage of ${GROUPS} groups, again and again`, async () => {
    const grouped = await harness.organization({ sandbox: false })
    const properties = { amount: '1', pricing_group_keys: ['user'] }
    await subscribe(grouped, {
      metrics: [{ code: 'm', aggregation_type: 'count_agg' }],
      charges: [{ metric: 'm', properties }],
    })
    for (let n = 0; n < GROUPS; n += 100) {
      const events = Array.from({ length: 100 }, (_, i) => ({
        transaction_id: `t${n + i}`,
        external_subscription_id: 's',
        code: 'm',
        properties: { user: `u${n + i}` },
      }))
      await ok(grouped, 'POST', '/events/batch', { events })
    }
    await send(grouped, { code: 'm', transaction_id: 'last', properties: { user: 'last' } })
    const path = '/customers/c/current_usage?external_subscription_id=s'
    expectFair(await beside(() => Promise.all(Array.from({ length: 6 }, () => grouped.call('GET', path)))))
  })
})
