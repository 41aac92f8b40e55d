import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openLog } from '../../src/boot/log.ts'
import { goOnFromLatestTime } from '../../src/boot/system-time.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { systemClock } from '../../src/store/clock.ts'
import { lockCustomerByExternalId } from '../../src/store/customers.ts'
import { newId } from '../../src/store/ids.ts'
import { keepLatestTime } from '../../src/store/system-clock.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const TWO_HOURS_MS = 7_200_000
const AHEAD_MS = 2000
/** For a machine that is many times slower. */
const PATIENCE = { timeout: 60_000, interval: 20 }

describe('the system’s clock is set two hours back', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization({ sandbox: false })
    const plan = { name: 'P', code: 'p', interval: 'monthly', amount_currency: 'EUR', pay_in_advance: true }
    await ok(client, 'POST', '/plans', { plan: { ...plan, amount_cents: 1000 } })
    await ok(client, 'POST', '/plans', { plan: { ...plan, code: 'q', amount_cents: 2000 } })
  })
  afterEach(() => vi.restoreAllMocks())
  afterAll(async () => {
    await harness?.close()
    // Other files of this worker go on with the same clock.
    while (systemClock.now() > Date.now()) await sleep(100)
  })

  function setBack(): void {
    const real = Date.now.bind(Date)
    vi.spyOn(Date, 'now').mockImplementation(() => real() - TWO_HOURS_MS)
  }
  const subscribe = (id: string, plan = 'p') =>
    ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: `c-${id}`, external_id: id, plan_code: plan },
    })
  async function rowsOf(id: string) {
    return harness.context.database.read(client.organizationId, (reads) =>
      reads
        .selectFrom('subscriptions')
        .selectAll()
        .where('externalId', '=', id)
        .orderBy('createdAt')
        .execute(),
    )
  }

  it('a subscription does not end before it begins', async () => {
    await subscribe('ended')
    setBack()
    await ok(client, 'DELETE', '/subscriptions/ended')
    const [row] = await rowsOf('ended')
    expect(row?.terminatedAt).toBeGreaterThanOrEqual(row?.startedAt ?? Number.NaN)
    const { invoices } = await ok(client, 'GET', '/invoices')
    const times = invoices.map((each: { created_at: string }) => Date.parse(each.created_at))
    // Answers have whole seconds.
    expect(Math.min(...times)).toBeGreaterThanOrEqual(
      Math.floor((row?.createdAt ?? Number.NaN) / 1000) * 1000,
    )
  })

  it('an upgrade follows what it replaces', async () => {
    await subscribe('upgraded')
    setBack()
    await subscribe('upgraded', 'q')
    const [old, next] = await rowsOf('upgraded')
    expect(old?.status).toBe('terminated')
    expect(old?.terminatedAt).toBeGreaterThanOrEqual(old?.startedAt ?? Number.NaN)
    expect(next?.startedAt).toBe(old?.terminatedAt)
  })

  it('ids and instants go on in their order', () => {
    const before = { id: newId(), at: systemClock.now() }
    setBack()
    expect(newId() > before.id).toBe(true)
    expect(systemClock.now()).toBeGreaterThanOrEqual(before.at)
  })

  it('also for a process that starts then', async () => {
    const { database } = harness.context
    const log = await openLog({ level: 'silent', isTerminal: false })
    const later = instant(systemClock.now() + AHEAD_MS)
    await keepLatestTime(database, later)
    await keepLatestTime(database, systemClock.now())
    await goOnFromLatestTime(database, log)
    expect(systemClock.now()).toBeGreaterThanOrEqual(later)
  })

  it('a request that was told its time before it waited does not end what began meanwhile before its beginning', async () => {
    const { database } = harness.context
    await subscribe('raced')
    /** How many connections wait for a lock. */
    const waiting = async () => {
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(database.system)
      return rows[0]?.count
    }
    const { ending, starting } = await inTransaction(database, client.organizationId, async (tx) => {
      await lockCustomerByExternalId(tx, 'c-raced')
      const asked = subscribe('raced', 'q')
      await expect.poll(waiting, PATIENCE).toBe(1)
      const ended = ok(client, 'DELETE', '/subscriptions/raced')
      await expect.poll(waiting, PATIENCE).toBe(2)
      return { starting: asked, ending: ended }
    })
    await Promise.all([starting, ending])
    for (const row of await rowsOf('raced')) {
      expect(row.terminatedAt).toBeGreaterThanOrEqual(row.startedAt ?? Number.NaN)
    }
  })
})
