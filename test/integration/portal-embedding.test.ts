import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signLink, signRenewal } from '../../src/actions/portal/portal-links.ts'
import { buildApp } from '../../src/api/app.ts'
import { csrfTokenOf } from '../../src/api/session-cookie.ts'
import { addMs, HOUR_MS } from '../../src/core/calendar/instant.ts'
import { findOrganization } from '../../src/store/organizations.ts'
import { ok } from '../support/billing-fixtures.ts'
import { makeRole, visit } from '../support/browser-session.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer } from '../support/payment-fixtures.ts'
import { linkToken, openWith } from '../support/portal-buyer.ts'

const PATH = '/api/weir/v1/portal_settings'
const PORTAL = '/api/weir/v1/portal'
const HOST = 'https://app.ours.example'
const OTHER = 'https://app.theirs.example:8443'
const HTML = { accept: 'text/html' }
const FRAME = { 'x-weir-portal-frame': 'true' }
const NONE = "frame-ancestors 'none'"

let harness: Harness
let app: FastifyInstance
let folder: string
let ours: Client
let theirs: Client
let plain: Client

beforeAll(async () => {
  harness = await startHarness()
  folder = await mkdtemp(join(tmpdir(), 'weir-web-'))
  for (const page of ['index', 'login', 'portal'])
    await writeFile(join(folder, `${page}.html`), `<title>${page}</title>`)
  await mkdir(join(folder, 'portal'))
  await writeFile(join(folder, 'portal', 'embed.js'), '/* element */')
  app = buildApp(harness.context, undefined, undefined, folder)
  await app.ready()
  ours = await harness.organization()
  theirs = await harness.organization()
  plain = await harness.organization()
  for (const [client, customer] of [
    [ours, 'acme'],
    [theirs, 'globex'],
    [plain, 'initech'],
  ] as const)
    await addCustomer(client, customer)
  await allow(ours, [HOST])
  await allow(theirs, [OTHER])
})
afterAll(async () => {
  await app?.close()
  await harness?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

const put = (client: Client, origins: unknown) =>
  client.call('PUT', PATH, {
    portal_settings: { parts: ['invoices', 'information'], embedding_origins: origins },
  })
async function allow(client: Client, origins: readonly string[]): Promise<void> {
  const { status, body } = await put(client, origins)
  if (status !== 200) throw new Error(JSON.stringify(body))
}
const page = (path: string, headers: Record<string, string> = {}) =>
  app.inject({ url: path, headers: { ...HTML, ...headers } })
/** Who may frame a page. */
const ancestorsOf = async (
  path: string,
  headers: Record<string, string> = {},
): Promise<string | undefined> => {
  const answer = await page(path, headers)
  expect([path, answer.statusCode]).toEqual([path, 200])
  return String(answer.headers['content-security-policy']).split('; ').at(-1)
}
/** A portal in a frame: its cookies, by the paths that they are sent to. */
async function framedOf(client: Client, externalId: string) {
  const opened = await openWith(harness, await linkToken(client, externalId), FRAME)
  const cookies = [opened.headers['set-cookie'] ?? []].flat()
  const cookie = cookies[0]?.split(';')[0] ?? ''
  return { status: opened.statusCode, cookies, cookie, csrf: csrfTokenOf(cookie.split('=')[1] ?? '') }
}
const call = (
  method: 'GET' | 'PUT' | 'DELETE' | 'POST',
  path: string,
  headers: Record<string, string>,
  body?: object,
) =>
  harness.app.inject({
    method,
    url: `${PORTAL}${path}`,
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  })

describe('the origins that may embed a portal', () => {
  it('200: nobody at first, then those that were sent, until they are taken back', async () => {
    const client = await harness.organization()
    const shown = async () => (await ok(client, 'GET', PATH)).portal_settings.embedding_origins
    expect(await shown()).toEqual([])
    const sent = ['HTTPS://App.Example.com:443', 'https://app.example.com', 'http://localhost:5173']
    const kept = ['https://app.example.com', 'http://localhost:5173']
    expect((await put(client, sent)).body.portal_settings.embedding_origins).toEqual(kept)
    await ok(client, 'PATCH', PATH, { portal_settings: { parts: ['invoices'] } })
    expect(await shown()).toEqual(kept)
    expect((await put(client, null)).body.portal_settings.embedding_origins).toEqual([])
  })

  it.each([
    ['*', 'value_is_invalid'],
    [['*'], 'value_is_invalid'],
    [['https://*.example.com'], 'value_is_invalid'],
    [['http://app.example.com'], 'value_is_invalid'],
    [['https://app.example.com/'], 'value_is_invalid'],
    [['https://a.example; script-src *'], 'value_is_invalid'],
    [['https://a.example', 7], 'value_is_invalid'],
    [Array.from({ length: 21 }, (_, n) => `https://a${n}.example`), 'invalid_count'],
  ])('422: %j', async (origins, code) => {
    const { status, body } = await put(ours, origins)
    expect([status, body.code, body.error_details]).toEqual([
      422,
      'validation_errors',
      { embedding_origins: [code] },
    ])
    expect((await ok(ours, 'GET', PATH)).portal_settings.embedding_origins).toEqual([HOST])
  })

  it('403: are named by members who may change the organization', async () => {
    await makeRole(harness, ours.organizationId, 'looker', ['organization:view', 'customers:update'])
    const looker = await visit(harness, ours, 'embedding@example.com', ['looker'])
    const body = { portal_settings: { parts: [], embedding_origins: ['https://evil.example'] } }
    const headers = { ...looker.headers, 'content-type': 'application/json' }
    const answer = await app.inject({ method: 'PUT', url: PATH, headers, payload: JSON.stringify(body) })
    expect(answer.statusCode).toBe(403)
    expect((await ok(ours, 'GET', PATH)).portal_settings.embedding_origins).toEqual([HOST])
  })
})

describe('the page of a portal', () => {
  it('may be framed by the origins of the organization whose link it is, and by no others', async () => {
    const link = `/customer-portal/${await linkToken(ours, 'acme')}`
    const answer = await page(link)
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toMatch(/^default-src 'self'; .*; frame-ancestors https:\/\/app\.ours\.example$/)
    expect(answer.headers['x-frame-options']).toBeUndefined()
    expect(answer.headers.vary).toContain('cookie')
    expect(await ancestorsOf(`/customer-portal/${await linkToken(theirs, 'globex')}`)).toBe(
      `frame-ancestors ${OTHER}`,
    )
    // Those of members who look are no exception.
    expect(await ancestorsOf(`/customer-portal/${await linkToken(ours, 'acme', true)}`)).toBe(
      `frame-ancestors ${HOST}`,
    )
    const closed = await page(`/customer-portal/${await linkToken(plain, 'initech')}`)
    expect(closed.headers['content-security-policy']).toContain(NONE)
    expect(closed.headers['x-frame-options']).toBe('DENY')
  })

  it('may be framed by nobody when its link does not count', async () => {
    const token = await linkToken(ours, 'acme')
    const owner = await findOrganization(harness.context.database, ours.organizationId)
    const other = await findOrganization(harness.context.database, theirs.organizationId)
    if (!owner || !other) throw new Error('there are no organizations')
    const { customer } = await ok(ours, 'GET', '/customers/acme')
    const subject = { customerId: customer.lago_id, isViewOnly: false }
    const yesterday = addMs(harness.context.systemNow(), -13 * HOUR_MS)
    const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    for (const bad of [
      signLink(owner, subject, yesterday),
      signRenewal(owner, customer.lago_id),
      signLink({ id: owner.id, hmacKey: other.hmacKey }, subject, harness.context.systemNow()),
      changed,
      `${token}A`,
      'x',
      '%0d%0aframe-ancestors%20*',
      'https://evil.example',
    ])
      expect([bad, await ancestorsOf(`/customer-portal/${bad}`)]).toEqual([bad, NONE])
  })

  it('says nothing that a request says', async () => {
    const evil = 'https://evil.example'
    const headers = {
      origin: evil,
      referer: `${evil}/`,
      'x-forwarded-host': 'evil.example',
      'sec-fetch-dest': 'iframe',
    }
    for (const path of [
      '/customer-portal',
      `/customer-portal?embedding_origins=${evil}`,
      `/customer-portal/${evil}`,
    ]) {
      const answer = await page(path, headers)
      expect(JSON.stringify(answer.headers)).not.toContain('evil')
      expect(answer.headers['content-security-policy']).toContain(NONE)
    }
  })

  it('is the same on a reload, by the session of the frame; never by that of a window', async () => {
    const framed = await framedOf(ours, 'acme')
    for (const path of ['/customer-portal', '/customer-portal/', '/customer-portal/invoices'])
      expect(await ancestorsOf(path, { cookie: framed.cookie })).toBe(`frame-ancestors ${HOST}`)
    expect(await ancestorsOf('/customer-portal')).toBe(NONE)
    const opened = await openWith(harness, await linkToken(ours, 'acme'))
    const [own = ''] = String(opened.headers['set-cookie']).split(';')
    expect(own).toMatch(/^weir_portal=/)
    expect(await ancestorsOf('/customer-portal', { cookie: own })).toBe(NONE)
    // A link counts before a session of somebody else.
    const link = `/customer-portal/${await linkToken(theirs, 'globex')}`
    expect(await ancestorsOf(link, { cookie: framed.cookie })).toBe(`frame-ancestors ${OTHER}`)
    // Once nobody may embed it, a browser that has the page does not keep what it was told.
    const { headers } = await page('/customer-portal', { cookie: framed.cookie })
    await allow(ours, [])
    const again = await page('/customer-portal', {
      cookie: framed.cookie,
      'if-none-match': String(headers.etag),
    })
    expect([again.statusCode, again.headers['x-frame-options']]).toEqual([200, 'DENY'])
    expect(again.headers['content-security-policy']).toContain(NONE)
    await allow(ours, [HOST])
    const same = await page('/customer-portal', {
      cookie: framed.cookie,
      'if-none-match': String(headers.etag),
    })
    expect([same.statusCode, same.headers['x-frame-options']]).toEqual([304, undefined])
  })

  it('may be framed at the domain of its portal by the same origins, and at that of another by nobody', async () => {
    const [own, other] = ['portal.ours.example', 'portal.theirs.example']
    for (const [{ organizationId }, portalDomain] of [
      [ours, own],
      [theirs, other],
    ] as const)
      await harness.context.database.system
        .updateTable('organizations')
        .set({ portalDomain })
        .where('id', '=', organizationId)
        .execute()
    app.portalHosts.forget()
    const { cookie } = await framedOf(ours, 'acme')
    const link = `/customer-portal/${await linkToken(ours, 'acme')}`
    for (const [host, ancestors] of [
      [own, `frame-ancestors ${HOST}`],
      [other, NONE],
    ] as const) {
      expect([host, await ancestorsOf(link, { host })]).toEqual([host, ancestors])
      expect([host, await ancestorsOf('/customer-portal', { host, cookie })]).toEqual([host, ancestors])
      expect((await app.inject({ url: '/portal/embed.js', headers: { host } })).body).toBe('/* element */')
    }
  })

  it('is the only one: all others refuse to be framed', async () => {
    const { cookie } = await framedOf(ours, 'acme')
    for (const path of [
      '/',
      '/login',
      '/portal.html',
      '/index.html',
      '/acme/settings',
      '/customer-portals',
    ]) {
      const answer = await page(path, { cookie })
      expect([path, answer.headers['x-frame-options']]).toEqual([path, 'DENY'])
      expect(answer.headers['content-security-policy']).toContain(NONE)
    }
    const { headers } = await call('GET', '/session', { cookie, ...FRAME })
    expect([headers['x-frame-options'], headers['content-security-policy']]).toEqual([
      'DENY',
      expect.stringContaining(NONE),
    ])
  })

  it('200: its element may be loaded by pages of every origin, and kept for a while', async () => {
    const answer = await app.inject({ url: '/portal/embed.js', headers: { origin: 'https://any.example' } })
    expect([answer.statusCode, answer.body]).toEqual([200, '/* element */'])
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=3600',
      'content-type': 'text/javascript; charset=utf-8',
      'cross-origin-resource-policy': 'cross-origin',
    })
  })
})

describe('the session of a portal in a frame', () => {
  it('has a cookie of its own, which goes to the portal alone and to no other site that embeds it', async () => {
    const { status, cookies } = await framedOf(ours, 'acme')
    const rest = 'Max-Age=86400; HttpOnly; SameSite=None; Secure; Partitioned'
    expect([status, cookies]).toEqual([
      200,
      [
        expect.stringMatching(
          new RegExp(`^weir_portal_framed=[\\w-]{43}; Path=/api/weir/v1/portal; ${rest}$`),
        ),
        expect.stringMatching(new RegExp(`^weir_portal_framed=[\\w-]{43}; Path=/customer-portal; ${rest}$`)),
      ],
    ])
  })

  it('401: counts together with its header alone, and the cookie of a window without it alone', async () => {
    const { cookie } = await framedOf(ours, 'acme')
    const opened = await openWith(harness, await linkToken(ours, 'acme'))
    const [own = ''] = String(opened.headers['set-cookie']).split(';')
    const read = async (headers: Record<string, string>) =>
      (await call('GET', '/customer', headers)).statusCode
    expect(await read({ cookie, ...FRAME })).toBe(200)
    expect(await read({ cookie: own })).toBe(200)
    expect(await read({ cookie })).toBe(401)
    expect(await read({ cookie, 'x-weir-portal-frame': '1' })).toBe(401)
    expect(await read({ cookie: own, ...FRAME })).toBe(401)
    // A person may have both, as another customer in each.
    const both = `${own}; ${cookie}`
    expect([await read({ cookie: both }), await read({ cookie: both, ...FRAME })]).toEqual([200, 200])
  })

  it('401: there is none where nobody may embed the portal, and what there was ends', async () => {
    expect(await framedOf(plain, 'initech')).toMatchObject({ status: 401, cookies: [] })
    await allow(plain, [HOST])
    const { cookie, status } = await framedOf(plain, 'initech')
    expect([status, (await call('GET', '/customer', { cookie, ...FRAME })).statusCode]).toEqual([200, 200])
    await allow(plain, [])
    expect((await call('GET', '/customer', { cookie, ...FRAME })).json().code).toBe('portal_session_required')
  })

  it('403, 401: a write of another site is refused, however it is made', async () => {
    const { cookie, csrf } = await framedOf(ours, 'acme')
    const change = { customer: { city: 'Paris' } }
    const write = async (headers: Record<string, string>) => {
      const { statusCode, json } = await call('PUT', '/customer', { cookie, ...headers }, change)
      return [statusCode, json().code]
    }
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    // A form, or a fetch without a preflight: no header of its own, so that there is no session.
    expect(await write(evil)).toEqual([401, 'portal_session_required'])
    const form = await harness.app.inject({
      method: 'POST',
      url: `${PORTAL}/payment_methods/setup_url`,
      headers: { cookie, ...evil, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'x=1',
    })
    expect(form.statusCode).toBe(401)
    // Whatever gets past that has no token, and another origin.
    expect(await write({ ...evil, ...FRAME })).toEqual([403, 'csrf_token_invalid'])
    expect(await write({ ...evil, ...FRAME, 'x-csrf-token': csrf })).toEqual([403, 'csrf_token_invalid'])
    // The page that embeds the portal is another site too.
    expect(await write({ ...FRAME, origin: HOST, 'x-csrf-token': csrf })).toEqual([403, 'csrf_token_invalid'])
    expect(await write({ ...FRAME, origin: 'null', 'x-csrf-token': csrf })).toEqual([
      403,
      'csrf_token_invalid',
    ])
    expect(await write({ ...FRAME, origin: 'http://localhost:3000' })).toEqual([403, 'csrf_token_invalid'])
    expect((await ok(ours, 'GET', '/customers/acme')).customer.city).toBeNull()
    // The portal's own page is none.
    expect((await write({ ...FRAME, origin: 'http://localhost:3000', 'x-csrf-token': csrf }))[0]).toBe(200)
    expect((await ok(ours, 'GET', '/customers/acme')).customer.city).toBe('Paris')
  })

  it('browsers are not allowed to send its header from any other origin, that of the embedding page included', async () => {
    for (const origin of ['https://evil.example', HOST, 'http://localhost:3000']) {
      const { headers } = await harness.app.inject({
        method: 'OPTIONS',
        url: `${PORTAL}/customer`,
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'content-type,x-csrf-token,x-weir-portal-frame',
        },
      })
      expect(String(headers['access-control-allow-headers'] ?? '').toLowerCase()).not.toContain(
        'x-weir-portal-frame',
      )
      expect(headers['access-control-allow-credentials']).toBeUndefined()
      if (origin !== 'http://localhost:3000') expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('403: another site cannot open one with a link of its own', async () => {
    const evil = { origin: HOST, 'sec-fetch-site': 'cross-site' }
    const opened = await openWith(harness, await linkToken(ours, 'acme'), { ...FRAME, ...evil })
    expect([opened.statusCode, opened.headers['set-cookie']]).toEqual([403, undefined])
  })

  it('ends when the customer leaves, at both paths', async () => {
    const { cookie, csrf } = await framedOf(ours, 'acme')
    const left = await call('DELETE', '/session', { cookie, ...FRAME, 'x-csrf-token': csrf })
    expect(left.statusCode).toBe(200)
    const gone = [left.headers['set-cookie'] ?? []].flat()
    expect(gone.map((each) => each.split('; ').slice(0, 3))).toEqual([
      ['weir_portal_framed=', 'Path=/api/weir/v1/portal', 'Max-Age=0'],
      ['weir_portal_framed=', 'Path=/customer-portal', 'Max-Age=0'],
    ])
    expect(await ancestorsOf('/customer-portal', { cookie })).toBe(NONE)
  })
})
