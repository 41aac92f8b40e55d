import { createPublicKey } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { webhookPublicKey } from '../../src/actions/webhooks/signing-key.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const ENDPOINT = { webhook_url: 'https://hooks.example.com/a' }

describe('/webhook_endpoints', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
  })
  afterAll(() => harness.close())

  const create = (fields: object, by: Client = client) =>
    by.call('POST', '/webhook_endpoints', { webhook_endpoint: fields })

  it('200: made with the defaults, shown, changed by PUT and PATCH, deleted', async () => {
    await client.clock('2024-05-02T10:00:00Z')
    const made = await create({ ...ENDPOINT, name: 'Main', unknown: 1 })
    const { lago_id } = made.body.webhook_endpoint
    expect([made.status, made.body.webhook_endpoint]).toEqual([
      200,
      {
        lago_id,
        lago_organization_id: client.organizationId,
        ...ENDPOINT,
        signature_algo: 'jwt',
        name: 'Main',
        event_types: null,
        created_at: '2024-05-02T10:00:00Z',
      },
    ])
    expect((await client.call('GET', `/webhook_endpoints/${lago_id}`)).body).toEqual(made.body)
    const put = await client.call('PUT', `/webhook_endpoints/${lago_id}`, {
      webhook_endpoint: { event_types: [' Invoice.Created '], signature_algo: 'hmac' },
    })
    expect(put.body.webhook_endpoint).toMatchObject({
      event_types: ['invoice.created'],
      signature_algo: 'hmac',
      name: 'Main',
    })
    const patch = await client.call('PATCH', `/webhook_endpoints/${lago_id}`, {
      webhook_endpoint: { name: null, event_types: ['*'] },
    })
    expect(patch.body.webhook_endpoint).toMatchObject({ name: null, event_types: null })
    const deleted = await client.call('DELETE', `/webhook_endpoints/${lago_id}`)
    expect([deleted.status, deleted.body.webhook_endpoint.lago_id]).toEqual([200, lago_id])
    const gone = await client.call('DELETE', `/webhook_endpoints/${lago_id}`)
    expect([gone.status, gone.body.code]).toEqual([404, 'webhook_endpoint_not_found'])
  })

  it('400 without the root, 404 for another id or another organization', async () => {
    expect((await client.call('POST', '/webhook_endpoints', {})).status).toBe(400)
    expect((await client.call('GET', '/webhook_endpoints/not-a-uuid')).status).toBe(404)
    const other = await harness.organization()
    const { lago_id } = (await create(ENDPOINT, other)).body.webhook_endpoint
    expect((await client.call('GET', `/webhook_endpoints/${lago_id}`)).status).toBe(404)
    const put = { webhook_endpoint: { name: 'mine' } }
    expect((await client.call('PUT', `/webhook_endpoints/${lago_id}`, put)).status).toBe(404)
    expect((await client.call('DELETE', `/webhook_endpoints/${lago_id}`)).status).toBe(404)
  })

  it('422: a URL twice, also by a change; an eleventh endpoint, also when all are asked for at once', async () => {
    const own = await harness.organization()
    const made = await Promise.all(
      Array.from({ length: 14 }, (_, i) => create({ webhook_url: `https://hooks.example.com/${i}` }, own)),
    )
    expect(made.filter((answer) => answer.status === 200)).toHaveLength(10)
    const refused = made.filter((answer) => answer.status === 422)
    expect(refused.map((answer) => answer.body.error_details)).toEqual(
      Array.from({ length: 4 }, () => ({ base: ['Maximum number of webhook endpoints was reached'] })),
    )
    const list = await own.call('GET', '/webhook_endpoints?per_page=3')
    const urls = list.body.webhook_endpoints.map((e: { webhook_url: string }) => e.webhook_url)
    expect([urls, [...urls].sort()]).toEqual([urls, urls])
    expect(list.body.meta).toMatchObject({ total_count: 10, total_pages: 4, next_page: 2 })
    const [first, second] = list.body.webhook_endpoints
    const twice = await own.call('PUT', `/webhook_endpoints/${first.lago_id}`, {
      webhook_endpoint: { webhook_url: second.webhook_url },
    })
    expect([twice.status, twice.body.error_details]).toEqual([422, { webhook_url: ['value_already_exist'] }])
  })

  it('the public key is one for all: base64 of the PEM in lines of 60', async () => {
    const wrapped = (await client.call('GET', '/webhooks/json_public_key')).body.webhook.public_key as string
    const lines = wrapped.split('\n')
    expect(lines.at(-1)).toBe('')
    expect(lines.slice(0, -2).every((line) => line.length === 60)).toBe(true)
    const key = createPublicKey(Buffer.from(wrapped, 'base64').toString())
    expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.modulusLength]).toEqual(['rsa', 2048])
    const text = await harness.app.inject({
      method: 'GET',
      url: '/api/v1/webhooks/public_key',
      headers: { authorization: `Bearer ${client.apiKey}` },
    })
    expect([text.headers['content-type'], text.body]).toEqual(['text/plain; charset=utf-8', wrapped])
  })

  it('processes that start together keep the same key', async () => {
    await harness.context.database.system.deleteFrom('installation').execute()
    const keys = await Promise.all(Array.from({ length: 4 }, () => webhookPublicKey({ ...harness.context })))
    expect(new Set(keys).size).toBe(1)
  })
})
