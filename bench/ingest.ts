import { fork } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import pg from 'pg'
import { newId } from '../src/store/ids.ts'

/**
 * How many events come in per second, beside what the same machine does in the same run without them:
 * tsx bench/ingest.ts POSTGRES_URL [seconds]. The database server must have fsync on.
 */
const [baseUrl = '', secondsText = '8'] = process.argv.slice(2)
const seconds = Number(secondsText)
const PORT = 4799
const SUBSCRIPTIONS = 200

type Started = { apiKey: string }

const url = await freshDatabase()
const here = path.dirname(fileURLToPath(import.meta.url))
const server = fork(path.join(here, 'ingest-server.ts'), [url, String(PORT)], {
  execArgv: [...process.execArgv, ...process.argv.slice(4)],
})
const { apiKey } = await new Promise<Started>((resolve, reject) => {
  server.once('message', (message) => resolve(message as Started))
  server.once('exit', () => reject(new Error('the server ended')))
})

let made = 0
function event(): object {
  made += 1
  return {
    transaction_id: `bench_${newId()}`,
    external_subscription_id: `subscription_${made % SUBSCRIPTIONS}`,
    code: 'tokens',
    timestamp: Date.now() / 1000,
    properties: { tokens: made % 977, model: 'large', region: 'eu' },
  }
}

async function run(path: string, connections: number, body?: () => object): Promise<number> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
  const before = await serverCpuMs()
  const result = await autocannon({
    url: `http://127.0.0.1:${PORT}${path}`,
    connections,
    duration: seconds,
    method: body ? 'POST' : 'GET',
    headers,
    requests: body ? [{ setupRequest: (request) => ({ ...request, body: JSON.stringify(body()) }) }] : [{}],
  })
  const bad = body ? result.non2xx : 0
  if (bad + result.errors + result.timeouts > 0) console.log({ bad, errors: result.errors })
  const cpu = (1000 * ((await serverCpuMs()) - before)) / result.requests.total
  console.log(
    path,
    Math.round(result.requests.total / result.duration),
    'requests/s, server CPU',
    cpu.toFixed(0),
    'us each',
  )
  return result.requests.total / result.duration
}

function serverCpuMs(): Promise<number> {
  return new Promise((resolve) => {
    server.once('message', (usage: NodeJS.CpuUsage) => resolve((usage.user + usage.system) / 1000))
    server.send('cpu')
  })
}

/** The least that storing a batch can cost: keys and events, checked for duplicates, one durable commit each. */
async function bareInserts(connections: number): Promise<number> {
  const end = performance.now() + seconds * 1000
  let rows = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      const organization = '00000000-0000-7000-8000-000000000001'
      while (performance.now() < end) {
        const batch = JSON.stringify(Array.from({ length: 100 }, () => ({ ...event(), id: newId() })))
        await client.query({ name: 'bare', text: BARE, values: [organization, batch] })
        rows += 100
      }
      await client.end()
    }),
  )
  return (rows / (performance.now() - started)) * 1000
}

const BARE = `
  with x as materialized (
    select * from jsonb_to_recordset($2::jsonb) as x(id uuid, transaction_id text, external_subscription_id text,
      code text, timestamp double precision, properties jsonb)
  ), keys as (
    insert into event_keys (organization_id, transaction_id, external_subscription_id, event_id, timestamp)
    select $1::uuid, transaction_id, external_subscription_id, id, to_timestamp(timestamp) from x
    on conflict do nothing returning event_id
  )
  insert into events (organization_id, id, external_subscription_id, code, timestamp, transaction_id, properties,
    created_at)
  select $1::uuid, id, external_subscription_id, code, to_timestamp(timestamp), transaction_id, properties, now()
  from x where id in (select event_id from keys)`

async function freshDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: baseUrl })
  await client.connect()
  const fsync = await client.query('show fsync')
  if (fsync.rows[0].fsync !== 'on') throw new Error('fsync is off: nothing here would be durable')
  await client.query('drop database if exists weir_bench with (force)')
  await client.query('create database weir_bench')
  await client.end()
  const made = new URL(baseUrl)
  made.pathname = '/weir_bench'
  return made.toString()
}

const figures = {
  reference: await run('/api/v1/nothing', 64),
  singles: await run('/api/v1/events', 64, () => ({ event: event() })),
  bareRows: await bareInserts(2),
  batchRows:
    100 * (await run('/api/v1/events/batch', 8, () => ({ events: Array.from({ length: 100 }, event) }))),
}
const ratio = (a: number, b: number) => (a / b).toFixed(2)
for (const [name, perSecond] of Object.entries(figures))
  console.log(name, Math.round(perSecond), 'per second')
console.log('singles / reference', ratio(figures.singles, figures.reference))
console.log('batches / bare inserts', ratio(figures.batchRows, figures.bareRows))
server.send('stop')
