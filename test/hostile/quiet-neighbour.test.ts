import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { type Told, WeirProcess } from '../support/weir-process.ts'

const ADMIN = 'an-admin-key-that-is-long-enough-0123456789'
const CALM_ASKED = 60
/**
 * Answers that the quiet one gets, one after the other, while the loud one is served: a count and no time, because the
 * machine may be busy. Without shares it was one or two. `bench/neighbour.ts` measures how long each of them takes.
 */
const ANSWERS_MIN = 20
const PARALLEL = 100
const INVOICES = 200
const GROUPS = 10_000

type Asks = (method: string, path: string, body?: unknown) => Promise<Told>

describe('a quiet organization beside one that asks for much', () => {
  let database: FreshDatabase
  let weir: WeirProcess
  let quiet: Asks
  let loud: Asks
  beforeAll(async () => {
    database = await freshDatabase()
    weir = await WeirProcess.start({ DATABASE_URL: database.url, ADMIN_API_KEY: ADMIN, LOG_LEVEL: 'warn' })
    quiet = await organization()
    loud = await organization()
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
  afterAll(async () => {
    if (weir?.isRunning) await weir.kill()
    await database?.drop()
  })

  async function organization(): Promise<Asks> {
    const made = await fetch(`${weir.url}/admin/organizations`, {
      method: 'POST',
      headers: { 'x-admin-api-key': ADMIN, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'O', email: 'o@example.com' }),
    })
    const { organization } = (await made.json()) as { organization: { api_key: string } }
    return (method, path, body) => weir.call(method, path, body, organization.api_key)
  }
  async function ok(client: Asks, method: string, path: string, body?: unknown): Promise<Told['body']> {
    const told = await client(method, path, body)
    if (told.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(told.body)}`)
    return told.body
  }

  /** The loud one's answers, and how many the quiet one got meanwhile, each of which was a 200. */
  async function beside(load: () => Promise<readonly Told[]>) {
    for (let n = 0; n < CALM_ASKED; n += 1) await ok(quiet, 'GET', '/plans')
    const state = { isOver: false }
    const loading = load().finally(() => {
      state.isOver = true
    })
    let quietAnswers = 0
    while (!state.isOver) {
      await ok(quiet, 'GET', '/plans')
      quietAnswers += 1
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return { quietAnswers, statuses: (await loading).map(({ status }) => status) }
  }

  function expectFair(found: Awaited<ReturnType<typeof beside>>): void {
    const others = found.statuses.filter((status) => status !== 200 && status !== 429)
    expect(others, weir.output()).toEqual([])
    expect(found.quietAnswers).toBeGreaterThanOrEqual(ANSWERS_MIN)
  }

  it(`${PARALLEL} parallel POST /subscriptions`, async () => {
    const found = await beside(() =>
      Promise.all(
        Array.from({ length: PARALLEL }, (_, n) =>
          loud('POST', '/subscriptions', {
            subscription: { external_customer_id: `c${n}`, external_id: `s${n}`, plan_code: 'advance' },
          }),
        ),
      ),
    )
    expect(found.statuses.filter((status) => status === 200).length).toBeGreaterThan(PARALLEL / 2)
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
      Promise.all(Array.from({ length: 30 }, () => loud('GET', `/invoices?per_page=${INVOICES}`))),
    )
    expectFair(found)
  })

  it(`usage of ${GROUPS} groups, again and again`, async () => {
    const grouped = await organization()
    const metric = { name: 'M', code: 'm', aggregation_type: 'count_agg' }
    const { billable_metric } = await ok(grouped, 'POST', '/billable_metrics', { billable_metric: metric })
    const properties = { amount: '1', pricing_group_keys: ['user'] }
    const charge = {
      billable_metric_id: billable_metric.lago_id,
      code: 'c',
      charge_model: 'standard',
      properties,
    }
    const plan = { name: 'G', code: 'g', interval: 'monthly', amount_currency: 'EUR', amount_cents: 0 }
    await ok(grouped, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false, charges: [charge] } })
    const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'g' }
    await ok(grouped, 'POST', '/subscriptions', { subscription })
    for (let n = 0; n < GROUPS; n += 100) {
      const events = Array.from({ length: 100 }, (_, i) => ({
        transaction_id: `t${n + i}`,
        external_subscription_id: 's',
        code: 'm',
        properties: { user: `u${n + i}` },
      }))
      await ok(grouped, 'POST', '/events/batch', { events })
    }
    const path = '/customers/c/current_usage?external_subscription_id=s'
    // What was long once is answered elsewhere from then on.
    await ok(grouped, 'GET', path)
    expectFair(await beside(() => Promise.all(Array.from({ length: 6 }, () => grouped('GET', path)))))
  })
})
