import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, linksOf } from '../../src/actions/context.ts'
import { ingestEvent, ingestEvents } from '../../src/actions/events/ingest-events.ts'
import { refreshUsageTracker } from '../../src/actions/usage/refresh-usage-tracker.ts'
import { DAY_MS, HOUR_MS, instant, SECOND_MS } from '../../src/core/calendar/instant.ts'
import { checkEvent } from '../../src/core/metering/event-check.ts'
import { ALL_FILTER_VALUES, type ChargeFilterRule, filterBuckets } from '../../src/core/metering/filters.ts'
import { type RawEvent, usageOf } from '../../src/core/metering/reference.ts'
import { cutsOfHour } from '../../src/core/metering/segments.ts'
import {
  AGGREGATIONS,
  type Aggregation,
  isSincePeriod,
  type UsageGroup,
  type UsageQuery,
} from '../../src/core/metering/usage.ts'
import { Refusal } from '../../src/core/refusal.ts'
import type { Tx } from '../../src/store/database.ts'
import { foldUsage } from '../../src/store/events/ingest.ts'
import { findTracker } from '../../src/store/events/trackers.ts'
import { answerFromLog, answerUsages } from '../../src/store/events/usage.ts'
import { cutHour } from '../../src/store/events/usage-cuts.ts'
import { newId } from '../../src/store/ids.ts'
import { findOrganization } from '../../src/store/organizations.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ts } from '../../src/store/values.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const START = Date.parse('2024-02-27T00:00:00Z')
const NOW = instant(START)

/** Offsets that meet at hours, days and leap days, and repeat often. */
const offsets = fc.oneof(
  fc.integer({ min: -3 * DAY_MS, max: 6 * DAY_MS }),
  fc.integer({ min: -72, max: 144 }).map((hours) => hours * HOUR_MS),
  fc.constantFrom(0, 1, -1, HOUR_MS + 1, DAY_MS - 1, 2 * DAY_MS, 2.5 * DAY_MS),
)
const regions = fc.constantFrom('eu', 'us', 'asia', '', null, undefined, 7)
const values = fc.oneof(
  fc.integer({ min: -50, max: 50 }).map(String),
  fc.integer({ min: -50, max: 50 }),
  fc.constantFrom('1.25', '-0.0001', '1e3', '+2', '.5', ' 3', '', 'x', null, undefined, 0.1, true),
  fc.constantFrom('123456789012345678901234567890.123456789', '9'.repeat(60)),
)
const eventInputs = fc.record({
  transaction_id: fc.integer({ min: 1, max: 30 }).map((n) => `t${n}`),
  external_subscription_id: fc.constantFrom('a', 'b', undefined),
  offset: offsets,
  properties: fc.record({
    region: regions,
    tier: fc.constantFrom('gold', 'silver', undefined),
    value: values,
    operation_type: fc.constantFrom('add', 'remove', undefined),
  }),
  precise_total_amount_cents: fc.constantFrom(undefined, '10.5', 3),
})
type EventInput = typeof eventInputs extends fc.Arbitrary<infer T> ? T : never
const histories = fc.array(eventInputs, { minLength: 1, maxLength: 40 })

const DECLARED = { region: ['eu', 'us', 'asia', '7'], tier: ['gold', 'silver'] }
const FILTERS: readonly ChargeFilterRule[] = [
  { id: '1', values: { region: ['eu', 'us'] }, createdAt: NOW },
  { id: '2', values: { region: ['eu'], tier: ['gold'] }, createdAt: NOW },
  { id: '3', values: { region: ['7', 'asia'] }, createdAt: NOW },
]
const listOf = (list: string[]) =>
  fc.oneof(fc.subarray(list, { minLength: 1 }), fc.constant([ALL_FILTER_VALUES]))
/** Filters of any kind, most of which overlap. */
const overlapping = fc
  .array(
    fc
      .record(
        { region: listOf(DECLARED.region), tier: listOf(DECLARED.tier), age: fc.nat(2) },
        { requiredKeys: ['age'] },
      )
      .filter((each) => Object.keys(each).length > 1),
    { minLength: 1, maxLength: 4 },
  )
  .map((specs) =>
    specs.map(
      ({ age, ...each }, index): ChargeFilterRule => ({
        id: String(index),
        values: each,
        createdAt: instant(START + age),
      }),
    ),
  )

describe('usage from running state', () => {
  let harness: Harness
  let client: Client
  let caller: Caller
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization({ sandbox: false })
    const organization = await findOrganization(harness.context.database, client.organizationId)
    if (!organization) throw new Error('no organization')
    caller = {
      organizationId: client.organizationId,
      organization,
      now: NOW,
      apiKeyId: null,
      ...linksOf(harness.context, organization),
    }
  })
  afterAll(() => harness.close())

  const write = <T>(work: (tx: Tx) => Promise<T>) =>
    inTransaction(harness.context.database, client.organizationId, work)

  async function makeMetric(code: string, aggregation: Aggregation): Promise<string> {
    const id = newId()
    await write(async (tx) => {
      await tx
        .insertInto('billableMetrics')
        .values({
          organizationId: client.organizationId,
          id,
          code,
          name: code,
          aggregationType: aggregation,
          fieldName: aggregation === 'count_agg' ? null : 'value',
          createdAt: ts(NOW),
          updatedAt: ts(NOW),
        })
        .execute()
      await refreshUsageTracker(tx, caller, id)
    })
    return id
  }

  async function chargeBy(metricId: string, properties: object): Promise<void> {
    const { organizationId } = client
    const plan = { organizationId, id: newId(), code: newId(), name: 'p', interval: 'monthly' }
    await write(async (tx) => {
      const created = { createdAt: ts(NOW), updatedAt: ts(NOW) }
      await tx
        .insertInto('plans')
        .values({ ...plan, amountCents: 0n, amountCurrency: 'EUR', ...created })
        .execute()
      await sql`insert into charges (organization_id, id, plan_id, billable_metric_id, code, charge_model, properties,
        created_at, updated_at) values (${organizationId}, ${newId()}, ${plan.id}, ${metricId}, 'c', 'standard',
        ${JSON.stringify(properties)}::json, ${ts(NOW)}, ${ts(NOW)})`.execute(tx)
      await refreshUsageTracker(tx, caller, metricId)
    })
  }

  function queriesOf(
    code: string,
    aggregation: Aggregation,
    from: number,
    to: number,
    filters = FILTERS,
  ): UsageQuery[] {
    const buckets = filterBuckets(filters, DECLARED)
    const period = { from: instant(START + from), to: instant(START + to) }
    const fieldName = aggregation === 'count_agg' ? null : 'value'
    const base = { code, aggregation, fieldName, period }
    return ['a', 'b'].flatMap((externalSubscriptionId) =>
      [true, false].flatMap((recurring) =>
        (['totals', 'events'] as const).flatMap((detail) =>
          [[], ['region'], ['tier', 'region']].flatMap((groupBy) =>
            [{ include: {}, exclude: [] }, ...buckets.map(({ match }) => match)].map((match) => ({
              ...base,
              externalSubscriptionId,
              recurring,
              detail,
              groupBy,
              match,
            })),
          ),
        ),
      ),
    )
  }

  async function storedEvents(code: string): Promise<RawEvent[]> {
    const events: RawEvent[] = []
    for (let page = 1; ; page += 1) {
      const { body } = await client.call('GET', `/events?code=${code}&per_page=1000&page=${page}`)
      for (const each of body.events) {
        const seconds = { ...each, timestamp: Date.parse(each.timestamp) / 1000 }
        const check = checkEvent(seconds, NOW)
        if (!check.ok) throw new Error('a stored event is malformed')
        events.push({ ...check.event, id: each.lago_id })
      }
      if (body.meta.next_page === null) return events
    }
  }

  async function ingest(code: string, history: readonly EventInput[], asBatch: boolean) {
    const raw = history.map((each) => sent(code, each))
    const refusals = (error: unknown) => {
      if (!(error instanceof Refusal)) throw error
    }
    if (asBatch) await ingestEvents(harness.context, caller, raw).catch(refusals)
    await Promise.all(raw.map((each) => ingestEvent(harness.context, caller, each).catch(refusals)))
  }

  /** The same questions, ending with one event or just before it. */
  function upToEvents(events: readonly RawEvent[], queries: readonly UsageQuery[]): UsageQuery[] {
    return events.slice(0, 8).flatMap((event, place) =>
      queries
        .filter((query, index) => index % 5 === place % 5 && isSincePeriod(event, query))
        .map((query) => ({
          ...query,
          period: { from: query.period.from, to: instant(event.at + 1) },
          upTo: { id: event.id, isIncluded: place % 2 === 0 },
        })),
    )
  }

  /** The same questions, beginning after one event among those of its instant. */
  function afterEvents(events: readonly RawEvent[], queries: readonly UsageQuery[]): UsageQuery[] {
    return events
      .slice(0, 8)
      .flatMap((event, place) =>
        queries
          .filter(({ period, recurring }, k) => !recurring && k % 5 === place % 5 && event.at < period.to)
          .map((query) => ({ ...query, period: { ...query.period, from: event.at }, after: event.id })),
      )
  }

  /** The same questions, beginning inside the second of an event as a subscription does. */
  function withinSecondOf(events: readonly RawEvent[], queries: readonly UsageQuery[]): UsageQuery[] {
    const whole = events.filter(({ at }) => at % SECOND_MS === 0)
    return whole.slice(0, 6).flatMap((event, place) => {
      const from = instant(event.at + 1 + (place % 3) * 400)
      return queries
        .filter(({ period }, k) => k % 7 === place % 7 && from < period.to)
        .map((query) => ({ ...query, period: { ...query.period, from }, takesStartSecond: true as const }))
    })
  }

  async function compare(code: string, asked: readonly UsageQuery[]): Promise<void> {
    const events = await storedEvents(code)
    const since = afterEvents(events, asked)
    const withinSecond = withinSecondOf(events, asked)
    const queries = [
      ...asked,
      ...withinSecond,
      ...withinSecond.map((each) => ({
        ...each,
        period: { ...each.period, to: instant(each.period.from + 1) },
        upTo: { id: events[0]?.id ?? '', isIncluded: true },
      })),
      ...upToEvents(events, asked),
      ...since,
      ...upToEvents(events.slice(0, 3), since),
    ]
    const others = queries.slice(0, 4).map((each, n) => ({ ...each, externalSubscriptionId: `nobody ${n}` }))
    const [state, log, beside] = await harness.context.database.read(client.organizationId, async (reads) => [
      await answerUsages(reads, queries),
      await answerFromLog(reads, queries),
      // Usage of many subscriptions is read in another way than that of a few.
      await answerUsages(reads, [...queries, ...others]),
    ])
    for (const [index, query] of queries.entries()) {
      const expected = plain(usageOf(events, query))
      const label = JSON.stringify(query)
      expect({ label, groups: plain(log[index] ?? []) }).toEqual({ label, groups: expected })
      expect({ label, groups: plain(state[index] ?? []) }).toEqual({ label, groups: expected })
      expect({ label, groups: plain(beside[index] ?? []) }).toEqual({ label, groups: expected })
    }
  }

  /** Splits the hours in which the queries start and end, and some more, as if they were busy. */
  async function cut(trackerId: string, queries: readonly UsageQuery[]): Promise<void> {
    const [first] = queries
    if (!first) return
    const { from, to } = first.period
    const edges = [from, to, instant(from + 90_000), instant(to - 1_234_567), instant(START + 1_800_000)]
    for (const edge of edges) {
      const startsAt = instant(Math.floor(edge / HOUR_MS) * HOUR_MS)
      const cuts = cutsOfHour(startsAt, edges)
      if (cuts.length === 0) continue
      for (const externalSubscriptionId of ['a', 'b']) {
        const hour = { trackerId, externalSubscriptionId, startsAt }
        await write((tx) => cutHour(tx, client.organizationId, hour, cuts))
      }
    }
  }

  async function trackerOf(metricId: string): Promise<string> {
    const tracker = await write((tx) => findTracker(tx, metricId))
    if (!tracker) throw new Error('no tracker')
    return tracker.id
  }

  const fold = () => foldUsage(harness.context.database, client.organizationId)

  async function waitingParts(): Promise<number> {
    const { rows } = await harness.context.database.read(client.organizationId, (reads) =>
      sql<{ parts: bigint }>`select count(*) as parts from usage_arrivals`.execute(reads),
    )
    return Number(rows[0]?.parts)
  }

  /** Keeps the process from folding by itself meanwhile: only one may at a time. */
  const withoutFolds = (work: () => Promise<unknown>) =>
    harness.context.database.system.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('fold usage ' || ${client.organizationId}, 0))`.execute(
        tx,
      )
      await work()
    })
  /** The process also folds by itself, and only one of the two runs at a time. */
  const foldAll = async () => {
    const left = async () => {
      await fold()
      return waitingParts()
    }
    await expect.poll(left, { timeout: 60_000 }).toBe(0)
  }

  it('gives the same result before and after usage is folded', async () => {
    await fold()
    for (const aggregation of AGGREGATIONS) {
      const code = `waiting_${aggregation}`
      await makeMetric(code, aggregation)
      // Enough different hours of two subscriptions that usage waits for a fold; values repeat, so that buckets
      // collide.
      const history = Array.from({ length: 60 }, (_, index) => ({
        offset: index * 1_800_000,
        transaction_id: `${code}_${index % 40}_${Math.floor(index / 40)}`,
        external_subscription_id: index % 3 === 0 ? 'a' : 'b',
        properties: { value: String(index % 7), operation_type: index % 5 === 0 ? 'remove' : 'add' },
      }))
      const queries = queriesOf(code, aggregation, 0, 31 * 3_600_000)
      await withoutFolds(async () => {
        await ingestEvents(
          harness.context,
          caller,
          history.slice(0, 40).map((each) => sent(code, each)),
        )
        expect(await waitingParts()).toBeGreaterThan(0)
        await compare(code, queries)
      })
      await foldAll()
      await compare(code, queries)
      await ingestEvents(
        harness.context,
        caller,
        history
          .slice(20, 60)
          .map((each) => sent(code, { ...each, transaction_id: `${each.transaction_id}_again` })),
      )
      await compare(code, queries)
    }
  })

  it('drops waiting usage of a deleted tracker', async () => {
    await fold()
    const code = 'waiting_for_nobody'
    const id = await makeMetric(code, 'sum_agg')
    const history = Array.from({ length: 20 }, (_, index) => ({
      offset: index * 3_600_000,
      transaction_id: `${code}_${index}`,
      external_subscription_id: 'a',
      properties: { value: String(index), region: index % 2 === 0 ? 'eu' : 'us' },
    }))
    await withoutFolds(async () => {
      await ingestEvents(
        harness.context,
        caller,
        history.map((each) => sent(code, each)),
      )
      await chargeBy(id, { pricing_group_keys: ['region'] })
      expect(await waitingParts()).toBeGreaterThan(0)
    })
    await foldAll()
    await compare(code, queriesOf(code, 'sum_agg', 0, 31 * 3_600_000))
    const { rows } = await harness.context.database.read(client.organizationId, (reads) =>
      sql<{ orphans: bigint }>`
        select count(*) as orphans from usage_sums u
        where not exists (select from usage_trackers t where t.id = u.tracker_id)`.execute(reads),
    )
    expect(rows[0]?.orphans).toBe(0n)
  })

  let made = 0
  for (const aggregation of AGGREGATIONS) {
    it(`equals the log and the reference: ${aggregation}`, async () => {
      await fc.assert(
        fc.asyncProperty(
          histories,
          histories,
          fc.boolean(),
          offsets,
          offsets,
          overlapping,
          async (earlier, later, asBatch, a, b, filters) => {
            made += 1
            const code = `${aggregation}_${made}`
            const from = Math.min(a, b)
            const queries = queriesOf(code, aggregation, from, Math.max(a, b) + 1, filters)
            // Events before the metric, then new keys in two steps: both are filled from the log.
            await ingest(code, earlier.slice(0, 10), false)
            const id = await makeMetric(code, aggregation)
            await ingest(code, earlier.slice(0, 20), asBatch)
            await Promise.all([cut(await trackerOf(id), queries), ingest(code, earlier, asBatch)])
            await chargeBy(id, { pricing_group_keys: ['region'] })
            const rebuilding = chargeBy(id, { pricing_group_keys: ['tier'] })
            await Promise.all([rebuilding, ingest(code, later, false), fold()])
            await compare(code, queries)
            await fold()
            await compare(code, queries.slice(0, 24))
            await cut(await trackerOf(id), queries.slice(0, 1))
            await compare(code, queries.slice(0, 24))
          },
        ),
        // Shrinking would replay histories into a log that already has them.
        { numRuns: 4, endOnFailure: true },
      )
    })
  }
})

function sent<T extends { readonly offset: number }>(code: string, { offset, ...event }: T) {
  return { ...event, code, timestamp: (START + offset) / 1000 }
}

function plain(groups: readonly UsageGroup[]): unknown {
  return JSON.parse(JSON.stringify(groups))
}
