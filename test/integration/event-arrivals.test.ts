import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Decimal } from '../../src/core/amounts/decimal.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { readUsageDefinitions } from '../../src/store/events/definitions.ts'
import { type ArrivalAnswer, foldUsage, storeArrival } from '../../src/store/events/ingest.ts'
import { newId } from '../../src/store/ids.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const NOON = Date.parse('2024-03-05T12:00:00Z')

type Sent = { readonly id: string; readonly transactionId: string; readonly subscription: string | null }

describe('arrivals of several processes', () => {
  let harness: Harness
  let client: Client
  let other: Database
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization({ sandbox: false })
    other = openDatabase({ url: harness.databaseUrl, poolMax: 4 })
    await ok(client, 'POST', '/billable_metrics', {
      billable_metric: { name: 'm', code: 'm', aggregation_type: 'sum_agg', field_name: 'n' },
    })
  })
  afterAll(async () => {
    await other.close()
    await harness.close()
  })

  const sent = (transactionId: string, subscription: string | null = 's'): Sent => ({
    id: newId(),
    transactionId,
    subscription,
  })

  async function store(
    database: Database,
    events: readonly Sent[],
    { isFolding = false, writer = 0 } = {},
  ): Promise<ArrivalAnswer> {
    const { organizationId } = client
    return storeArrival(database, {
      organizationId,
      definitions: await readUsageDefinitions(database, organizationId),
      events: events.map((event, index) => ({
        id: event.id,
        transactionId: event.transactionId,
        externalSubscriptionId: event.subscription,
        code: 'm',
        at: instant(NOON + index),
        properties: { n: '1' },
        propertiesJson: '{"n":"1"}',
        preciseTotalAmountCents: null as Decimal | null,
      })),
      now: instant(NOON),
      writer,
      isFolding,
      knownSubscriptions: new Set(),
      strangers: new Set(),
    })
  }

  const count = async (query: ReturnType<typeof sql<{ n: bigint }>>): Promise<number> => {
    const { rows } = await harness.context.database.read(client.organizationId, (reads) =>
      query.execute(reads),
    )
    return Number(rows[0]?.n)
  }
  const storedOf = (prefix: string) =>
    count(sql`select count(*) as n from events where transaction_id like ${`${prefix}%`}`)
  const waitingParts = () => count(sql`select count(*) as n from usage_arrivals`)

  it('stores a transaction id once when two processes bring it at the same time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const prefix = `race${round}_`
      const mine = Array.from({ length: 30 }, (_, index) => sent(`${prefix}${index}`))
      const theirs = Array.from({ length: 30 }, (_, index) => sent(`${prefix}${index + 15}`))
      const answers = await Promise.all([
        store(harness.context.database, mine, { writer: 1 }),
        store(other, theirs, { writer: 2 }),
      ])
      expect(answers.map(({ kind }) => kind).sort()).toEqual(['stored', 'taken'])
      const [taken] = answers.filter((answer) => answer.kind === 'taken')
      const shared = answers[0]?.kind === 'taken' ? mine.slice(15) : theirs.slice(0, 15)
      expect(taken?.ids).toEqual(new Set(shared.map(({ id }) => id)))
      expect(await storedOf(prefix)).toBe(30)
    }
  })

  it('returns the duplicates in an arrival, including those within it, and stores nothing', async () => {
    expect((await store(other, [sent('known')])).kind).toBe('stored')
    const events = [
      sent('new'),
      sent('known'),
      sent('twice'),
      sent('twice'),
      sent('known', 't'),
      sent('known', null),
    ]
    const answer = await store(other, events)
    expect(answer).toEqual({ kind: 'taken', ids: new Set([events[1]?.id, events[3]?.id]) })
    expect(await storedOf('new')).toBe(0)
    expect(await storedOf('known')).toBe(1)
    const rest = events.filter((_, index) => index !== 1 && index !== 3)
    expect((await store(other, rest)).kind).toBe('stored')
    expect(await storedOf('known')).toBe(3)
  })

  it('keeps the same id of events without a subscription as often as it comes', async () => {
    expect((await store(other, [sent('loose', null), sent('loose', null)])).kind).toBe('stored')
    expect((await store(other, [sent('loose', null)])).kind).toBe('stored')
    expect(await storedOf('loose')).toBe(3)
  })

  it('lets a few changes wait while a fold is under way, and adds them up at once otherwise', async () => {
    while (await foldUsage(other, client.organizationId));
    expect(await store(other, [sent('at-once')])).toEqual({ kind: 'stored', waiting: 0 })
    expect(await waitingParts()).toBe(0)
    expect(await store(other, [sent('waits')], { isFolding: true })).toEqual({ kind: 'stored', waiting: 1 })
    expect(await waitingParts()).toBe(1)
    const sumOf = () => count(sql`select sum(events_count)::bigint as n from usage_sums where span = 'h'`)
    const before = await sumOf()
    await foldUsage(other, client.organizationId)
    expect([await waitingParts(), await sumOf()]).toEqual([0, before + 1])
  })
})

describe('usage of what waits', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  it('is found under every name that a subscription can have', async () => {
    const client = await harness.organization({ sandbox: false })
    const names = [
      'plain',
      '"s":"plain"',
      'a"b',
      'back\\slash',
      'tab\there',
      'über',
      '日本',
      "quote's",
      '%_',
      '\u{1f600}',
    ]
    const { billable_metric: metric } = await ok(client, 'POST', '/billable_metrics', {
      billable_metric: { name: 'm', code: 'm', aggregation_type: 'sum_agg', field_name: 'n' },
    })
    await ok(client, 'POST', '/plans', {
      plan: {
        name: 'p',
        code: 'p',
        interval: 'monthly',
        amount_cents: 0,
        amount_currency: 'EUR',
        pay_in_advance: false,
        charges: [
          { billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '1' } },
        ],
      },
    })
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR' } })
    for (const external_id of names) {
      await ok(client, 'POST', '/subscriptions', {
        subscription: { external_customer_id: 'c', external_id, plan_code: 'p' },
      })
    }
    await ok(client, 'POST', '/events/batch', {
      events: names.map((external_subscription_id, index) => ({
        transaction_id: `t${index}`,
        external_subscription_id,
        code: 'm',
        properties: { n: index + 1 },
      })),
    })
    const waiting = await harness.context.database.read(client.organizationId, (reads) =>
      sql<{ n: bigint }>`select count(*) as n from usage_arrivals`.execute(reads),
    )
    expect(Number(waiting.rows[0]?.n)).toBeGreaterThan(0)
    for (const [index, name] of names.entries()) {
      const { customer_usage: usage } = await ok(
        client,
        'GET',
        `/customers/c/current_usage?external_subscription_id=${encodeURIComponent(name)}`,
      )
      expect([name, usage.charges_usage[0].units]).toEqual([name, `${index + 1}.0`])
    }
  })
})
