import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { DueAction, DueActions } from '../../src/actions/due/due-action.ts'
import { measureLag } from '../../src/boot/lag-metrics.ts'
import { startTicker, type Ticker, type TickerCounts, tickerCounts } from '../../src/boot/ticker.ts'
import { addMs, type Instant, instant } from '../../src/core/calendar/instant.ts'
import { DUE_KINDS } from '../../src/core/due/kinds.ts'
import { scheduleItem } from '../../src/store/due-items.ts'
import { newId } from '../../src/store/ids.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const MINUTE = 60_000
const PATIENT = { timeout: 15_000 }

describe('the ticker', () => {
  let harness: Harness
  let ticker: Ticker | undefined
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterEach(async () => {
    await ticker?.stop()
    ticker = undefined
    await harness.context.database.system.deleteFrom('dueItems').execute()
  })
  afterAll(() => harness.close())

  const everyKind = (action: DueAction): DueActions =>
    Object.fromEntries(DUE_KINDS.map((kind) => [kind, action])) as DueActions

  const start = (action: DueAction, more: { counts?: TickerCounts; turnMs?: number } = {}) => {
    const { context } = harness
    const log = { ...context.log, error: () => undefined }
    const actions = everyKind(action)
    const quiet = { ...context, log }
    ticker = startTicker({ context: quiet, log, actions, ...more })
    return ticker
  }

  const schedule = (client: Client, dueAt: Instant, subjectId = newId()) =>
    inTransaction(harness.context.database, client.organizationId, (tx) =>
      scheduleItem(tx, client.organizationId, { kind: 'invoice_overdue', subjectId, dueAt }),
    )

  const now = () => harness.context.systemNow()

  it('does what is due by the system’s time or by the sandbox’s clock, in order, and nothing else', async () => {
    const real = await harness.organization({ sandbox: false })
    const unmoved = await harness.organization()
    const past = await harness.organization()
    await past.clock('2020-01-01T00:00:00Z')
    const sandboxNow = instant(Date.parse('2020-01-01T00:00:00Z'))
    const expected = [
      [real, addMs(now(), -2 * MINUTE)],
      [real, addMs(now(), -MINUTE)],
      [unmoved, addMs(now(), -MINUTE)],
      [past, sandboxNow],
    ] as const
    for (const [client, dueAt] of [...expected].reverse()) await schedule(client, dueAt)
    await schedule(real, addMs(now(), 60 * MINUTE))
    await schedule(past, addMs(sandboxNow, 1))
    const done: [string, Instant][] = []
    const registry = new Registry()
    start(
      async (_context, _tx, caller) => {
        done.push([caller.organizationId, caller.now])
      },
      { counts: tickerCounts(registry) },
    )
    await expect.poll(() => done.length, PATIENT).toBe(4)
    const sorted = (list: [string, Instant][]) => [...list].sort((a, b) => a[0].localeCompare(b[0]) || 0)
    expect(sorted(done)).toEqual(sorted(expected.map(([client, at]) => [client.organizationId, at])))
    await ticker?.stop()
    expect(done).toHaveLength(4)
    expect(await registry.getSingleMetricAsString('weir_due_items_done_total')).toMatch(/ 4$/m)
  })

  it('runs organizations side by side, four at most, and none twice at once', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => harness.organization()))
    for (const client of clients) {
      await schedule(client, addMs(now(), -MINUTE))
      await schedule(client, addMs(now(), -MINUTE))
    }
    const active = new Map<string, number>()
    let most = 0
    let done = 0
    start(async (_context, _tx, { organizationId }) => {
      active.set(organizationId, (active.get(organizationId) ?? 0) + 1)
      expect(active.get(organizationId)).toBe(1)
      most = Math.max(most, active.size)
      await new Promise((resolve) => setTimeout(resolve, 150))
      active.delete(organizationId)
      done += 1
    })
    await expect.poll(() => done, PATIENT).toBe(12)
    expect([most > 1, most <= 4]).toEqual([true, true])
  })

  it('goes on after a failing item, keeps it for later and shows it', async () => {
    const client = await harness.organization({ sandbox: false })
    const failing = newId()
    await schedule(client, addMs(now(), -2 * MINUTE), failing)
    await schedule(client, addMs(now(), -MINUTE))
    const tried: string[] = []
    start(async (_context, _tx, _caller, subjectId) => {
      tried.push(subjectId)
      if (subjectId === failing) throw new Error('not today')
    })
    await expect.poll(() => tried.length, PATIENT).toBe(2)
    await ticker?.stop()
    const left = await harness.context.database.system.selectFrom('dueItems').selectAll().execute()
    expect(left).toMatchObject([{ subjectId: failing, attempts: 1, error: 'Error: not today' }])
    const registry = new Registry()
    measureLag(harness.context, registry)
    const text = await registry.metrics()
    expect(text).toMatch(/^weir_due_items_waiting 1$/m)
    expect(text).toMatch(/^weir_due_items_failing 1$/m)
    expect(text).toMatch(/^weir_due_items_lag_seconds 1[12]\d/m)
    expect(text).toMatch(/^weir_jobs_waiting 0$/m)
  })

  it('takes turns: organizations whose work never ends leave room for the others', async () => {
    const busy = await Promise.all(Array.from({ length: 5 }, () => harness.organization({ sandbox: false })))
    const late = await harness.organization({ sandbox: false })
    const dueAt = addMs(now(), -MINUTE)
    for (const client of busy) await schedule(client, dueAt, client.organizationId)
    await schedule(late, now())
    const done = new Map<string, number>()
    start(
      async (_context, tx, { organizationId, now: at }, subjectId) => {
        done.set(organizationId, (done.get(organizationId) ?? 0) + 1)
        if (organizationId === late.organizationId) return
        await scheduleItem(tx, organizationId, { kind: 'invoice_overdue', subjectId, dueAt: at })
      },
      { turnMs: 200 },
    )
    await expect.poll(() => done.get(late.organizationId), PATIENT).toBe(1)
    const before = new Map(done)
    const hasGrown = ({ organizationId }: Client) =>
      (done.get(organizationId) ?? 0) > (before.get(organizationId) ?? 0)
    await expect.poll(() => busy.every(hasGrown), PATIENT).toBe(true)
  })

  it('passes over what always fails: the rest of the organization and the others are done', async () => {
    const clients = await Promise.all(
      Array.from({ length: 5 }, () => harness.organization({ sandbox: false })),
    )
    const failing = new Set<string>()
    for (const client of clients) {
      for (let i = 0; i < 10; i += 1) {
        const subjectId = newId()
        failing.add(subjectId)
        await schedule(client, addMs(now(), -2 * MINUTE), subjectId)
      }
      await schedule(client, addMs(now(), -MINUTE))
    }
    const tries = new Map<string, number>()
    let done = 0
    start(async (_context, _tx, _caller, subjectId) => {
      tries.set(subjectId, (tries.get(subjectId) ?? 0) + 1)
      if (failing.has(subjectId)) throw new Error('never')
      done += 1
    })
    await expect.poll(() => done, PATIENT).toBe(5)
    await ticker?.stop()
    expect([tries.size, Math.max(...tries.values())]).toEqual([55, 1])
  })

  it('stops between two items: the one at work is finished, the rest stays due', async () => {
    const client = await harness.organization()
    for (let i = 0; i < 5; i += 1) await schedule(client, addMs(now(), -MINUTE))
    let begun = 0
    let ended = 0
    start(async () => {
      begun += 1
      await new Promise((resolve) => setTimeout(resolve, 200))
      ended += 1
    })
    await expect.poll(() => begun, PATIENT).toBe(1)
    await ticker?.stop()
    expect([begun, ended]).toEqual([1, 1])
    const left = await harness.context.database.system.selectFrom('dueItems').select('id').execute()
    expect(left).toHaveLength(4)
  })
})
