import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/store/ids.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
let owner: pg.Client

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client(harness.databaseUrl)
  await owner.connect()
})
afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

/** A customer `acme` with two payment methods, as a payment provider told of them; the first is the default. */
async function paying(): Promise<{ client: Client; ids: [string, string] }> {
  const client = await harness.organization()
  const { customer } = await ok(client, 'POST', '/customers', { customer: { external_id: 'acme' } })
  const ids: [string, string] = [newId(), newId()]
  for (const [n, id] of ids.entries()) {
    await owner.query(
      `insert into payment_methods (organization_id, id, customer_id, payment_provider_type, provider_method_id,
        is_default, created_at, updated_at) values ($1, $2, $3, 'stripe', $4, $5, now() + $6 * interval '1 s', now())`,
      [client.organizationId, id, customer.lago_id, `pm_${n}`, n === 0, n],
    )
  }
  return { client, ids }
}

const defaultsOf = async (client: Client) =>
  (await ok(client, 'GET', '/customers/acme/payment_methods')).payment_methods
    .filter((one: { is_default: boolean }) => one.is_default)
    .map((one: { lago_id: string }) => one.lago_id)

const PATH = '/customers/acme/payment_methods'

describe('payment methods', () => {
  it('200: are listed, and one is the default', async () => {
    const { client, ids } = await paying()
    const { payment_methods: all, meta } = await ok(client, 'GET', PATH)
    expect(meta.total_count).toBe(2)
    expect(all[0]).toMatchObject({
      lago_id: ids[1],
      is_default: false,
      payment_provider_type: 'stripe',
      payment_provider_code: null,
      payment_provider_name: null,
      provider_method_id: 'pm_1',
    })
    const made = await client.call('PUT', `${PATH}/${ids[1]}/set_as_default`)
    expect([made.status, made.body.payment_method.is_default]).toEqual([200, true])
    expect(await defaultsOf(client)).toEqual([ids[1]])
  })

  it('are one default, however many ask at the same time', async () => {
    const { client, ids } = await paying()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => client.call('PUT', `${PATH}/${ids[n % 2]}/set_as_default`)),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(await defaultsOf(client)).toHaveLength(1)
  })

  it('200: a discarded default leaves none', async () => {
    const { client, ids } = await paying()
    expect((await client.call('DELETE', `${PATH}/${ids[0]}`)).body.payment_method).toMatchObject({
      lago_id: ids[0],
      is_default: false,
    })
    expect(await defaultsOf(client)).toEqual([])
    const again = await client.call('DELETE', `${PATH}/${ids[0]}`)
    expect([again.status, again.body.code]).toEqual([404, 'payment_method_not_found'])
  })

  it('404: for an unknown customer, and for methods of others', async () => {
    const { client } = await paying()
    const { ids } = await paying()
    for (const [method, path, code] of [
      ['GET', '/customers/ghost/payment_methods', 'customer_not_found'],
      ['PUT', `${PATH}/${ids[0]}/set_as_default`, 'payment_method_not_found'],
      ['DELETE', `${PATH}/x`, 'payment_method_not_found'],
      ['DELETE', `/customers/ghost/payment_methods/${ids[0]}`, 'customer_not_found'],
    ] as const) {
      const answer = await client.call(method, path)
      expect([answer.status, answer.body.code]).toEqual([404, code])
    }
  })
})
