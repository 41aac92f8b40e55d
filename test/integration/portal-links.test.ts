import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Mailer } from '../../src/actions/context.ts'
import { readPortalLink, signLink, signRenewal } from '../../src/actions/portal/portal-links.ts'
import { addMs, type Instant } from '../../src/core/calendar/instant.ts'
import { DOCUMENT_LOCALES } from '../../src/core/input/places.ts'
import { LINK_MS } from '../../src/core/portal/portal-life.ts'
import { smtpSender } from '../../src/gateways/mail/smtp.ts'
import { tasks } from '../../src/jobs/tasks.ts'
import { findOrganization } from '../../src/store/organizations.ts'
import { ok } from '../support/billing-fixtures.ts'
import { samplePng } from '../support/document-gallery.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { addCustomer } from '../support/payment-fixtures.ts'
import { buyerOf, linkToken, openWith } from '../support/portal-buyer.ts'

const PORTAL = '/api/weir/v1/portal'
const RUN = { attempt: 1, signal: new AbortController().signal }

let harness: Harness
let server: MailServer
let close: () => void
let client: Client
let sunk: string[]

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

beforeEach(async () => {
  server = await startMailServer()
  const smtp = smtpSender({
    ...{ host: '127.0.0.1', port: server.port, domain: null, username: null, password: null },
    ...{ tls: 'never', connections: 1, perSecond: 100 },
  })
  close = smtp.close
  sunk = []
  const sink: Mailer['sink'] = async ({ to }) => {
    sunk.push(...to)
    return { outcome: 'sent', code: null, text: 'written', rejected: [] }
  }
  Object.assign(harness.context, { mail: { send: smtp.send, sink } satisfies Mailer })
  Object.assign(harness.context.settings, { sendsMail: true })
  client = await harness.organization({ sandbox: false })
})
afterEach(async () => {
  close()
  await server.close()
})

const ownerOf = async (of: Client) => {
  const row = await findOrganization(harness.context.database, of.organizationId)
  if (!row) throw new Error('no organization')
  return row
}
const idOf = async (externalId: string): Promise<string> =>
  (await ok(client, 'GET', `/customers/${externalId}`)).customer.lago_id

/** A link of a customer that lapsed an hour after it should have been used. */
async function lapsed(externalId: string, isViewOnly = false): Promise<string> {
  const madeAt = addMs(harness.context.systemNow(), -LINK_MS - 3_600_000) as Instant
  return signLink(await ownerOf(client), { customerId: await idOf(externalId), isViewOnly }, madeAt)
}

async function ask(token: unknown, headers: Record<string, string> = {}) {
  return harness.app.inject({
    method: 'POST',
    url: `${PORTAL}/link_requests`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ token }),
  })
}

/** Runs the waiting jobs of a task, each as often as a process that dies would begin it again; their number. */
async function work(task: string, times = 1): Promise<number> {
  const { system } = harness.context.database
  const { rows } = await sql<{ id: string; payload: Readonly<Record<string, unknown>> }>`
    select j.id::text, p.payload from graphile_worker.jobs j
    join graphile_worker._private_jobs p on p.id = j.id
    where j.task_identifier = ${task} and j.run_at <= now() order by j.id`.execute(system)
  for (const { id, payload } of rows) {
    for (let time = 0; time < times; time += 1) await tasks[task]?.(harness.context, payload, RUN)
    await sql`select graphile_worker.complete_jobs(array[${id}::bigint])`.execute(system)
  }
  return rows.length
}
const answerAll = async (times = 1) => {
  await work('answer_link_request', times)
  await work('send_mail', times)
}
const linkIn = (index: number) =>
  /customer-portal\/([\w-]{92})/.exec(server.arrived[index]?.mail.text ?? '')?.[1] ?? ''

describe('a new link to the portal', () => {
  it('is mailed once to the address of the customer, whatever crashes, and opens its portal', async () => {
    await addCustomer(client, 'acme', { name: 'Acme', email: 'ada@acme.example, bob@acme.example' })
    const token = await lapsed('acme')
    expect((await openWith(harness, token)).statusCode).toBe(401)
    const answer = await ask(token)
    expect([answer.statusCode, answer.json()]).toEqual([200, {}])
    await answerAll(2)
    expect(server.arrived).toHaveLength(1)
    const [{ mail, recipients } = { mail: null, recipients: [] }] = server.arrived
    expect([...recipients].sort()).toEqual(['ada@acme.example', 'bob@acme.example'])
    expect(mail?.subject).toBe('Your new link from Test Organization')
    expect(mail?.text).toContain('Hello Acme,')
    expect(mail?.text).toContain('The link works for 12 hours.')
    expect(mail?.html).toContain(`href="http://localhost:3000/customer-portal/${linkIn(0)}"`)
    const { session } = (await openWith(harness, linkIn(0))).json()
    expect([session.customer.name, session.is_view_only]).toEqual(['Acme', false])
    const { activity_logs: activities } = await ok(
      client,
      'GET',
      '/activity_logs?activity_types[]=email.sent',
    )
    expect(activities).toMatchObject([
      {
        activity_source: 'system',
        resource_type: 'Customer',
        resource_id: await idOf('acme'),
        activity_object: { kind: 'portal_link', subject: 'Your new link from Test Organization' },
      },
    ])
    // Documents are what the list of mails is about.
    expect((await ok(client, 'GET', '/api/weir/v1/mails')).mails).toEqual([])
  })

  it('lives from when it is sent, and goes where the customer is now', async () => {
    await addCustomer(client, 'acme', { email: 'old@acme.example' })
    await ask(await lapsed('acme'))
    await client.call('POST', '/customers', { customer: { external_id: 'acme', email: 'new@acme.example' } })
    await answerAll()
    expect(server.arrived.map(({ recipients }) => recipients)).toEqual([['new@acme.example']])
    const { expiresAt = 0 } = readPortalLink(linkIn(0)) ?? {}
    const left = expiresAt - harness.context.systemNow()
    expect(left).toBeGreaterThan(LINK_MS - 60_000)
    expect(left).toBeLessThanOrEqual(LINK_MS)
  })

  it('is asked for with what the page kept of a session, which opens nothing', async () => {
    await addCustomer(client, 'acme', { email: 'ada@acme.example' })
    const buyer = await buyerOf(harness, client, 'acme')
    const { renewal_token: renewal } = (await buyer.call('GET', '/session')).body.session
    expect(renewal).toBe(signRenewal(await ownerOf(client), await idOf('acme')))
    expect((await openWith(harness, renewal)).statusCode).toBe(401)
    await ask(renewal)
    await answerAll()
    expect(server.arrived.map(({ recipients }) => recipients)).toEqual([['ada@acme.example']])
    const member = await buyerOf(harness, client, 'acme', true)
    expect((await member.call('GET', '/session')).body.session.renewal_token).toBeNull()
  })

  it('is answered alike, and nothing is sent, when nobody can get it', async () => {
    await addCustomer(client, 'acme', { email: 'ada@acme.example' })
    await addCustomer(client, 'silent', { email: null })
    await addCustomer(client, 'gone', { email: 'gone@acme.example' })
    const owner = await ownerOf(client)
    const elsewhere = await ownerOf(await harness.organization())
    const [good, toGone] = [await lapsed('acme'), await lapsed('gone')]
    await ok(client, 'DELETE', '/customers/gone')
    const forged = Buffer.from(good, 'base64url')
    forged[20] = (forged[20] ?? 0) ^ 1
    const nobody = '00000000-0000-7000-8000-000000000000'
    const tokens: unknown[] = [
      await lapsed('silent'),
      toGone,
      forged.toString('base64url'),
      signRenewal({ ...owner, hmacKey: elsewhere.hmacKey }, await idOf('acme')),
      // A customer of one organization, signed by another one.
      signRenewal(elsewhere, await idOf('acme')),
      signRenewal(owner, nobody),
      // A member who only looked.
      await lapsed('acme', true),
      'A'.repeat(92),
      '',
      null,
      { a: 1 },
    ]
    const answers = await Promise.all(tokens.map((token) => ask(token)))
    expect(answers.map(({ statusCode, body }) => [statusCode, body])).toEqual(tokens.map(() => [200, '{}']))
    await answerAll()
    expect(server.arrived).toEqual([])
    const { rows } = await sql`select 1 from mails where kind = 'portal_link' and organization_id in
      (${client.organizationId}, ${elsewhere.id})`.execute(harness.context.database.system)
    expect(rows).toEqual([])
    await ask(good)
    await answerAll()
    expect(server.arrived).toHaveLength(1)
  })

  it('is mailed three times an hour at most, and asked for five times at once: 429', async () => {
    await addCustomer(client, 'acme', { email: 'ada@acme.example' })
    await addCustomer(client, 'globex', { email: 'bob@globex.example' })
    const token = await lapsed('acme')
    const statuses: number[] = []
    for (let n = 0; n < 6; n += 1) {
      statuses.push(
        (await ask(n % 2 === 0 ? token : signRenewal(await ownerOf(client), await idOf('acme')))).statusCode,
      )
      await answerAll()
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
    expect((await ask(token)).headers['retry-after']).toBe('60')
    expect(server.arrived).toHaveLength(3)
    expect((await ask(await lapsed('globex'))).statusCode).toBe(200)
    await answerAll()
    expect(server.arrived.at(-1)?.recipients).toEqual(['bob@globex.example'])
  })

  it('is one for requests that wait at the same time', async () => {
    await addCustomer(client, 'acme', { email: 'ada@acme.example' })
    const token = await lapsed('acme')
    await Promise.all([ask(token), ask(token), ask(token)])
    expect(await work('answer_link_request')).toBe(1)
  })

  it('is not sent where no mail is, not even later', async () => {
    await addCustomer(client, 'acme', { email: 'ada@acme.example' })
    Object.assign(harness.context.settings, { sendsMail: false })
    expect((await ask(await lapsed('acme'))).body).toBe('{}')
    expect(await work('answer_link_request')).toBe(0)
    // Queued while mail was sent, before a start without it.
    Object.assign(harness.context.settings, { sendsMail: true })
    await ask(await lapsed('acme'))
    await work('answer_link_request')
    Object.assign(harness.context.settings, { sendsMail: false })
    await work('send_mail')
    expect(server.arrived).toEqual([])
    const { rows } = await sql<{ problem: string }>`select problem from mails where organization_id =
      ${client.organizationId}`.execute(harness.context.database.system)
    expect(rows).toEqual([{ problem: 'smtp_not_configured' }])
  })

  it('is written down in a sandbox, and not sent to a customer that was deleted meanwhile', async () => {
    client = await harness.organization({ sandbox: true })
    await addCustomer(client, 'acme', { email: 'ada@acme.example' })
    await ask(await lapsed('acme'))
    await answerAll()
    expect([sunk, server.arrived]).toEqual([['ada@acme.example'], []])
    await ask(await lapsed('acme'))
    await work('answer_link_request')
    await ok(client, 'DELETE', '/customers/acme')
    await work('send_mail')
    expect(sunk).toHaveLength(1)
  })

  it('is not asked for by pages of other origins: 403 csrf_token_invalid', async () => {
    await addCustomer(client, 'acme', { email: 'ada@acme.example' })
    const answer = await ask(await linkToken(client, 'acme'), { origin: 'https://evil.example' })
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'csrf_token_invalid'])
    expect(await work('answer_link_request')).toBe(0)
  })

  it('is in the language of the customer, from its billing entity, with the logo', async () => {
    const logo = `data:image/png;base64,${Buffer.from(samplePng(16, 16)).toString('base64')}`
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
      billing_entity: { legal_name: 'Acme SAS', email: 'billing@seller.example', logo },
    })
    for (const locale of DOCUMENT_LOCALES) {
      await addCustomer(client, locale, {
        email: `${locale.toLowerCase()}@acme.example`,
        billing_configuration: { document_locale: locale },
      })
      await ask(await lapsed(locale))
      await answerAll()
      const { mail, recipients } = server.arrived.at(-1) ?? {}
      expect(recipients).toEqual([`${locale.toLowerCase()}@acme.example`])
      expect(mail?.headers.get('content-language')).toBe(locale)
      expect(mail?.subject).toContain('Acme SAS')
      expect(mail?.text).toContain('billing@seller.example')
      expect(`${mail?.subject}${mail?.text}`).not.toMatch(/[{}]|undefined/)
      expect(mail?.replyTo?.value).toMatchObject([{ address: 'billing@seller.example' }])
      expect(mail?.attachments).toHaveLength(1)
    }
    expect(new Set(server.arrived.map(({ mail }) => mail.subject)).size).toBe(DOCUMENT_LOCALES.length)
  })
})
