import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
let owner: pg.Client
let other: pg.Client
let otherPid: number

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  other = new pg.Client({ connectionString: harness.databaseUrl })
  await Promise.all([owner.connect(), other.connect()])
  otherPid = (await other.query('select pg_backend_pid() as pid')).rows[0].pid
})
afterEach(async () => {
  await owner.query(`update graphile_worker._private_jobs set flags = null`)
  await owner.query(`delete from graphile_worker._private_jobs`)
})
afterAll(async () => {
  await Promise.all([owner?.end(), other?.end()])
  await harness?.close()
})

const ask = (client: pg.Client) =>
  client.query(
    `select weir_enqueue('advance_payment', '{"paymentId": "p"}'::json, 'payment:p', 25, array['payments'])`,
  )

const askForMany = (client: pg.Client) =>
  client.query(`select weir_enqueue_jobs('deliver_webhook',
    '[{"payload": {"webhookId": "w"}, "key": "webhook:w", "flags": ["o"], "queue": "inbox"}]'::json, 4)`)

async function jobs() {
  const { rows } = await owner.query(
    `select t.identifier as task, j.key, j.payload, j.flags, j.attempts, j.max_attempts, q.queue_name as queue,
       j.locked_at is not null as runs
     from graphile_worker._private_jobs j
     join graphile_worker._private_tasks t on t.id = j.task_id
     left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
     order by j.id`,
  )
  return rows
}

/** What a worker does when it takes a job. */
const begin = () =>
  owner.query(
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker', attempts = 1`,
  )

/** What a worker does when a job has succeeded. */
const succeed = () => owner.query(`delete from graphile_worker._private_jobs where locked_by = 'worker'`)

/** Waits until the other connection waits for a lock that the owner's holds. */
async function waitForOther(): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await owner.query(`select pg_backend_pid() = any (pg_blocking_pids($1)) as waits`, [
        otherPid,
      ])
      return rows[0].waits
    })
    .toBe(true)
}

const PAYMENT = {
  task: 'advance_payment',
  key: 'payment:p',
  payload: { paymentId: 'p' },
  flags: { payments: true },
  attempts: 0,
  max_attempts: 25,
  queue: null,
  runs: false,
}

describe('a job that is asked for while it runs', () => {
  it('runs once more after its end, and only once', async () => {
    await ask(owner)
    await begin()
    await ask(owner)
    await ask(owner)
    expect(await jobs()).toEqual([{ ...PAYMENT, flags: { payments: true, again: true }, runs: true }])
    await succeed()
    expect(await jobs()).toEqual([PAYMENT])
    await begin()
    await succeed()
    expect(await jobs()).toEqual([])
  })

  it('runs once more when it ends while it is being asked for', async () => {
    await ask(owner)
    await begin()
    await other.query('begin')
    await ask(other)
    const ended = succeed()
    await other.query('commit')
    await ended
    expect(await jobs()).toEqual([PAYMENT])
  })

  it('is a new one when it ends first', async () => {
    await ask(owner)
    await begin()
    await owner.query('begin')
    await succeed()
    const asked = ask(other)
    await owner.query('commit')
    await asked
    expect(await jobs()).toEqual([PAYMENT])
  })

  it.each([
    ['alone', ask],
    ['as one of many', askForMany],
  ])('is not given up for a new one when a worker is just taking it, %s', async (_, asking) => {
    await asking(owner)
    const [before] = await jobs()
    await owner.query('begin')
    await begin()
    const asked = asking(other)
    await waitForOther()
    await owner.query('commit')
    await asked
    expect(await jobs()).toEqual([{ ...before, flags: { ...before.flags, again: true }, runs: true }])
    await succeed()
    expect(await jobs()).toEqual([before])
  })

  it('stays one of many, with its queue', async () => {
    await askForMany(owner)
    await begin()
    await askForMany(owner)
    await succeed()
    expect(await jobs()).toEqual([
      {
        task: 'deliver_webhook',
        key: 'webhook:w',
        payload: { webhookId: 'w' },
        flags: { o: true },
        attempts: 0,
        max_attempts: 4,
        queue: 'inbox',
        runs: false,
      },
    ])
  })
})
