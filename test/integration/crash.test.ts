import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRunRecord } from '../../src/boot/postgres/records.ts'
import { WEIR } from '../support/built-weir.ts'

const KEY = 'crash-key'
const SENDERS = 6
const SUBSCRIPTIONS = 4
const BILLED = 12
/** A round kills five times: twice among events, twice among keyed writes, once in a billing run. */
const ROUNDS = Number(process.env.WEIR_CRASH_ROUNDS ?? 1)
const ROUND_NUMBERS = Array.from({ length: ROUNDS }, (_, round) => round)
/** A generous limit: six processes start per round, which is slow on a busy machine. */
const PATIENCE_MS = 240_000 * ROUNDS
/** Each: a request, and the status of its response, or null when the server died first. */
type Sent = {
  readonly path: string
  readonly body: object
  readonly ids: readonly string[]
  status: number | null
}
type Running = {
  readonly child: ChildProcess
  readonly exited: Promise<unknown>
  readonly output: () => string
}

let folder: string
let port: number
let running: Running[]
let weir: Running
/** The first day of the subscriptions. */
let began: Date

function spawnWeir(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [WEIR, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      WEIR_DATA_DIR: join(folder, 'data'),
      PORT: String(port),
      HOST: '127.0.0.1',
      LAGO_CREATE_ORG: 'true',
      LAGO_ORG_NAME: 'Crash',
      LAGO_ORG_USER_EMAIL: 'crash@example.com',
      LAGO_ORG_USER_PASSWORD: 'falls-and-rises',
      LAGO_ORG_API_KEY: KEY,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const started = { child, exited, output: () => output }
  running.push(started)
  return started
}

async function startWeir(): Promise<Running> {
  const started = spawnWeir('start')
  for (let tries = 0; tries < 1800; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null)
    if (answer?.ok) return started
    if (started.child.exitCode !== null) break
    await sleep(50)
  }
  throw new Error(`it is not healthy:\n${started.output()}`)
}

async function killWeir(started: Running): Promise<void> {
  started.child.kill('SIGKILL')
  await started.exited
}

async function call(
  method: string,
  path: string,
  body?: object,
  idempotencyKey?: string,
  // biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
): Promise<{ status: number; body: any }> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      'content-type': 'application/json',
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: await answer.json() }
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
async function ok(method: string, path: string, body?: object): Promise<any> {
  const answer = await call(method, path, body)
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBe(200)
  return answer.body
}

async function onDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const run = await readRunRecord(join(folder, 'data'))
  const client = new pg.Client({ connectionString: run?.url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Subscriptions of which two months are over, one for each customer. */
async function subscribe(prefix: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const ids = {
      external_customer_id: `${prefix}-customer-${i}`,
      external_id: `${prefix}${i}`,
      plan_code: 'p',
    }
    const terms = { billing_time: 'anniversary', subscription_at: began.toISOString() }
    await ok('POST', '/subscriptions', { subscription: { ...ids, ...terms } })
  }
}

/** Two metrics and a plan on both. */
async function setUp(): Promise<Date> {
  const now = new Date()
  // Two periods are over, and none ends today, when a bill would be made at once.
  const day = now.getUTCDate() === 15 ? 14 : 15
  const months = now.getUTCDate() > day ? 2 : 3
  const began = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, day))
  const charges: object[] = []
  for (const [code, aggregation_type, field_name] of [
    ['calls', 'count_agg', undefined],
    ['bytes', 'sum_agg', 'n'],
  ]) {
    const metric = { name: code, code, aggregation_type, ...(field_name === undefined ? {} : { field_name }) }
    const made = await ok('POST', '/billable_metrics', { billable_metric: metric })
    const properties = { amount: '1' }
    const billable_metric_id = made.billable_metric.lago_id
    charges.push({ billable_metric_id, charge_model: 'standard', properties })
  }
  const money = { interval: 'monthly', amount_cents: 500, amount_currency: 'EUR', pay_in_advance: false }
  await ok('POST', '/plans', { plan: { name: 'P', code: 'p', ...money, charges } })
  return began
}

/** Sends requests one by one until the server dies; each event counts one and three bytes. */
async function sendUntilDead(sender: string, log: Sent[]): Promise<void> {
  for (let i = 0; ; i += 1) {
    const event = (id: string) => ({
      transaction_id: id,
      external_subscription_id: `s${i % SUBSCRIPTIONS}`,
      code: i % 3 === 0 ? 'bytes' : 'calls',
      properties: { n: 3 },
      timestamp: Math.floor(Date.now() / 1000),
    })
    const isBatch = i % 2 === 1
    const ids = isBatch ? Array.from({ length: 20 }, (_, k) => `${sender}-${i}-${k}`) : [`${sender}-${i}`]
    const body = isBatch ? { events: ids.map(event) } : { event: event(ids[0] ?? '') }
    const sent: Sent = { path: isBatch ? '/events/batch' : '/events', body, ids, status: null }
    log.push(sent)
    try {
      sent.status = (await call('POST', sent.path, sent.body)).status
    } catch {
      return
    }
    // A lost database causes a 5xx, which counts as no response.
    if (sent.status >= 500) sent.status = null
  }
}

/**
 * Resends a request: one that was acknowledged must be rejected entirely; the others may or may not have been stored.
 */
async function resend(sent: Sent): Promise<void> {
  const { status, body } = await call('POST', sent.path, sent.body)
  if (status === 200) {
    expect(sent.status, `${sent.ids[0]} was answered and is lost`).toBeNull()
    return
  }
  expect(status).toBe(422)
  const duplicate = { transaction_id: ['value_already_exist'] }
  const isBatch = sent.path === '/events/batch'
  const all = Object.fromEntries(sent.ids.map((_, index) => [String(index), duplicate]))
  expect(body.error_details).toEqual(isBatch ? all : duplicate)
}

/** The server has stored exactly what was sent: in the list, in usage and in its invariants. */
async function expectExactly(log: readonly Sent[]): Promise<void> {
  const expected = new Map<string, number>()
  for (const { body } of log) {
    const events = 'events' in body ? body.events : 'event' in body ? [body.event] : []
    for (const { code, external_subscription_id: id } of events as Record<string, string>[]) {
      const key = `${id} ${code}`
      expected.set(key, (expected.get(key) ?? 0) + (code === 'bytes' ? 3 : 1))
    }
  }
  const sent = log.reduce((sum, { ids }) => sum + ids.length, 0)
  expect((await ok('GET', '/events?per_page=1')).meta.total_count).toBe(sent)
  const rows = await onDatabase(async (client) => (await client.query('select count(*) from events')).rows)
  expect(rows).toEqual([{ count: String(sent) }])
  for (let i = 0; i < SUBSCRIPTIONS; i += 1) {
    const usage = await ok('GET', `/customers/s-customer-${i}/current_usage?external_subscription_id=s${i}`)
    for (const { billable_metric, units } of usage.customer_usage.charges_usage) {
      expect(Number(units)).toBe(expected.get(`s${i} ${billable_metric.code}`) ?? 0)
    }
  }
  const doctor = spawnWeir('doctor')
  await doctor.exited
  expect(doctor.output()).toContain('All is well.')
  expect(doctor.output()).toMatch(/ok +usage_state: .*\([1-9]\d* compared\)/)
}

/** Bills two closed periods of new subscriptions, and dies in the middle. */
async function expectBilledOnce(prefix: string): Promise<void> {
  await subscribe(prefix, BILLED)
  const usedAt = Math.floor(began.getTime() / 1000) + 3600
  const event = (i: number) => ({
    transaction_id: `e${i}`,
    external_subscription_id: `${prefix}${i}`,
    code: 'calls',
    timestamp: usedAt,
  })
  await ok('POST', '/events/batch', { events: Array.from({ length: BILLED }, (_, i) => event(i)) })
  const secondMonth = new Date(Date.UTC(began.getUTCFullYear(), began.getUTCMonth() + 1, began.getUTCDate()))
  // As after an outage of a month and more: both closed periods are due.
  await onDatabase(async (client) => {
    const chosen = `${prefix}%`
    const set = 'update subscriptions set created_at = $1, activated_at = $1 where external_id like $2'
    await client.query(set, [began, chosen])
    await client.query(
      `update due_items set due_at = $1 where kind = 'subscription_billing' and subject_id in
         (select id from subscriptions where external_id like $2)`,
      [secondMonth, chosen],
    )
  })
  const links = () =>
    onDatabase(async (client) => {
      const { rows } = await client.query<{ id: string; from: string; cents: string }>(
        `select l.subscription_id as id, l.charges_from::text as from, i.total_amount_cents::text as cents
         from invoice_subscriptions l join invoices i on i.id = l.invoice_id
         join subscriptions s on s.id = l.subscription_id
         where i.status = 'finalized' and s.external_id like $1`,
        [`${prefix}%`],
      )
      return rows
    })
  await expect.poll(async () => (await links()).length, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0)
  await killWeir(weir)
  // The database lives on and finishes what was sent to it, so a small run may be complete.
  expect((await links()).length).toBeLessThanOrEqual(2 * BILLED)
  weir = await startWeir()
  await expect.poll(async () => (await links()).length, { timeout: 60_000 }).toBe(2 * BILLED)
  await sleep(1500)
  const billed = await links()
  expect(billed).toHaveLength(2 * BILLED)
  expect(new Set(billed.map(({ id, from }) => `${id} ${from}`)).size).toBe(2 * BILLED)
  expect(billed.filter(({ cents }) => cents === '600')).toHaveLength(BILLED)
  expect(billed.filter(({ cents }) => cents === '500')).toHaveLength(BILLED)
}

beforeAll(async () => {
  running = []
  folder = await mkdtemp('/tmp/weir-crash-')
  port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0))
    })
  })
  weir = await startWeir()
  began = await setUp()
  await subscribe('s', SUBSCRIPTIONS)
}, PATIENCE_MS)

afterAll(async () => {
  for (const { child, exited } of running) {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await exited
  }
  await rm(folder, { recursive: true, force: true })
})

describe('kill -9', () => {
  it(
    'loses no event that was answered and doubles none, of Weir and of PostgreSQL',
    async () => {
      const log: Sent[] = []
      for (const [round, killed] of ROUND_NUMBERS.flatMap((n) => [
        [n, 'weir'] as const,
        [n, 'postgres'] as const,
      ])) {
        const name = (i: number) => `${killed}-${round}-${i}`
        const senders = Array.from({ length: SENDERS }, (_, i) => sendUntilDead(name(i), log))
        await sleep(1500)
        if (killed === 'postgres')
          process.kill((await readRunRecord(join(folder, 'data')))?.pid ?? 0, 'SIGKILL')
        await killWeir(weir)
        await Promise.all(senders)
        weir = await startWeir()
      }
      expect(log.filter(({ status }) => status === 200).length).toBeGreaterThan(20)
      expect(log.filter(({ status }) => status === null).length).toBeGreaterThan(0)
      for (let i = 0; i < log.length; i += 20) await Promise.all(log.slice(i, i + 20).map(resend))
      await expectExactly(log)
    },
    PATIENCE_MS,
  )

  it(
    'lets a repeated write under an Idempotency-Key happen once, and gives its first answer',
    async () => {
      const plan = (code: string) => ({
        plan: { name: code, code, interval: 'monthly', amount_cents: 100, amount_currency: 'EUR' },
      })
      type Attempt = { readonly code: string; answer: { status: number; body: unknown } | null }
      const log: Attempt[] = []
      const sendPlans = async (sender: string): Promise<void> => {
        for (let i = 0; ; i += 1) {
          const attempt: Attempt = { code: `${sender}-${i}`, answer: null }
          log.push(attempt)
          const answer = await call('POST', '/plans', plan(attempt.code), attempt.code).catch(() => null)
          if (!answer) return
          if (answer.status < 500) attempt.answer = answer
        }
      }
      for (let round = 0; round < 2 * ROUNDS; round += 1) {
        const senders = Array.from({ length: SENDERS }, (_, i) => sendPlans(`${round}-${i}`))
        await sleep(1000)
        // On a machine with much else to do, a second may not be enough for some answers.
        while (log.length < 3 * SENDERS * (round + 1)) await sleep(50)
        await killWeir(weir)
        await Promise.all(senders)
        weir = await startWeir()
      }
      const isLost = ({ answer }: Attempt) => answer === null
      expect(log.filter(isLost).length).toBeGreaterThan(SENDERS)
      expect(log.length).toBeGreaterThan(4 * SENDERS)
      for (const { code, answer } of log) {
        // Without the key, an existing plan is a 422.
        const again = await call('POST', '/plans', plan(code), code)
        expect(again.status, JSON.stringify(again.body)).toBe(200)
        if (answer) expect(again).toEqual(answer)
      }
      expect((await ok('GET', '/plans?per_page=1')).meta.total_count).toBe(log.length + 1)
    },
    PATIENCE_MS,
  )

  it(
    'ends a billing run in one invoice for each subscription and period',
    async () => {
      for (const round of ROUND_NUMBERS) await expectBilledOnce(`b${round}-`)
      const doctor = spawnWeir('doctor')
      await doctor.exited
      expect(doctor.output()).toContain('All is well.')
    },
    PATIENCE_MS,
  )
})
