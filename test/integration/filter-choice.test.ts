import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ok, send } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const filter = (values: object, amount: string) => ({
  invoice_display_name: amount,
  values,
  properties: { amount },
})
const LEFT = filter({ model: ['a', 'b'] }, '1')
const RIGHT = filter({ model: ['b', 'c'] }, '10')
const SHARED = filter({ model: ['b'] }, '100')
const EUROPE = filter({ region: ['eu'] }, '1000')
const OVERLAPS = { values: ['overlaps_other_filter'] }

type Fee = { amount_cents: number; units: string; item: { type: string } }
type ChargeUsage = {
  charge: { code: string }
  filters: { units: string; invoice_display_name: string | null }[]
}

describe('which filter an event is billed by', () => {
  let harness: Harness
  let client: Client
  let metricId: string
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())
  beforeEach(async () => {
    client = await harness.organization()
    await client.clock('2024-03-05T10:00:00Z')
    metricId = await metric()
  })

  async function metric(): Promise<string> {
    const filters = [
      { key: 'model', values: ['a', 'b', 'c'] },
      { key: 'region', values: ['eu', 'us'] },
    ]
    const body = { name: 'M', code: 'm', aggregation_type: 'count_agg', filters }
    return (await ok(client, 'POST', '/billable_metrics', { billable_metric: body })).billable_metric.lago_id
  }

  const charge = (code: string, filters: readonly object[], over: object = {}) => ({
    code,
    billable_metric_id: metricId,
    charge_model: 'standard',
    properties: { amount: '0' },
    filters,
    ...over,
  })

  const plan = (charges: readonly object[]) => ({
    plan: { name: 'P', code: 'p', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR', charges },
  })

  async function subscribe(): Promise<void> {
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR' } })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'p' },
    })
  }

  async function refusal(method: 'POST' | 'PUT', path: string, body: unknown): Promise<unknown> {
    const answer = await client.call(method, path, body)
    expect(answer.status).toBe(422)
    return answer.body.error_details
  }

  it('422: filters that claim the same events are refused wherever they are written', async () => {
    expect(await refusal('POST', '/plans', plan([charge('c', [LEFT, RIGHT])]))).toEqual(OVERLAPS)
    expect(await refusal('POST', '/plans', plan([charge('c', [LEFT, EUROPE])]))).toEqual(OVERLAPS)
    const { plan: made } = await ok(client, 'POST', '/plans', plan([charge('c', [LEFT])]))
    const changed = { ...charge('c', [LEFT, RIGHT]), id: made.charges[0].lago_id }
    expect(await refusal('PUT', '/plans/p', plan([changed]))).toEqual(OVERLAPS)
    const second = { charge: charge('d', [LEFT, RIGHT]) }
    expect(await refusal('POST', '/plans/p/charges', second)).toEqual(OVERLAPS)
    const both = { charge: { filters: [LEFT, RIGHT] } }
    expect(await refusal('PUT', '/plans/p/charges/c', both)).toEqual(OVERLAPS)
    expect(await refusal('POST', '/plans/p/charges/c/filters', { filter: RIGHT })).toEqual(OVERLAPS)
    await subscribe()
    expect(await refusal('PUT', '/subscriptions/s/charges/c', both)).toEqual(OVERLAPS)
    expect(await refusal('POST', '/subscriptions/s/charges/c/filters', { filter: RIGHT })).toEqual(OVERLAPS)
    expect((await client.call('GET', '/plans/p')).body.plan.charges).toMatchObject([{ filters: [LEFT] }])
  })

  it('200: a filter for what two others share makes it clear', async () => {
    await ok(client, 'POST', '/plans', plan([charge('c', [LEFT, SHARED])]))
    await ok(client, 'POST', '/plans/p/charges/c/filters', { filter: RIGHT })
    await subscribe()
    for (const model of ['a', 'b', 'c']) {
      await send(client, { code: 'm', transaction_id: model, properties: { model } })
    }
    expect(await usage()).toEqual({ c: ['1.0 at 1', '1.0 at 100', '1.0 at 10'] })
  })

  it('bills an event once in arrears, in advance, in usage and in estimates where a change of the metric left two', async () => {
    const keyed = [
      filter({ model: ['a', 'b'], region: ['eu'] }, '1'),
      filter({ model: ['b', 'c'], region: ['us'] }, '10'),
    ]
    const advance = charge('advance', keyed, { pay_in_advance: true })
    await ok(client, 'POST', '/plans', plan([charge('arrears', keyed), advance]))
    await ok(client, 'PUT', '/billable_metrics/m', {
      billable_metric: { filters: [{ key: 'model', values: ['a', 'b', 'c'] }] },
    })
    await subscribe()
    for (const [index, model] of ['a', 'b', 'b', 'c'].entries()) {
      await send(client, { code: 'm', transaction_id: `e${index}`, properties: { model } })
    }
    const shown = ['3.0 at 1', '1.0 at 10']
    expect(await usage()).toEqual({ arrears: shown, advance: shown })
    await client.clock('2024-03-05T10:00:30Z')
    const { fees } = await ok(client, 'GET', '/fees?external_subscription_id=s')
    expect(fees.map((fee: Fee) => fee.amount_cents).sort()).toEqual([100, 100, 100, 1000])
    const event = { code: 'm', external_subscription_id: 's', properties: { model: 'b' } }
    const estimate = await ok(client, 'POST', '/events/estimate_fees', { event })
    expect(estimate.fees.map((fee: Fee) => fee.amount_cents)).toEqual([100])
    await client.clock('2024-04-01T01:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?invoice_type=subscription')
    const bill = (await ok(client, 'GET', `/invoices/${invoices[0].lago_id}`)).invoice
    const charged = bill.fees.filter((fee: Fee) => fee.item.type === 'charge' && fee.amount_cents > 0)
    expect(charged.map((fee: Fee) => [fee.units, fee.amount_cents])).toEqual([
      ['3.0', 300],
      ['1.0', 1000],
    ])
  })

  /** What each charge shows for its filters with usage. */
  async function usage(): Promise<Record<string, string[]>> {
    const path = '/customers/c/current_usage?external_subscription_id=s'
    const { customer_usage } = await ok(client, 'GET', path)
    const shown = customer_usage.charges_usage.map((each: ChargeUsage) => [
      each.charge.code,
      each.filters
        .filter((part) => part.units !== '0.0')
        .map((part) => `${part.units} at ${part.invoice_display_name}`),
    ])
    return Object.fromEntries(shown)
  }
})
