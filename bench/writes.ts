import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { columnsOf, copyRow, numberedId, withClient, withClients } from './database.ts'
import { type Benchmark, type Figure, median, middle, type Setting } from './figure.ts'
import { LoadGenerator } from './load.ts'
import type { Load } from './load-process.ts'
import { type ProcessorTime, watchProcessorTime } from './processor-time.ts'
import { type Opened, openOrganization } from './seed.ts'
import { profileStatements, withCountingServer } from './statement-profile.ts'
import type { WeirServer } from './weir-server.ts'

const CONNECTIONS = 64
const REFERENCE_CONNECTIONS = 8
/** The number of requests over which statements are averaged. */
const COUNTED = 200

type Kind = 'customers' | 'subscriptions'

const BODIES: Readonly<Record<Kind, (prefix: string) => string>> = {
  customers: (prefix) =>
    JSON.stringify({
      customer: {
        external_id: `${prefix}{n}`,
        name: 'Ada Lovelace',
        email: 'ada@example.com',
        currency: 'EUR',
        country: 'FR',
        address_line1: '1 rue de la Paix',
        city: 'Paris',
        timezone: 'Europe/Paris',
      },
    }),
  subscriptions: (prefix) =>
    JSON.stringify({
      subscription: {
        external_customer_id: 'cust_{n}',
        external_id: `${prefix}{n}`,
        plan_code: 'arrears',
      },
    }),
}

/** An organization with a plan in arrears and customers `cust_0`…, copies of one created through the API. */
async function openShop(server: WeirServer, customers: number): Promise<Opened> {
  const shop = await openOrganization(server)
  await shop.post('/plans', {
    plan: {
      name: 'Arrears',
      code: 'arrears',
      interval: 'monthly',
      amount_cents: 4900,
      amount_currency: 'EUR',
      pay_in_advance: false,
      charges: ['requests', 'tokens', 'peak'].map((code) => ({
        code,
        billable_metric_id: shop.metricIds.get(code),
        charge_model: 'standard',
        properties: { amount: '0.01' },
      })),
    },
  })
  const made = await shop.post('/customers', { customer: { external_id: 'pattern', currency: 'EUR' } })
  const id = (made.customer as unknown as { lago_id: string }).lago_id
  await withClient(server.databaseUrl, async (client) => {
    await copyRow(client, {
      table: 'customers',
      id,
      count: customers,
      changed: {
        id: numberedId('ccccccccccc'),
        external_id: `'cust_' || (n - 1)`,
        sequential_id: 't.sequential_id + n + 1000000',
        slug: `t.slug || '-' || n`,
      },
    })
    await client.query('analyze customers')
  })
  return shop
}

/** Single-row inserts per second, one commit each, into a copy of the table. */
function oneRowInserts(server: WeirServer, kind: Kind, seconds: number): Promise<number> {
  return withClients(server.databaseUrl, REFERENCE_CONNECTIONS, async (clients) => {
    const { text, valuesOf } = await withClient(server.databaseUrl, (client) => makeLike(client, kind))
    const begun = performance.now()
    let inserted = 0
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() < begun + seconds * 1000) {
          inserted += 1
          await client.query({ name: kind, text, values: valuesOf(inserted) })
        }
      }),
    )
    return inserted / ((performance.now() - begun) / 1000)
  })
}

/** A copy of the table, and the insert of its n-th row. */
async function makeLike(client: pg.Client, kind: Kind) {
  await client.query('create schema if not exists bench_rows')
  await client.query(`drop table if exists bench_rows.${kind}`)
  await client.query(`create table bench_rows.${kind} (like public.${kind} including all)`)
  const columns = await columnsOf(client, `public.${kind}`)
  const { rows } = await client.query<{ row: Record<string, unknown> }>(
    `select row_to_json(t) as row from public.${kind} t limit 1`,
  )
  const pattern = rows[0]?.row ?? {}
  const places = columns.map((_, index) => `$${index + 1}`)
  const names = columns.map((each) => `"${each}"`)
  return {
    text: `insert into bench_rows.${kind} (${names.join(', ')}) values (${places.join(', ')})`,
    valuesOf: (number: number) => {
      const own: Record<string, unknown> = {
        id: randomUUID(),
        external_id: `row_${number}`,
        sequential_id: number,
      }
      return columns.map((column) => own[column] ?? pattern[column])
    },
  }
}

function postsOf(server: WeirServer, shop: Opened, kind: Kind, prefix: string): Load {
  const what = { kind: 'post' as const, path: `/api/v1/${kind}`, body: BODIES[kind](prefix), from: 0 }
  return { url: server.url, apiKey: shop.apiKey, connections: CONNECTIONS, what, seconds: 60 }
}

/** Statements per request on behalf of its organization. */
async function countStatements(setting: Setting): Promise<Readonly<Record<Kind, number>>> {
  const load = new LoadGenerator()
  try {
    return await withCountingServer(setting.root, async (server) => {
      const shop = await openShop(server, COUNTED * 2)
      return {
        customers: await countOne(server, load, shop, 'customers'),
        subscriptions: await countOne(server, load, shop, 'subscriptions'),
      }
    })
  } finally {
    load.stop()
  }
}

async function countOne(server: WeirServer, load: LoadGenerator, shop: Opened, kind: Kind): Promise<number> {
  return withClient(server.superuserUrl, async (client) => {
    await client.query('select pg_stat_statements_reset()')
    const posts = { ...postsOf(server, shop, kind, 'counted_'), connections: 4, requestsMax: COUNTED }
    const { ok } = await load.one(posts)
    const { rows } = await client.query<{ calls: string }>(
      `select sum(calls) as calls from pg_stat_statements s join pg_roles r on r.oid = s.userid
      where r.rolname = 'weir_app' and s.toplevel`,
    )
    return Number(rows[0]?.calls) / ok
  })
}

async function measure(setting: Setting, kind: Kind, statements: number): Promise<Figure> {
  const { server } = setting
  const seconds = setting.isQuick ? 3 : 8
  const rounds = setting.isQuick ? 3 : 5
  const customers = 4000 * seconds
  const shop = await openShop(server, kind === 'subscriptions' ? customers : 1)
  const pairs: {
    value: number
    reference: number
    medianMs: number
    p99Ms: number
    processorTime: ProcessorTime
  }[] = []
  await setting.load.one({ ...postsOf(server, shop, kind, 'warm_'), seconds: 2, requestsMax: customers })
  for (let round = 0; round < rounds; round += 1) {
    const reference = await oneRowInserts(server, kind, seconds)
    const posts = postsOf(server, shop, kind, `round_${round}_`)
    const timeOf = await watchProcessorTime(server)
    const done = await setting.load.one({ ...posts, seconds, requestsMax: customers })
    const processorTime = await timeOf(done.ok)
    pairs.push({
      value: done.okPerSecond,
      reference,
      medianMs: done.medianMs,
      p99Ms: done.p99Ms,
      processorTime,
    })
  }
  const { ratios, ...found } = middle(pairs)
  const [target, statementsMax] = kind === 'customers' ? [0.35, 8] : [0.2, 20]
  return {
    name: `writes: ${kind}`,
    what: `POST /${kind}, ${CONNECTIONS} connections`,
    unit: 'req/s',
    ...found,
    referenceWhat: `one-row inserts into a table like it, a commit each, ${REFERENCE_CONNECTIONS} connections`,
    target,
    isFloor: true,
    conditions: { [`${statementsMax} statements at most`]: statements <= statementsMax },
    details: {
      ratios,
      statements,
      medianMs: median(pairs.map((pair) => pair.medianMs)),
      p99Ms: median(pairs.map((pair) => pair.p99Ms)),
      processorTime: pairs.map((pair) => pair.processorTime)[Math.floor(rounds / 2)],
      ...(setting.isProfiled ? await profileOf(setting, kind) : {}),
    },
  }
}

/** Time by statement and what connections wait for, on a server of its own. */
async function profileOf(setting: Setting, kind: Kind): Promise<object> {
  return withCountingServer(setting.root, async (server) => {
    const shop = await openShop(server, kind === 'subscriptions' ? 20_000 : 1)
    const posts = { ...postsOf(server, shop, kind, 'warm_'), requestsMax: 20_000 }
    await setting.load.one({ ...posts, seconds: 2 })
    const load = () => setting.load.one({ ...postsOf(server, shop, kind, 'profiled_'), ...{ seconds: 4 } })
    const { result, profile } = await profileStatements(server, load, ({ ok }) => ok)
    return { profile: { requestsPerSecond: result.okPerSecond, ...profile } }
  })
}

async function runWrites(setting: Setting): Promise<readonly Figure[]> {
  const statements = await countStatements(setting)
  return [
    await measure(setting, 'customers', statements.customers),
    await measure(setting, 'subscriptions', statements.subscriptions),
  ]
}

export const writeBenchmarks: readonly Benchmark[] = [{ name: 'writes', run: runWrites }]
