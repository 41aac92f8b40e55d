import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }

describe('current usage', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function start(setUp: Parameters<typeof subscribe>[1]): Promise<void> {
    client = await harness.organization()
    await client.clock('2024-03-05T00:00:00Z')
    await subscribe(client, setUp)
  }

  let sent = 0
  async function event(properties: object, code = 'm'): Promise<void> {
    sent += 1
    await send(client, { code, transaction_id: `e${sent}`, properties })
  }

  async function usage(query = '') {
    const path = `/customers/c/current_usage?external_subscription_id=s${query}`
    return (await ok(client, 'GET', path)).customer_usage
  }

  it('200: the whole shape, in the first period from the start of the subscription', async () => {
    await start({
      metrics: [{ code: 'm', ...SUM, name: 'Metric' }],
      charges: [{ metric: 'm', properties: { amount: '1.5' }, invoice_display_name: 'Line' }],
    })
    await event({ n: 2 })
    const answer = await usage()
    expect(answer).toEqual({
      from_datetime: '2024-03-05T00:00:00Z',
      to_datetime: '2024-03-31T23:59:59Z',
      issuing_date: '2024-03-31',
      currency: 'EUR',
      amount_cents: 300,
      total_amount_cents: 300,
      taxes_amount_cents: 0,
      lago_invoice_id: null,
      charges_usage: [
        {
          units: '2.0',
          total_aggregated_units: '2.0',
          events_count: 1,
          amount_cents: 300,
          amount_currency: 'EUR',
          pricing_unit_details: null,
          charge: {
            lago_id: expect.any(String),
            code: 'm_charge',
            charge_model: 'standard',
            invoice_display_name: 'Line',
          },
          billable_metric: {
            lago_id: expect.any(String),
            name: 'Metric',
            code: 'm',
            aggregation_type: 'sum_agg',
          },
          filters: [],
          grouped_usage: [],
          presentation_breakdowns: [],
        },
      ],
    })
  })

  it('200: charges stand by the name of their metric, and as chosen', async () => {
    await start({
      metrics: [
        { code: 'z', ...SUM, name: 'alpha' },
        { code: 'y', ...SUM, name: 'Beta' },
        { code: 'x', ...SUM, name: 'gamma' },
      ],
      charges: ['x', 'y', 'z'].map((metric) => ({ metric, properties: { amount: '1' } })),
    })
    const codes = async (query: string) =>
      (await usage(query)).charges_usage.map((row: { charge: { code: string } }) => row.charge.code)
    expect(await codes('')).toEqual(['z_charge', 'y_charge', 'x_charge'])
    expect(await codes('&billable_metric_code=y')).toEqual(['y_charge'])
    expect(await codes('&filter_by_metric_code=y&charge_code=x_charge')).toEqual(['x_charge'])
  })

  it('200: presentation splits units and never the price; the parameter keeps some keys or none', async () => {
    const keys = [{ value: 'team', options: { display_in_invoice: true } }, { value: 'user' }]
    await start({
      metrics: [{ code: 'm', ...SUM, filters: [{ key: 'region', values: ['eu'] }] }],
      charges: [
        {
          metric: 'm',
          code: 'plain',
          properties: { amount: '1', presentation_group_keys: keys },
        },
        {
          metric: 'm',
          code: 'filtered',
          properties: { amount: '1', presentation_group_keys: keys },
          filters: [{ values: { region: ['eu'] }, properties: { amount: '2' } }],
        },
        {
          metric: 'm',
          code: 'grouped',
          properties: { amount: '1', pricing_group_keys: ['region'], presentation_group_keys: keys },
        },
      ],
    })
    await event({ n: 1, region: 'eu', team: 'a', user: 'u1' })
    await event({ n: 2, region: 'eu', team: 'a', user: 'u2' })
    await event({ n: 4, region: 'us', team: 'b', user: 'u1' })
    const rows = async (query = '') => {
      const { charges_usage } = await usage(query)
      return Object.fromEntries(
        charges_usage.map((row: { charge: { code: string } }) => [row.charge.code, row]),
      )
    }
    const all = await rows()
    const part = (team: string, user: string, units: string) => ({ presentation_by: { team, user }, units })
    expect(all.plain.presentation_breakdowns).toHaveLength(3)
    expect(all.plain.presentation_breakdowns).toEqual(
      expect.arrayContaining([part('a', 'u1', '1.0'), part('a', 'u2', '2.0'), part('b', 'u1', '4.0')]),
    )
    expect([all.plain.amount_cents, all.filtered.amount_cents]).toEqual([700, 1000])
    expect(all.filtered.presentation_breakdowns).toEqual([part('b', 'u1', '4.0')])
    expect(all.filtered.filters[0]).toMatchObject({ values: { region: ['eu'] }, amount_cents: 600 })
    expect(all.filtered.filters[0].presentation_breakdowns).toHaveLength(2)
    expect(all.filtered.filters[1]).toMatchObject({ values: null, amount_cents: 400 })
    expect(all.grouped.presentation_breakdowns).toEqual([])
    expect(
      all.grouped.grouped_usage.map((row: { grouped_by: object; presentation_breakdowns: object[] }) => [
        row.grouped_by,
        row.presentation_breakdowns.length,
      ]),
    ).toEqual([
      [{ region: 'eu' }, 2],
      [{ region: 'us' }, 1],
    ])
    const byTeam = await rows(`&filter_by_presentation=${encodeURIComponent('["team"]')}`)
    expect(byTeam.plain.presentation_breakdowns).toEqual([
      { presentation_by: { team: 'a' }, units: '3.0' },
      { presentation_by: { team: 'b' }, units: '4.0' },
    ])
    expect((await rows('&filter_by_presentation=[]')).plain.presentation_breakdowns).toEqual([])
  })

  it('200: a group narrows to its events, by brackets, lists or JSON', async () => {
    await start({
      metrics: [{ code: 'm', ...SUM }],
      charges: [{ metric: 'm', properties: { amount: '1', pricing_group_keys: ['cloud', 'user'] } }],
    })
    await event({ n: 1, cloud: 'aws', user: 'a' })
    await event({ n: 2, cloud: 'gcp', user: 'a' })
    await event({ n: 4, cloud: 'azure', user: 'b' })
    const groups = async (query: string) => {
      const [row] = (await usage(query)).charges_usage
      return [row.units, row.grouped_usage.map((each: { grouped_by: object }) => each.grouped_by)]
    }
    expect(await groups('&group[cloud]=aws')).toEqual(['1.0', [{ user: 'a' }]])
    expect(await groups('&filter_by_group[cloud][]=aws&filter_by_group[cloud][]=azure')).toEqual([
      '5.0',
      [{ user: 'a' }, { user: 'b' }],
    ])
    const json = encodeURIComponent(JSON.stringify({ cloud: ['aws', 'gcp'], user: 'a' }))
    expect(await groups(`&group=${json}`)).toEqual(['3.0', []])
  })

  it('200: taxes follow the chain and can be left out', async () => {
    client = await harness.organization()
    await client.clock('2024-03-05T00:00:00Z')
    for (const [code, rate] of [
      ['vat', 20],
      ['low', 5],
    ]) {
      await ok(client, 'POST', '/taxes', {
        tax: { name: code, code, rate, applied_to_organization: code === 'vat' },
      })
    }
    await subscribe(client, {
      metrics: [{ code: 'm', ...SUM }],
      charges: [
        { metric: 'm', code: 'a', properties: { amount: '1' } },
        { metric: 'm', code: 'b', properties: { amount: '1' }, tax_codes: ['low'] },
      ],
    })
    await event({ n: 10 })
    expect(await usage()).toMatchObject({
      amount_cents: 2000,
      taxes_amount_cents: 250,
      total_amount_cents: 2250,
    })
    expect(await usage('&apply_taxes=false')).toMatchObject({
      taxes_amount_cents: 0,
      total_amount_cents: 2000,
    })
  })

  it('projects standard usage and leaves a recurring quantity alone', async () => {
    await start({
      metrics: [
        { code: 'm', ...SUM },
        { code: 'r', ...SUM, recurring: true },
      ],
      charges: [
        { metric: 'm', properties: { amount: '1' } },
        { metric: 'r', properties: { amount: '1' } },
      ],
      subscription: { subscription_at: '2024-03-01T00:00:00Z' },
    })
    await client.clock('2024-03-10T12:00:00Z')
    await event({ n: 10 })
    await event({ n: 10 }, 'r')
    const path = '/customers/c/projected_usage?external_subscription_id=s'
    const { customer_projected_usage: projected } = await ok(client, 'GET', path)
    expect(projected).toMatchObject({ amount_cents: 2000, projected_amount_cents: 4100 })
    expect(
      projected.charges_usage.map((row: { units: string; projected_units: string }) => [
        row.units,
        row.projected_units,
      ]),
    ).toEqual([
      ['10.0', '31.0'],
      ['10.0', '10.0'],
    ])
    expect(projected.charges_usage[0]).not.toHaveProperty('total_aggregated_units')
    expect(projected.charges_usage[0].charge).not.toHaveProperty('code')
  })

  it('projects by the days that have begun, and what is charged in advance by what is shown', async () => {
    client = await harness.organization()
    await client.clock('2024-02-10T09:30:00Z')
    const properties = { amount: '1' }
    await subscribe(client, {
      metrics: [
        { code: 'm', ...SUM },
        { code: 'n', ...SUM },
      ],
      charges: [
        { metric: 'm', properties },
        { metric: 'n', properties, pay_in_advance: true },
      ],
    })
    await event({ n: 30 })
    await event({ n: 30 }, 'n')
    await event({ n: -15 }, 'n')
    const projected = async (now: string) => {
      await client.clock(now)
      const path = '/customers/c/projected_usage?external_subscription_id=s'
      const { charges_usage: rows } = (await ok(client, 'GET', path)).customer_projected_usage
      return rows.map((row: { projected_units: string; projected_amount_cents: number }) => [
        row.projected_units,
        row.projected_amount_cents,
      ])
    }
    // 10 to 15 February are 6 of 20 days, whatever the hour.
    expect(await projected('2024-02-15T08:00:00Z')).toEqual([
      ['100.0', 10000],
      ['50.0', 10000],
    ])
    expect(await projected('2024-02-29T08:00:00Z')).toEqual([
      ['30.0', 3000],
      ['15.0', 3000],
    ])
  })

  it('404 for an unknown customer or charge, 405 without an active subscription or for full usage', async () => {
    await start({
      metrics: [{ code: 'm', ...SUM, recurring: true }],
      charges: [{ metric: 'm', prorated: true, properties: { amount: '1' } }],
    })
    const refusal = async (path: string) => {
      const { status, body } = await client.call('GET', `/customers/${path}`)
      return [status, body.code]
    }
    expect(await refusal('x/current_usage?external_subscription_id=s')).toEqual([404, 'customer_not_found'])
    expect(await refusal('c/current_usage')).toEqual([405, 'no_active_subscription'])
    expect(await refusal('c/current_usage?external_subscription_id=x')).toEqual([
      405,
      'no_active_subscription',
    ])
    const s = 'c/current_usage?external_subscription_id=s'
    expect(await refusal(`${s}&charge_id=none`)).toEqual([404, 'charge_not_found'])
    expect(await refusal(`${s}&full_usage=true`)).toEqual([405, 'full_usage_not_allowed'])
    expect(await refusal(`${s}&full_usage=true&charge_code=m_charge`)).toEqual([
      405,
      'full_usage_not_allowed',
    ])
    expect(await refusal('c/past_usage')).toEqual([422, 'validation_errors'])
    expect(await refusal('c/past_usage?external_subscription_id=s&billable_metric_code=x')).toEqual([
      404,
      'billable_metric_not_found',
    ])
  })
})
