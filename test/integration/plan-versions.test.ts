import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { visit } from '../support/browser-session.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'

const WEIR = '/api/weir/v1'

describe('versions of plans', () => {
  let harness: Harness
  let client: Client
  let metricId: string
  let chargeId: string
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  beforeEach(async () => {
    client = await harness.organization()
    await client.clock('2024-03-05T10:00:00Z')
    const metric = {
      name: 'Calls',
      code: 'calls',
      aggregation_type: 'count_agg',
      filters: [{ key: 'region', values: ['eu', 'us'] }],
    }
    metricId = (await ok('POST', '/billable_metrics', { billable_metric: metric })).billable_metric.lago_id
    await ok('POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: 20 } })
    await ok('POST', '/add_ons', {
      add_on: { name: 'Seats', code: 'seats', amount_cents: 100, amount_currency: 'EUR' },
    })
    const { plan } = await ok('POST', '/plans', {
      plan: {
        name: 'P',
        code: 'p',
        interval: 'monthly',
        amount_cents: 1000,
        amount_currency: 'EUR',
        tax_codes: ['vat'],
        minimum_commitment: { amount_cents: 500, tax_codes: ['vat'] },
        usage_thresholds: [{ amount_cents: 9000, recurring: true }, { amount_cents: 20_000 }],
        metadata: { team: 'a' },
        charges: [
          {
            billable_metric_id: metricId,
            charge_model: 'graduated',
            properties: tiers('1', '0.5'),
            tax_codes: ['vat'],
            filters: [{ values: { region: ['eu'] }, properties: tiers('2', '1') }],
          },
        ],
        fixed_charges: [
          { add_on_code: 'seats', charge_model: 'standard', units: '2.5', properties: { amount: '3' } },
        ],
      },
    })
    chargeId = plan.charges[0].lago_id
  })

  async function ok(method: string, path: string, body?: unknown): Promise<Answer['body']> {
    const answer = await client.call(method, path, body)
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  const tiers = (first: string, last: string) => ({
    graduated_ranges: [
      { from_value: 0, to_value: 100, per_unit_amount: first, flat_amount: '0' },
      { from_value: 101, to_value: null, per_unit_amount: last, flat_amount: '0' },
    ],
  })
  const update = (plan: object) => ok('PUT', '/plans/p', { plan })
  const reprice = (last: string, more: object = {}) =>
    update({ charges: [{ id: chargeId, properties: tiers('1', last) }], ...more })
  const versions = async () => (await ok('GET', `${WEIR}/plans/p/versions`)).plan_versions
  const restore = (number: number, body?: object) =>
    client.call('POST', `${WEIR}/plans/p/versions/${number}/restore`, body)
  const subscribe = async (externalId: string, overrides?: object) => {
    await ok('POST', '/customers', { customer: { external_id: externalId, name: externalId } })
    await ok('POST', '/subscriptions', {
      subscription: {
        external_customer_id: externalId,
        external_id: externalId,
        plan_code: 'p',
        ...(overrides ? { plan_overrides: overrides } : {}),
      },
    })
  }
  const lastPrice = async (path: string) => {
    const { charges } = await ok('GET', path)
    return charges[0].properties.graduated_ranges[1].per_unit_amount
  }

  it('a new plan is its first version, and every change makes one, by whatever route', async () => {
    expect(await versions()).toMatchObject([{ number: 1, source: 'api', changes: [], restored_from: null }])
    await reprice('0.4', { amount_cents: 1200 })
    await ok('PUT', '/plans/p/charges/calls', { charge: { properties: tiers('1', '0.3') } })
    const filters = '/plans/p/charges/calls/filters'
    const added = await ok('POST', filters, {
      filter: { values: { region: ['us'] }, properties: tiers('3', '2') },
    })
    await ok('PUT', `${filters}/${added.filter.lago_id}`, {
      filter: { properties: tiers('3', '1'), cascade_updates: true },
    })
    await ok('DELETE', `${filters}/${added.filter.lago_id}`)
    await ok('PUT', '/plans/p/fixed_charges/seats', {
      fixed_charge: { units: '4', properties: { amount: '3' } },
    })
    await ok('PATCH', '/plans/p/metadata', { metadata: { owner: 'b' } })
    await ok('DELETE', '/plans/p/fixed_charges/seats')
    const listed = await versions()
    expect(
      listed.map((version: { number: number; changes: { field: string; kind: string }[] }) => [
        version.number,
        ...version.changes.map(({ field, kind }) => field ?? kind),
      ]),
    ).toEqual([
      [9, 'removed'],
      [8, 'metadata'],
      [7, 'units'],
      [6, 'removed'],
      [5, 'per_unit_amount'],
      [4, 'added'],
      [3, 'per_unit_amount'],
      [2, 'amount_cents', 'per_unit_amount'],
      [1],
    ])
    expect(listed[4]).toMatchObject({ cascade_updates: true, user_email: null })
    expect(listed[4].lago_api_key_id).not.toBeNull()
    expect(listed[7].changes[1]).toMatchObject({
      part: 'charge',
      code: 'calls',
      tier: { from_value: 101, to_value: null },
      before: '0.5',
      after: '0.4',
    })
    const page = await ok('GET', `${WEIR}/plans/p/versions?page=2&per_page=4`)
    expect(page.plan_versions.map(({ number }: { number: number }) => number)).toEqual([5, 4, 3, 2])
    expect(page.meta).toMatchObject({ current_page: 2, total_pages: 3, total_count: 9 })
  })

  it('names the member who changed it, and keeps no version of what changes nothing or is refused', async () => {
    const anna = await visit(harness, client, 'anna@example.com', ['admin'])
    const changed = await anna.call('PUT', '/plans/p', { plan: { amount_cents: 1100 } })
    expect(changed.status).toBe(200)
    await update({ amount_cents: 1100, name: 'P' })
    expect((await client.call('PUT', '/plans/p', { plan: { amount_cents: -1 } })).status).toBe(422)
    const refused = { amount_cents: 1300, charges: [{ billable_metric_id: metricId, charge_model: 'none' }] }
    expect((await client.call('PUT', '/plans/p', { plan: refused })).status).toBe(422)
    expect(await versions()).toMatchObject([
      { number: 2, source: 'front', user_email: 'anna@example.com', api_key_name: null },
      { number: 1 },
    ])
  })

  it('what a deleted tax changed is nobody’s version, before the next one', async () => {
    await ok('DELETE', '/taxes/vat')
    await update({ amount_cents: 1100 })
    const listed = await versions()
    const fields = (version: { changes: { part: string; field: string }[] }) =>
      version.changes.map(({ part, field }) => `${part} ${field}`)
    expect(listed.map(fields)).toEqual([
      ['plan amount_cents'],
      ['plan tax_codes', 'minimum_commitment tax_codes', 'charge tax_codes'],
      [],
    ])
    expect(listed[1]).toMatchObject({ source: 'system', user_email: null, lago_api_key_id: null })
  })

  it('a plan older than its versions has what it was as the first', async () => {
    const { system } = harness.context.database
    await sql`delete from plan_versions where organization_id = ${client.organizationId}`.execute(system)
    expect(await versions()).toEqual([])
    await reprice('0.4')
    expect(await versions()).toMatchObject([
      { number: 2, changes: [{ before: '0.5', after: '0.4' }] },
      { number: 1, source: 'system', created_at: '2024-03-05T10:00:00Z' },
    ])
  })

  it('restores a version by an update: prices, lists and what was removed', async () => {
    const before = (await ok('GET', '/plans/p')).plan
    await update({
      amount_cents: 1,
      name: 'Q',
      charges: [],
      fixed_charges: [],
      tax_codes: [],
      minimum_commitment: {},
      usage_thresholds: [],
      metadata: null,
    })
    const restored = await restore(1)
    expect(restored.status).toBe(200)
    const { definition } = (await ok('GET', `${WEIR}/plans/p/versions/3`)).plan_version
    const first = (await ok('GET', `${WEIR}/plans/p/versions/1`)).plan_version.definition
    const withoutIds = (plan: { charges: object[]; fixed_charges: object[] }) => ({
      ...plan,
      charges: plan.charges.map((charge) => ({ ...charge, id: '' })),
      fixed_charges: plan.fixed_charges.map((charge) => ({ ...charge, id: '' })),
    })
    expect(withoutIds(definition)).toEqual(withoutIds(first))
    expect(restored.body.plan).toMatchObject({
      name: 'P',
      amount_cents: 1000,
      minimum_commitment: { amount_cents: 500 },
      metadata: before.metadata,
      usage_thresholds: [{ amount_cents: 20_000 }, { amount_cents: 9000, recurring: true }],
      charges: [{ code: 'calls', properties: tiers('1', '0.5'), taxes: [{ code: 'vat' }] }],
      fixed_charges: [{ code: 'seats', units: '2.5' }],
    })
    expect((await versions())[0]).toMatchObject({ number: 3, restored_from: 1 })
  })

  it('a charge that was made anew under its code is changed by a restoration, and not replaced', async () => {
    await update({ charges: [] })
    const charge = { billable_metric_id: metricId, code: 'calls', charge_model: 'graduated' }
    const { plan } = await update({ charges: [{ ...charge, properties: tiers('3', '2') }] })
    const restored = await restore(1)
    expect(restored.body.plan.charges).toMatchObject([
      { lago_id: plan.charges[0].lago_id, code: 'calls', properties: tiers('1', '0.5') },
    ])
  })

  it('a restoration cascades as an update does, and not to what was overridden', async () => {
    await subscribe('plain')
    await subscribe('named', { name: 'Mine' })
    await subscribe('own', { charges: [{ id: chargeId, properties: tiers('1', '0.9') }] })
    await reprice('0.4', { cascade_updates: true })
    expect(await lastPrice('/subscriptions/named/charges')).toBe('0.4')
    expect((await restore(1, { plan_version: { cascade_updates: false } })).status).toBe(200)
    expect(await lastPrice('/plans/p/charges')).toBe('0.5')
    expect(await lastPrice('/subscriptions/plain/charges')).toBe('0.5')
    expect(await lastPrice('/subscriptions/named/charges')).toBe('0.4')
    expect((await restore(2, { plan_version: { cascade_updates: true } })).status).toBe(200)
    expect((await restore(1, { plan_version: { cascade_updates: true } })).status).toBe(200)
    expect(await lastPrice('/subscriptions/named/charges')).toBe('0.5')
    expect(await lastPrice('/subscriptions/own/charges')).toBe('0.9')
    const { subscription } = await ok('GET', '/subscriptions/own')
    expect(subscription.plan.code).toBe('p')
    const copies = await sql<{ count: number }>`
      select count(*)::integer as count from plan_versions v join plans p on p.id = v.plan_id
      where v.organization_id = ${client.organizationId} and p.parent_id is not null`.execute(
      harness.context.database.system,
    )
    expect(copies.rows[0]?.count).toBe(0)
  })

  it('404 and 422: refuses what is not there and what cannot come back', async () => {
    for (const number of ['0', '2', 'x', '99999999999', '-1']) {
      const answer = await client.call('GET', `${WEIR}/plans/p/versions/${number}`)
      expect([answer.status, answer.body.code]).toEqual([404, 'plan_version_not_found'])
    }
    expect((await restore(7)).body.code).toBe('plan_version_not_found')
    for (const path of ['versions', 'versions/1']) {
      expect((await client.call('GET', `${WEIR}/plans/none/${path}`)).body.code).toBe('plan_not_found')
    }
    await update({ charges: [], tax_codes: [], minimum_commitment: {} })
    await ok('DELETE', '/taxes/vat')
    expect((await restore(1)).body.code).toBe('tax_not_found')
    await ok('DELETE', '/billable_metrics/calls')
    expect((await restore(1)).body.code).toMatch(/not_found$/)
    expect((await versions())[0].number).toBe(2)
  })

  it('a preview tells what changes, for whom, and writes nothing', async () => {
    await subscribe('plain')
    await subscribe('named', { name: 'Mine' })
    await subscribe('own', { charges: [{ id: chargeId, properties: tiers('1', '0.9') }], amount_cents: 5 })
    const filters = [{ values: { region: ['eu'] }, properties: tiers('2', '0.7') }]
    const charges = [
      { id: chargeId, properties: tiers('1', '0.4'), filters },
      { billable_metric_id: metricId, charge_model: 'standard', properties: { amount: '7' } },
    ]
    const plan = { amount_cents: 1500, interval: 'yearly', charges }
    const { plan_change: change } = await ok('POST', `${WEIR}/plans/p/change_previews`, { plan })
    expect(change.changes).toMatchObject([
      { part: 'plan', field: 'amount_cents', before: 1000, after: 1500 },
      { part: 'charge', tier: { from_value: 101 }, before: '0.5', after: '0.4' },
      { part: 'charge', filter_values: { region: ['eu'] }, before: '1', after: '0.7' },
      { part: 'charge', kind: 'added', after: { charge_model: 'standard', properties: { amount: '7' } } },
    ])
    expect(change).toMatchObject({
      subscriptions_on_plan_count: 1,
      overridden_subscriptions_count: 2,
      keeping_subscriptions_count: 1,
      keeping_subscriptions: [
        {
          external_id: 'own',
          external_customer_id: 'own',
          kept_prices: [
            { part: 'plan', amount_cents: 5, price: null },
            { part: 'charge', code: 'calls', price: { properties: tiers('1', '0.9') } },
          ],
        },
      ],
    })
    expect(await versions()).toHaveLength(1)
    await update({ ...plan, cascade_updates: true })
    expect((await versions())[0].changes).toMatchObject(
      change.changes.map(({ field, before }: { field: string; before: unknown }) => ({ field, before })),
    )
    const usage_thresholds = [{ amount_cents: 9000, recurring: true }, { amount_cents: 20_000 }]
    const same = { amount_cents: 1500, usage_thresholds, tax_codes: ['vat'], metadata: { team: 'a' } }
    const none = await ok('POST', `${WEIR}/plans/p/change_previews`, { plan: same })
    expect(none.plan_change.changes).toEqual([])
  })

  it('a preview refuses what the update refuses', async () => {
    const preview = (plan: object) => client.call('POST', `${WEIR}/plans/p/change_previews`, { plan })
    expect((await preview({ amount_cents: -1 })).body.error_details).toEqual({
      amount_cents: ['value_is_out_of_range'],
    })
    const wrong = { charges: [{ id: chargeId, properties: { graduated_ranges: [] } }] }
    expect(Object.keys((await preview(wrong)).body.error_details)).toEqual(['charges.0.properties'])
    const unknown = { charges: [{ billable_metric_id: client.organizationId, charge_model: 'standard' }] }
    expect((await preview(unknown)).body.code).toBe('billable_metrics_not_found')
    const fixed = (code: string) =>
      preview({
        fixed_charges: [{ add_on_code: code, charge_model: 'standard', properties: { amount: '1' } }],
      })
    expect((await fixed('none')).body.code).toBe('add_ons_not_found')
    expect((await fixed('seats')).body.plan_change.changes).toMatchObject([
      { part: 'fixed_charge', code: 'seats', field: 'units', before: '2.5', after: '0' },
      { part: 'fixed_charge', code: 'seats', field: 'amount', before: '3', after: '1' },
    ])
  })
})
