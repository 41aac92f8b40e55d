import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { deliverWebhook } from '../../src/actions/webhooks/deliver-webhook.ts'
import type { Instant } from '../../src/core/calendar/instant.ts'
import { startWorker } from '../../src/jobs/worker.ts'
import { ok } from '../support/billing-fixtures.ts'
import { visit } from '../support/browser-session.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { type Received, type Sink, startSink } from '../support/webhook-sink.ts'

const WEIR = '/api/weir/v1'
const PATIENT = { timeout: 15_000 }

let harness: Harness
let sink: Sink
let worker: { stop(): Promise<void> } | undefined
beforeAll(async () => {
  harness = await startHarness()
  sink = await startSink()
})
afterEach(async () => {
  await worker?.stop()
  worker = undefined
})
afterAll(async () => {
  await sink?.close()
  await harness?.close()
})

async function listening(client: Client): Promise<string> {
  const { webhook_endpoint: endpoint } = await ok(client, 'POST', '/webhook_endpoints', {
    webhook_endpoint: { webhook_url: `${sink.url}/${client.organizationId}`, signature_algo: 'hmac' },
  })
  return endpoint.lago_id
}

const happen = (client: Client, id: string) =>
  ok(client, 'POST', '/customers', { customer: { external_id: id, name: id } })

const loggedBy = async (client: Client, endpointId: string) =>
  (await ok(client, 'GET', `/webhook_endpoints/${endpointId}/webhooks`)).webhooks

const reveal = async (client: Client) =>
  (await ok(client, 'POST', `${WEIR}/webhook_secret/reveal`)).webhook_secret
const rotate = async (client: Client, hours: number) =>
  (await ok(client, 'POST', `${WEIR}/webhook_secret/rotate`, { webhook_secret: { overlap_hours: hours } }))
    .webhook_secret

const signedBy = (secret: string, { body }: Received) =>
  createHmac('sha256', secret).update(body).digest('base64')

/** Delivers the newest message of an endpoint; what arrived. */
async function heard(client: Client, endpointId: string): Promise<Received> {
  sink.reset(200)
  const [newest] = await loggedBy(client, endpointId)
  const { organizationId } = client
  await deliverWebhook(harness.context, { organizationId, webhookId: newest.lago_id, attempt: 1 })
  const [received] = sink.received
  if (!received) throw new Error('nothing arrived')
  return received
}

describe('the secret of webhooks', () => {
  it('signs with both until the old one ends, and alone from then on', async () => {
    const client = await harness.organization()
    const endpoint = await listening(client)
    const first = await reveal(client)
    expect(first).toMatchObject({ next_secret: null, secret_until: null })
    const both = await rotate(client, 1)
    expect(both).toMatchObject({ secret: first.secret, secret_until: expect.any(String) })
    expect(both.next_secret).not.toBe(first.secret)
    await happen(client, 'a')
    const during = await heard(client, endpoint)
    expect(during.headers['x-lago-signature']).toBe(signedBy(first.secret, during))
    expect(during.headers['x-weir-next-signature']).toBe(signedBy(both.next_secret, during))
    const last = await rotate(client, 0)
    expect(last).toMatchObject({ next_secret: null, secret_until: null })
    await happen(client, 'b')
    const after = await heard(client, endpoint)
    expect(after.headers['x-lago-signature']).toBe(signedBy(last.secret, after))
    expect(after.headers['x-weir-next-signature']).toBeUndefined()
  })

  it('a second one made meanwhile ends the oldest at once', async () => {
    const client = await harness.organization()
    const { next_secret: second } = await rotate(client, 24)
    expect((await rotate(client, 24)).secret).toBe(second)
  })

  it.each([[-1], [169], ['long']])('%s hours are refused, and change nothing', async (hours) => {
    const client = await harness.organization()
    const before = await reveal(client)
    const body = { webhook_secret: { overlap_hours: hours } }
    const refused = await client.call('POST', `${WEIR}/webhook_secret/rotate`, body)
    expect(refused.status).toBe(422)
    expect(Object.keys(refused.body.error_details)).toEqual(['overlap_hours'])
    expect(await reveal(client)).toEqual(before)
  })

  it('a member has to confirm the password, and the security log says who saw it', async () => {
    const client = await harness.organization()
    const visitor = await visit(harness, client, 'secrets@example.com', ['admin'])
    const longAgo = sql<Instant>`now() - interval '11 minutes'`
    const { system } = harness.context.database
    await system
      .updateTable('sessions')
      .set({ confirmedAt: longAgo })
      .where('userId', '=', visitor.userId)
      .execute()
    for (const verb of ['reveal', 'rotate']) {
      const refused = await visitor.call('POST', `${WEIR}/webhook_secret/${verb}`)
      expect([refused.status, refused.body.code]).toEqual([403, 'password_confirmation_required'])
    }
    await reveal(client)
    await rotate(client, 2)
    const { security_logs: logs } = await ok(client, 'GET', `${WEIR}/security_logs`)
    expect(logs.map((each: { log_event: string }) => each.log_event)).toEqual(
      expect.arrayContaining(['webhook_endpoint.secret_revealed', 'webhook_endpoint.secret_rotated']),
    )
    expect(JSON.stringify(logs)).not.toContain((await reveal(client)).secret)
  })
})

describe('sending failed messages again', () => {
  it('those of an endpoint, in order, with their attempts; or of one type', async () => {
    const client = await harness.organization()
    const endpoint = await listening(client)
    sink.reset(500)
    const { context, databaseUrl } = harness
    const log = { ...context.log, warn: () => undefined }
    const settings = { ...context.settings, webhookAttempts: 1 }
    worker = await startWorker({ context: { ...context, log, settings }, databaseUrl, log })
    const ids = ['one', 'two', 'three', 'four', 'five']
    for (const id of ids) await happen(client, id)
    const statuses = async () =>
      (await loggedBy(client, endpoint)).map(({ status }: { status: string }) => status)
    await expect.poll(statuses, PATIENT).toEqual(ids.map(() => 'failed'))
    sink.reset(200)
    const replay = async (input?: object) =>
      (await ok(client, 'POST', `${WEIR}/webhook_endpoints/${endpoint}/replay`, input && { replay: input }))
        .replay
    expect(await replay({ webhook_type: 'plan.created' })).toEqual({ webhooks_count: 0, has_more: false })
    expect(await replay({ webhook_type: 'customer.created' })).toEqual({
      webhooks_count: 5,
      has_more: false,
    })
    await expect.poll(statuses, PATIENT).toEqual(ids.map(() => 'succeeded'))
    expect(sink.received.map(({ body }) => JSON.parse(body).customer.external_id)).toEqual(ids)
    const [newest] = await loggedBy(client, endpoint)
    const { webhook } = await ok(client, 'GET', `/webhooks/${newest.lago_id}`)
    expect(webhook.attempts).toEqual([
      { at: expect.any(String), http_status: 500, is_delivered: false },
      { at: expect.any(String), http_status: 200, is_delivered: true },
    ])
    expect(await replay()).toEqual({ webhooks_count: 0, has_more: false })
  })

  it('refuses an endpoint of nobody, and a type that is no text', async () => {
    const client = await harness.organization()
    const stranger = await harness.organization()
    const endpoint = await listening(client)
    const call = (who: Client, input: unknown) =>
      who.call('POST', `${WEIR}/webhook_endpoints/${endpoint}/replay`, { replay: input })
    expect((await call(stranger, { webhook_type: 'a' })).status).toBe(404)
    expect((await call(client, { webhook_type: [] })).status).toBe(422)
  })
})
