import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const SUM = { name: 'Storage', code: 'storage', aggregation_type: 'sum_agg', field_name: 'gb' }

describe('billable metrics', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  const create = (client: Client, body: object) =>
    client.call('POST', '/billable_metrics', { billable_metric: body })

  it('200: answers all that was set, filters ordered by key and value', async () => {
    const client = await harness.organization()
    const filters = [
      { key: 'tier', values: ['b', 'a'] },
      { key: 'region', values: ['us'] },
    ]
    const made = await create(client, { ...SUM, recurring: true, rounding_function: 'ceil', filters })
    expect(made.status).toBe(200)
    expect(made.body.billable_metric).toMatchObject({
      ...SUM,
      recurring: true,
      rounding_function: 'ceil',
      rounding_precision: null,
      weighted_interval: null,
      plans_count: 0,
      filters: [
        { key: 'region', values: ['us'] },
        { key: 'tier', values: ['a', 'b'] },
      ],
    })
    expect(made.body.billable_metric.expression).toBeNull()
    const read = await client.call('GET', '/billable_metrics/storage')
    expect(read.body.billable_metric).not.toHaveProperty('plans_count')
    expect(read.body.billable_metric.lago_id).toBe(made.body.billable_metric.lago_id)
  })

  it('200: a count has no field', async () => {
    const client = await harness.organization()
    const made = await create(client, {
      name: 'C',
      code: 'c',
      aggregation_type: 'count_agg',
      field_name: 'x',
    })
    expect(made.body.billable_metric.field_name).toBeNull()
  })

  it('422: names every field at fault, whatever its type', async () => {
    const client = await harness.organization()
    const refused = async (body: object) => (await create(client, body)).body.error_details
    expect(await refused({ a: 1 })).toEqual({
      name: ['value_is_mandatory'],
      code: ['value_is_mandatory'],
      aggregation_type: ['value_is_invalid'],
    })
    expect(await refused({ ...SUM, expression: '1 +' })).toEqual({ expression: ['invalid_expression'] })
    expect(await refused({ ...SUM, aggregation_type: 'weighted_sum_agg' })).toEqual({
      weighted_interval: ['value_is_invalid'],
    })
    expect(await refused({ ...SUM, filters: [{ key: 'k', values: [] }] })).toEqual({
      values: ['value_is_mandatory'],
    })
    for (const filters of ['x', [1], [{ key: {}, values: 1 }], { a: 1 }]) {
      expect((await create(client, { ...SUM, filters })).status).toBe(422)
    }
    const custom = await create(client, { ...SUM, aggregation_type: 'custom_agg' })
    expect([custom.status, custom.body.code]).toEqual([403, 'feature_unavailable'])
  })

  it('422: a code is taken once, and free again after the deletion', async () => {
    const client = await harness.organization()
    await create(client, SUM)
    const twins = await Promise.all([
      create(client, { ...SUM, code: 't' }),
      create(client, { ...SUM, code: 't' }),
    ])
    expect(twins.map((twin) => twin.status).sort()).toEqual([200, 422])
    const again = await create(client, SUM)
    expect(again.body.error_details).toEqual({ code: ['value_already_exist'] })
    const renamed = await client.call('PUT', '/billable_metrics/t', { billable_metric: { code: 'storage' } })
    expect(renamed.body.error_details).toEqual({ code: ['value_already_exist'] })
    expect((await client.call('DELETE', '/billable_metrics/storage')).status).toBe(200)
    expect((await client.call('GET', '/billable_metrics/storage')).body.code).toBe(
      'billable_metric_not_found',
    )
    expect((await create(client, SUM)).status).toBe(200)
  })

  it('200: an update leaves absent keys alone and replaces the filters', async () => {
    const client = await harness.organization()
    await create(client, { ...SUM, description: 'd', filters: [{ key: 'k', values: ['v'] }] })
    const renamed = await client.call('PATCH', '/billable_metrics/storage', {
      billable_metric: { name: 'N', aggregation_type: 'max_agg' },
    })
    expect(renamed.body.billable_metric).toMatchObject({
      name: 'N',
      description: 'd',
      aggregation_type: 'max_agg',
      field_name: 'gb',
      filters: [{ key: 'k', values: ['v'] }],
    })
    const emptied = await client.call('PUT', '/billable_metrics/storage', {
      billable_metric: { filters: [] },
    })
    expect(emptied.body.billable_metric.filters).toEqual([])
  })
})
