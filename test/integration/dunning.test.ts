import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

/** A call of a route below /api/weir/v1. */
async function own(client: Client, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await harness.app.inject({
    method: method as 'PUT',
    url: `/api/weir/v1${path}`,
    headers: {
      authorization: `Bearer ${client.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

const CAMPAIGN = {
  code: 'late',
  name: 'Late',
  days_between_attempts: 2,
  max_attempts: 2,
  thresholds: [
    { amount_cents: 15_000, currency: 'EUR' },
    { amount_cents: 10_000, currency: 'USD' },
  ],
}

const create = (client: Client, change: object = {}) =>
  own(client, 'POST', '/dunning_campaigns', { dunning_campaign: { ...CAMPAIGN, ...change } })

const assign = (client: Client, dunning: object) => own(client, 'PUT', '/customers/acme/dunning', { dunning })

const dunningOf = async (client: Client) => (await own(client, 'GET', '/customers/acme/dunning')).body.dunning

/** A customer `acme` who pays at once, and the campaign `late` for it. */
async function dunned(campaign: object = {}): Promise<Client> {
  const client = await harness.organization()
  await sell(client)
  await addCustomer(client, 'acme', { net_payment_term: 0, currency: 'EUR' })
  expect((await create(client, campaign)).status).toBe(200)
  expect((await assign(client, { dunning_campaign_code: 'late' })).status).toBe(200)
  return client
}

/** The payment requests as `currency amount`, in order. */
async function requestsOf(client: Client): Promise<string[]> {
  const { payment_requests: requests } = await ok(client, 'GET', '/payment_requests')
  return requests
    .map(
      (one: { amount_currency: string; amount_cents: number }) =>
        `${one.amount_currency} ${one.amount_cents}`,
    )
    .sort()
}

describe('dunning', () => {
  it('asks in each currency as often as its campaign says, with one clock', async () => {
    const client = await dunned()
    const endpoint = await listen(client)
    await issue(client, 'acme', 14_900)
    const paid = await issue(client, 'acme', 12_000, { currency: 'USD' })
    await pay(client, paid, 1000)
    // Both are overdue from midnight on.
    await client.clock('2025-01-02T00:44:59Z')
    expect(await requestsOf(client)).toEqual([])
    await client.clock('2025-01-02T00:45:00Z')
    // The totals decide, and what is due is asked for.
    expect(await requestsOf(client)).toEqual(['USD 11000'])
    await issue(client, 'acme', 1000)
    await client.clock('2025-01-04T01:44:59Z')
    expect(await requestsOf(client)).toEqual(['USD 11000'])
    await client.clock('2025-01-04T01:45:00Z')
    expect(await requestsOf(client)).toEqual(['EUR 15900', 'USD 11000', 'USD 11000'])
    expect(await dunningOf(client)).toMatchObject({
      last_attempt_at: '2025-01-04T01:45:00Z',
      attempts: [
        { currency: 'EUR', attempts: 1 },
        { currency: 'USD', attempts: 2 },
      ],
    })
    expect(await receivedBy(client, endpoint, 'dunning_campaign.finished')).toEqual([])
    await client.clock('2025-01-07T00:00:00Z')
    const [finished, ...more] = await receivedBy(client, endpoint, 'dunning_campaign.finished')
    expect(more).toEqual([])
    expect(finished.dunning_campaign).toEqual({
      external_customer_id: 'acme',
      dunning_campaign_code: 'late',
      overdue_balance_cents: 15_900,
      overdue_balance_currency: 'EUR',
      overdue_balances: [
        { currency: 'EUR', amount_cents: 15_900 },
        { currency: 'USD', amount_cents: 12_000 },
      ],
      customer_external_id: 'acme',
    })
    await client.clock('2025-02-01T00:00:00Z')
    expect(await requestsOf(client)).toHaveLength(4)
    expect(await receivedBy(client, endpoint, 'payment_request.created')).toHaveLength(4)
  })

  it('tells how far customers have come, and whom it is asking', async () => {
    const client = await dunned()
    const funnelOf = async (who = client) => own(who, 'GET', '/dunning_campaigns/late/funnel')
    const customersOf = async () =>
      (await own(client, 'GET', '/dunning_campaigns/late/customers')).body.customers
    const nobody = { asked: 0, mailed: 0, paid: 0, exhausted: 0, in_progress: 0 }
    expect((await funnelOf()).body.funnel).toEqual(nobody)
    expect(await customersOf()).toEqual([])
    for (const id of ['poor', 'deaf']) {
      await addCustomer(client, id, { net_payment_term: 0, ...(id === 'deaf' ? { email: null } : {}) })
      await own(client, 'PUT', `/customers/${id}/dunning`, { dunning: { dunning_campaign_code: 'late' } })
    }
    const paid = await issue(client, 'acme', 15_000)
    await issue(client, 'poor', 20_000)
    await issue(client, 'deaf', 30_000)
    await client.clock('2025-01-02T01:00:00Z')
    expect((await funnelOf()).body.funnel).toEqual({ ...nobody, asked: 3, mailed: 2, in_progress: 3 })
    expect((await customersOf())[2]).toEqual({
      external_id: 'poor',
      name: 'poor',
      last_attempt_at: '2025-01-02T00:45:00Z',
      next_attempt_at: '2025-01-04T01:45:00Z',
      attempts: [{ currency: 'EUR', attempts: 1 }],
      overdue_balances: [{ currency: 'EUR', amount_cents: 20_000 }],
    })
    await pay(client, paid, 15_000)
    await client.clock('2025-01-05T00:00:00Z')
    expect((await funnelOf()).body.funnel).toEqual({
      asked: 3,
      mailed: 2,
      paid: 1,
      exhausted: 2,
      in_progress: 0,
    })
    const asked: { external_id: string; next_attempt_at: string | null }[] = await customersOf()
    expect(asked.map(({ next_attempt_at }) => next_attempt_at)).toEqual([null, null])
    expect(asked.map(({ external_id }) => external_id)).toEqual(['deaf', 'poor'])
    const stranger = await harness.organization()
    expect((await funnelOf(stranger)).status).toBe(404)
    expect((await own(stranger, 'GET', '/dunning_campaigns/late/customers')).status).toBe(404)
  })

  it('makes one request for each billing entity, and counts one attempt', async () => {
    const client = await dunned()
    await ok(client, 'POST', '/billing_entities', { billing_entity: { code: 'b', name: 'B' } })
    await issue(client, 'acme', 14_900)
    await issue(client, 'acme', 100, { billing_entity_code: 'b' })
    await client.clock('2025-01-02T01:00:00Z')
    expect(await requestsOf(client)).toEqual(['EUR 100', 'EUR 14900'])
    expect((await dunningOf(client)).attempts).toEqual([{ currency: 'EUR', attempts: 1 }])
  })

  it('starts over in the currency of what was paid', async () => {
    const client = await dunned()
    const paid = await issue(client, 'acme', 15_000)
    await client.clock('2025-01-02T01:00:00Z')
    expect((await dunningOf(client)).attempts).toEqual([{ currency: 'EUR', attempts: 1 }])
    await pay(client, paid, 15_000)
    expect(await dunningOf(client)).toMatchObject({
      last_attempt_at: null,
      attempts: [{ currency: 'EUR', attempts: 0 }],
    })
    await issue(client, 'acme', 15_100)
    await client.clock('2025-01-03T01:00:00Z')
    expect(await requestsOf(client)).toEqual(['EUR 15000', 'EUR 15100'])
  })

  it('is as the billing entity says for customers without a campaign of their own', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme', { net_payment_term: 0 })
    await create(client)
    await issue(client, 'acme', 15_000)
    await client.clock('2025-01-02T01:00:00Z')
    expect(await requestsOf(client)).toEqual([])
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    const path = `/billing_entities/${entities[0].code}/dunning`
    expect((await own(client, 'GET', path)).body.dunning.dunning_campaign_code).toBeNull()
    const given = await own(client, 'PUT', path, { dunning: { dunning_campaign_code: 'late' } })
    expect(given.body.dunning).toEqual({
      billing_entity_code: entities[0].code,
      dunning_campaign_code: 'late',
    })
    expect((await own(client, 'GET', path)).body).toEqual(given.body)
    expect((await own(client, 'GET', '/billing_entities/x/dunning')).status).toBe(404)
    expect(await dunningOf(client)).toMatchObject({ dunning_campaign_code: 'late', is_own_campaign: false })
    await client.clock('2025-01-02T02:00:00Z')
    expect(await requestsOf(client)).toEqual(['EUR 15000'])
  })

  it('leaves excluded customers alone', async () => {
    const client = await dunned()
    await assign(client, { exclude_from_dunning_campaign: true })
    await issue(client, 'acme', 15_000)
    await client.clock('2025-01-03T01:00:00Z')
    expect(await requestsOf(client)).toEqual([])
    expect(await dunningOf(client)).toMatchObject({
      exclude_from_dunning_campaign: true,
      dunning_campaign_code: null,
      is_own_campaign: true,
    })
    await assign(client, { exclude_from_dunning_campaign: false })
    await client.clock('2025-01-03T02:00:00Z')
    expect(await requestsOf(client)).toEqual(['EUR 15000'])
  })

  it('starts over when thresholds are not reached any more, and ends with its campaign', async () => {
    const client = await dunned()
    await issue(client, 'acme', 15_000)
    await client.clock('2025-01-02T01:00:00Z')
    const change = (dunning_campaign: object) =>
      own(client, 'PUT', '/dunning_campaigns/late', { dunning_campaign })
    const higher = { thresholds: [{ amount_cents: 15_001, currency: 'EUR' }] }
    expect((await change(higher)).body.dunning_campaign.thresholds).toEqual(higher.thresholds)
    expect(await dunningOf(client)).toMatchObject({ last_attempt_at: null, attempts: [] })
    await change({ thresholds: [{ amount_cents: 15_000, currency: 'EUR' }] })
    await client.clock('2025-01-02T02:00:00Z')
    expect(await requestsOf(client)).toEqual(['EUR 15000', 'EUR 15000'])
    expect((await own(client, 'DELETE', '/dunning_campaigns/late')).status).toBe(200)
    expect(await dunningOf(client)).toMatchObject({ dunning_campaign_code: null, attempts: [] })
    await client.clock('2025-02-02T02:00:00Z')
    expect(await requestsOf(client)).toHaveLength(2)
    expect((await create(client)).status).toBe(200)
  })
})

describe('dunning campaigns', () => {
  it('200: are created, listed, shown and changed', async () => {
    const client = await harness.organization()
    const made = (await create(client, { bcc_emails: ['a@b.io'] })).body.dunning_campaign
    expect(made).toMatchObject({ ...CAMPAIGN, description: null, bcc_emails: ['a@b.io'] })
    expect((await own(client, 'GET', '/dunning_campaigns/late')).body.dunning_campaign).toEqual(made)
    const { dunning_campaigns: all, meta } = (await own(client, 'GET', '/dunning_campaigns')).body
    expect([all, meta.total_count]).toEqual([[made], 1])
    const changed = await own(client, 'PATCH', '/dunning_campaigns/late', {
      dunning_campaign: { name: 'Later', max_attempts: 5 },
    })
    expect(changed.body.dunning_campaign).toMatchObject({ ...CAMPAIGN, name: 'Later', max_attempts: 5 })
  })

  it('422: a code is taken once', async () => {
    const client = await harness.organization()
    await create(client)
    const again = await create(client)
    expect([again.status, again.body.error_details]).toEqual([422, { code: ['value_already_exist'] }])
  })

  it('404: for what is not there, or is of another organization', async () => {
    const client = await dunned()
    const stranger = await harness.organization()
    const refused = async (method: string, path: string, body: object | undefined, code: string) => {
      const answer = await own(stranger, method, path, body)
      expect([answer.status, answer.body.code]).toEqual([404, code])
    }
    await refused('GET', '/dunning_campaigns/late', undefined, 'dunning_campaign_not_found')
    const campaign = { dunning_campaign: { name: 'x' } }
    await refused('PUT', '/dunning_campaigns/late', campaign, 'dunning_campaign_not_found')
    await refused('DELETE', '/dunning_campaigns/late', undefined, 'dunning_campaign_not_found')
    await refused('GET', '/customers/acme/dunning', undefined, 'customer_not_found')
    const dunning = { dunning: { exclude_from_dunning_campaign: true } }
    await refused('PUT', '/customers/acme/dunning', dunning, 'customer_not_found')
    const late = { dunning: { dunning_campaign_code: 'late' } }
    await refused('PUT', '/billing_entities/x/dunning', late, 'dunning_campaign_not_found')
    await refused('PUT', '/billing_entities/x/dunning', dunning, 'billing_entity_not_found')
    expect(await dunningOf(client)).toMatchObject({ dunning_campaign_code: 'late' })
  })
})
