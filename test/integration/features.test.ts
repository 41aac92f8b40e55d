import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { announced, insertPlan, insertSubscription } from '../support/entitlement-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const SEATS = {
  code: 'seats',
  name: 'Seats',
  privileges: [
    { code: 'max', value_type: 'integer' },
    { code: 'entry', value_type: 'select', config: { select_options: ['a', 'b'] } },
  ],
}

describe('/features', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function withSeats(): Promise<void> {
    client = await harness.organization()
    await client.clock('2024-03-05T10:00:00Z')
    const { status } = await client.call('POST', '/features', { feature: SEATS })
    expect(status).toBe(200)
  }

  it('200: made, shown, and the same from a list', async () => {
    await withSeats()
    const { body } = await client.call('GET', '/features/seats')
    expect(body.feature).toEqual({
      code: 'seats',
      name: 'Seats',
      description: null,
      privileges: [
        { code: 'max', name: null, value_type: 'integer', config: {} },
        { code: 'entry', name: null, value_type: 'select', config: { select_options: ['a', 'b'] } },
      ],
      created_at: '2024-03-05T10:00:00Z',
    })
    const list = await client.call('GET', '/features')
    expect(list.body.features).toEqual([body.feature])
  })

  it('200: lists the newest first and searches without wildcards', async () => {
    await withSeats()
    await client.clock('2024-03-06T10:00:00Z')
    await client.call('POST', '/features', { feature: { code: 'b/c.d', description: 'A 100% thing' } })
    const codes = async (query: string) =>
      (await client.call('GET', `/features${query}`)).body.features.map((each: { code: string }) => each.code)
    expect(await codes('')).toEqual(['b/c.d', 'seats'])
    expect(await codes('?search_term=SEAT')).toEqual(['seats'])
    expect(await codes('?search_term=100%25')).toEqual(['b/c.d'])
    expect(await codes('?search_term=%25')).toEqual(['b/c.d'])
    expect(await codes('?per_page=1&page=2')).toEqual(['seats'])
    expect((await client.call('GET', '/features/b%2Fc.d')).body.feature.code).toBe('b/c.d')
  })

  it('200: PUT and PATCH change only what they name; options are added, types stay', async () => {
    await withSeats()
    const privileges = [
      { code: 'entry', value_type: 'string', config: { select_options: ['c', 'a'] } },
      { code: 'added', name: 'Added' },
    ]
    const put = await client.call('PUT', '/features/seats', { feature: { description: 'D', privileges } })
    expect(put.body.feature).toMatchObject({ code: 'seats', name: 'Seats', description: 'D' })
    expect(put.body.feature.privileges).toEqual([
      { code: 'max', name: null, value_type: 'integer', config: {} },
      { code: 'entry', name: null, value_type: 'select', config: { select_options: ['a', 'b', 'c'] } },
      { code: 'added', name: 'Added', value_type: 'string', config: {} },
    ])
    const patch = await client.call('PATCH', '/features/seats', { feature: { name: null } })
    expect(patch.body.feature).toEqual({ ...put.body.feature, name: null })
    expect((await client.call('GET', '/features/seats')).body).toEqual(patch.body)
  })

  it('400, 404 and 422 with the field at fault, whatever the JSON', async () => {
    await withSeats()
    expect((await client.call('POST', '/features', { feature: {} })).status).toBe(400)
    expect((await client.call('PUT', '/features/seats', {})).status).toBe(400)
    const taken = await client.call('POST', '/features', { feature: SEATS })
    expect([taken.status, taken.body.error_details]).toEqual([422, { code: ['value_already_exist'] }])
    for (const [method, path] of [
      ['GET', '/features/none'],
      ['PUT', '/features/none'],
      ['DELETE', '/features/none'],
      ['DELETE', '/features/none/privileges/max'],
    ] as const) {
      const { status, body } = await client.call(
        method,
        path,
        method === 'PUT' ? { feature: SEATS } : undefined,
      )
      expect([status, body.code]).toEqual([404, 'feature_not_found'])
    }
    for (const value of ['1e400', '[]', '{}', 'null', 'true', '12345678901234567890', '"x"']) {
      const text = `{"feature":{"code":${value},"name":${value},"description":${value},
        "privileges":[${value},{"code":${value},"value_type":${value},"config":${value}}]}}`
      expect([422, 200]).toContain((await client.call('POST', '/features', text)).status)
      const list = `{"feature":{"code":"f","privileges":${value}}}`
      expect([422, 200]).toContain((await client.call('PUT', '/features/seats', list)).status)
    }
  })

  it('the code is free again after a deletion, and two at once get one 422', async () => {
    await withSeats()
    expect((await client.call('DELETE', '/features/seats')).status).toBe(200)
    const answers = await Promise.all([1, 2].map(() => client.call('POST', '/features', { feature: SEATS })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
    const kept = (await client.call('GET', '/features')).body
    expect([kept.meta.total_count, kept.features[0].privileges.length]).toEqual([1, 2])
  })

  it('a deletion takes the feature or the privilege from plans and subscriptions, and announces', async () => {
    await withSeats()
    await client.call('POST', '/features', { feature: { code: 'other' } })
    const planId = await insertPlan(harness, client, 'p')
    await insertPlan(harness, client, 'without')
    await insertSubscription(harness, client, { externalId: 's', planId })
    const entitlements = { seats: { max: 1, entry: 'a' }, other: {} }
    await client.call('POST', '/plans/p/entitlements', { entitlements })
    await client.call('PATCH', '/subscriptions/s/entitlements', { entitlements: { seats: { max: 2 } } })
    await client.call('DELETE', '/subscriptions/s/entitlements/seats/privileges/entry')
    const endpoint = { webhook_endpoint: { webhook_url: 'https://hooks.example.com/a' } }
    await client.call('POST', '/webhook_endpoints', endpoint)

    const left = await client.call('DELETE', '/features/seats/privileges/entry')
    expect(left.body.feature.privileges).toEqual([
      { code: 'max', name: null, value_type: 'integer', config: {} },
    ])
    await client.call('DELETE', '/features/seats')
    for (const path of ['/plans/p/entitlements', '/subscriptions/s/entitlements']) {
      const { body } = await client.call('GET', path)
      expect(body.entitlements.map((each: { code: string }) => each.code)).toEqual(['other'])
    }
    const messages = await announced(harness, client)
    expect(messages.map(({ type }) => type)).toEqual([
      'plan.updated',
      'feature.updated',
      'plan.updated',
      'feature.deleted',
    ])
    expect(messages[0]?.body.plan.entitlements[0].privileges).toEqual([
      { code: 'max', name: null, value_type: 'integer', config: {}, value: 1 },
    ])
    expect(messages[2]?.body.plan).toMatchObject({
      lago_id: planId,
      code: 'p',
      entitlements: [{ code: 'other' }],
    })
    expect(messages[3]?.body).toMatchObject({ object_type: 'feature', feature: left.body.feature })
  })

  it('every change is announced, also one that changes nothing', async () => {
    await withSeats()
    const endpoint = { webhook_endpoint: { webhook_url: 'https://hooks.example.com/a' } }
    await client.call('POST', '/webhook_endpoints', endpoint)
    await client.call('POST', '/features', { feature: { code: 'n' } })
    const { body } = await client.call('PUT', '/features/n', { feature: { code: 'n' } })
    const messages = await announced(harness, client)
    expect(messages.map(({ type }) => type)).toEqual(['feature.created', 'feature.updated'])
    expect(messages[1]?.body.feature).toEqual(body.feature)
  })

  it('no organization sees or changes the features of another', async () => {
    await withSeats()
    const other = await harness.organization()
    expect((await other.call('GET', '/features/seats')).status).toBe(404)
    expect((await other.call('GET', '/features')).body.meta.total_count).toBe(0)
    expect((await other.call('DELETE', '/features/seats')).status).toBe(404)
    expect((await client.call('GET', '/features/seats')).status).toBe(200)
  })

  it('takes more privileges and asks for more features than a list of parameters could hold', async () => {
    await withSeats()
    const codes = Array.from({ length: 8000 }, (_, n) => `p${n}`)
    const privileges = codes.map((code) => ({ code, value_type: 'integer' }))
    const made = await client.call('POST', '/features', { feature: { code: 'big', privileges } })
    expect(made.status).toBe(200)
    expect(made.body.feature.privileges.map(({ code }: { code: string }) => code)).toEqual(codes)
    const plan = { name: 'P', code: 'p', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' }
    const usage_thresholds = codes.map((_, n) => ({ amount_cents: n + 1 }))
    const thresholds = usage_thresholds.concat(codes.map((_, n) => ({ amount_cents: n + 10_000 })))
    const planned = await client.call('POST', '/plans', { plan: { ...plan, usage_thresholds: thresholds } })
    expect(planned.body.plan.usage_thresholds).toHaveLength(16_000)
    const values = Object.fromEntries(codes.map((code, n) => [code, n]))
    const given = await client.call('POST', '/plans/p/entitlements', { entitlements: { big: values } })
    expect(given.body.entitlements[0].privileges).toHaveLength(8000)
    const unknown = Object.fromEntries(Array.from({ length: 70_000 }, (_, n) => [`f${n}`, {}]))
    const missing = await client.call('POST', '/plans/p/entitlements', { entitlements: unknown })
    expect([missing.status, missing.body.code]).toEqual([404, 'feature_not_found'])
    expect((await client.call('DELETE', '/features/big')).status).toBe(200)
    expect((await client.call('GET', '/plans/p/entitlements')).body.entitlements).toEqual([])
  })
})
