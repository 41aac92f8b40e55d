import { type Benchmark, type Figure, median, type Setting } from './figure.ts'
import { LoadConnection } from './load-client.ts'
import { openOrganization } from './seed.ts'

/** A preview may take this many times as long as the current usage of the same subscription. */
const TIMES_MAX = 1.5
const EVENTS_EACH = 20

/** A subscription on a plan with so many charges, each with some usage in the open period. */
async function seedCharges({ server }: Setting, charges: number): Promise<string> {
  const { apiKey, post } = await openOrganization(server)
  await post('/taxes', { tax: { name: 'VAT', code: 'vat', rate: '20', applied_to_organization: true } })
  const codes = Array.from({ length: charges }, (_, n) => `metric_${n}`)
  const made: object[] = []
  for (const code of codes) {
    const { billable_metric } = await post('/billable_metrics', {
      billable_metric: { name: code, code, aggregation_type: 'sum_agg', field_name: 'n' },
    })
    const { lago_id } = billable_metric as unknown as { lago_id: string }
    made.push({ code, billable_metric_id: lago_id, charge_model: 'standard', properties: { amount: '0.01' } })
  }
  await post('/plans', {
    plan: {
      name: 'Preview',
      code: 'preview',
      interval: 'monthly',
      amount_cents: 4900,
      amount_currency: 'EUR',
      pay_in_advance: false,
      charges: made,
    },
  })
  await post('/customers', { customer: { external_id: 'c', currency: 'EUR' } })
  await post('/subscriptions', {
    subscription: {
      external_customer_id: 'c',
      external_id: 's',
      plan_code: 'preview',
      subscription_at: `${new Date().toISOString().slice(0, 8)}01T00:00:00Z`,
    },
  })
  for (const code of codes) {
    const events = Array.from({ length: EVENTS_EACH }, (_, n) => ({
      transaction_id: `${code}-${n}`,
      external_subscription_id: 's',
      code,
      properties: { n },
    }))
    await post('/events/batch', { events })
  }
  return apiKey
}

const ASKED = JSON.stringify({ customer: { external_id: 'c' }, subscriptions: { external_ids: ['s'] } })
const USAGE = '/api/v1/customers/c/current_usage?external_subscription_id=s'

/** Previews and current usage of one subscription in turn. */
async function compare(setting: Setting, charges: number): Promise<Figure> {
  const apiKey = await seedCharges(setting, charges)
  const connection = await LoadConnection.open(setting.server.url, apiKey)
  const previews: number[] = []
  const usages: number[] = []
  const ask = async (latencies: number[], path: string, body?: string) => {
    const begun = performance.now()
    const { status, body: said } = await connection.send(path, body)
    if (status !== 200) throw new Error(`${path}: ${status} ${said.slice(0, 300)}`)
    latencies.push(performance.now() - begun)
  }
  const rounds = setting.isQuick ? 200 : 1000
  for (let round = 0; round < rounds; round += 1) {
    await ask(usages, USAGE)
    await ask(previews, '/api/v1/invoices/preview', ASKED)
  }
  connection.close()
  // The first requests compile the code that the others run.
  const [value, reference] = [previews, usages].map((list) => median(list.slice(rounds / 10)))
  if (value === undefined || reference === undefined) throw new Error('nothing was measured')
  return {
    name: `preview, ${charges} ${charges === 1 ? 'charge' : 'charges'}`,
    what: 'POST /invoices/preview of the next bill, median',
    unit: 'ms',
    value,
    reference,
    referenceWhat: 'GET current_usage of the same subscription, in turn',
    ratio: value / reference,
    target: TIMES_MAX,
    isFloor: false,
    details: { rounds },
  }
}

async function runPreview(setting: Setting): Promise<readonly Figure[]> {
  return [await compare(setting, 1), await compare(setting, 200)]
}

export const previewBenchmarks: readonly Benchmark[] = [{ name: 'preview', run: runPreview }]
