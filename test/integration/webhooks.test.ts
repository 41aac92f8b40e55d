import { createHmac, createPublicKey } from 'node:crypto'
import { jwtVerify } from 'jose'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { linksOf, type Settings } from '../../src/actions/context.ts'
import { announce } from '../../src/actions/webhooks/announce.ts'
import { DeliveryFailure, deliverWebhook } from '../../src/actions/webhooks/deliver-webhook.ts'
import { dropOldWebhooks } from '../../src/actions/webhooks/drop-old-webhooks.ts'
import type { WebhookType } from '../../src/core/webhooks/types.ts'
import { startWorker } from '../../src/jobs/worker.ts'
import { findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
import { findOrganization } from '../../src/store/organizations.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { type Sink, startSink } from '../support/webhook-sink.ts'

const NOW = '2024-05-02T10:00:00Z'
/** A busy machine needs a while to generate the RSA key and to deliver. */
const PATIENT = { timeout: 15_000 }

describe('webhooks', () => {
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
    await sink.close()
    await harness.close()
  })

  const startOwnWorker = async (settings: Partial<Settings> = {}, concurrency?: number) => {
    const { context, databaseUrl } = harness
    const log = { ...context.log, warn: () => undefined }
    worker = await startWorker({
      context: { ...context, log, settings: { ...context.settings, ...settings } },
      databaseUrl,
      log,
      ...(concurrency === undefined ? {} : { concurrency }),
    })
  }

  const endpoint = async (client: Client, fields: object = {}): Promise<string> => {
    const made = await client.call('POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: `${sink.url}/${client.organizationId}`, ...fields },
    })
    expect(made.status).toBe(200)
    return made.body.webhook_endpoint.lago_id
  }

  const say = async (client: Client, type: WebhookType = 'plan.created', payload: object = { code: 'p' }) => {
    const { organizationId } = client
    const organization = await findOrganization(harness.context.database, organizationId)
    if (!organization) throw new Error('no organization')
    const now = organization.clockAt ?? harness.context.systemNow()
    await inTransaction(harness.context.database, organizationId, (tx) =>
      announce(
        tx,
        { organizationId, organization, now, apiKeyId: null, ...linksOf(harness.context, organization) },
        { type, objectType: 'plan', objectId: null, payload: () => payload },
      ),
    )
  }

  const logOf = async (client: Client, endpointId: string, query = '') =>
    (await client.call('GET', `/webhook_endpoints/${endpointId}/webhooks${query}`)).body.webhooks

  const tryOnce = async (client: Client, webhookId: string, attempt = 1): Promise<string | null> => {
    const job = { organizationId: client.organizationId, webhookId, attempt }
    return deliverWebhook(harness.context, job).then(
      () => null,
      (error: unknown) => {
        if (error instanceof DeliveryFailure) return error.message
        throw error
      },
    )
  }

  it('are sent by the worker, signed by hmac or jwt, one delivery for each endpoint', async () => {
    const client = await harness.organization()
    await client.clock(NOW)
    const hmac = await endpoint(client, { signature_algo: 'hmac' })
    const jwt = await endpoint(client, { webhook_url: `${sink.url}/jwt` })
    await endpoint(client, { webhook_url: `${sink.url}/none`, event_types: [] })
    await startOwnWorker()
    await say(client, 'plan.created', { code: 'Zoë "1"' })
    await expect.poll(() => sink.received.length, PATIENT).toBe(2)
    const [byHmac, byJwt] = ['hmac', 'jwt'].map((algo) =>
      sink.received.find((r) => r.headers['x-lago-signature-algorithm'] === algo),
    )
    if (!byHmac || !byJwt) throw new Error('a delivery is missing')
    expect(JSON.parse(byHmac.body)).toEqual({
      webhook_type: 'plan.created',
      object_type: 'plan',
      organization_id: client.organizationId,
      plan: { code: 'Zoë "1"' },
    })
    const organization = await findOrganization(harness.context.database, client.organizationId)
    expect(byHmac.headers['x-lago-signature']).toBe(
      createHmac('sha256', organization?.hmacKey ?? '')
        .update(byHmac.body)
        .digest('base64'),
    )
    const wrapped = (await client.call('GET', '/webhooks/json_public_key')).body.webhook.public_key
    const { payload, protectedHeader } = await jwtVerify(
      String(byJwt.headers['x-lago-signature']),
      createPublicKey(Buffer.from(wrapped, 'base64').toString()),
    )
    expect(payload).toEqual({ data: byJwt.body, iss: 'http://localhost:3000' })
    expect(protectedHeader).toEqual({ alg: 'RS256' })
    await expect.poll(async () => (await logOf(client, jwt))[0].status, PATIENT).toBe('succeeded')
    const [entry] = await logOf(client, hmac)
    expect(entry).toMatchObject({
      lago_id: byHmac.headers['x-lago-unique-key'],
      webhook_type: 'plan.created',
      retries: 0,
      http_status: 200,
      response: 'ok',
      created_at: NOW,
    })
    expect(byHmac.headers['x-lago-unique-key']).not.toBe(byJwt.headers['x-lago-unique-key'])
    expect(byHmac.headers['content-type']).toBe('application/json')
  })

  it('that fail are retrying, then failed; the unique key stays, and the queue waits longer each time', async () => {
    sink.reset(403)
    const client = await harness.organization()
    await client.clock(NOW)
    const id = await endpoint(client)
    await say(client)
    const [{ lago_id }] = await logOf(client, id)
    const seen: unknown[] = []
    for (const attempt of [1, 20, 21]) {
      const told = await tryOnce(client, lago_id, attempt)
      if (attempt < 21) expect(told).toMatch(/: 403$/)
      // The last one resolves, so the queue does not retry.
      else expect(told).toBeNull()
      const { webhook } = (await client.call('GET', `/webhooks/${lago_id}`)).body
      seen.push([webhook.status, webhook.retries, webhook.http_status])
    }
    expect(seen).toEqual([
      ['retrying', 1, 403],
      ['retrying', 2, 403],
      ['failed', 3, 403],
    ])
    expect(new Set(sink.received.map((r) => r.headers['x-lago-unique-key']))).toEqual(new Set([lago_id]))
    expect(new Set(sink.received.map((r) => r.body)).size).toBe(1)
    await startOwnWorker()
    const job = async () => {
      const { rows } = await sql<{ attempts: number; wait: number }>`
        select attempts, extract(epoch from run_at - updated_at)::float as wait
        from graphile_worker.jobs where key = ${`webhook:${lago_id}`} and locked_at is null
      `.execute(harness.context.database.system)
      return rows[0]
    }
    await expect.poll(async () => (await job())?.attempts, PATIENT).toBe(1)
    expect((await job())?.wait).toBeGreaterThan(2)
  })

  it('are given up after as many tries as the settings allow', async () => {
    sink.reset(403)
    const client = await harness.organization()
    const id = await endpoint(client)
    await say(client)
    await startOwnWorker({ webhookAttempts: 2 })
    await expect.poll(async () => (await logOf(client, id))[0].status, PATIENT).toBe('failed')
    expect(await logOf(client, id)).toMatchObject([{ retries: 2 }])
    const [{ lago_id }] = await logOf(client, id)
    const left = async () => {
      const { rows } = await sql`
        select 1 from graphile_worker.jobs where key = ${`webhook:${lago_id}`}
      `.execute(harness.context.database.system)
      return rows
    }
    await expect.poll(left, PATIENT).toEqual([])
    const own = sink.received.filter(({ path }) => path === `/${client.organizationId}`)
    expect(own).toHaveLength(2)
  })

  it('reach good receivers while others hang, of the same organization and of another', async () => {
    const hanging = await startSink()
    hanging.reset(0)
    const answering = await startSink()
    const [one, two, three] = [
      await harness.organization(),
      await harness.organization(),
      await harness.organization(),
    ]
    await endpoint(one, { webhook_url: `${hanging.url}/one` })
    for (const path of ['a', 'b', 'c']) await endpoint(three, { webhook_url: `${hanging.url}/${path}` })
    for (let i = 0; i < 12; i += 1) {
      await say(one)
      await say(three)
    }
    for (const client of [one, two]) {
      await endpoint(client, { webhook_url: `${answering.url}/${client.organizationId}` })
    }
    await startOwnWorker({ webhookTimeoutMs: 300_000 }, 8)
    // They hang before anything else is queued: a quarter of the slots per endpoint, half per organization.
    const hangs = () => hanging.received.map(({ path }) => path === '/one').sort()
    await expect.poll(hangs, PATIENT).toEqual([false, false, false, false, true, true])
    for (let i = 0; i < 12; i += 1) {
      await say(one)
      await say(two)
    }
    const good = (client: Client) =>
      answering.received.filter(({ path }) => path === `/${client.organizationId}`).length
    await expect.poll(() => [good(one), good(two)], PATIENT).toEqual([12, 12])
    expect(hanging.received).toHaveLength(6)
    await worker?.stop()
    worker = undefined
    await Promise.all([hanging.close(), answering.close()])
  })

  it('405 is_succeeded when delivered, resent on request when not', async () => {
    sink.reset(500)
    const client = await harness.organization()
    const id = await endpoint(client)
    await say(client)
    const [{ lago_id }] = await logOf(client, id)
    await tryOnce(client, lago_id, 21)
    expect(await logOf(client, id, '?status=failed')).toHaveLength(1)
    expect(await logOf(client, id, '?status=succeeded')).toHaveLength(0)
    const again = await client.call('POST', `/webhooks/${lago_id}/retry`)
    expect([again.status, again.body.webhook.status]).toEqual([200, 'retrying'])
    sink.reset(200)
    await startOwnWorker()
    await expect.poll(() => sink.received.length, PATIENT).toBe(1)
    expect(sink.received[0]?.body).toBe(again.body.webhook.payload)
    await expect.poll(async () => (await logOf(client, id))[0].status, PATIENT).toBe('succeeded')
    const refused = await client.call('POST', `/webhooks/${lago_id}/retry`)
    expect([refused.status, refused.body.code]).toEqual([405, 'is_succeeded'])
    expect(await tryOnce(client, lago_id)).toBeNull()
    expect(sink.received).toHaveLength(1)
  })

  it('held by a worker that died are sent by the next one', async () => {
    sink.reset(200)
    const client = await harness.organization()
    await endpoint(client)
    await say(client)
    const { system } = harness.context.database
    const hold = (since: string) =>
      sql`update graphile_worker._private_jobs set locked_by = 'worker-dead', attempts = 1,
        locked_at = now() - ${since}::interval where key like 'webhook:%'`.execute(system)
    await hold('5 minutes')
    await startOwnWorker()
    await worker?.stop()
    expect(sink.received).toHaveLength(0)
    await hold('11 minutes')
    await startOwnWorker()
    await expect.poll(() => sink.received.length, PATIENT).toBe(1)
  })

  it('on their way to a silent receiver do not hold up a stop, and are tried again', async () => {
    sink.reset(0)
    const client = await harness.organization()
    const id = await endpoint(client)
    await say(client)
    await startOwnWorker()
    await expect.poll(() => sink.received.length, PATIENT).toBe(1)
    const began = performance.now()
    await worker?.stop()
    expect(performance.now() - began).toBeLessThan(4500)
    const [entry] = await logOf(client, id)
    expect(entry).toMatchObject({ status: 'retrying', retries: 1, http_status: null })
  })

  it('whose signature is too long for the receiver are recognized, and HMAC is advised', async () => {
    const payload = { code: 'p', description: 'word '.repeat(1200) }
    const client = await harness.organization()
    const id = await endpoint(client)
    const doctor = INVARIANTS.find((each) => each.code === 'refused_signatures')
    if (!doctor) throw new Error('the doctor does not look')
    const found = async () => (await findBreaches(harness.context.database, doctor, 100)).breaches
    for (const status of [500, 400, 431]) {
      sink.reset(status)
      await say(client, 'plan.created', payload)
      const [{ lago_id }] = await logOf(client, id, '?status=pending')
      await tryOnce(client, lago_id)
      const { body } = await client.call('GET', `/webhooks/${lago_id}`)
      expect(String(sink.received[0]?.headers['x-lago-signature']).length).toBeGreaterThan(8000)
      expect(body.webhook.advice).toEqual(status === 500 ? null : expect.stringContaining('"hmac"'))
    }
    expect(await found()).toMatchObject([
      {
        organizationId: client.organizationId,
        subject: `endpoint ${id}`,
        detail: expect.stringMatching(/^2 of its messages/),
      },
    ])
    await client.call('PUT', `/webhook_endpoints/${id}`, { webhook_endpoint: { signature_algo: 'hmac' } })
    expect((await logOf(client, id)).map((each: { advice: string | null }) => each.advice)).toEqual([
      null,
      null,
      null,
    ])
    expect(await found()).toEqual([])
  })

  it('404 and 422 of the delivery log, which belongs to one organization', async () => {
    const client = await harness.organization()
    const id = await endpoint(client)
    await say(client)
    const [{ lago_id }] = await logOf(client, id)
    const other = await harness.organization()
    for (const [method, path] of [
      ['GET', `/webhooks/${lago_id}`],
      ['POST', `/webhooks/${lago_id}/retry`],
      ['GET', `/webhook_endpoints/${id}/webhooks`],
      ['GET', '/webhooks/nothing'],
      ['GET', '/webhook_endpoints/nothing/webhooks'],
    ] as const) {
      expect([path, (await other.call(method, path)).status]).toEqual([path, 404])
    }
    const wrong = await client.call('GET', `/webhook_endpoints/${id}/webhooks?status=lost`)
    expect([wrong.status, wrong.body.error_details]).toEqual([422, { status: ['value_is_invalid'] }])
    const list = await client.call('GET', `/webhook_endpoints/${id}/webhooks`)
    expect(list.body.meta).toMatchObject({ total_count: 1, current_page: 1 })
  })

  it('are not sent after their endpoint is deleted', async () => {
    sink.reset(200)
    const client = await harness.organization()
    const id = await endpoint(client)
    await say(client)
    const [{ lago_id }] = await logOf(client, id)
    await client.call('DELETE', `/webhook_endpoints/${id}`)
    expect(await tryOnce(client, lago_id)).toBeNull()
    expect(sink.received).toHaveLength(0)
  })

  it('are kept 90 days by the organization’s own clock', async () => {
    const client = await harness.organization()
    await client.clock(NOW)
    const id = await endpoint(client)
    await say(client)
    await dropOldWebhooks(harness.context)
    expect(await logOf(client, id)).toHaveLength(1)
    await client.clock('2024-07-31T10:00:00Z')
    await dropOldWebhooks(harness.context)
    expect(await logOf(client, id)).toHaveLength(1)
    await client.clock('2024-07-31T10:00:01Z')
    await dropOldWebhooks(harness.context)
    expect(await logOf(client, id)).toHaveLength(0)
  })
})
