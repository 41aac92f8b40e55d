import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Benchmark, type Figure, median, quantile, type Setting } from './figure.ts'
import { LoadConnection } from './load-client.ts'
import { type Organization, seedOrganization } from './seed.ts'

type Probe = { readonly connection: LoadConnection; readonly path: string; readonly latencies: number[] }

/** Runs the probes in turn, so that other load on the machine affects all of them equally. */
async function askInTurn(probes: readonly Probe[], rounds: number): Promise<void> {
  const warmUp = Math.ceil(rounds / 10)
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const { connection, path, latencies } of probes) {
      const begun = performance.now()
      const { status, body } = await connection.send(path)
      if (status !== 200) throw new Error(`${path}: ${status} ${body.slice(0, 300)}`)
      if (round >= 0) latencies.push(performance.now() - begun)
    }
  }
}

/** Events of one subscription, spread over a time. */
async function fillUsage(
  setting: Setting,
  organization: Organization,
  events: number,
  time: { readonly spreadMs: number; readonly until?: number },
): Promise<void> {
  const result = await setting.load.one({
    url: setting.server.url,
    apiKey: organization.apiKey,
    connections: 8,
    what: { kind: 'batch', plan: { subscriptions: 1, ...time }, size: 100 },
    seconds: 3600,
    requestsMax: events / 100,
  })
  if (result.ok * 100 !== events) throw new Error(`${result.ok * 100} of ${events} events came in`)
}

type Filled = { readonly size: number; readonly apiKey: string }
const USAGE_PATH = '/api/v1/customers/cust_0/current_usage?external_subscription_id=sub_0'

/** Current usage with the most events against that with the fewest: median and 99th percentile. */
async function compareUsage(
  setting: Setting,
  name: string,
  where: string,
  filled: readonly Filled[],
): Promise<readonly Figure[]> {
  // Connect only now: the server closes a connection that is idle for a minute.
  const probes = await Promise.all(
    filled.map(async ({ size, apiKey }) => ({
      size,
      connection: await LoadConnection.open(setting.server.url, apiKey),
      path: USAGE_PATH,
      latencies: [] as number[],
    })),
  )
  await askInTurn(probes, setting.isQuick ? 200 : 500)
  for (const { connection } of probes) connection.close()
  const [smallest] = probes
  const largest = probes.at(-1)
  if (!smallest || !largest) throw new Error('there is nothing to compare')
  const medians = Object.fromEntries(probes.map(({ size, latencies }) => [size, median(latencies)]))
  const figure = (part: number, partName: string): Figure => {
    const value = quantile(largest.latencies, part)
    const reference = quantile(smallest.latencies, part)
    return {
      name: `${name}, ${partName}`,
      what: `GET current_usage with ${largest.size} events in ${where}`,
      unit: 'ms',
      value,
      reference,
      referenceWhat: `the same with ${smallest.size} events`,
      ratio: value / reference,
      target: 1.3,
      isFloor: false,
      details: { medians },
    }
  }
  return [figure(0.5, 'median'), figure(0.99, 'p99')]
}

function sizesOf(setting: Setting): readonly number[] {
  return setting.isQuick ? [1000, 10_000, 100_000] : [1000, 100_000, 1_000_000]
}

async function runCurrentUsage(setting: Setting): Promise<readonly Figure[]> {
  const filled: Filled[] = []
  for (const size of sizesOf(setting)) {
    const organization = await seedOrganization(setting.server, 1)
    const now = new Date()
    const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)
    await fillUsage(setting, organization, size, { spreadMs: now.getTime() - month - 1000 })
    filled.push({ size, apiKey: organization.apiKey })
  }
  await settle(setting)
  return compareUsage(setting, 'current usage', 'the period', filled)
}

/** All events in one hour in which the usage window begins: the subscription in it, or the period half past. */
async function runFirstHour(setting: Setting): Promise<readonly Figure[]> {
  const hour = 3_600_000
  const began = new Date(Math.floor(Date.now() / hour) * hour - hour + 754_567)
  const month = new Date().toISOString().slice(0, 8)
  const halfPast = Date.parse(`${month}01T00:00:00Z`) - 5.5 * hour
  const cases = [
    { where: 'the hour in which the subscription began', seed: { beganAt: began }, from: began.getTime() },
    {
      where: 'the first half hour of a period in India',
      seed: { timezone: 'Asia/Kolkata', beganAt: new Date(halfPast - 24 * hour) },
      from: halfPast,
    },
  ]
  const figures: Figure[] = []
  for (const { where, seed, from } of cases) {
    const until = Math.floor(from / hour) * hour + hour
    const filled: Filled[] = []
    for (const size of sizesOf(setting)) {
      const organization = await seedOrganization(setting.server, 1, seed)
      await fillUsage(setting, organization, size, { spreadMs: until - from - 1, until })
      filled.push({ size, apiKey: organization.apiKey })
    }
    await settle(setting)
    // Busy hours are detected every ten seconds.
    await sleep(12_000)
    figures.push(...(await compareUsage(setting, 'first hour', where, filled)))
  }
  return figures
}

const FILL = `
  with made as materialized (
    select $1::uuid as organization_id, gen_random_uuid() as id, 'sub_' || n % 1000 as external_subscription_id,
      case when n % 10 < 5 then 'requests' when n % 10 = 9 then 'peak' else 'tokens' end as code,
      $4::timestamptz - n * interval '1 ms' * $5::double precision as timestamp, 'filled-' || n as transaction_id,
      jsonb_build_object('tokens', n % 977, 'model', 'small', 'region', 'eu') as properties
    from generate_series($2::bigint, $3::bigint) as n
  ), keys as (
    insert into event_keys (organization_id, transaction_id, external_subscription_id, event_id, timestamp)
    select organization_id, transaction_id, external_subscription_id, id, timestamp from made
  ), counts as (
    insert into event_counts as c (organization_id, writer, span, starts_at, events_count)
    select organization_id, 0, spans.span, date_trunc(spans.unit, timestamp, 'UTC'), count(*)
    from made cross join (values ('d'::"char", 'day'), ('h'::"char", 'hour'), ('m'::"char", 'minute')) as spans (span, unit)
    group by organization_id, spans.span, date_trunc(spans.unit, timestamp, 'UTC')
    on conflict (organization_id, span, starts_at, writer) do update set
      events_count = c.events_count + excluded.events_count
  )
  insert into events (organization_id, id, external_subscription_id, code, timestamp, transaction_id, properties,
    created_at)
  select organization_id, id, external_subscription_id, code, timestamp, transaction_id, properties, $4::timestamptz
  from made`

/** Fills the log directly in its tables, spread over 25 days. */
async function fillLog(setting: Setting, organization: Organization, events: number): Promise<void> {
  const client = new pg.Client({ connectionString: setting.server.databaseUrl })
  await client.connect()
  const now = new Date().toISOString()
  const step = (25 * 86_400_000) / events
  for (let from = 1; from <= events; from += 200_000) {
    await client.query(FILL, [organization.id, from, Math.min(events, from + 199_999), now, step])
  }
  await client.query('analyze event_counts')
  await client.query('analyze events')
  await client.end()
}

async function settle(setting: Setting): Promise<void> {
  const client = new pg.Client({ connectionString: setting.server.databaseUrl })
  await client.connect()
  await client.query('vacuum (analyze) usage_sums')
  await client.end()
  await sleep(2000)
}

async function runEventList(setting: Setting): Promise<readonly Figure[]> {
  const events = setting.isQuick ? 1_000_000 : 10_000_000
  const organization = await seedOrganization(setting.server, 1)
  await fillLog(setting, organization, events)
  const pages = { first: 1, middle: events / 200, last: events / 100 }
  const connection = await LoadConnection.open(setting.server.url, organization.apiKey)
  const probes = Object.entries(pages).map(([name, page]) => ({
    name,
    connection,
    path: `/api/v1/events?per_page=100&page=${page}`,
    latencies: [] as number[],
  }))
  const { body } = await connection.send(`/api/v1/events?per_page=100&page=${pages.last}`)
  const last = JSON.parse(body) as { events: unknown[]; meta: { total_count: number } }
  if (last.meta.total_count !== events || last.events.length !== 100) {
    throw new Error(`the last page has ${last.events.length} of ${last.meta.total_count} events`)
  }
  await askInTurn(probes, setting.isQuick ? 100 : 300)
  connection.close()
  const medians = Object.fromEntries(probes.map(({ name, latencies }) => [name, median(latencies)]))
  const value = Math.max(medians.middle ?? Number.NaN, medians.last ?? Number.NaN)
  const reference = medians.first ?? Number.NaN
  return [
    {
      name: 'event list',
      what: `the deepest pages of ${events} events`,
      unit: 'ms',
      value,
      reference,
      referenceWhat: 'the first page',
      ratio: value / reference,
      target: 1.5,
      isFloor: false,
      details: { medians },
    },
  ]
}

export const readBenchmarks: readonly Benchmark[] = [
  { name: 'usage', run: runCurrentUsage },
  { name: 'first-hour', run: runFirstHour },
  { name: 'list', run: runEventList },
]
