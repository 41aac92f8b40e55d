import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

// White space around an id or a code never creates another object, wherever the id is sent.

const BLANKS = [' ', '\t', '\n', '\u00a0', '\u3000', '\ufeff']

let harness: Harness
let client: Client
beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  await client.clock('2024-03-05T00:00:00Z')
})
afterAll(() => harness.close())

let turn = 0
/** The id with surrounding white space, different each time. */
function loose(id: string): string {
  turn += 1
  return `${BLANKS[turn % BLANKS.length]}${id}${BLANKS[(turn + 1) % BLANKS.length]} `
}
const ok = async (method: string, path: string, body?: unknown) => {
  const answer = await client.call(method, path, body)
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBe(200)
  return answer.body
}

describe('ids', () => {
  it('of a catalogue are stored tidy and found however they are written', async () => {
    const tax = { name: 'VAT', code: loose('vat'), rate: 20 }
    expect((await ok('POST', '/taxes', { tax })).tax.code).toBe('vat')
    expect((await client.call('POST', '/taxes', { tax: { ...tax, code: 'vat' } })).status).toBe(422)
    const metric = { name: 'Calls', code: loose('calls'), aggregation_type: 'count_agg' }
    const { billable_metric: stored } = await ok('POST', '/billable_metrics', { billable_metric: metric })
    expect(stored.code).toBe('calls')
    const charge = {
      billable_metric_id: stored.lago_id,
      code: loose('charge'),
      charge_model: 'standard',
      properties: { amount: '1' },
      tax_codes: [loose('vat'), 'vat'],
    }
    const plan = { name: 'P', code: loose('p'), interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' }
    const made = await ok('POST', '/plans', { plan: { ...plan, pay_in_advance: false, charges: [charge] } })
    expect(made.plan.code).toBe('p')
    expect(made.plan.charges).toMatchObject([{ code: 'charge', taxes: [{ code: 'vat' }] }])
    const privileges = [{ code: loose('max'), value_type: 'integer' }]
    await ok('POST', '/features', { feature: { code: loose('seats'), privileges } })
    const entitlements = { [loose('seats')]: { [loose('max')]: 5 } }
    await ok('POST', `/plans/${encodeURIComponent(loose('p'))}/entitlements`, { entitlements })
    const found = await ok('GET', `/plans/${encodeURIComponent(loose('p'))}`)
    expect(found.plan.entitlements).toMatchObject([
      { code: 'seats', privileges: [{ code: 'max', value: 5 }] },
    ])
  })

  it('of customers and subscriptions name one object, and its events count', async () => {
    await ok('POST', '/customers', { customer: { external_id: loose('acme'), name: 'A', currency: 'EUR' } })
    await ok('POST', '/subscriptions', {
      subscription: {
        external_customer_id: loose('acme'),
        plan_code: loose('p'),
        external_id: loose('acme-1'),
      },
    })
    const { customers } = await ok('GET', '/customers')
    expect(customers).toMatchObject([{ external_id: 'acme' }])
    for (const blank of BLANKS) {
      const event = {
        transaction_id: `${blank}t${BLANKS.indexOf(blank)}${blank}`,
        external_subscription_id: `acme-1${blank}`,
        code: `${blank}calls`,
      }
      await ok('POST', '/events', { event })
      const repeated = await client.call('POST', '/events', {
        event: { ...event, transaction_id: event.transaction_id.trim() },
      })
      expect(repeated.body.error_details).toEqual({ transaction_id: ['value_already_exist'] })
    }
    await ok('POST', '/events/batch', {
      events: [
        { transaction_id: 'b1', external_customer_id: loose('acme'), code: loose('calls') },
        { transaction_id: 'b2', external_subscription_id: loose('acme-1'), code: loose('calls') },
      ],
    })
    const path = `/customers/${encodeURIComponent(loose('acme'))}/current_usage`
    const query = `external_subscription_id=${encodeURIComponent(loose('acme-1'))}`
    const usage = await ok('GET', `${path}?${query}&charge_code=${encodeURIComponent(loose('charge'))}`)
    expect(usage.customer_usage.charges_usage).toMatchObject([{ units: '8.0' }])
  })

  it('in queries find what they name', async () => {
    for (const [path, root, count] of [
      ['/events?external_subscription_id=', 'events', 8],
      ['/subscriptions?external_customer_id=', 'subscriptions', 1],
      ['/subscriptions?plan_code=', 'subscriptions', 1],
      ['/customers?external_id=', 'customers', 1],
    ] as const) {
      const id = path.includes('plan_code') ? 'p' : path.includes('subscription_id') ? 'acme-1' : 'acme'
      const body = await ok('GET', `${path}${encodeURIComponent(loose(id))}`)
      expect(body[root].length, path).toBe(count)
    }
    const found = await ok('GET', `/events/${encodeURIComponent(loose('t0'))}`)
    expect(found.event).toMatchObject({ transaction_id: 't0', code: 'calls' })
  })

  it('422 when nothing but white space is left', async () => {
    const customer = await client.call('POST', '/customers', { customer: { external_id: BLANKS.join('') } })
    expect(customer.body.error_details).toEqual({ external_id: ['value_is_mandatory'] })
    const event = await client.call('POST', '/events', { event: { transaction_id: '\ufeff', code: '\t' } })
    expect(event.body.error_details).toEqual({
      transaction_id: ['value_is_mandatory'],
      code: ['value_is_mandatory'],
    })
  })
})
