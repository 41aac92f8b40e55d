import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const SETUP = { name: 'Setup', code: 'set/up', amount_cents: 123, amount_currency: 'EUR' }
const path = `/add_ons/${encodeURIComponent(SETUP.code)}`

let harness: Harness
let client: Client
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())
beforeEach(async () => {
  client = await harness.organization()
  await client.clock('2024-05-02T10:00:00Z')
  for (const code of ['t1', 't2']) await client.call('POST', '/taxes', { tax: { name: code, code, rate: 5 } })
})

const make = (values: object) => client.call('POST', '/add_ons', { add_on: { ...SETUP, ...values } })

describe('add-ons', () => {
  it('200: creates, shows, changes, lists and deletes', async () => {
    const made = await make({ invoice_display_name: 'Set-up', tax_codes: ['t2', 't1'] })
    expect(made.status).toBe(200)
    expect(made.body.add_on).toMatchObject({
      ...SETUP,
      invoice_display_name: 'Set-up',
      description: null,
      created_at: '2024-05-02T10:00:00Z',
      taxes: [{ code: 't1' }, { code: 't2' }],
    })
    expect((await client.call('GET', path)).body).toEqual(made.body)

    const changed = await client.call('PUT', path, { add_on: { amount_cents: 9, tax_codes: ['t2'] } })
    expect(changed.body.add_on).toEqual({
      ...made.body.add_on,
      amount_cents: 9,
      taxes: [made.body.add_on.taxes[1]],
    })
    expect((await client.call('GET', path)).body).toEqual(changed.body)

    await make({ code: 'other' })
    const list = await client.call('GET', '/add_ons?per_page=1')
    expect(list.body.meta).toMatchObject({ total_count: 2, total_pages: 2 })
    expect((await client.call('GET', '/add_ons?per_page=1&page=2')).body.add_ons).toHaveLength(1)

    expect((await client.call('DELETE', path)).body).toEqual(changed.body)
    expect((await client.call('GET', path)).body.code).toBe('add_on_not_found')
    expect((await make({})).body.add_on.lago_id).not.toBe(made.body.add_on.lago_id)
  })

  it('404 for an unknown code, on every verb, and for an unknown tax', async () => {
    for (const [method, body] of [['GET'], ['DELETE'], ['PUT', { add_on: { name: 'x' } }]] as const) {
      const answer = await client.call(method, '/add_ons/none', body)
      expect(answer).toMatchObject({ status: 404, body: { code: 'add_on_not_found' } })
    }
    expect(await make({ tax_codes: ['none'] })).toMatchObject({
      status: 404,
      body: { code: 'tax_not_found' },
    })
    expect((await client.call('GET', '/add_ons')).body.meta.total_count).toBe(0)
  })

  it('422 for a code that is taken, also when two ask at once, and for what is wrong', async () => {
    const answers = await Promise.all([make({}), make({}), make({})])
    expect(answers.map((one) => one.status).sort()).toEqual([200, 422, 422])
    expect((await make({})).body.error_details).toEqual({ code: ['value_already_exist'] })
    await make({ code: 'other' })
    const renamed = await client.call('PUT', path, { add_on: { code: 'other' } })
    expect(renamed.body.error_details).toEqual({ code: ['value_already_exist'] })
    expect((await make({ code: 'b', amount_cents: 0 })).body.error_details).toEqual({
      amount_cents: ['value_is_out_of_range'],
    })
  })

  it('loses a tax that is deleted', async () => {
    await make({ tax_codes: ['t1'] })
    await client.call('DELETE', '/taxes/t1')
    expect((await client.call('GET', path)).body.add_on.taxes).toEqual([])
  })
})
