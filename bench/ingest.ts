import pg from 'pg'
import { nextEvent } from './event-mix.ts'
import { type Benchmark, type Figure, median, middle, type Setting } from './figure.ts'
import type { Load } from './load-process.ts'
import { type Organization, seedOrganization } from './seed.ts'

const SUBSCRIPTIONS = 1000
const CONNECTIONS = 64
const BATCH_CONNECTIONS = 8
const BATCH = 100
const POLLS_PER_SECOND = 20
/** An authenticated route without a database query. */
const CHEAPEST = '/api/v1/webhooks/json_public_key'
const plan = { subscriptions: SUBSCRIPTIONS }

type Parts = { readonly setting: Setting; readonly organization: Organization; readonly seconds: number }

let seeded: Promise<Organization> | undefined

async function partsOf(setting: Setting): Promise<Parts> {
  seeded ??= seedOrganization(setting.server, SUBSCRIPTIONS)
  const organization = await seeded
  const parts = { setting, organization, seconds: setting.isQuick ? 4 : 10 }
  // Warm-up: compiled code, statement plans, this hour's buckets.
  await setting.load.one({ ...loadOf(parts, CHEAPEST), seconds: 2 })
  await setting.load.one({ ...singles(parts), seconds: 4 })
  return parts
}

function loadOf({ setting, organization, seconds }: Parts, path: string): Load {
  const what = { kind: 'get' as const, paths: [path] }
  return { url: setting.server.url, apiKey: organization.apiKey, connections: CONNECTIONS, what, seconds }
}

function singles(parts: Parts): Load {
  return { ...loadOf(parts, ''), what: { kind: 'event', plan } }
}

function rounds(setting: Setting): readonly number[] {
  return Array.from({ length: setting.isQuick ? 3 : 5 }, (_, index) => index)
}

async function runSingles(setting: Setting): Promise<readonly Figure[]> {
  const parts = await partsOf(setting)
  const pairs: { value: number; reference: number; medianMs: number; p99Ms: number }[] = []
  for (const _ of rounds(setting)) {
    const reference = await setting.load.one(loadOf(parts, CHEAPEST))
    const measured = await setting.load.one(singles(parts))
    const { medianMs, p99Ms } = measured
    pairs.push({ value: measured.okPerSecond, reference: reference.okPerSecond, medianMs, p99Ms })
  }
  const { ratios, ...found } = middle(pairs)
  return [
    {
      name: 'single events',
      what: `POST /events, ${CONNECTIONS} connections`,
      unit: 'req/s',
      ...found,
      referenceWhat: `GET ${CHEAPEST}`,
      target: 0.45,
      isFloor: true,
      details: {
        ratios,
        medianMs: median(pairs.map((pair) => pair.medianMs)),
        p99Ms: median(pairs.map((pair) => pair.p99Ms)),
      },
    },
  ]
}

const BARE_TABLE = `
  create table if not exists bench_bare (
    organization_id uuid not null, id uuid not null, external_subscription_id text, code text not null,
    timestamp timestamptz(3) not null, transaction_id text not null, properties jsonb not null,
    created_at timestamptz(3) not null,
    unique (organization_id, transaction_id, external_subscription_id))`
const BARE = `
  insert into bench_bare (organization_id, id, external_subscription_id, code, timestamp, transaction_id, properties,
    created_at)
  select $1::uuid, gen_random_uuid(), x.external_subscription_id, x.code, to_timestamp(x.timestamp),
    x.transaction_id, x.properties, now()
  from jsonb_to_recordset($2::jsonb) as x(transaction_id text, external_subscription_id text, code text,
    timestamp double precision, properties jsonb)
  on conflict do nothing`

/**
 * Rows per second that PostgreSQL stores durably, in batches of 100, from this process over this many connections.
 */
async function bareRows(parts: Parts, connections: number): Promise<number> {
  const { setting, organization, seconds } = parts
  const clients = Array.from(
    { length: connections },
    () => new pg.Client({ connectionString: setting.server.databaseUrl }),
  )
  for (const client of clients) await client.connect()
  await clients[0]?.query(BARE_TABLE)
  const begun = performance.now()
  let rows = 0
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < begun + seconds * 1000) {
        const batch = `[${Array.from({ length: BATCH }, () => nextEvent(plan)).join(',')}]`
        const { rowCount } = await client.query({
          name: 'bare',
          text: BARE,
          values: [organization.id, batch],
        })
        rows += rowCount ?? 0
      }
    }),
  )
  const perSecond = rows / ((performance.now() - begun) / 1000)
  await clients[0]?.query('truncate bench_bare')
  for (const client of clients) await client.end()
  return perSecond
}

async function runBatches(setting: Setting): Promise<readonly Figure[]> {
  const parts = await partsOf(setting)
  const what = { kind: 'batch' as const, plan, size: BATCH }
  const pairs: { value: number; reference: number; four: number }[] = []
  for (const _ of rounds(setting)) {
    const reference = await bareRows(parts, 1)
    const four = await bareRows(parts, 4)
    const measured = await setting.load.one({ ...loadOf(parts, ''), what, connections: BATCH_CONNECTIONS })
    pairs.push({ value: measured.okPerSecond * BATCH, reference, four })
  }
  const { ratios, ...found } = middle(pairs)
  return [
    {
      name: 'batches',
      what: `POST /events/batch of ${BATCH}, ${BATCH_CONNECTIONS} connections`,
      unit: 'events/s',
      ...found,
      referenceWhat: 'bare duplicate-checked insert of the same rows by one process on one connection',
      target: 0.6,
      isFloor: true,
      details: { ratios, bareRowsOnFourConnections: median(pairs.map((pair) => pair.four)) },
    },
  ]
}

async function runUnderReading(setting: Setting): Promise<readonly Figure[]> {
  const parts = await partsOf(setting)
  const paths = Array.from(
    { length: SUBSCRIPTIONS },
    (_, number) => `/api/v1/customers/cust_${number}/current_usage?external_subscription_id=sub_${number}`,
  )
  const polling: Load = {
    ...loadOf(parts, ''),
    what: { kind: 'get', paths },
    connections: 4,
    perSecond: POLLS_PER_SECOND,
  }
  const pairs: { value: number; reference: number; polls: number; pollMs: number }[] = []
  for (const _ of rounds(setting)) {
    const reference = await setting.load.one(singles(parts))
    const [measured, polled] = await setting.load.run(singles(parts), polling)
    if (!measured || !polled) throw new Error('a load gave no result')
    const { okPerSecond: polls, medianMs: pollMs } = polled
    pairs.push({ value: measured.okPerSecond, reference: reference.okPerSecond, polls, pollMs })
  }
  const { ratios, ...found } = middle(pairs)
  return [
    {
      name: 'ingest under reading',
      what: `POST /events while current usage is polled ${POLLS_PER_SECOND} times a second`,
      unit: 'req/s',
      ...found,
      referenceWhat: 'the same without polling',
      target: 0.8,
      isFloor: true,
      details: {
        ratios,
        pollsPerSecond: median(pairs.map((pair) => pair.polls)),
        pollMedianMs: median(pairs.map((pair) => pair.pollMs)),
      },
    },
  ]
}

export const ingestBenchmarks: readonly Benchmark[] = [
  { name: 'singles', run: runSingles },
  { name: 'batches', run: runBatches },
  { name: 'reading', run: runUnderReading },
]
