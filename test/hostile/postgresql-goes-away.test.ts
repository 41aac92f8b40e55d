import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BreakableLine } from '../support/breakable-line.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { type Sink, startSink } from '../support/webhook-sink.ts'
import { type Told, WeirProcess } from '../support/weir-process.ts'

const AWAY_MS = 4000
const REQUEST_PAUSE_MS = 60
const PATIENCE_MS = 60_000

/** What the server logged of requests that were answered with 500, which says why. */
function errorsIn(output: string): string {
  const lines = output.split('\n')
  const failed = lines.flatMap((line) => /"status":500,"requestId":"([^"]+)"/.exec(line)?.[1] ?? [])
  return lines.filter((line) => failed.some((id) => line.includes(id))).join('\n')
}

describe('PostgreSQL goes away while everything is under way', () => {
  let database: FreshDatabase
  let line: BreakableLine
  let sink: Sink
  let weir: WeirProcess
  let sent = 0
  beforeAll(async () => {
    database = await freshDatabase()
    const opened = await BreakableLine.open(database.url)
    line = opened.line
    sink = await startSink()
    weir = await WeirProcess.start({ DATABASE_URL: opened.url, LOG_LEVEL: 'info' })
    await made('POST', '/webhook_endpoints', { webhook_endpoint: { webhook_url: sink.url } })
    await made('POST', '/billable_metrics', {
      billable_metric: { name: 'M', code: 'm', aggregation_type: 'count_agg' },
    })
    const plan = { name: 'P', code: 'p', interval: 'monthly', amount_cents: 100, amount_currency: 'EUR' }
    await made('POST', '/plans', { plan: { ...plan, pay_in_advance: true } })
    await made('POST', '/subscriptions', subscription('first'))
  })
  afterAll(async () => {
    if (weir?.isRunning) await weir.kill()
    await line?.cut()
    await sink?.close()
    await database?.drop()
  })

  async function made(method: string, path: string, body: unknown): Promise<Told> {
    const told = await weir.call(method, path, body)
    expect(told.status, JSON.stringify(told.body)).toBe(200)
    return told
  }
  const subscription = (id: string) => ({
    subscription: { external_customer_id: `c-${id}`, external_id: id, plan_code: 'p' },
  })

  /** Requests of every sort, one after the other, until it is over. */
  async function keepAsking(until: () => boolean): Promise<Told[]> {
    const kinds: (() => Promise<Told>)[] = [
      () => weir.call('GET', '/plans'),
      () => weir.call('POST', '/customers', { customer: { external_id: 'c', name: 'N' } }),
      () =>
        weir.call('POST', '/events', {
          event: { transaction_id: `t${sent++}`, external_subscription_id: 'first', code: 'm' },
        }),
      () => weir.call('POST', '/subscriptions', subscription(`s${sent++}`)),
    ]
    const asked: Promise<Told>[] = []
    while (!until()) {
      for (const kind of kinds) asked.push(kind())
      await sleep(REQUEST_PAUSE_MS)
    }
    return Promise.all(asked)
  }

  /** Breaks something while requests, webhooks, folds and the clock are under way; gives all answers. */
  async function during(away: () => void | Promise<void>): Promise<Told[]> {
    sink.reset(0)
    const state = { isOver: false }
    const asking = keepAsking(() => state.isOver)
    await sleep(1000)
    await away()
    await sleep(AWAY_MS)
    // The deliveries that wait for the receiver end while PostgreSQL is away.
    await line.mend()
    sink.reset(200)
    await sleep(1500)
    state.isOver = true
    return asking
  }

  async function expectItGoesOn(answers: readonly Told[]): Promise<void> {
    for (const { status, body, retryAfter } of answers) {
      expect([200, 429, 503], `${JSON.stringify(body)}\n${errorsIn(weir.output())}`).toContain(status)
      if (status !== 503) continue
      expect(body).toEqual({ status: 503, error: 'Service Unavailable', code: 'service_unavailable' })
      expect(Number(retryAfter)).toBeGreaterThan(0)
    }
    expect(weir.isRunning, weir.output()).toBe(true)
    expect(weir.output()).not.toContain('nobody caught')
    // The queue delivers again, and the clock bills again.
    const id = `after-${sent++}`
    await made('POST', '/subscriptions', subscription(id))
    const began = performance.now()
    const isDelivered = () => sink.received.some(({ body }) => body.includes(`"${id}"`))
    while (!isDelivered() && performance.now() - began < PATIENCE_MS) await sleep(200)
    expect(isDelivered(), weir.output().slice(-4000)).toBe(true)
  }

  it('is refused, and every connection is lost', async () => {
    const answers = await during(() => line.cut())
    expect(answers.some(({ status }) => status === 503)).toBe(true)
    await expectItGoesOn(answers)
  })

  it('is restarted: connections are lost and new ones are taken at once', async () => {
    await expectItGoesOn(await during(() => line.endAll()))
  })

  it('is stopped: it says nothing for a while and then goes on', async () => {
    await expectItGoesOn(await during(() => line.silence()))
  })

  it('is away while deliveries end: none of them ends the process', async () => {
    sink.reset(0)
    for (let n = 0; n < 5; n += 1) await made('POST', '/subscriptions', subscription(`hung-${n}`))
    await sleep(2500)
    expect(sink.received.length).toBeGreaterThan(0)
    await line.cut()
    // The receiver breaks off, so that tries end now.
    sink.reset(500)
    await sink.drop()
    await sleep(AWAY_MS)
    await line.mend()
    sink.reset(200)
    await sleep(1000)
    await expectItGoesOn([])
  })
})
