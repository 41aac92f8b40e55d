import { type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { billableMetricsByIds } from '../../src/store/billable-metrics.ts'
import { chargesOfPlans, deleteCharges, filtersOfCharges } from '../../src/store/charges.ts'
import { flagDraftsOfPlans } from '../../src/store/draft-invoices.ts'
import { newId } from '../../src/store/ids.ts'
import { awaitedPlans } from '../../src/store/subscriptions.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

/** What a copy of a plan is made of: the columns that differ in another copy, and the row that is copied. */
const CLONES = [
  ['plans', `jsonb_build_object('id', copies.plan_id)`, 'x.id = old_plan_id'],
  [
    'charges',
    `jsonb_build_object('id', copies.charge_id, 'plan_id', copies.plan_id)`,
    'x.plan_id = old_plan_id',
  ],
  [
    'charge_filters',
    `jsonb_build_object('id', gen_random_uuid(), 'charge_id', copies.charge_id)`,
    'x.charge_id = (select id from charges where plan_id = old_plan_id)',
  ],
  [
    'subscriptions',
    `jsonb_build_object('id', subscription_id, 'plan_id', copies.plan_id, 'external_id', 's' || n)`,
    'x.id = old_subscription_id',
  ],
] as const

describe('charges of plans and of subscriptions', () => {
  let harness: Harness
  let client: Client
  let metricId: string
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  /** A plan `p` with the charge `c` (one filter on eu) and the subscriptions named. */
  async function start(...subscriptions: string[]): Promise<{ chargeId: string }> {
    client = await harness.organization()
    await client.clock('2024-03-05T10:00:00Z')
    const filters = [{ key: 'region', values: ['eu', 'us'] }]
    const metric = { name: 'M', code: 'm', aggregation_type: 'sum_agg', field_name: 'n', filters }
    const made = await client.call('POST', '/billable_metrics', { billable_metric: metric })
    metricId = made.body.billable_metric.lago_id
    await client.call('POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: 20 } })
    const plan = await client.call('POST', '/plans', {
      plan: {
        name: 'P',
        code: 'p',
        interval: 'monthly',
        amount_cents: 1000,
        amount_currency: 'EUR',
        tax_codes: ['vat'],
        usage_thresholds: [{ amount_cents: 700 }],
        charges: [
          {
            code: 'c',
            billable_metric_id: metricId,
            charge_model: 'standard',
            properties: { amount: '1' },
            tax_codes: ['vat'],
            filters: [
              { values: { region: ['eu'] }, properties: { amount: '2' }, invoice_display_name: 'EU' },
            ],
          },
        ],
      },
    })
    await client.call('POST', '/customers', { customer: { external_id: 'cust', currency: 'EUR' } })
    for (const externalId of subscriptions) {
      const subscription = { external_customer_id: 'cust', external_id: externalId, plan_code: 'p' }
      expect((await client.call('POST', '/subscriptions', { subscription })).status).toBe(200)
    }
    return { chargeId: plan.body.plan.charges[0].lago_id }
  }

  const put = (path: string, body: object) => client.call('PUT', path, body)
  const chargeOf = async (path: string) => (await client.call('GET', path)).body.charge

  it('200: a subscription gets its own copy, without taxes, and the plan stays as it is', async () => {
    const { chargeId } = await start('s')
    const own = await put('/subscriptions/s/charges/c', { charge: { properties: { amount: '9' } } })
    expect(own.body.charge).toMatchObject({
      code: 'c',
      lago_parent_id: chargeId,
      properties: { amount: '9' },
      taxes: [],
      filters: [{ invoice_display_name: 'EU', properties: { amount: '2' } }],
    })
    const again = await put('/subscriptions/s/charges/c', { charge: { invoice_display_name: 'Mine' } })
    expect(again.body.charge).toMatchObject({ lago_id: own.body.charge.lago_id, properties: { amount: '9' } })
    expect((await chargeOf('/plans/p/charges/c')).properties).toEqual({ amount: '1' })
    expect((await client.call('GET', '/plans')).body.meta.total_count).toBe(1)
    const copies = await harness.context.database.read(client.organizationId, (reads) =>
      reads.selectFrom('plans').selectAll().where('parentId', 'is not', null).execute(),
    )
    expect(copies.map((copy) => [copy.code, copy.amountCents])).toEqual([['p', 1000n]])
  })

  it('403 and 422: an override keeps the model and the rules of prices', async () => {
    await start('s')
    const model = await put('/subscriptions/s/charges/c', { charge: { charge_model: 'volume' } })
    expect([model.status, model.body.code]).toEqual([403, 'cannot_override_charge_model'])
    const wrong = await put('/subscriptions/s/charges/c', { charge: { properties: { amount: 5 } } })
    expect(wrong.body.error_details).toEqual({ properties: ['invalid_amount'] })
    expect((await chargeOf('/subscriptions/s/charges/c')).lago_parent_id).toBeNull()
  })

  it('a cascade changes copies that still have the old price, and no others', async () => {
    await start('same', 'other')
    await put('/subscriptions/same/charges/c', {
      charge: { invoice_display_name: 'Same', min_amount_cents: 3 },
    })
    await put('/subscriptions/other/charges/c', { charge: { properties: { amount: '9' } } })
    const properties = { amount: '5', pricing_group_keys: ['region'] }
    await put('/plans/p/charges/c', { charge: { properties, min_amount_cents: 50, cascade_updates: true } })
    expect(await chargeOf('/subscriptions/same/charges/c')).toMatchObject({
      properties: { amount: '5', pricing_group_keys: ['region'] },
      invoice_display_name: 'Same',
      min_amount_cents: 3,
    })
    expect((await chargeOf('/subscriptions/other/charges/c')).properties).toMatchObject({
      amount: '9',
      pricing_group_keys: ['region'],
    })
  })

  it('a cascade takes the rate of a pricing unit and target wallets to copies that still have the old ones', async () => {
    await start()
    await harness.context.database.writeAs(client.organizationId, (tx) =>
      sql`insert into pricing_units (organization_id, id, code, name, short_name, created_at, updated_at)
        values (${client.organizationId}, ${newId()}, 'credits', 'Credits', 'CR', now(), now())`.execute(tx),
    )
    const charge = {
      code: 'u',
      billable_metric_id: metricId,
      charge_model: 'standard',
      properties: { amount: '1' },
      applied_pricing_unit: { code: 'credits', conversion_rate: '0.5' },
    }
    expect((await client.call('POST', '/plans/p/charges', { charge })).status).toBe(200)
    for (const external_id of ['same', 'other']) {
      const subscription = { external_customer_id: 'cust', external_id, plan_code: 'p' }
      await client.call('POST', '/subscriptions', { subscription })
      await put(`/subscriptions/${external_id}/charges/c`, { charge: { invoice_display_name: 'own' } })
    }
    const own = { applied_pricing_unit: { conversion_rate: '0.7' } }
    await put('/subscriptions/other/charges/u', { charge: own })
    const change = { applied_pricing_unit: { conversion_rate: '0.9' }, accepts_target_wallet: true }
    await put('/plans/p/charges/u', { charge: { ...change, cascade_updates: true } })
    expect(await chargeOf('/subscriptions/same/charges/u')).toMatchObject({
      applied_pricing_unit: { code: 'credits', conversion_rate: '0.9' },
      accepts_target_wallet: true,
    })
    expect(await chargeOf('/subscriptions/other/charges/u')).toMatchObject({
      applied_pricing_unit: { code: 'credits', conversion_rate: '0.7' },
      accepts_target_wallet: true,
    })
  })

  it('a cascade adds and removes charges in copies in use, and only with the flag', async () => {
    await start('s')
    await put('/subscriptions/s/charges/c', { charge: { invoice_display_name: 'x' } })
    const charge = { billable_metric_id: metricId, charge_model: 'standard', properties: { amount: '3' } }
    await client.call('POST', '/plans/p/charges', { charge: { ...charge, code: 'quiet' } })
    await client.call('POST', '/plans/p/charges', {
      charge: { ...charge, code: 'loud', cascade_updates: true },
    })
    const codes = async () =>
      (await client.call('GET', '/subscriptions/s/charges')).body.charges.map((c: { code: string }) => c.code)
    expect(await codes()).toEqual(['c', 'loud'])
    await client.call('DELETE', '/plans/p/charges/c', { charge: { cascade_updates: true } })
    await client.call('DELETE', '/plans/p/charges/loud')
    expect(await codes()).toEqual(['loud'])
  })

  it('a cascade reaches more copies than one statement writes, each by its own prices', async () => {
    await start('s')
    await put('/subscriptions/s', { subscription: { plan_overrides: { name: 'Own' } } })
    await multiply('s', 1100)
    await sql`update charges set properties = '{"amount": "9"}'
      where parent_id is not null and organization_id = ${client.organizationId}
        and plan_id in (select plan_id from subscriptions where external_id like '%7')`.execute(system())
    const filters = [
      { values: { region: ['us'] }, properties: { amount: '8' } },
      { values: { region: ['eu'] }, properties: { amount: '6' }, invoice_display_name: 'EU' },
    ]
    const charge = { properties: { amount: '5' }, filters, cascade_updates: true }
    expect((await put('/plans/p/charges/c', { charge })).status).toBe(200)
    const prices = await countOf(sql`concat_ws(' ', c.code, c.properties->>'amount', (
        select string_agg(concat(f.position, f.values->'region'->>0, f.properties->>'amount', f.invoice_display_name),
          ' ' order by f.position)
        from charge_filters f
        where f.organization_id = c.organization_id and f.charge_id = c.id and f.deleted_at is null))`)
    expect(prices).toEqual({ 'c 5 0eu6EU 1us8': 991, 'c 9 0eu6EU 1us8': 110 })

    const more = { code: 'more', billable_metric_id: metricId, charge_model: 'standard', filters }
    const added = await client.call('POST', '/plans/p/charges', {
      charge: { ...more, properties: { amount: '3' }, cascade_updates: true },
    })
    expect(added.status).toBe(200)
    expect(
      await countOf(sql`concat_ws(' ', c.code, (select count(*) from charge_filters f
      where f.organization_id = c.organization_id and f.charge_id = c.id))`),
    ).toEqual({
      'c 2': 1101,
      'more 2': 1101,
    })
    await client.call('DELETE', '/plans/p/charges/c', { charge: { cascade_updates: true } })
    expect(await countOf(sql`c.code`)).toEqual({ more: 1101 })
  })

  it.each([
    ['a copy that is changed', 's', { charge: { invoice_display_name: 'Mine' } }],
    ['a copy that is made', 't', { charge: { invoice_display_name: 'Mine' } }],
    [
      'a copy that is changed as a whole',
      's',
      { subscription: { plan_overrides: { charges: [{ code: 'c' }] } } },
    ],
    ['a copy that is made as a whole', 't', { subscription: { plan_overrides: { name: 'Mine' } } }],
  ])('a cascade under way reaches %s meanwhile', async (_which, externalId, body) => {
    await start('s', 't')
    await put('/subscriptions/s', { subscription: { plan_overrides: { name: 'Own' } } })
    const cascade = new pg.Client({ connectionString: harness.databaseUrl })
    await cascade.connect()
    await cascade.query('begin')
    await cascade.query('select from plans where id = $1 for update', [await planId()])
    await cascade.query(`update charges set properties = '{"amount": "7"}' where organization_id = $1`, [
      client.organizationId,
    ])
    const path = 'charge' in body ? `/subscriptions/${externalId}/charges/c` : `/subscriptions/${externalId}`
    const change = put(path, body)
    await expect
      .poll(async () => (await cascade.query('select from pg_locks where not granted')).rowCount)
      .toBeGreaterThan(0)
    await cascade.query('commit')
    await cascade.end()
    expect((await change).status).toBe(200)
    const charge = await chargeOf(`/subscriptions/${externalId}/charges/c`)
    expect(charge.lago_parent_id).not.toBeNull()
    expect(charge.properties).toEqual({ amount: '7' })
  })

  it('takes lists of ids that no list of parameters could hold', async () => {
    await start('s')
    const ids = Array.from({ length: 70_000 }, () => newId())
    await inTransaction(harness.context.database, client.organizationId, async (tx) => {
      expect(await chargesOfPlans(tx, ids)).toEqual([])
      expect((await filtersOfCharges(tx, ids)).size).toBe(0)
      expect((await billableMetricsByIds(tx, [...ids, metricId])).size).toBe(1)
      expect(await awaitedPlans(tx, ids)).toEqual([])
      await flagDraftsOfPlans(tx, ids)
      await deleteCharges(tx, ids, harness.context.systemNow())
      expect((await chargesOfPlans(tx, [...ids, await planId()])).map((charge) => charge.code)).toEqual(['c'])
    })
  })

  const system = () => harness.context.database.system

  const planId = async () => (await client.call('GET', '/plans/p')).body.plan.lago_id

  /** How many charges of copies there are of each kind. */
  async function countOf(kind: RawBuilder<unknown>): Promise<Record<string, number>> {
    const { rows } = await sql<{ kind: string; count: number }>`
      select ${kind} as kind, count(*)::integer as count from charges c
      where c.organization_id = ${client.organizationId} and c.parent_id is not null and c.deleted_at is null
      group by 1`.execute(system())
    return Object.fromEntries(rows.map((row) => [row.kind, row.count]))
  }

  /** Gives the customer as many more subscriptions like one that has a copy of the plan. */
  async function multiply(externalId: string, count: number): Promise<void> {
    const copies = sql`create temporary table copies on commit drop as
      select n, gen_random_uuid() as plan_id, gen_random_uuid() as charge_id, gen_random_uuid() as subscription_id,
        s.plan_id as old_plan_id, s.id as old_subscription_id, s.organization_id
      from subscriptions s, generate_series(1, ${count}::integer) n
      where s.external_id = ${externalId} and s.organization_id = ${client.organizationId}`
    await system()
      .transaction()
      .execute(async (tx) => {
        await copies.execute(tx)
        for (const [table, ids, from] of CLONES) {
          await sql`insert into ${sql.table(table)}
            select (jsonb_populate_record(x, ${sql.raw(ids)})).* from ${sql.table(table)} x
            join copies on copies.organization_id = x.organization_id and ${sql.raw(from)}`.execute(tx)
        }
      })
  }

  it('a cascade of the plan reaches its amount and its list of charges', async () => {
    const { chargeId } = await start('s', 't')
    await put('/subscriptions/s', { subscription: { plan_overrides: { amount_cents: 77 } } })
    await put('/subscriptions/t', { subscription: { plan_overrides: { name: 'T' } } })
    const charges = [{ id: chargeId, properties: { amount: '4' } }]
    await put('/plans/p', { plan: { amount_cents: 2000, charges, cascade_updates: true } })
    const copies = await harness.context.database.read(client.organizationId, (reads) =>
      reads
        .selectFrom('plans')
        .select('amountCents')
        .where('parentId', 'is not', null)
        .orderBy('id')
        .execute(),
    )
    expect(copies.map((copy) => copy.amountCents)).toEqual([77n, 2000n])
    expect((await chargeOf('/subscriptions/s/charges/c')).properties).toEqual({ amount: '4' })
  })

  it('a charge may change its metric until its plan has a subscription', async () => {
    const { chargeId } = await start()
    const metric = async (code: string, filters: object[]) => {
      const body = { name: code, code, aggregation_type: 'count_agg', filters }
      return (await client.call('POST', '/billable_metrics', { billable_metric: body })).body.billable_metric
        .lago_id
    }
    const calls = await metric('calls', [{ key: 'region', values: ['eu', 'asia'] }])
    const visits = await metric('visits', [])
    const moved = await put('/plans/p/charges/c', { charge: { billable_metric_id: calls } })
    expect(moved.body.charge).toMatchObject({
      lago_id: chargeId,
      lago_billable_metric_id: calls,
      billable_metric_code: 'calls',
      properties: { amount: '1' },
      filters: [{ values: { region: ['eu'] }, properties: { amount: '2' } }],
    })
    const entry = {
      id: chargeId,
      billable_metric_id: visits,
      charge_model: 'standard',
      properties: { amount: '3' },
    }
    const listed = await put('/plans/p', { plan: { charges: [entry] } })
    expect(listed.body.plan.charges).toMatchObject([
      { lago_id: chargeId, billable_metric_code: 'visits', properties: { amount: '3' }, filters: [] },
    ])
    const unknown = { billable_metric_id: '00000000-0000-4000-8000-000000000000' }
    expect((await put('/plans/p/charges/c', { charge: unknown })).body.code).toBe('billable_metric_not_found')
    const refused = await put('/plans/p', { plan: { charges: [{ ...entry, ...unknown }] } })
    expect(refused.body.code).toBe('billable_metrics_not_found')
    const prorated = await put('/plans/p/charges/c', {
      charge: { billable_metric_id: metricId, prorated: true },
    })
    expect(prorated.body.error_details).toEqual({ prorated: ['invalid_billable_metric_or_charge_model'] })
    const subscription = { external_customer_id: 'cust', external_id: 's', plan_code: 'p' }
    expect((await client.call('POST', '/subscriptions', { subscription })).status).toBe(200)
    const frozen = await put('/plans/p/charges/c', { charge: { billable_metric_id: metricId } })
    expect(frozen.body.charge.billable_metric_code).toBe('visits')
    await client.call('POST', '/events', {
      event: { transaction_id: 't', external_subscription_id: 's', code: 'visits' },
    })
    const usage = await client.call('GET', '/customers/cust/current_usage?external_subscription_id=s')
    expect(usage.body.customer_usage.amount_cents).toBe(300)
  })

  it('a plan in use keeps what is frozen without an error', async () => {
    const { chargeId } = await start('s')
    const plan = { code: 'q', interval: 'weekly', amount_cents: 5, pay_in_advance: true }
    const charges = [{ id: chargeId, charge_model: 'volume', code: 'z', properties: { amount: '8' } }]
    const changed = await put('/plans/p', { plan: { ...plan, charges } })
    expect(changed.body.plan).toMatchObject({
      code: 'p',
      interval: 'monthly',
      amount_cents: 5,
      pay_in_advance: false,
    })
    expect(changed.body.plan.charges[0]).toMatchObject({
      code: 'c',
      charge_model: 'standard',
      properties: { amount: '8' },
    })
  })

  it('a cheaper plan cancels the downgrade that waited, a dearer one is followed at once', async () => {
    await start('down', 'up')
    const cheap = { name: 'C', code: 'cheap', interval: 'monthly', amount_cents: 500, amount_currency: 'EUR' }
    await client.call('POST', '/plans', { plan: cheap })
    const subscribe = (externalId: string) =>
      client.call('POST', '/subscriptions', {
        subscription: { external_customer_id: 'cust', external_id: externalId, plan_code: 'cheap' },
      })
    await subscribe('down')
    await put('/plans/p', { plan: { amount_cents: 400 } })
    const statuses = async (externalId: string) =>
      harness.context.database.read(client.organizationId, async (reads) => {
        const rows = await reads
          .selectFrom('subscriptions as s')
          .innerJoin('plans as p', 'p.id', 's.planId')
          .select(['s.status', 'p.code'])
          .where('s.externalId', '=', externalId)
          .orderBy('s.id')
          .execute()
        return rows.map((row) => `${row.code} ${row.status}`)
      })
    expect(await statuses('down')).toEqual(['p active', 'cheap canceled'])
    await put('/plans/p', { plan: { amount_cents: 1000 } })
    await subscribe('up')
    expect(await statuses('up')).toEqual(['p active', 'cheap pending'])
    await put('/plans/cheap', { plan: { amount_cents: 1000 } })
    expect(await statuses('up')).toEqual(['p terminated', 'cheap active'])
  })

  it('a deleted metric takes its charges along, and the tracker follows the keys of charges', async () => {
    await start()
    const keys = () =>
      harness.context.database.read(client.organizationId, async (reads) => {
        const rows = await reads
          .selectFrom('usageTrackers')
          .selectAll()
          .where('isCurrent', '=', true)
          .execute()
        return rows.map((row) => row.keys)
      })
    expect(await keys()).toEqual([['region']])
    await put('/plans/p/charges/c', { charge: { properties: { amount: '1', pricing_group_keys: ['team'] } } })
    expect(await keys()).toEqual([['region', 'team']])
    await client.call('DELETE', '/billable_metrics/m')
    expect((await client.call('GET', '/plans/p')).body.plan.charges).toEqual([])
    expect(await keys()).toEqual([])
  })

  it('404: names what is missing on the way', async () => {
    await start('s')
    const code = async (method: string, path: string, body?: object) =>
      (await client.call(method, path, body)).body.code
    const filter = { filter: { invoice_display_name: 'x' } }
    expect(await code('GET', '/plans/none/charges')).toBe('plan_not_found')
    expect(await code('GET', '/plans/p/charges/none/filters')).toBe('charge_not_found')
    expect(await code('PUT', '/plans/p/charges/c/filters/not-an-id', filter)).toBe('charge_filter_not_found')
    expect(await code('GET', '/subscriptions/none/charges')).toBe('subscription_not_found')
    expect(await code('GET', '/subscriptions/s/charges?subscription_status=pending')).toBe(
      'subscription_not_found',
    )
    expect(await code('DELETE', '/subscriptions/s/charges/c/filters/not-an-id')).toBe(
      'charge_filter_not_found',
    )
  })
})
