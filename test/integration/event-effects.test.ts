import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, linksOf } from '../../src/actions/context.ts'
import { Door, DoorIsFull } from '../../src/actions/events/door.ts'
import { ingestEvent, ingestEvents } from '../../src/actions/events/ingest-events.ts'
import { deleteUsage, refreshUsageTracker } from '../../src/actions/usage/refresh-usage-tracker.ts'
import { type Instant, instant } from '../../src/core/calendar/instant.ts'
import type { Tx } from '../../src/store/database.ts'
import { answerUsage } from '../../src/store/events/usage.ts'
import { newId } from '../../src/store/ids.ts'
import { findOrganization } from '../../src/store/organizations.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ts } from '../../src/store/values.ts'
import { type Harness, startHarness } from '../support/harness.ts'

const NOW = instant(Date.parse('2024-03-10T00:00:00Z'))
const BEFORE = instant(Date.parse('2024-03-01T00:00:00Z'))

describe('what an event causes', () => {
  let harness: Harness
  let caller: Caller
  let planId: string
  let customerId: string
  beforeAll(async () => {
    harness = await startHarness()
    const client = await harness.organization()
    const organization = await findOrganization(harness.context.database, client.organizationId)
    if (!organization) throw new Error('no organization')
    caller = {
      organizationId: client.organizationId,
      organization,
      now: NOW,
      apiKeyId: null,
      ...linksOf(harness.context, organization),
    }
    planId = newId()
    customerId = newId()
    const { organizationId } = caller
    await write(async (tx) => {
      await sql`insert into plans (organization_id, id, code, name, interval, amount_cents, amount_currency, created_at,
        updated_at) values (${organizationId}, ${planId}, 'p', 'p', 'monthly', 0, 'EUR', ${ts(NOW)}, ${ts(NOW)})`.execute(
        tx,
      )
      const entity = await sql<{ id: string }>`select id from billing_entities`.execute(tx)
      await sql`insert into customers (organization_id, id, external_id, billing_entity_id, sequential_id, slug,
        created_at, updated_at) values (${organizationId}, ${customerId}, 'c', ${entity.rows[0]?.id}, 1, 'C-1',
        ${ts(NOW)}, ${ts(NOW)})`.execute(tx)
    })
  })
  afterAll(() => harness.close())

  const write = <T>(work: (tx: Tx) => Promise<T>) =>
    inTransaction(harness.context.database, caller.organizationId, work)
  const read = async <T>(query: ReturnType<typeof sql<T>>) =>
    harness.context.database.read(caller.organizationId, async (reads) => (await query.execute(reads)).rows)

  async function subscribe(externalId: string, startedAt: Instant = BEFORE): Promise<string> {
    const id = newId()
    await write((tx) =>
      sql`insert into subscriptions (organization_id, id, customer_id, plan_id, external_id, status, billing_time,
        subscription_at, started_at, created_at, updated_at) values (${caller.organizationId}, ${id}, ${customerId},
        ${planId}, ${externalId}, 'active', 'calendar', ${ts(startedAt)}, ${ts(startedAt)}, ${ts(NOW)},
        ${ts(NOW)})`.execute(tx),
    )
    return id
  }

  async function makeMetric(code: string, expression: string | null = null): Promise<string> {
    const id = newId()
    await write(async (tx) => {
      const stamps = { createdAt: ts(NOW), updatedAt: ts(NOW) }
      const kind = { aggregationType: 'sum_agg', fieldName: 'value', expression }
      await tx
        .insertInto('billableMetrics')
        .values({ organizationId: caller.organizationId, id, code, name: code, ...kind, ...stamps })
        .execute()
      await refreshUsageTracker(tx, caller, id)
    })
    return id
  }

  const dueItems = (subject: string) =>
    read(sql<{ kind: string; dueAt: Instant }>`
      select kind, due_at from due_items where subject_id = ${subject} order by kind`)

  let sent = 0
  const send = (code: string, subscription: string | null, more: object = {}) => {
    sent += 1
    const event = { transaction_id: `e${sent}`, code, external_subscription_id: subscription }
    return ingestEvent(harness.context, caller, { ...event, properties: { value: 2 }, ...more })
  }

  it('queues nothing when nothing is watched, and one advance item when a charge is paid in advance', async () => {
    const metricId = await makeMetric('advance')
    const subscription = await subscribe('s')
    await send('advance', 's')
    expect(await dueItems(subscription)).toEqual([])
    await write((tx) =>
      sql`insert into charges (organization_id, id, plan_id, billable_metric_id, code, charge_model, properties,
        pay_in_advance, created_at, updated_at) values (${caller.organizationId}, ${newId()}, ${planId}, ${metricId},
        'c', 'standard', '{}', true, ${ts(NOW)}, ${ts(NOW)})`.execute(tx),
    )
    const stored = await Promise.all([
      send('advance', 's'),
      send('advance', 's'),
      send('advance', 'nobody'),
      send('other', 's'),
      send('advance', 's', { timestamp: '1577836800' }),
    ])
    expect(await dueItems(subscription)).toEqual([{ kind: 'advance_usage', dueAt: NOW }])
    const queued = await read(sql<{ eventId: string }>`select event_id from advance_events order by event_id`)
    expect(queued.map((each) => each.eventId)).toEqual(stored.slice(0, 2).map((each) => each.id))
  })

  it('queues one activity item for a subscription with an alert', async () => {
    await makeMetric('watched')
    const [watched, plain] = [await subscribe('watched'), await subscribe('plain')]
    await send('watched', 'watched')
    await write((tx) =>
      sql`insert into alerts (organization_id, id, external_subscription_id, alert_type, code, thresholds, created_at,
        updated_at) values (${caller.organizationId}, ${newId()}, 'watched', 'current_usage_amount', 'a', '[]',
        ${ts(NOW)}, ${ts(NOW)})`.execute(tx),
    )
    await Promise.all([send('watched', 'watched'), send('watched', 'watched'), send('watched', 'plain')])
    expect(await dueItems(watched)).toEqual([{ kind: 'subscription_activity', dueAt: NOW }])
    expect(await dueItems(plain)).toEqual([])
  })

  it('goes to the one active subscription of the customer, or says why not', async () => {
    const organization = caller
    const single = { external_customer_id: 'lonely' }
    const { organizationId } = organization
    const lonely = newId()
    await write((tx) =>
      sql`insert into customers (organization_id, id, external_id, billing_entity_id, sequential_id, slug, created_at,
        updated_at) select ${organizationId}, ${lonely}, 'lonely', id, 2, 'C-2', ${ts(NOW)}, ${ts(NOW)}
        from billing_entities`.execute(tx),
    )
    const details = { problem: { details: { external_customer_id: ['no_active_subscription'] } } }
    await expect(send('advance', null, single)).rejects.toMatchObject(details)
    const own = await subscribe('own')
    await write((tx) => sql`update subscriptions set customer_id = ${lonely} where id = ${own}`.execute(tx))
    expect((await send('advance', null, single)).externalSubscriptionId).toBe('own')
    const several = { problem: { details: { external_customer_id: ['several_active_subscriptions'] } } }
    await expect(send('advance', null, { external_customer_id: 'c' })).rejects.toMatchObject(several)
  })

  it('evaluates the current expression, and returns its error message', async () => {
    const id = await makeMetric('calculated', 'event.properties.a + event.properties.b')
    await expect(send('calculated', 's')).rejects.toMatchObject({
      problem: { details: expect.stringMatching(/\ba\b/) },
    })
    const batch = [{ transaction_id: 'b1', code: 'calculated' }]
    const byIndex = { problem: { details: { '0': expect.stringMatching(/\ba\b/) } } }
    await expect(ingestEvents(harness.context, caller, batch)).rejects.toMatchObject(byIndex)
    const stored = await send('calculated', 's', { properties: { a: '1', b: 2 } })
    expect(stored.properties.value).toBe('3')
    await write(async (tx) => {
      await sql`update billable_metrics set expression = 'event.properties.a * 10' where id = ${id}`.execute(
        tx,
      )
    })
    expect((await send('calculated', 's', { properties: { a: '1' } })).properties.value).toBe('10')
  })

  it('counts unmatched events', async () => {
    const counts = () =>
      read(sql<{ reason: string; n: bigint }>`
        select reason, sum(events_count)::bigint as n from unmatched_event_counts group by 1 order by 1`)
    const before = new Map((await counts()).map((each) => [each.reason, each.n]))
    await Promise.all([
      send('no such code', 's'),
      send('advance', 'stranger'),
      send('advance', 'stranger'),
      send('advance', 's'),
    ])
    await send('no such code', null)
    const after = new Map((await counts()).map((each) => [each.reason, each.n]))
    const grown = (reason: string) => (after.get(reason) ?? 0n) - (before.get(reason) ?? 0n)
    expect([grown('unknown_code'), grown('unknown_subscription')]).toEqual([2n, 3n])
  })

  it('forgets the events of a deleted metric, but not their keys', async () => {
    const id = await makeMetric('gone')
    await write((tx) =>
      sql`insert into charges (organization_id, id, plan_id, billable_metric_id, code, charge_model, properties,
        created_at, updated_at) values (${caller.organizationId}, ${newId()}, ${planId}, ${id}, 'g', 'standard',
        '{"amount": "1"}', ${ts(NOW)}, ${ts(NOW)})`.execute(tx),
    )
    const first = await send('gone', 's')
    const query = {
      externalSubscriptionId: 's',
      code: 'gone',
      aggregation: 'sum_agg' as const,
      fieldName: 'value',
      period: { from: BEFORE, to: instant(NOW + 1) },
      recurring: false,
      match: { include: {}, exclude: [] },
      groupBy: [],
      detail: 'totals' as const,
    }
    const usage = async () =>
      harness.context.database.read(caller.organizationId, async (reads) => {
        const [group] = await answerUsage(reads, query)
        return group?.total.toString()
      })
    expect(await usage()).toBe('2')
    await write(async (tx) => {
      await tx
        .updateTable('billableMetrics')
        .set({ deletedAt: ts(NOW) })
        .where('id', '=', id)
        .execute()
      await deleteUsage(tx, caller, id, 0)
    })
    await makeMetric('gone')
    expect(await usage()).toBe('0')
    const again = { transaction_id: first.transactionId }
    await expect(send('gone', 's', again)).rejects.toMatchObject({ problem: { kind: 'invalid' } })
  })

  it('turns senders away when too much is waiting', async () => {
    const door = new Door(harness.context)
    const event = { transactionId: 'x', code: 'c', externalSubscriptionId: null, externalCustomerId: null }
    const full = { ...event, at: NOW, properties: {}, preciseTotalAmountCents: null }
    const events = Array.from({ length: 5000 }, (_, n) => ({ ...full, transactionId: `x${n}` }))
    const enter = () =>
      new Promise((resolve, reject) => {
        const ids = events.map(() => newId())
        const { organizationId } = caller
        door.enter({ organizationId, events, ids, isBatch: true, now: NOW, resolve, reject })
      })
    const answers = await Promise.allSettled([enter(), enter(), enter()])
    expect(answers.map((each) => each.status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect((answers[2] as PromiseRejectedResult).reason).toBeInstanceOf(DoorIsFull)
  })
})
