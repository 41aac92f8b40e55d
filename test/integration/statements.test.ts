import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

/** Everything that was sent to PostgreSQL since `watch`, one entry for each statement. */
const sent: string[] = []

function watch(): void {
  sent.length = 0
  const { query } = pg.Client.prototype
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [asked] = args
    const text = typeof asked === 'string' ? asked : (asked as { text: string }).text
    // A text without parameters may hold several statements.
    // The log of earlier requests is written meanwhile.
    if (text.includes('insert into api_logs')) return Reflect.apply(query, this, args)
    sent.push(...text.split(';').filter((part) => part.trim() !== ''))
    return Reflect.apply(query, this, args)
  })
}

/** The API on PostgreSQL, counting the statements of its requests. */
describe('statements of a request', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    // Not a sandbox, because every request reads a sandbox's clock.
    client = await harness.organization({ sandbox: false })
    const tax = { name: 'VAT', code: 'vat', rate: '20', description: null }
    await made(client.call('POST', '/taxes', { tax }))
    const metric = { name: 'Calls', code: 'calls', aggregation_type: 'count_agg', recurring: false }
    const { body } = await made(client.call('POST', '/billable_metrics', { billable_metric: metric }))
    const charge = {
      billable_metric_id: body.billable_metric.lago_id,
      charge_model: 'standard',
      properties: { amount: '1' },
    }
    const plan = {
      name: 'Plan',
      code: 'plan',
      interval: 'monthly',
      amount_cents: 1000,
      amount_currency: 'EUR',
      pay_in_advance: false,
      tax_codes: ['vat'],
      charges: [
        { ...charge, code: 'one' },
        { ...charge, code: 'two', tax_codes: ['vat'] },
      ],
    }
    await made(client.call('POST', '/plans', { plan }))
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  afterAll(() => harness.close())

  async function made(answer: ReturnType<Client['call']>) {
    const got = await answer
    if (got.status !== 200) throw new Error(`${got.status} ${JSON.stringify(got.body)}`)
    return got
  }

  async function statementsOf(path: string, body: object): Promise<readonly string[]> {
    watch()
    await made(client.call('POST', path, body))
    vi.restoreAllMocks()
    return [...sent]
  }

  const details = {
    name: 'Ada',
    email: 'ada@example.com',
    currency: 'EUR',
    timezone: 'Europe/Paris',
    shipping_address: { city: 'Paris' },
  }

  it('POST /customers creates a customer in 9 at most', async () => {
    const customer = { ...details, external_id: 'new', metadata: [{ key: 'a', value: 'b' }] }
    const statements = await statementsOf('/customers', { customer })
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(9)
  })

  it('POST /customers changes a customer in 10 at most', async () => {
    await made(client.call('POST', '/customers', { customer: { ...details, external_id: 'changed' } }))
    const customer = { external_id: 'changed', name: 'Grace' }
    const statements = await statementsOf('/customers', { customer })
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(10)
  })

  it('POST /subscriptions subscribes to a plan in arrears in 21 at most', async () => {
    await made(client.call('POST', '/customers', { customer: { ...details, external_id: 'buyer' } }))
    const subscription = { external_customer_id: 'buyer', external_id: 'bought', plan_code: 'plan' }
    const statements = await statementsOf('/subscriptions', { subscription })
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(21)
  })
})
