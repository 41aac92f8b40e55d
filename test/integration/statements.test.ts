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
    const section = { name: 'Terms', code: 'terms', details: 'Pay.' }
    await made(client.call('POST', '/invoice_custom_sections', { invoice_custom_section: section }))
    // A process looks the types of a table's columns up once.
    await made(client.call('POST', '/customers', { customer: { ...whole, external_id: 'first' } }))
    const subscription = { external_customer_id: 'first', external_id: 'first', plan_code: 'plan' }
    await made(client.call('POST', '/subscriptions', { subscription }))
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

  /** With everything that a customer can have of its own. */
  const whole = {
    ...details,
    metadata: [{ key: 'a', value: 'b' }],
    tax_codes: ['vat'],
    invoice_custom_section_codes: ['terms'],
  }

  it('POST /customers creates a customer in 6 at most, whatever it has of its own', async () => {
    const statements = await statementsOf('/customers', { customer: { ...whole, external_id: 'new' } })
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(6)
  })

  it('POST /customers changes a customer in 6 at most', async () => {
    await made(client.call('POST', '/customers', { customer: { ...whole, external_id: 'changed' } }))
    const customer = { external_id: 'changed', name: 'Grace' }
    const statements = await statementsOf('/customers', { customer })
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(6)
  })

  it.each([
    ['custom sections', { invoice_custom_section_codes: ['terms'] }],
    ['taxes', { tax_codes: ['vat'] }],
    ['metadata', { metadata: [{ key: 'c', value: 'd' }] }],
  ])('POST /customers changes the %s of a customer in 8 at most', async (what, change) => {
    await made(client.call('POST', '/customers', { customer: { ...details, external_id: what } }))
    const statements = await statementsOf('/customers', { customer: { external_id: what, ...change } })
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(8)
  })

  it('POST /customers writes a customer of an entity that manages EU taxes in 8 at most', async () => {
    const entity = { name: 'EU', code: 'eu', country: 'FR', eu_tax_management: true }
    await made(client.call('POST', '/billing_entities', { billing_entity: entity }))
    const own = { billing_entity_code: 'eu', country: 'DE' }
    const created = await statementsOf('/customers', { customer: { ...whole, ...own, external_id: 'eu' } })
    expect(created.length, created.join('\n')).toBeLessThanOrEqual(8)
    const changed = await statementsOf('/customers', { customer: { external_id: 'eu', name: 'Grace' } })
    expect(changed.length, changed.join('\n')).toBeLessThanOrEqual(8)
    const number = {
      external_id: 'eu checked',
      billing_entity_code: 'eu',
      tax_identification_number: 'FR40303265045',
    }
    const checked = await statementsOf('/customers', { customer: number })
    expect(checked.length, checked.join('\n')).toBeLessThanOrEqual(8)
  })

  it('POST /subscriptions subscribes to a plan in arrears in 19 at most', async () => {
    await made(client.call('POST', '/customers', { customer: { ...details, external_id: 'buyer' } }))
    const subscription = { external_customer_id: 'buyer', external_id: 'bought', plan_code: 'plan' }
    const statements = await statementsOf('/subscriptions', { subscription })
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(19)
  })
})
