import { type Benchmark, type Figure, quantile, type Setting } from './figure.ts'
import { LoadGenerator } from './load.ts'
import { LoadConnection } from './load-client.ts'
import type { Load } from './load-process.ts'
import { type Organization, openOrganization, seedOrganization } from './seed.ts'

const PARALLEL = 100
const INVOICES = 1000
const GROUPS = 30_000
const BATCH = 100
/** Pauses between the quiet one's requests. */
const PAUSE_MS = 5
const CALM_SECONDS = 5
const BUSY_SECONDS = 15

const planOf = (more: object) => ({
  interval: 'monthly',
  amount_currency: 'EUR',
  amount_cents: 1000,
  pay_in_advance: true,
  ...more,
})

/** Latencies in ms of one request after the other, for a while. */
async function latencies(setting: Setting, quiet: Organization, seconds: number): Promise<number[]> {
  const connection = await LoadConnection.open(setting.server.url, quiet.apiKey)
  const found: number[] = []
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    const begun = performance.now()
    const { status, body } = await connection.send('/api/v1/plans')
    if (status !== 200) throw new Error(`${status} ${body.slice(0, 200)}`)
    found.push(performance.now() - begun)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  connection.close()
  return found
}

/** A load of one organization, and what it is called in the table. */
type Noise = { readonly name: string; readonly what: string; readonly load: Load }

async function beside(setting: Setting, quiet: Organization, noise: Noise): Promise<Figure> {
  await latencies(setting, quiet, 1)
  const calm = await latencies(setting, quiet, CALM_SECONDS)
  const apart = new LoadGenerator()
  try {
    const loading = apart.run(noise.load)
    const busy = await latencies(setting, quiet, noise.load.seconds)
    const [made] = await loading
    if (!made || made.wrong !== null) throw new Error(`${noise.name}: ${made?.wrong}`)
    const value = quantile(busy, 0.99)
    const reference = quantile(calm, 0.99)
    return {
      name: `neighbour, ${noise.name}`,
      what: `p99 of GET /plans of a quiet organization while another one sends ${noise.what}`,
      unit: 'ms',
      value,
      reference,
      referenceWhat: 'the same alone',
      ratio: value / reference,
      target: 5,
      isFloor: false,
      conditions: { 'what is too much is refused with Retry-After': made.refusedWithoutRetryAfter === 0 },
      details: {
        quietMedianMs: quantile(busy, 0.5),
        quietMedianAloneMs: quantile(calm, 0.5),
        quietMaxMs: Math.max(...busy),
        noiseOk: made.ok,
        noiseRefused: made.refused,
        noiseP99Ms: made.p99Ms,
      },
    }
  } finally {
    apart.stop()
  }
}

/** Usage with very many groups: one event for each. */
async function makeGroups(setting: Setting, count: number): Promise<Organization> {
  const { id, apiKey, post, metricIds } = await openOrganization(setting.server)
  const [[code, metricId] = ['', '']] = [...metricIds]
  const charge = {
    code: 'grouped',
    billable_metric_id: metricId,
    charge_model: 'standard',
    properties: { amount: '1', pricing_group_keys: ['user'] },
  }
  const plan = planOf({ name: 'Grouped', code: 'grouped', pay_in_advance: false, charges: [charge] })
  await post('/plans', { plan })
  await post('/subscriptions', {
    subscription: { external_customer_id: 'cust', external_id: 'sub', plan_code: 'grouped' },
  })
  for (let from = 0; from < count; from += BATCH) {
    const events = Array.from({ length: BATCH }, (_, i) => ({
      transaction_id: `t${from + i}`,
      external_subscription_id: 'sub',
      code,
      properties: { user: `u${from + i}`, tokens: 1, seconds: 1 },
    }))
    await post('/events/batch', { events })
  }
  return { id, apiKey }
}

async function runNeighbour(setting: Setting): Promise<readonly Figure[]> {
  const { url } = setting.server
  const quiet = await seedOrganization(setting.server, 1)
  const { id, apiKey, post } = await openOrganization(setting.server)
  const loud: Organization = { id, apiKey }
  await post('/plans', { plan: planOf({ name: 'Advance', code: 'advance' }) })
  const seconds = setting.isQuick ? 5 : BUSY_SECONDS
  const subscription = { external_customer_id: 'c{n}', external_id: 's{n}', plan_code: 'advance' }
  const body = JSON.stringify({ subscription })
  const posts = { kind: 'post' as const, path: '/api/v1/subscriptions', body }
  const load = { url, apiKey: loud.apiKey, seconds }
  // As many invoices as a page of the second row has.
  await setting.load.one({
    ...load,
    connections: 8,
    what: { ...posts, from: 0 },
    seconds: 3600,
    requestsMax: INVOICES,
  })
  const grouped = await makeGroups(setting, setting.isQuick ? GROUPS / 10 : GROUPS)
  const noises: readonly Noise[] = [
    {
      name: 'writes',
      what: `${PARALLEL} parallel POST /subscriptions`,
      load: { ...load, connections: PARALLEL, what: { ...posts, from: INVOICES } },
    },
    {
      name: 'lists',
      what: `GET /invoices?per_page=${INVOICES} on ten connections`,
      load: {
        ...load,
        connections: 10,
        what: { kind: 'get', paths: [`/api/v1/invoices?per_page=${INVOICES}`] },
      },
    },
    {
      name: 'usage',
      what: `GET current_usage of ${GROUPS} groups on four connections`,
      load: {
        ...load,
        apiKey: grouped.apiKey,
        connections: 4,
        what: {
          kind: 'get',
          paths: ['/api/v1/customers/cust/current_usage?external_subscription_id=sub'],
        },
      },
    },
  ]
  const figures: Figure[] = []
  for (const noise of noises) figures.push(await beside(setting, quiet, noise))
  return figures
}

export const neighbourBenchmarks: readonly Benchmark[] = [{ name: 'neighbour', run: runNeighbour }]
