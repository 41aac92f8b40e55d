import { withClient } from './database.ts'
import { type Benchmark, type Figure, median, type Setting } from './figure.ts'
import { type Opened, openOrganization } from './seed.ts'
import { startSink } from './sink.ts'
import { startWeirServer, type WeirServer } from './weir-server.ts'

const BATCH = 100
const TIMES_MAX = 1.3

type Big = { readonly fees: number; readonly organization: Opened; readonly invoiceId: string }

/** A sandbox with one invoice with this many fees, one per group of a charge, created by a billing run. */
async function makeInvoice(server: WeirServer, fees: number, endpointUrl: string): Promise<Big> {
  const organization = await openOrganization(server, { sandbox: true })
  const clock = async (now: string) =>
    call(server, organization, 'PUT', '/test_clock', { test_clock: { now } })
  await clock('2024-03-01T00:00:00Z')
  const tax = { name: 'VAT', code: 'vat', rate: '20', applied_to_organization: true }
  await organization.post('/taxes', { tax })
  await organization.post('/plans', {
    plan: {
      name: 'Groups',
      code: 'groups',
      interval: 'monthly',
      amount_cents: 0,
      amount_currency: 'EUR',
      pay_in_advance: false,
      charges: [
        {
          billable_metric_id: organization.metricIds.get('tokens'),
          charge_model: 'standard',
          properties: { amount: '0.5', pricing_group_keys: ['region'] },
        },
      ],
    },
  })
  await organization.post('/customers', { customer: { external_id: 'big', currency: 'EUR' } })
  await organization.post('/subscriptions', {
    subscription: { external_customer_id: 'big', external_id: 'big', plan_code: 'groups' },
  })
  for (let from = 0; from < fees; from += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, fees - from) }, (_, index) => ({
      transaction_id: `event_${from + index}`,
      external_subscription_id: 'big',
      code: 'tokens',
      timestamp: Date.UTC(2024, 2, 10) / 1000,
      properties: { tokens: 2 + (index % 7), model: 'large', region: `region_${from + index}` },
    }))
    await organization.post('/events/batch', { events })
  }
  await clock('2024-04-02T00:00:00Z')
  const endpoint = { webhook_url: endpointUrl, signature_algo: 'hmac' }
  await organization.post('/webhook_endpoints', { webhook_endpoint: endpoint })
  const { rows } = await withClient(server.databaseUrl, (client) =>
    client.query<{ id: string; fees: number }>(
      `select i.id, (select count(*)::int from fees f where f.invoice_id = i.id and f.fee_type = 'charge') as fees
      from invoices i where i.organization_id = $1 and i.status = 'finalized'`,
      [organization.id],
    ),
  )
  if (rows.length !== 1 || rows[0]?.fees !== fees) {
    throw new Error(`the invoices are ${JSON.stringify(rows)}, and not one of ${fees} fees`)
  }
  return { fees, organization, invoiceId: rows[0].id }
}

/** The time of a request in ms, until the complete response has arrived. */
async function call(
  server: WeirServer,
  { apiKey }: Opened,
  method: string,
  path: string,
  body?: object,
): Promise<number> {
  const begun = performance.now()
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`)
  return performance.now() - begun
}

type Ask = (big: Big, round: number) => Promise<number>

/** The requests measured. */
function asksOf(server: WeirServer): Readonly<Record<string, Ask>> {
  return {
    'GET /invoices/:id': ({ organization, invoiceId }) =>
      call(server, organization, 'GET', `/invoices/${invoiceId}`),
    'GET past_usage': ({ organization }) =>
      call(server, organization, 'GET', '/customers/big/past_usage?external_subscription_id=big'),
    // Sends a webhook with the full invoice, and returns it.
    'PUT /invoices/:id and its webhook': ({ organization, invoiceId }, round) =>
      call(server, organization, 'PUT', `/invoices/${invoiceId}`, {
        invoice: { payment_status: round % 2 === 0 ? 'succeeded' : 'failed' },
      }),
  }
}

async function runBigInvoice(setting: Setting): Promise<readonly Figure[]> {
  const [few, many] = setting.isQuick ? [500, 5000] : [1000, 20_000]
  const rounds = setting.isQuick ? 5 : 15
  const sink = await startSink()
  const environment = { WEIR_ALLOW_PRIVATE_WEBHOOKS: 'true' }
  const server = await startWeirServer(setting.root, { environment })
  try {
    const small = await makeInvoice(server, few, sink.url)
    const big = await makeInvoice(server, many, sink.url)
    await withClient(server.superuserUrl, (client) => client.query('vacuum (analyze)'))
    const figures: Figure[] = []
    for (const [name, ask] of Object.entries(asksOf(server))) {
      const times = { small: [] as number[], big: [] as number[] }
      for (let round = -2; round < rounds; round += 1) {
        // Reads the same number of fees of both, so that both run under the same conditions.
        for (let again = 0; again < many / few; again += 1) {
          const ms = await ask(small, round * (many / few) + again)
          if (round >= 0) times.small.push(ms)
        }
        const ms = await ask(big, round)
        if (round >= 0) times.big.push(ms)
      }
      const value = (median(times.big) / many) * 1000
      const reference = (median(times.small) / few) * 1000
      figures.push({
        name: 'big invoice',
        what: `${name}, a fee of ${many}`,
        unit: 'µs',
        value,
        reference,
        referenceWhat: `a fee of ${few}`,
        ratio: value / reference,
        target: TIMES_MAX,
        isFloor: false,
        details: { medianMs: { [few]: median(times.small), [many]: median(times.big) } },
      })
    }
    return figures
  } finally {
    await server.stop()
    await sink.close()
  }
}

export const bigInvoiceBenchmarks: readonly Benchmark[] = [{ name: 'big-invoice', run: runBigInvoice }]
