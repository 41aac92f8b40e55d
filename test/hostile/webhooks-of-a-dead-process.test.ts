import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWorker, type Worker } from '../../src/jobs/worker.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { type Sink, startSink } from '../support/webhook-sink.ts'
import { WeirProcess } from '../support/weir-process.ts'

const MINUTE_MS = 60_000

async function until(isSo: () => boolean | Promise<boolean>, limitMs: number): Promise<number> {
  const began = performance.now()
  while (!(await isSo())) {
    if (performance.now() - began > limitMs) throw new Error('it took too long')
    await sleep(100)
  }
  return performance.now() - began
}

describe('a process is killed while it sends webhooks', () => {
  let database: FreshDatabase
  let sink: Sink
  let weir: WeirProcess | undefined
  beforeAll(async () => {
    database = await freshDatabase()
    sink = await startSink()
  })
  afterAll(async () => {
    if (weir?.isRunning) await weir.kill()
    await sink?.close()
    await database?.drop()
  })

  it('the next one sends them within a minute of its start', async () => {
    weir = await WeirProcess.start({ DATABASE_URL: database.url })
    const endpoint = { webhook_endpoint: { webhook_url: sink.url } }
    expect((await weir.call('POST', '/webhook_endpoints', endpoint)).status).toBe(200)
    sink.reset(0)
    expect((await weir.call('POST', '/customers', { customer: { external_id: 'c' } })).status).toBe(200)
    await until(() => sink.received.length > 0, MINUTE_MS)
    await weir.kill()
    sink.reset(200)
    weir = await WeirProcess.start({ DATABASE_URL: database.url })
    const tookMs = await until(
      () => sink.received.some(({ body }) => body.includes('customer.created')),
      MINUTE_MS,
    )
    expect(tookMs).toBeLessThan(MINUTE_MS)
  })
})

describe('workers of several processes', () => {
  let harness: Harness
  let client: Client
  let sink: Sink
  let owner: pg.Client
  const workers: Worker[] = []
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization({ sandbox: false })
    sink = await startSink()
    owner = new pg.Client({ connectionString: harness.databaseUrl })
    await owner.connect()
    await ok(client, 'POST', '/webhook_endpoints', { webhook_endpoint: { webhook_url: sink.url } })
  })
  afterAll(async () => {
    sink.reset(200)
    await sink.drop()
    await Promise.all(workers.map((worker) => worker.stop()))
    await owner?.end()
    await sink?.close()
    await harness?.close()
  })

  async function start(): Promise<void> {
    const log = harness.context.log as Parameters<typeof startWorker>[0]['log']
    workers.push(
      await startWorker({ context: harness.context, databaseUrl: harness.databaseUrl, log, concurrency: 2 }),
    )
  }
  const jobs = async () => {
    const { rows } = await owner.query(
      "select key, attempts, max_attempts, locked_by from graphile_worker.jobs where task_identifier = 'deliver_webhook'",
    )
    return rows
  }

  it('a job of one that lives is left alone, and asking to send it again leaves one job', async () => {
    await start()
    sink.reset(0)
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c' } })
    await until(() => sink.received.length > 0, MINUTE_MS)
    const [held] = await jobs()
    expect(held.locked_by).not.toBeNull()
    await start()
    expect(await jobs()).toEqual([held])
    const endpoints = await ok(client, 'GET', '/webhook_endpoints')
    const id = endpoints.webhook_endpoints[0].lago_id
    const { webhooks } = await ok(client, 'GET', `/webhook_endpoints/${id}/webhooks`)
    for (let n = 0; n < 3; n += 1) await ok(client, 'POST', `/webhooks/${webhooks[0].lago_id}/retry`)
    expect(await jobs()).toEqual([{ ...held, attempts: 0 }])
    sink.reset(500)
    await sink.drop()
    // The try that was on its way fails, and the same job goes on.
    await until(async () => (await jobs())[0]?.locked_by === null, MINUTE_MS)
    sink.reset(200)
    await until(() => sink.received.length > 0, MINUTE_MS)
    await until(async () => (await jobs()).length === 0, MINUTE_MS)
    const after = await ok(client, 'GET', `/webhook_endpoints/${id}/webhooks`)
    expect(after.webhooks.map((each: { status: string }) => each.status)).toEqual(['succeeded'])
  })

  it('what one held that is dead is free again once its lease is over', async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()))
    await ok(client, 'POST', '/customers', { customer: { external_id: 'd' } })
    await owner.query("insert into job_workers values ('pool-dead', now() - interval '31 seconds')")
    await owner.query("update graphile_worker._private_jobs set locked_by = 'pool-dead', locked_at = now()")
    sink.reset(200)
    await start()
    expect(await until(() => sink.received.length > 0, MINUTE_MS)).toBeLessThan(15_000)
  })
})
