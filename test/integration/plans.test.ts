import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPlansForBilling } from '../../src/store/plans.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const PLAN = { name: 'P', code: 'p', interval: 'monthly', amount_cents: 1000, amount_currency: 'EUR' }

describe('plans', () => {
  let harness: Harness
  let client: Client
  let metricId: string
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function start(): Promise<void> {
    client = await harness.organization()
    await client.clock('2024-03-05T10:00:00Z')
    const made = await client.call('POST', '/billable_metrics', {
      billable_metric: {
        name: 'Seats',
        code: 'seats',
        aggregation_type: 'sum_agg',
        field_name: 'n',
        filters: [{ key: 'region', values: ['eu', 'us'] }],
      },
    })
    metricId = made.body.billable_metric.lago_id
    await client.call('POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: 20 } })
  }

  const create = (plan: object) => client.call('POST', '/plans', { plan: { ...PLAN, ...plan } })
  const update = (plan: object) => client.call('PUT', '/plans/p', { plan })
  const standard = (more: object = {}) => ({
    billable_metric_id: metricId,
    charge_model: 'standard',
    properties: { amount: '1' },
    ...more,
  })

  it('200: answers the whole shape with its parts', async () => {
    await start()
    const made = await create({
      tax_codes: ['vat'],
      minimum_commitment: { amount_cents: 500, tax_codes: ['vat'] },
      usage_thresholds: [
        { amount_cents: 200, recurring: true },
        { amount_cents: 100, threshold_display_name: 'first' },
      ],
      metadata: { team: 'a', none: null },
      charges: [
        standard({
          tax_codes: ['vat'],
          filters: [{ values: { region: ['eu'] }, properties: { amount: '2' } }],
        }),
      ],
    })
    expect(made.status).toBe(200)
    const plan = made.body.plan
    expect(plan).toMatchObject({
      ...PLAN,
      pay_in_advance: false,
      bill_charges_monthly: null,
      bill_fixed_charges_monthly: null,
      customers_count: 0,
      parent_id: null,
      pending_deletion: false,
      fixed_charges: [],
      entitlements: [],
      metadata: { team: 'a', none: null },
      taxes: [{ code: 'vat', rate: 20 }],
      minimum_commitment: {
        plan_code: 'p',
        interval: 'monthly',
        amount_cents: 500,
        taxes: [{ code: 'vat' }],
      },
    })
    expect(plan.usage_thresholds.map((t: { amount_cents: number }) => t.amount_cents)).toEqual([100, 200])
    expect(plan.applicable_usage_thresholds[0]).toEqual({
      threshold_display_name: 'first',
      amount_cents: 100,
      recurring: false,
    })
    expect(plan.charges[0]).toMatchObject({
      code: 'seats',
      billable_metric_code: 'seats',
      taxes: [{ code: 'vat' }],
      filters: [{ charge_code: 'seats', values: { region: ['eu'] }, properties: { amount: '2' } }],
    })
    const listed = await client.call('GET', '/plans')
    expect(listed.body.plans[0]).not.toHaveProperty('fixed_charges')
    const loaded = await harness.context.database.read(client.organizationId, (reads) =>
      loadPlansForBilling(reads, [plan.lago_id]),
    )
    expect(loaded.get(plan.lago_id)?.charges[0]?.metric.code).toBe('seats')
  })

  it('200: charges without a code get one that is free', async () => {
    await start()
    const made = await create({
      charges: [standard(), standard(), standard({ code: 'seats_7' }), standard()],
    })
    expect(made.body.plan.charges.map((c: { code: string }) => c.code)).toEqual([
      'seats',
      'seats_2',
      'seats_7',
      'seats_8',
    ])
  })

  it('422 and 404: refuses what is wrong and keeps nothing of it', async () => {
    await start()
    const refused = async (plan: object) => {
      const answer = await create(plan)
      return answer.status === 422 ? answer.body.error_details : [answer.status, answer.body.code]
    }
    expect(
      await refused({ name: '', code: null, interval: 'daily', amount_cents: null, amount_currency: 'XXX' }),
    ).toEqual({
      name: ['value_is_mandatory'],
      code: ['value_is_mandatory'],
      interval: ['value_is_invalid'],
      amount_cents: ['value_is_mandatory'],
      amount_currency: ['value_is_invalid'],
    })
    expect(await refused({ usage_thresholds: [{ amount_cents: 1 }, { amount_cents: 1 }] })).toEqual({
      usage_thresholds: ['duplicated_values'],
    })
    expect(await refused({ minimum_commitment: { amount_cents: 0 } })).toEqual({
      amount_cents: ['value_is_out_of_range'],
    })
    expect(await refused({ metadata: { a: 1 } })).toEqual({ metadata: ['value_is_invalid'] })
    expect(await refused({ charges: [standard({ code: 'a' }), standard({ code: 'a' })] })).toEqual({
      code: ['value_already_exist'],
    })
    expect(await refused({ charges: [{}] })).toEqual([404, 'billable_metrics_not_found'])
    expect(await refused({ tax_codes: ['none'] })).toEqual([404, 'tax_not_found'])
    expect((await client.call('GET', '/plans')).body.meta.total_count).toBe(0)
  })

  it('never returns 500, whatever a field contains', async () => {
    await start()
    const garbage = [
      '1e400',
      '12345678901234567890123',
      '[]',
      '{"a":1}',
      'true',
      'null',
      '"x"',
      '-1',
      '1.5',
      '[1]',
    ]
    const keys = [
      'name',
      'code',
      'interval',
      'amount_cents',
      'amount_currency',
      'pay_in_advance',
      'trial_period',
    ]
    const parts = [
      'tax_codes',
      'minimum_commitment',
      'usage_thresholds',
      'charges',
      'metadata',
      'fixed_charges',
    ]
    const whole = JSON.stringify(PLAN).slice(1, -1)
    const charge = JSON.stringify(standard()).slice(1, -1)
    const chargeKeys = ['code', 'charge_model', 'properties', 'filters', 'min_amount_cents', 'prorated']
    for (const value of garbage) {
      for (const key of [...keys, ...parts]) {
        const answer = await client.call('POST', '/plans', `{"plan":{${whole},"${key}":${value}}}`)
        expect([key, value, answer.status < 500]).toEqual([key, value, true])
        if (answer.status === 200)
          await client.call('DELETE', `/plans/${encodeURIComponent(answer.body.plan.code)}`)
      }
      for (const key of [...chargeKeys, 'applied_pricing_unit', 'tax_codes', 'regroup_paid_fees']) {
        const body = `{"plan":{${whole},"code":"q","charges":[{${charge},"${key}":${value}}]}}`
        const answer = await client.call('POST', '/plans', body)
        expect([key, value, answer.status < 500]).toEqual([key, value, true])
      }
      for (const part of ['amount_cents', 'recurring', 'threshold_display_name']) {
        const body = `{"plan":{${whole},"code":"r","usage_thresholds":[{"amount_cents":1,"${part}":${value}}]}}`
        expect([part, value, (await client.call('POST', '/plans', body)).status < 500]).toEqual([
          part,
          value,
          true,
        ])
      }
    }
  }, 60_000)

  it('200: an update leaves absent keys alone and replaces lists', async () => {
    await start()
    const made = await create({ minimum_commitment: { amount_cents: 5 }, charges: [standard(), standard()] })
    const [first, second] = made.body.plan.charges
    const renamed = await update({ name: 'N', minimum_commitment: { invoice_display_name: 'min' } })
    expect(renamed.body.plan.minimum_commitment).toMatchObject({
      amount_cents: 5,
      invoice_display_name: 'min',
    })
    expect(renamed.body.plan.charges).toHaveLength(2)
    const listed = await update({
      minimum_commitment: {},
      interval: 'yearly',
      bill_charges_monthly: true,
      charges: [{ id: second.lago_id, properties: { amount: '9' } }, standard()],
    })
    const plan = listed.body.plan
    expect(plan).not.toHaveProperty('minimum_commitment')
    expect([plan.bill_charges_monthly, plan.bill_fixed_charges_monthly]).toEqual([true, false])
    expect(plan.charges.map((c: { code: string }) => c.code)).toEqual(['seats_2', 'seats'])
    expect(plan.charges.map((c: { lago_id: string }) => c.lago_id)).not.toContain(first.lago_id)
    expect(plan.charges[0].properties.amount).toBe('9')
    expect((await update({ name: 'M' })).body.plan.bill_charges_monthly).toBeNull()
  })

  it('200: metadata is replaced, merged and removed', async () => {
    await start()
    await create({})
    const call = async (method: string, path: string, metadata?: unknown) => {
      const answer = await client.call(method, `/plans/p/metadata${path}`, metadata && { metadata })
      return answer.status === 200 ? answer.body.metadata : [answer.status, answer.body.code]
    }
    expect(await call('DELETE', '/a')).toEqual([404, 'metadata_not_found'])
    expect(await call('POST', '', { a: '1', b: null })).toEqual({ a: '1', b: null })
    expect(await call('PATCH', '', { a: '2', c: '3' })).toEqual({ a: '2', b: null, c: '3' })
    expect(await call('DELETE', '/b')).toEqual({ a: '2', c: '3' })
    expect(await call('POST', '', { a: 1 })).toEqual([422, 'validation_errors'])
    expect(await call('DELETE', '')).toBeNull()
  })

  it('200: a deletion marks the plan, makes the work due and is announced', async () => {
    await start()
    const hook = { webhook_url: 'http://127.0.0.1:9/hook' }
    await client.call('POST', '/webhook_endpoints', { webhook_endpoint: hook })
    const made = await create({})
    const deleted = await client.call('DELETE', '/plans/p')
    expect(deleted.body.plan.pending_deletion).toBe(true)
    const { due, webhooks } = await harness.context.database.read(client.organizationId, async (reads) => ({
      due: await reads.selectFrom('dueItems').selectAll().where('kind', '=', 'plan_deletion').execute(),
      webhooks: await reads.selectFrom('webhooks').select(['webhookType', 'payload']).orderBy('id').execute(),
    }))
    expect(due.map((item) => item.subjectId)).toEqual([made.body.plan.lago_id])
    expect(webhooks.map((webhook) => webhook.webhookType)).toEqual(['plan.created', 'plan.deleted'])
    expect(JSON.parse(webhooks[1]?.payload ?? '').plan).not.toHaveProperty('entitlements')
  })
})
