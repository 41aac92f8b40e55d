import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepWorker } from '../../src/boot/keep-worker.ts'
import type { PinoLog } from '../../src/boot/log.ts'
import { startWorker } from '../../src/jobs/worker.ts'
import { type Harness, startHarness } from '../support/harness.ts'

/** Far more than a worker needs to be given up, and its jobs to be free again. */
const FREED_MS = 120_000

/** Jobs, and tables that they write to. */
const HELD_UP = [
  ['drop_old_provider_messages', 'provider_messages'],
  ['drop_old_webhooks', 'webhooks'],
  ['drop_old_logs', 'api_logs'],
] as const

describe('a queue that cannot write down what has ended', () => {
  let harness: Harness
  let owner: pg.Client
  /** Their locks hold up a job each. */
  let blockers: readonly pg.Client[] = []
  let worker: { readonly stop: () => Promise<void> }
  let starts = 0
  const told: string[] = []

  beforeAll(async () => {
    harness = await startHarness()
    owner = new pg.Client({ connectionString: harness.databaseUrl })
    blockers = HELD_UP.map(() => new pg.Client({ connectionString: harness.databaseUrl }))
    await Promise.all([owner, ...blockers].map((client) => client.connect()))
    // As when PostgreSQL has no connection left for a moment: jobs are fetched and run, and their ends are refused.
    await owner.query(`
      create function refuse_ends() returns trigger language plpgsql as
        $$ begin raise exception 'no end is written down'; end $$;
      create trigger refuse_ends before delete on graphile_worker._private_jobs
        for each row execute function refuse_ends()`)
    const note = (...said: readonly unknown[]) => {
      told.push(String(said.at(-1)))
    }
    const { context, databaseUrl } = harness
    const log = { ...context.log, warn: note, error: note, info: note } as unknown as PinoLog
    const start = () => {
      starts += 1
      return startWorker({ context, databaseUrl, log, concurrency: 4 })
    }
    worker = await keepWorker(start, log)
  })
  afterAll(async () => {
    await worker?.stop()
    await Promise.all([owner, ...blockers].map((client) => client?.end()))
    await harness?.close()
  })

  const count = async (condition: string): Promise<number> => {
    const { rows } = await owner.query(
      `select count(*)::int as count from graphile_worker._private_jobs where ${condition}`,
    )
    return rows[0].count
  }
  const waiting = () => count('true')
  const taken = () => count('locked_by is not null')
  const add = (task: string) => owner.query(`select graphile_worker.add_job($1, '{}')`, [task])
  const failures = () => told.filter((text) => text.startsWith('Failed to complete')).length

  it('is given up and begun anew, and does all of its jobs', { timeout: 2 * FREED_MS }, async () => {
    for (const [n, [task, table]] of HELD_UP.entries()) {
      await blockers[n]?.query(`begin; lock table ${table} in access exclusive mode`)
      await add(task)
    }
    await expect.poll(taken, { timeout: FREED_MS }).toBe(HELD_UP.length)
    await add('drop_old_answers')
    await expect.poll(failures, { timeout: FREED_MS }).toBe(1)
    // More jobs end, one after the other, while the queue is already stopping because of the first.
    for (const [n, blocker] of blockers.entries()) {
      await blocker.query('commit')
      await expect.poll(failures, { timeout: FREED_MS }).toBe(n + 2)
    }
    await owner.query('drop trigger refuse_ends on graphile_worker._private_jobs')
    await expect.poll(waiting, { timeout: FREED_MS, interval: 500 }).toBe(0)
    expect(starts).toBe(2)
    expect(told).toContain('the job queue could not write down how jobs ended, and is given up')
    await expect.poll(() => told, { timeout: FREED_MS }).toContain('the job queue is running again')
  })
})
