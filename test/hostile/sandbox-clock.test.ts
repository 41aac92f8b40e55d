import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { takeUpMove } from '../../src/actions/organizations/move-test-clock.ts'
import { ts } from '../../src/store/values.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { WeirProcess } from '../support/weir-process.ts'

const SUBSCRIPTIONS = 12
const PATIENCE_MS = 90_000

type Call = (
  method: string,
  path: string,
  body?: unknown,
  // biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
) => Promise<{ status: number; body: any }>

const move = (now: string) => ({ test_clock: { now } })
const plan = (code: string, amount: number) => ({
  plan: {
    name: code,
    code,
    interval: 'monthly',
    amount_cents: amount,
    amount_currency: 'EUR',
    pay_in_advance: false,
  },
})
const subscription = (n: number, code: string) => ({
  subscription: { external_customer_id: `c${n}`, external_id: `s${n}`, plan_code: code },
})

/** A sandbox on 2024-01-01 with subscriptions that are billed monthly. */
async function prepare(call: Call): Promise<void> {
  const must = async (method: string, path: string, body: unknown) => {
    const answer = await call(method, path, body)
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  }
  await must('PUT', '/test_clock', move('2024-01-01T00:00:00Z'))
  await must('POST', '/plans', plan('small', 3100))
  await must('POST', '/plans', plan('large', 6200))
  for (let n = 0; n < SUBSCRIPTIONS; n += 1) await must('POST', '/subscriptions', subscription(n, 'small'))
}

/** The billed periods of all subscriptions: what, and from when to when. */
async function periods(call: Call): Promise<string[]> {
  const found: string[] = []
  for (let page = 1; ; page += 1) {
    const { body } = await call('GET', `/fees?per_page=1000&page=${page}`)
    for (const fee of body.fees) {
      if (fee.item.type !== 'subscription') continue
      found.push(
        `${fee.external_subscription_id} ${fee.from_date} ${fee.to_date} ${fee.lago_subscription_id}`,
      )
    }
    if (body.meta.next_page === null) return found
  }
}

describe('a sandbox whose clock is moved', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness({ poolMax: 12 })
  })
  afterAll(() => harness?.close())

  async function sandbox(): Promise<Client> {
    const client = await harness.organization()
    await prepare(client.call)
    return client
  }

  it('is moved by one request at a time', async () => {
    const client = await sandbox()
    const moves = [
      '2024-06-10T00:00:00Z',
      '2024-03-10T00:00:00Z',
      '2024-04-10T00:00:00Z',
      '2024-06-10T00:00:00Z',
    ]
    const answers = await Promise.all(moves.map((now) => client.call('PUT', '/test_clock', move(now))))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    for (const { status, body } of answers) {
      if (status !== 200) expect([status, body.code]).toEqual([409, 'clock_is_advancing'])
    }
    const winner = moves[statuses.indexOf(200)] ?? ''
    const { test_clock } = await ok(client, 'GET', '/test_clock')
    expect(test_clock).toEqual({ now: new Date(winner).toISOString(), status: 'ready' })
  })

  it('lets writes wait, and bills nothing twice', async () => {
    const client = await sandbox()
    const state = { isOver: false }
    const moving = client.call('PUT', '/test_clock', move('2024-08-10T00:00:00Z')).finally(() => {
      state.isOver = true
    })
    await sleep(150)
    const upgrades = Array.from({ length: SUBSCRIPTIONS }, async (_, n) => {
      const answer = await client.call('POST', '/subscriptions', subscription(n, 'large'))
      return { ...answer, wasOver: state.isOver }
    })
    const answers = await Promise.all(upgrades)
    const moved = await moving
    expect([moved.status, moved.body.test_clock.status]).toEqual([200, 'ready'])
    for (const { status, body } of answers) {
      expect([200, 409], JSON.stringify(body)).toContain(status)
      if (status === 409) expect(body.code).toBe('clock_is_advancing')
      if (status === 200) expect(body.subscription.started_at).toBe('2024-08-10T00:00:00.000Z')
    }
    expect(answers.some(({ status }) => status === 200)).toBe(true)
    const billed = await periods(client.call)
    expect(new Set(billed).size).toBe(billed.length)
    expect(billed.filter((each) => each.includes(' 2024-01-01T'))).toHaveLength(SUBSCRIPTIONS)
  })

  it('is taken up where the move of a dead process stopped', async () => {
    const client = await sandbox()
    const { context } = harness
    const { organizationId } = client
    await context.database.system
      .updateTable('organizations')
      .set({ clockStatus: 'advancing', clockMover: organizationId, clockTarget: ts(context.systemNow()) })
      .where('id', '=', organizationId)
      .execute()
    const set = (target: string, age: string) =>
      harness.context.database.pool.query(
        `select set_config('weir.organization_id', '${organizationId}', false);
         update organizations set clock_target = '${target}', clock_mover_seen_at = now() - interval '${age}'`,
      )
    await set('2024-03-10T00:00:00Z', '1 second')
    expect(await takeUpMove(context, organizationId)).toBe(false)
    expect((await client.call('PUT', '/test_clock', move('2024-05-10T00:00:00Z'))).body.code).toBe(
      'clock_is_advancing',
    )
    await set('2024-03-10T00:00:00Z', '20 seconds')
    const back = await client.call('PUT', '/test_clock', move('2024-02-10T00:00:00Z'))
    expect([back.status, back.body.code]).toEqual([409, 'clock_is_advancing'])
    expect(await takeUpMove(context, organizationId)).toBe(true)
    expect(await takeUpMove(context, organizationId)).toBe(false)
    const { test_clock } = await ok(client, 'GET', '/test_clock')
    expect(test_clock).toEqual({ now: '2024-03-10T00:00:00.000Z', status: 'ready' })
    expect(await periods(client.call)).toHaveLength(2 * SUBSCRIPTIONS)
  })
})

describe('a process is killed while it moves a sandbox’s clock', () => {
  let database: FreshDatabase
  let weir: WeirProcess
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(async () => {
    if (weir?.isRunning) await weir.kill()
    await database?.drop()
  })

  it('the next one takes the move to its end, and every month is billed once', async () => {
    const env = { DATABASE_URL: database.url, ADMIN_API_KEY: 'an-admin-key-that-is-long-enough-0123456789' }
    weir = await WeirProcess.start(env)
    const made = await fetch(`${weir.url}/admin/organizations`, {
      method: 'POST',
      headers: { 'x-admin-api-key': env.ADMIN_API_KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Sandbox', email: 's@example.com', sandbox: true }),
    })
    const key = ((await made.json()) as { organization: { api_key: string } }).organization.api_key
    const call: Call = async (method, path, body) => {
      const answer = await fetch(`${weir.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: await answer.json() }
    }
    await prepare(call)
    const moving = call('PUT', '/test_clock', move('2026-01-10T00:00:00Z')).catch(() => null)
    // A short list, which is answered at once.
    while ((await call('GET', '/fees?per_page=1')).body.fees.length === 0) await sleep(10)
    await weir.kill()
    expect(await moving).toBeNull()
    weir = await WeirProcess.start(env)
    const began = performance.now()
    const clock = async () => (await call('GET', '/test_clock')).body.test_clock
    expect((await clock()).status).toBe('advancing')
    while ((await clock()).status === 'advancing' && performance.now() - began < PATIENCE_MS) await sleep(200)
    expect(await clock()).toEqual({ now: '2026-01-10T00:00:00.000Z', status: 'ready' })
    const billed = await periods(call)
    expect(new Set(billed).size).toBe(billed.length)
    expect(billed).toHaveLength(24 * SUBSCRIPTIONS)
  })
})
