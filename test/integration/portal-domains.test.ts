import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callerOfPresent } from '../../src/actions/context.ts'
import { portalUrlTo } from '../../src/actions/portal/portal-links.ts'
import { buildApp } from '../../src/api/app.ts'
import { type FakeDns, startDns } from '../fakes/dns.ts'
import { ok } from '../support/billing-fixtures.ts'
import { visit } from '../support/browser-session.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer } from '../support/payment-fixtures.ts'
import { sampleWoff2 } from '../support/sample-font.ts'

const PATH = '/api/weir/v1/portal_settings'
const SESSION = '/api/weir/v1/portal/session'
const OURS = 'portal.ours.example'
const THEIRS = 'portal.theirs.example'
const HTML = { accept: 'text/html' }

let harness: Harness
let dns: FakeDns
let app: FastifyInstance
let folder: string
let ours: Client
let theirs: Client

beforeAll(async () => {
  dns = await startDns()
  harness = await startHarness({ dnsServers: [dns.address] })
  folder = await mkdtemp(join(tmpdir(), 'weir-web-'))
  for (const page of ['index', 'login', 'portal']) {
    await writeFile(join(folder, `${page}.html`), `<title>${page}</title>`)
  }
  await writeFile(join(folder, 'theme.js'), '/* theme */')
  app = buildApp(harness.context, undefined, undefined, folder)
  await app.ready()
  ours = await harness.organization()
  theirs = await harness.organization()
  await addCustomer(ours, 'acme')
  await addCustomer(theirs, 'globex')
  await prove(ours, OURS)
  await prove(theirs, THEIRS)
})
afterAll(async () => {
  await app?.close()
  await harness?.close()
  await dns?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const put = (client: Client, domain: unknown) =>
  client.call('PUT', PATH, { portal_settings: { parts: ['invoices'], domain } })
/** Asks for a domain, sets the record that proves it, and asks again. */
async function prove(client: Client, domain: string): Promise<void> {
  const { error_details: details } = (await put(client, domain)).body
  dns.texts.set(details.domain_record_name, ['v=spf1 -all', details.domain_record_value])
  const { status, body } = await put(client, domain)
  if (status !== 200) throw new Error(JSON.stringify(body))
  // The server of this test is another process, as far as domains are concerned.
  app.portalHosts.forget()
}
const at = (host: string, url: string, more: InjectOptions = {}) =>
  app.inject({ url, ...more, headers: { host, ...more.headers } })
const linkOf = async (client: Client, externalId: string): Promise<string> =>
  (await ok(client, 'GET', `/customers/${externalId}/portal_url`)).customer.portal_url
const enter = (host: string, link: string, headers: Record<string, string> = {}) =>
  at(host, SESSION, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ token: link.split('/').at(-1) }),
  })

describe('the domain of a portal', () => {
  it('422: has to be proven by a record that is of the organization alone', async () => {
    const client = await harness.organization()
    const name = 'pay.acme.example'
    const first = await put(client, name)
    expect([first.status, first.body.error_details]).toEqual([
      422,
      {
        domain: ['domain_is_not_proven'],
        domain_record_name: `_weir-portal.${name}`,
        domain_record_value: expect.stringMatching(/^weir-portal=[0-9a-f]{32}$/),
      },
    ])
    const other = await harness.organization()
    const { domain_record_value: foreign } = (await put(other, name)).body.error_details
    expect(foreign).not.toBe(first.body.error_details.domain_record_value)
    dns.texts.set(`_weir-portal.${name}`, [foreign])
    expect((await put(client, name)).status).toBe(422)
    expect((await ok(client, 'GET', PATH)).portal_settings.domain).toBeNull()
    // Who proves it has it, and no second one, whatever the zone says later.
    expect((await put(other, ` ${name.toUpperCase()} `)).body.portal_settings.domain).toBe(name)
    dns.texts.set(`_weir-portal.${name}`, [first.body.error_details.domain_record_value])
    const taken = await put(client, name)
    expect(taken.body.error_details).toEqual({ domain: ['value_already_exist'] })
    await put(other, null)
    expect((await put(client, name)).status).toBe(200)
    await put(client, null)
  })

  it('422: is not one of the installation, an address or anything else, and nobody is asked', async () => {
    dns.asked.length = 0
    for (const domain of [
      'localhost',
      '127.0.0.1',
      'portal',
      'portal.example:80',
      'https://a.example',
      'a.example/x',
    ])
      expect((await put(ours, domain)).body.error_details).toEqual({ domain: ['invalid_format'] })
    const { settings } = harness.context
    const before = settings.frontUrl
    Object.assign(settings, { frontUrl: 'https://app.weir.example' })
    expect((await put(ours, 'app.weir.example')).body.error_details).toEqual({ domain: ['value_is_invalid'] })
    Object.assign(settings, { frontUrl: before })
    expect(dns.asked).toEqual([])
  })

  it('is not asked for again when something else is saved, and stays when it is not named', async () => {
    dns.asked.length = 0
    expect((await put(ours, OURS)).status).toBe(200)
    await ok(ours, 'PUT', PATH, { portal_settings: { parts: ['invoices'] } })
    expect((await ok(ours, 'GET', PATH)).portal_settings.domain).toBe(OURS)
    expect(dns.asked).toEqual([])
  })

  it('is in the links of its organization, whatever host a request names', async () => {
    expect(await linkOf(ours, 'acme')).toMatch(
      /^http:\/\/portal\.ours\.example:3000\/customer-portal\/[\w-]{92}$/,
    )
    for (const header of ['host', 'x-forwarded-host']) {
      const { body } = await ours.call('GET', '/customers/acme/portal_url', undefined, {
        [header]: 'evil.example',
      })
      expect(body.customer.portal_url).toMatch(/^http:\/\/portal\.ours\.example:3000\//)
    }
    const plain = await harness.organization()
    await addCustomer(plain, 'initech')
    const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    const { body } = await plain.call('GET', '/customers/initech/portal_url', undefined, evil)
    expect(body.customer.portal_url).toMatch(/^http:\/\/localhost:3000\//)
    // The link of a mail is made without any request.
    const caller = await harness.context.database.read(ours.organizationId, (reads) =>
      callerOfPresent(harness.context, reads, ours.organizationId),
    )
    const { customer } = await ok(ours, 'GET', '/customers/acme')
    const subject = { customerId: customer.lago_id, isViewOnly: false }
    expect(portalUrlTo(harness.context, caller, subject)).toMatch(/^http:\/\/portal\.ours\.example:3000\//)
  })
})

describe('at the domain of a portal', () => {
  it('there is the page of the portal for every address, and never the dashboard', async () => {
    for (const path of [
      '/customer-portal',
      '/customer-portal/x',
      '/login',
      '/settings',
      '/index.html',
      '/login.html',
    ]) {
      const answer = await at(OURS, path, { headers: HTML })
      expect([path, answer.statusCode, answer.body]).toEqual([path, 200, '<title>portal</title>'])
      expect(answer.headers['content-security-policy']).toContain("default-src 'self'")
    }
    const home = await at(OURS, '/', { headers: HTML })
    expect([home.statusCode, home.headers.location]).toEqual([302, '/customer-portal'])
    expect((await at(OURS, '/theme.js')).body).toBe('/* theme */')
    // With a port, in capitals, and behind a proxy too.
    for (const headers of [
      { host: `${OURS}:8443` },
      { host: OURS.toUpperCase() },
      { 'x-forwarded-host': OURS },
    ])
      expect((await at('10.0.0.1', '/login', { headers: { ...HTML, ...headers } })).body).toBe(
        '<title>portal</title>',
      )
    // Elsewhere everything is as it was.
    expect((await at('localhost:3000', '/', { headers: HTML })).body).toBe('<title>index</title>')
    expect((await at('unknown.example', '/login', { headers: HTML })).body).toBe('<title>login</title>')
    expect((await at('localhost:3000', '/customer-portal', { headers: HTML })).body).toBe(
      '<title>portal</title>',
    )
  })

  it('404: there is no API but that of the portal, with whatever key, and no session of members', async () => {
    const member = await visit(harness, ours, 'domains@example.com', ['admin'])
    const key = (await ours.call('GET', '/organizations')).status
    expect(key).toBe(200)
    for (const [method, url] of [
      ['GET', '/api/v1/customers'],
      ['GET', '/api/v1/organizations'],
      ['POST', '/api/v1/events'],
      ['GET', PATH],
      ['GET', '/api/weir/v1/session'],
      ['POST', '/api/weir/v1/session'],
      ['POST', '/admin/organizations'],
      ['GET', '/openapi.json'],
      ['GET', '/docs'],
      ['GET', '/api/v1/nothing'],
    ] as const) {
      const answer = await at(OURS, url, { method, headers: { ...member.headers } })
      expect([url, answer.statusCode]).toEqual([url, 404])
      expect(
        (await at('localhost:3000', url, { method, headers: { ...member.headers } })).statusCode,
      ).not.toBe(url === '/api/v1/nothing' ? 200 : 404)
    }
    expect((await at(OURS, '/api/weir/v1/installation')).statusCode).toBe(200)
  })

  it('only the portal of its organization opens, and sessions of another are none', async () => {
    const [link, foreign] = [await linkOf(ours, 'acme'), await linkOf(theirs, 'globex')]
    const opened = await enter(OURS, link, { origin: `https://${OURS}` })
    expect(opened.statusCode).toBe(200)
    expect(opened.json().session.customer.name).toBe('acme')
    expect((await enter(OURS, foreign)).json().code).toBe('portal_link_invalid')
    const elsewhere = await enter('localhost:3000', foreign)
    const cookie = String(elsewhere.headers['set-cookie']).split(';')[0] ?? ''
    const look = async (host: string) => (await at(host, SESSION, { headers: { cookie } })).statusCode
    expect([await look('localhost:3000'), await look(THEIRS), await look(OURS)]).toEqual([200, 200, 401])
    const overview = await at(OURS, '/api/weir/v1/portal/overview', { headers: { cookie } })
    expect([overview.statusCode, overview.json().code]).toEqual([401, 'portal_session_required'])
    const evil = await enter(OURS, link, { origin: `https://${THEIRS}` })
    expect([evil.statusCode, evil.json().code]).toEqual([403, 'csrf_token_invalid'])
  })

  it('only the files of its organization are there', async () => {
    const font = `data:font/woff2;base64,${Buffer.from(sampleWoff2()).toString('base64')}`
    const { brand } = (
      await ok(theirs, 'PUT', PATH, { portal_settings: { parts: ['invoices'], brand: { font } } })
    ).portal_settings
    const found = async (host: string) => (await at(host, brand.font_url)).statusCode
    expect([await found(THEIRS), await found('localhost:3000'), await found(OURS)]).toEqual([200, 200, 404])
  })

  it('a domain that is taken back is one of nobody', async () => {
    const client = await harness.organization()
    await addCustomer(client, 'hooli')
    await prove(client, 'portal.hooli.example')
    expect((await at('portal.hooli.example', '/login', { headers: HTML })).body).toBe('<title>portal</title>')
    expect((await put(client, null)).body.portal_settings.domain).toBeNull()
    app.portalHosts.forget()
    expect((await at('portal.hooli.example', '/login', { headers: HTML })).body).toBe('<title>login</title>')
    expect(await linkOf(client, 'hooli')).toMatch(/^http:\/\/localhost:3000\//)
  })
})
