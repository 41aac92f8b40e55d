import type { RouteOptions } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signLink } from '../../src/actions/portal/portal-links.ts'
import { buildApp } from '../../src/api/app.ts'
import { type Instant, MINUTE_MS } from '../../src/core/calendar/instant.ts'
import { LINK_MS, SESSION_MS } from '../../src/core/portal/portal-life.ts'
import { PORTAL_PARTS } from '../../src/core/portal/portal-parts.ts'
import { findOrganization } from '../../src/store/organizations.ts'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { slugOf, visit } from '../support/browser-session.ts'
import { samplePng } from '../support/document-gallery.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'
import { type Buyer, buyerOf, linkToken, openWith } from '../support/portal-buyer.ts'
import { connectStripe, deliver, payingCustomer, runJobs } from '../support/stripe-fixtures.ts'

const WEIR = '/api/weir/v1'
const PORTAL = `${WEIR}/portal`
const NOTHING = '00000000-0000-7000-8000-000000000000'
const ROUTES_MIN = 29
/** What is called without a session, or with that of anybody. */
const OPEN = /\/(session|link_requests)$/

let harness: Harness
let stripe: FakeStripe
let client: Client

beforeAll(async () => {
  stripe = await startStripe()
  harness = await startHarness({ providerHosts: { stripe: stripe.url } })
})
afterAll(async () => {
  await harness?.close()
  await stripe?.close()
})
beforeEach(async () => {
  client = await harness.organization()
  await sell(client)
})

const organizationOf = async (of: Client) => {
  const row = await findOrganization(harness.context.database, of.organizationId)
  if (!row) throw new Error('no organization')
  return row
}
const idOf = async (externalId: string): Promise<string> =>
  (await ok(client, 'GET', `/customers/${externalId}`)).customer.lago_id
const addWallet = async (externalId: string, others: object = {}): Promise<string> => {
  const wallet = {
    ...{ external_customer_id: externalId, name: 'Prepaid', code: 'internal-code', currency: 'EUR' },
    ...{ rate_amount: '1', paid_credits: '0', granted_credits: '10' },
    ...others,
  }
  return (await ok(client, 'POST', '/wallets', { wallet })).wallet.lago_id
}
const setParts = (parts: readonly string[], plan_codes: readonly string[] = []) =>
  ok(client, 'PUT', `${WEIR}/portal_settings`, { portal_settings: { parts, plan_codes } })
/** A plan that customers on `code` may change to; its id. */
const offerFrom = async (code: string): Promise<string> => {
  const { plan } = await ok(client, 'POST', '/plans', {
    plan: {
      ...{ name: 'More', code: 'secret-more', interval: 'monthly', amount_cents: 90_000 },
      amount_currency: 'EUR',
    },
  })
  await setParts(PORTAL_PARTS, [code, 'secret-more'])
  return plan.lago_id
}

describe('a link to the portal', () => {
  it('leads to the page of the portal, for customers that exist', async () => {
    await addCustomer(client, 'acme')
    const { customer } = await ok(client, 'GET', '/customers/acme/portal_url')
    expect(customer.portal_url).toMatch(/^http:\/\/localhost:3000\/customer-portal\/[\w-]{92}$/)
    const { status, body } = await client.call('GET', '/customers/nobody/portal_url')
    expect([status, body.code]).toEqual([404, 'customer_not_found'])
  })

  it('opens one session each time, with a cookie that no script reads and no other path is sent', async () => {
    await addCustomer(client, 'acme', {
      billing_configuration: { document_locale: 'de' },
      timezone: 'Asia/Tokyo',
    })
    const token = await linkToken(client, 'acme')
    const [first, second] = [await openWith(harness, token), await openWith(harness, token)]
    expect(first.statusCode).toBe(200)
    expect(first.json().session).toMatchObject({
      brand: { name: 'Test Organization', logo_url: null },
      customer: { name: 'acme', locale: 'de', timezone: 'Asia/Tokyo' },
      can_pay: false,
      is_view_only: false,
      is_sandbox: true,
    })
    const [cookie = '', ...rules] = String(first.headers['set-cookie']).split('; ')
    expect(cookie).toMatch(/^weir_portal=[\w-]{43}$/)
    expect(rules).toEqual([`Path=${PORTAL}`, 'Max-Age=86400', 'HttpOnly', 'SameSite=Strict'])
    expect(first.headers['cache-control']).toBe('no-store')
    expect(String(second.headers['set-cookie'])).not.toContain(cookie)
  })

  it('shows the name and the logo of the billing entity', async () => {
    const logo = `data:image/png;base64,${Buffer.from(samplePng(16, 16)).toString('base64')}`
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
      billing_entity: { legal_name: 'Acme SAS', email: 'billing@acme.example', logo },
    })
    await addCustomer(client, 'acme')
    const { session } = (await openWith(harness, await linkToken(client, 'acme'))).json()
    expect(session.brand).toEqual({
      ...{ name: 'Acme SAS', email: 'billing@acme.example', logo_url: logo },
      // What an organization gives the portal of its own look (portal-look.test.ts).
      ...{ support_url: null, terms_url: null, privacy_url: null, corners: 'soft', accents: null },
      ...{ font_url: null, favicon_url: null, logo_dark_url: null, powered_by: true },
    })
  })

  it('is refused with one answer: 401 for what is forged, over, of another key, or of nobody', async () => {
    await addCustomer(client, 'acme')
    await addCustomer(client, 'gone')
    const customerId = await idOf('acme')
    const [own, elsewhere] = [
      await organizationOf(client),
      await organizationOf(await harness.organization()),
    ]
    const now = harness.context.systemNow()
    const full = { customerId, isViewOnly: false }
    const madeBefore = (ms: number) => signLink(own, full, (now - ms) as Instant)
    const good = madeBefore(LINK_MS - MINUTE_MS)
    const toGone = await linkToken(client, 'gone')
    await ok(client, 'DELETE', '/customers/gone')
    const turned = Buffer.from(good, 'base64url')
    // Another customer, a longer life, and full rights for a link that only shows.
    const changed = [20, 35, 36].map((at) => {
      const bytes = Buffer.from(turned)
      bytes[at] = (bytes[at] ?? 0) ^ 1
      return bytes.toString('base64url')
    })
    const wrong: unknown[] = [
      // A link after 12 hours and a minute.
      madeBefore(LINK_MS + MINUTE_MS),
      ...changed,
      signLink({ ...own, hmacKey: elsewhere.hmacKey }, full, now),
      signLink(elsewhere, full, now),
      toGone,
      '',
      null,
    ]
    const answers = await Promise.all(wrong.map((token) => openWith(harness, token)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(wrong.map(() => 401))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(answers[0]?.json().code).toBe('portal_link_invalid')
    expect(answers.some(({ headers }) => headers['set-cookie'] !== undefined)).toBe(false)
    expect((await openWith(harness, good)).statusCode).toBe(200)
  })

  it('is given to members who may change the customer, and to look at to the others', async () => {
    await addCustomer(client, 'acme')
    const finance = await visit(harness, client, `finance-${client.organizationId}@example.com`, ['finance'])
    const link = await finance.call('GET', '/customers/acme/portal_url')
    const look = await finance.call('GET', `${WEIR}/customers/acme/portal_view_url`)
    const may = finance.headers['x-weir-organization'] === (await slugOf(harness, client.organizationId))
    expect([may, link.status, look.status]).toEqual([true, 403, 200])
    expect(link.body.error_details).toEqual({ permission: ['customers:update'] })
  })

  it('does not open for pages of other origins: 403 csrf_token_invalid', async () => {
    await addCustomer(client, 'acme')
    const token = await linkToken(client, 'acme')
    const answer = await openWith(harness, token, { origin: 'https://evil.example' })
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'csrf_token_invalid'])
  })
})

describe('a session of the portal', () => {
  let buyer: Buyer
  beforeEach(async () => {
    await addCustomer(client, 'acme')
    buyer = await buyerOf(harness, client, 'acme')
  })

  it('401s without a cookie, with a wrong one, and after its end', async () => {
    const asked = async (cookie: string) =>
      (await harness.app.inject({ url: `${PORTAL}/overview`, headers: { cookie } })).json().code
    expect(await asked('')).toBe('portal_session_required')
    expect(await asked(`weir_portal=${'z'.repeat(43)}`)).toBe('portal_session_required')
    expect((await buyer.call('DELETE', '/session')).headers['set-cookie']).toContain('Max-Age=0')
    expect(await asked(buyer.cookie)).toBe('portal_session_required')
  })

  it('ends after a day, and when its customer is deleted', async () => {
    const { context } = harness
    const system = context.database.system
    const row = await system
      .selectFrom('portalSessions')
      .selectAll()
      .where('customerId', '=', await idOf('acme'))
      .executeTakeFirstOrThrow()
    expect(row.expiresAt - row.createdAt).toBe(SESSION_MS)
    const other = await buyerOf(harness, client, 'acme')
    await ok(client, 'DELETE', '/customers/acme')
    expect((await buyer.call('GET', '/overview')).status).toBe(401)
    // Somebody new with the same external id is somebody else.
    await addCustomer(client, 'acme')
    expect((await other.call('PUT', '/customer', { customer: { name: 'Taken over' } })).status).toBe(401)
    expect((await ok(client, 'GET', '/customers/acme')).customer.name).toBe('acme')
  })

  it('opens no other route: 401 with its cookie alone', async () => {
    const slug = await slugOf(harness, client.organizationId)
    const paths = ['/api/v1/customers', '/api/v1/invoices', `${WEIR}/portal_settings`, `${WEIR}/session`]
    const plain = await Promise.all(paths.map((path) => buyer.call('GET', path)))
    const named = await Promise.all(
      paths.map((path) => buyer.call('GET', path, undefined, { 'x-weir-organization': slug })),
    )
    expect([...plain, ...named].map(({ status }) => status)).toEqual([...paths, ...paths].map(() => 401))
  })

  it('and no session of a member or key opens it: 401', async () => {
    const member = await visit(harness, client, `member-${client.organizationId}@example.com`, ['admin'])
    expect((await member.call('GET', `${PORTAL}/overview`)).status).toBe(401)
    expect((await client.call('GET', `${PORTAL}/overview`)).status).toBe(401)
  })

  it('403s a write without its token, or from another origin', async () => {
    const body = { customer: { name: 'Other' } }
    const without = await buyer.call('PUT', '/customer', body, { 'x-csrf-token': '' })
    const foreign = await buyer.call('PUT', '/customer', body, { origin: 'https://evil.example' })
    for (const { status, body } of [without, foreign])
      expect([status, body.code]).toEqual([403, 'csrf_token_invalid'])
    expect((await ok(client, 'GET', '/customers/acme')).customer.name).toBe('acme')
  })

  it('429s more writes than a person makes, also over several sessions, and nobody else', async () => {
    await addCustomer(client, 'globex')
    const again = await buyerOf(harness, client, 'acme')
    const write = (by: Buyer) => by.call('PUT', '/customer', { customer: { customer_type: 'nonsense' } })
    const statuses: number[] = []
    for (let n = 0; n < 40; n += 1) statuses.push((await write(n % 2 === 0 ? buyer : again)).status)
    expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 422))
    expect(statuses.at(-1)).toBe(429)
    expect((await write(buyer)).headers['retry-after']).toBe('2')
    expect((await write(await buyerOf(harness, client, 'globex'))).status).toBe(422)
    expect((await buyer.call('GET', '/overview')).status).toBe(200)
  })
})

describe('every route of the portal', () => {
  let routes: { readonly method: string; readonly url: string }[]
  beforeAll(async () => {
    const app = buildApp(harness.context)
    const found: RouteOptions[] = []
    app.addHook('onRoute', (route) => {
      if (route.url.startsWith(`${PORTAL}/`) && !OPEN.test(route.url)) found.push(route)
    })
    await app.ready()
    await app.close()
    routes = found.flatMap(({ method, url }) =>
      [method]
        .flat()
        .filter((each) => each !== 'HEAD')
        .map((each) => ({ method: each, url })),
    )
  })
  const bodyFor = (method: string) =>
    method === 'GET' || method === 'DELETE'
      ? undefined
      : { top_up: { paid_credits: '5' }, alert: { amount_cents: 5 } }

  it('404s what another customer, or another organization, has', async () => {
    await connectStripe(client)
    await payingCustomer(harness, stripe, client, 'acme')
    await addCustomer(client, 'globex')
    await subscribe(client, { metrics: [{ code: 'calls', aggregation_type: 'count_agg' }], charges: [] })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'acme', external_id: 'acme-s', plan_code: 'p' },
    })
    const invoice = await issue(client, 'acme', 1000)
    await pay(client, invoice, 1000)
    const { invoice: whole } = await ok(client, 'GET', `/invoices/${invoice}`)
    const items = [{ fee_id: whole.fees[0].lago_id, amount_cents: 100 }]
    const { credit_note: note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: { invoice_id: invoice, credit_amount_cents: 100, refund_amount_cents: 0, items },
    })
    const [method] = (await ok(client, 'GET', '/customers/acme/payment_methods')).payment_methods
    const ids: Record<string, string> = {
      invoices: invoice,
      credit_notes: note.lago_id,
      wallets: await addWallet('acme'),
      payment_methods: method.lago_id,
      subscriptions: (await ok(client, 'GET', '/subscriptions/acme-s')).subscription.lago_id,
    }
    await setParts(PORTAL_PARTS)
    const subscription_id = ids.subscriptions
    const { alert } = (
      await (
        await buyerOf(harness, client, 'acme')
      ).call('POST', '/alerts', {
        alert: { subscription_id, amount_cents: 500 },
      })
    ).body
    const named = routes.filter(({ url }) => url.includes(':id'))
    expect(named.length).toBeGreaterThanOrEqual(19)
    ids.alerts = alert.id
    const planId = await offerFrom('p')
    const stranger = await harness.organization()
    await ok(stranger, 'PUT', `${WEIR}/portal_settings`, { portal_settings: { parts: PORTAL_PARTS } })
    const owner = await buyerOf(harness, client, 'acme')
    const wrong: unknown[] = []
    // One customer for each kind of id: none of them writes so often that it is told to wait.
    for (const [at, of] of [client, client, client, stranger, stranger, stranger].entries()) {
      const name = `other-${at}`
      await addCustomer(of, name)
      const other = await buyerOf(harness, of, name)
      for (const { method, url } of named) {
        const [, noun = ''] = /portal\/(\w+)\/:id/.exec(url) ?? []
        const id = [ids[noun] ?? 'none', NOTHING, 'no-id'][at % 3] ?? ''
        const path = url.replace(':id', id).replace(':plan_id', planId)
        const { status } = await other.call(method, path, bodyFor(method))
        if (status !== 404) wrong.push({ method, url, id, status })
      }
      const lists = ['/invoices', '/credit_notes', '/receipts', '/wallets', '/payment_methods', '/alerts']
      for (const path of lists) {
        const { body } = await other.call('GET', path)
        if (body.meta.total_count !== 0) wrong.push({ path, body })
      }
    }
    expect(wrong).toEqual([])
    // Nothing of it has happened, and the owner finds everything.
    for (const { method, url } of named.filter(({ method }) => method === 'GET')) {
      const [, noun = ''] = /portal\/(\w+)\/:id/.exec(url) ?? []
      const path = url.replace(':id', ids[noun] ?? '').replace(':plan_id', planId)
      const { status } = await owner.call(method, path)
      expect([url, status]).toEqual([url, 200])
    }
    expect((await owner.call('GET', '/payment_methods')).body.meta.total_count).toBe(1)
    expect((await owner.call('GET', '/alerts')).body.alerts).toMatchObject([{ amount_cents: 500 }])
  })

  it('403s to a member who only looks, when it changes something', async () => {
    await addCustomer(client, 'acme')
    await setParts(PORTAL_PARTS)
    const member = await buyerOf(harness, client, 'acme', true)
    const writes = routes.filter(({ method, url }) => method !== 'GET' && !/download/.test(url))
    expect(routes.length).toBeGreaterThanOrEqual(ROUTES_MIN)
    expect(writes.length).toBeGreaterThanOrEqual(11)
    for (const { method, url } of writes) {
      const { status, body } = await member.call(method, url.replace(':id', NOTHING), bodyFor(method))
      expect([url, status, body.code]).toEqual([url, 403, 'portal_is_read_only'])
    }
    const { session } = (await member.call('GET', '/session')).body
    expect(session.is_view_only).toBe(true)
  })

  it('answers the same write with the same key once, and 429s it beyond what a person does', async () => {
    await setParts(PORTAL_PARTS)
    const writes = routes.filter(({ method }) => method !== 'GET')
    expect(writes.length).toBeGreaterThanOrEqual(15)
    const wrong: unknown[] = []
    for (const [at, { method, url }] of writes.entries()) {
      // Each of its own customer, so that no write takes from what another one may.
      await addCustomer(client, `buyer-${at}`)
      const buyer = await buyerOf(harness, client, `buyer-${at}`)
      const write = (key: string) =>
        buyer.call(method, url.replace(':id', NOTHING), bodyFor(method), { 'idempotency-key': key })
      const [once, twice] = [await write('k'), await write('k')]
      const isSame = JSON.stringify([twice.status, twice.body]) === JSON.stringify([once.status, once.body])
      if (!isSame || twice.headers['idempotent-replayed'] !== 'true') wrong.push({ method, url, once, twice })
      const statuses: number[] = []
      for (let n = 0; n < 40; n += 1) statuses.push((await write('k')).status)
      if (statuses.at(-1) !== 429) wrong.push({ method, url, statuses })
    }
    expect(wrong).toEqual([])
  }, 120_000)

  it('403s where its part is off, and the rest of the portal goes on', async () => {
    await addCustomer(client, 'acme')
    const wallet = await addWallet('acme')
    const buyer = await buyerOf(harness, client, 'acme')
    await setParts(['wallets'])
    const paths = [
      '/invoices',
      '/receipts',
      '/credit_notes',
      '/payment_methods',
      '/alerts',
      '/customer',
      '/next_invoices',
      `/subscriptions/${NOTHING}`,
      `/subscriptions/${NOTHING}/usage`,
      `/subscriptions/${NOTHING}/plans`,
      `/subscriptions/${NOTHING}/plans/${NOTHING}`,
    ]
    for (const path of paths) {
      const { status, body } = await buyer.call('GET', path)
      expect([path, status, body.code]).toEqual([path, 403, 'portal_part_off'])
    }
    const topUp = await buyer.call('POST', `/wallets/${wallet}/top_ups`, { top_up: { paid_credits: '5' } })
    expect([topUp.status, topUp.body.code]).toEqual([403, 'portal_part_off'])
    expect((await buyer.call('GET', '/wallets')).body.wallets).toHaveLength(1)
    expect((await buyer.call('GET', '/session')).body.session.parts).toEqual(['wallets'])
    const { status, body } = await client.call('PUT', `${WEIR}/portal_settings`, {
      portal_settings: { parts: ['wallets', 'secrets'] },
    })
    expect([status, body.error_details]).toEqual([422, { parts: ['value_is_invalid'] }])
  })

  it('tells nothing that is for staff, and no draft', async () => {
    await subscribe(client, {
      metrics: [{ code: 'secret-metric', name: 'Calls', aggregation_type: 'count_agg' }],
      charges: [
        {
          metric: 'secret-metric',
          invoice_display_name: 'API calls',
          charge_model: 'graduated',
          properties: {
            graduated_ranges: [
              { from_value: 0, to_value: 10, per_unit_amount: '0.5', flat_amount: '0' },
              { from_value: 11, to_value: null, per_unit_amount: '0.2', flat_amount: '1' },
            ],
          },
        },
      ],
      plan: { code: 'secret-plan', name: 'Pro', amount_cents: 1000 },
      customer: {
        external_id: 'c',
        metadata: [{ key: 'secret-key', value: 'secret-value' }],
        billing_configuration: { invoice_grace_period: 3 },
      },
      subscription: { plan_code: 'secret-plan' },
    })
    for (const n of [1, 2, 3, 4]) await send(client, { code: 'secret-metric', transaction_id: `t${n}` })
    await addWallet('c', { code: 'secret-wallet', metadata: { 'secret-key': 'x' } })
    const final = await issue(client, 'c', 1000)
    await client.clock('2025-02-01T10:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?status=draft')
    expect(invoices).toHaveLength(1)
    const planId = await offerFrom('secret-plan')
    const buyer = await buyerOf(harness, client, 'c')
    const { subscriptions } = (await buyer.call('GET', '/overview')).body
    const id = subscriptions[0].id
    const ids: Record<string, string> = { invoices: final, subscriptions: id }
    ids.wallets = (await buyer.call('GET', '/wallets')).body.wallets[0].id
    const texts: string[] = []
    for (const { url } of routes.filter(({ method }) => method === 'GET')) {
      const [, noun = ''] = /portal\/(\w+)\/:id/.exec(url) ?? []
      const path = url.replace(':id', ids[noun] ?? '').replace(':plan_id', planId)
      const { status, body } = await buyer.call('GET', path)
      expect([url, status]).toEqual([url, 200])
      texts.push(JSON.stringify(body))
    }
    const all = texts.join('\n')
    expect(all).not.toMatch(/secret|external_id|"code"|lago_|metadata|aggregation|sequential/)
    expect(all).not.toContain(invoices[0].lago_id)
    const draft = await buyer.call('GET', `/invoices/${invoices[0].lago_id}`)
    expect(draft.status).toBe(404)
  })
})

describe('in the portal', () => {
  it('usage has units, the tier that they have reached, and money unless it is hidden', async () => {
    await subscribe(client, {
      metrics: [{ code: 'calls', name: 'Calls', aggregation_type: 'count_agg' }],
      charges: [
        {
          metric: 'calls',
          charge_model: 'graduated',
          properties: {
            graduated_ranges: [
              { from_value: 0, to_value: 10, per_unit_amount: '0.5', flat_amount: '0' },
              { from_value: 11, to_value: null, per_unit_amount: '0.2', flat_amount: '1' },
            ],
          },
        },
      ],
      plan: { amount_cents: 4900, name: 'Pro' },
    })
    for (const n of [1, 2, 3, 4]) await send(client, { code: 'calls', transaction_id: `t${n}` })
    const buyer = await buyerOf(harness, client, 'c')
    const { subscriptions } = (await buyer.call('GET', '/overview')).body
    expect(subscriptions).toMatchObject([
      { name: 'Pro', status: 'active', amount_cents: 4900, interval: 'monthly' },
    ])
    const path = `/subscriptions/${subscriptions[0].id}`
    const { usage } = (await buyer.call('GET', `${path}/usage`)).body
    expect(usage).toMatchObject({ currency: 'EUR', amount_cents: 200 })
    expect(usage.charges).toMatchObject([
      {
        name: 'Calls',
        units: '4.0',
        amount_cents: 200,
        left_in_tier: '6.0',
        tiers: [
          { from: '0.0', to: '10.0', is_current: true, per_unit_amount: '0.5' },
          { from: '11.0', to: null, is_current: false, per_unit_amount: '0.2', flat_amount: '1' },
        ],
      },
    ])
    const { next_invoices: next } = (await buyer.call('GET', '/next_invoices')).body
    expect(next).toMatchObject([{ currency: 'EUR', issuing_date: '2025-02-01', total_amount_cents: 5100 }])
    await client.clock('2025-02-02T10:00:00Z')
    const past = (await buyer.call('GET', `${path}/past_usage`)).body
    expect(past.periods).toMatchObject([{ amount_cents: 200, charges: [{ name: 'Calls', units: '4.0' }] }])
    await setParts(['usage'])
    const hidden = [
      await buyer.call('GET', `${path}/usage`),
      await buyer.call('GET', `${path}/past_usage`),
      await buyer.call('GET', '/overview'),
    ]
    expect(hidden.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(JSON.stringify(hidden.map(({ body }) => body))).not.toMatch(/amount/)
  })

  it('usage is shown by day where the customer is, and the days come to the period', async () => {
    await subscribe(client, {
      metrics: [
        {
          ...{ code: 'calls', name: 'Calls', aggregation_type: 'sum_agg', field_name: 'n' },
          filters: [{ key: 'region', values: ['eu', 'us'] }],
        },
        { code: 'peak', name: 'Peak', aggregation_type: 'max_agg', field_name: 'n' },
        { code: 'seats', name: 'Seats', aggregation_type: 'sum_agg', field_name: 'n', recurring: true },
      ],
      charges: [
        {
          ...{ metric: 'calls', charge_model: 'standard', properties: { amount: '1' } },
          filters: [{ values: { region: ['eu'] }, properties: { amount: '2' } }],
        },
        { metric: 'peak', charge_model: 'standard', properties: { amount: '1' } },
        { metric: 'seats', charge_model: 'standard', properties: { amount: '1' } },
      ],
      customer: { external_id: 'c', timezone: 'Asia/Tokyo' },
    })
    await client.clock('2025-01-04T16:00:00Z')
    const used = [
      ['2025-01-01T12:00:00Z', 1, 'eu'],
      // Half past midnight in Tokyo, and half an hour before.
      ['2025-01-03T14:59:59Z', 2, 'us'],
      ['2025-01-03T15:30:00Z', 4, 'eu'],
      ['2025-01-04T15:30:00Z', 8, 'asia'],
    ] as const
    for (const [at, n, region] of used) {
      for (const code of ['calls', 'peak', 'seats']) {
        const timestamp = Date.parse(at) / 1000
        await send(client, { code, transaction_id: `${code} ${at}`, timestamp, properties: { n, region } })
      }
    }
    const buyer = await buyerOf(harness, client, 'c')
    const [{ id }] = (await buyer.call('GET', '/overview')).body.subscriptions
    const { usage_days: charges } = (await buyer.call('GET', `/subscriptions/${id}/usage_days`)).body
    // A highest value, and what lasts beyond the period, are no sums of days.
    expect(charges).toEqual([
      {
        name: 'Calls',
        days: [
          { date: '2025-01-01', units: '1.0' },
          { date: '2025-01-02', units: '0.0' },
          { date: '2025-01-03', units: '2.0' },
          { date: '2025-01-04', units: '4.0' },
          { date: '2025-01-05', units: '8.0' },
        ],
      },
    ])
    const { usage } = (await buyer.call('GET', `/subscriptions/${id}/usage`)).body
    const ofCalls = usage.charges.find((each: { name: string }) => each.name === 'Calls')
    expect(ofCalls.units).toBe('15.0')
    await setParts(['amounts'])
    expect((await buyer.call('GET', `/subscriptions/${id}/usage_days`)).body.code).toBe('portal_part_off')
  })

  it('what was invoiced is told by currency, without drafts and what was voided', async () => {
    await addCustomer(client, 'acme')
    const first = await issue(client, 'acme', 1000)
    await issue(client, 'acme', 2500)
    const voided = await issue(client, 'acme', 400)
    await ok(client, 'POST', `/invoices/${voided}/void`)
    await pay(client, first, 1000)
    const buyer = await buyerOf(harness, client, 'acme')
    const { invoiced, owed } = (await buyer.call('GET', '/overview')).body
    expect(invoiced).toEqual([{ currency: 'EUR', total_cents: 3500, count: 2 }])
    expect(owed).toMatchObject([{ due_cents: 2500, due_count: 1 }])
    await setParts(['usage'])
    expect((await buyer.call('GET', '/overview')).body).toMatchObject({ invoiced: [], owed: [] })
  })

  it('a customer changes itself and nothing else, and staff see who did it', async () => {
    await addCustomer(client, 'acme', { net_payment_term: 30, metadata: [{ key: 'k', value: 'v' }] })
    const buyer = await buyerOf(harness, client, 'acme')
    const { status, body } = await buyer.call('PUT', '/customer', {
      customer: {
        ...{ legal_name: 'Acme GmbH', city: 'Berlin', country: 'de', document_locale: 'de' },
        shipping_address: { city: 'Köln' },
        // None of these is theirs to change.
        ...{
          external_id: 'globex',
          net_payment_term: 0,
          currency: 'USD',
          timezone: 'Asia/Tokyo',
          tax_codes: [],
        },
        ...{ metadata: [], account_type: 'partner', billing_configuration: { invoice_grace_period: 9 } },
      },
    })
    expect([status, body.customer]).toMatchObject([
      200,
      { legal_name: 'Acme GmbH', country: 'DE', document_locale: 'de', shipping_address: { city: 'Köln' } },
    ])
    const { customer } = await ok(client, 'GET', '/customers/acme')
    expect(customer).toMatchObject({
      ...{
        external_id: 'acme',
        legal_name: 'Acme GmbH',
        net_payment_term: 30,
        currency: null,
        timezone: null,
      },
      ...{ account_type: 'customer', metadata: [{ key: 'k', value: 'v' }] },
      billing_configuration: { document_locale: 'de', invoice_grace_period: null },
    })
    const bad = await buyer.call('PUT', '/customer', { customer: { email: 'no address', country: 'XX' } })
    expect([bad.status, bad.body.error_details]).toEqual([
      422,
      { email: ['invalid_email_format'], country: ['not_a_valid_country_code'] },
    ])
    const { activity_logs: activities } = await ok(client, 'GET', '/activity_logs?activity_sources[]=portal')
    expect(activities).toMatchObject([
      { activity_type: 'customer.updated', activity_source: 'portal', user_email: null },
    ])
    expect(activities[0].activity_object_changes ?? {}).not.toHaveProperty('net_payment_term')
  })

  it('credits are bought within the limits of the wallet, and never given', async () => {
    await addCustomer(client, 'acme')
    const wallet = await addWallet('acme', {
      paid_top_up_min_amount_cents: 500,
      paid_top_up_max_amount_cents: 5000,
    })
    const buyer = await buyerOf(harness, client, 'acme')
    const buy = (top_up: object, headers = {}) =>
      buyer.call('POST', `/wallets/${wallet}/top_ups`, { top_up }, headers)
    const { status, body } = await buy({
      paid_credits: '20',
      granted_credits: '1000',
      ignore_paid_top_up_limits: true,
    })
    expect([status, body.transactions]).toMatchObject([200, [{ kind: 'purchased', credits: '20.0' }]])
    expect((await buy({ paid_credits: '1', ignore_paid_top_up_limits: true })).body.error_details).toEqual({
      paid_credits: ['amount_below_minimum'],
    })
    expect((await buy({ paid_credits: '60' })).status).toBe(422)
    expect((await buy({ granted_credits: '60' })).body.error_details).toEqual({
      paid_credits: ['value_is_mandatory'],
    })
    const [once, twice] = [
      await buy({ paid_credits: '30' }, { 'idempotency-key': 'k' }),
      await buy({ paid_credits: '30' }, { 'idempotency-key': 'k' }),
    ]
    expect(twice.body).toEqual(once.body)
    expect(twice.headers['idempotent-replayed']).toBe('true')
    const { transactions } = (await buyer.call('GET', `/wallets/${wallet}/transactions`)).body
    expect(transactions.map(({ credits }: { credits: string }) => credits).sort()).toEqual([
      '10.0',
      '20.0',
      '30.0',
    ])
    const { activity_logs: activities } = await ok(client, 'GET', '/activity_logs?activity_sources[]=portal')
    expect(activities.map((each: { activity_type: string }) => each.activity_type)).toContain(
      'wallet_transaction.created',
    )
  })

  it('the key of one customer replays nothing to another', async () => {
    await addCustomer(client, 'acme')
    await addCustomer(client, 'globex')
    const write = async (externalId: string) =>
      (await buyerOf(harness, client, externalId)).call(
        ...(['PUT', '/customer', { customer: { city: 'Bern' } }, { 'idempotency-key': 'same' }] as const),
      )
    await write('acme')
    const { status, body } = await write('globex')
    expect([status, body.customer.name]).toEqual([200, 'globex'])
  })

  it('invoices are listed, downloaded and paid on the page of the provider', async () => {
    await connectStripe(client)
    await payingCustomer(harness, stripe, client, 'acme')
    const id = await issue(client, 'acme', 1000)
    const buyer = await buyerOf(harness, client, 'acme')
    const { invoices, meta } = (await buyer.call('GET', '/invoices')).body
    expect([meta.total_count, invoices[0]]).toMatchObject([
      1,
      { id, total_amount_cents: 1000, due_amount_cents: 1000, can_be_paid: true, payment_status: 'pending' },
    ])
    expect((await buyer.call('GET', '/overview')).body.owed).toEqual([
      { currency: 'EUR', due_cents: 1000, due_count: 1, overdue_cents: 0, overdue_count: 0 },
    ])
    const { url } = (await buyer.call('POST', `/invoices/${id}/payment_url`)).body
    const page = [...stripe.state.sessions.values()].find((each) => each.url === url)
    expect(page?.success_url).toBe('http://localhost:3000/customer-portal')
    expect((await buyer.call('POST', `/invoices/${id}/download`)).status).toBe(200)
    await pay(client, id, 400)
    expect((await buyer.call('GET', `/invoices/${id}`)).body.invoice).toMatchObject({
      due_amount_cents: 600,
      paid_amount_cents: 400,
      fees: [{ name: 'Job', units: '1.0', amount_cents: 1000 }],
      payments: [{ amount_cents: 400, payment_status: 'succeeded' }],
    })
    expect((await buyer.call('GET', '/receipts')).body.receipts).toMatchObject([{ amount_cents: 400 }])
  })

  it('405s the removal of the last payment method while something is to be paid', async () => {
    await connectStripe(client)
    const there = await payingCustomer(harness, stripe, client, 'acme')
    const buyer = await buyerOf(harness, client, 'acme')
    const methods = async () => (await buyer.call('GET', '/payment_methods')).body.payment_methods
    const [only] = await methods()
    expect(only).toMatchObject({ is_default: true, brand: 'visa', last4: expect.stringMatching(/^\d{4}$/) })
    const id = await issue(client, 'acme', 1000)
    const { status, body } = await buyer.call('DELETE', `/payment_methods/${only.id}`)
    expect([status, body.code]).toEqual([405, 'payment_method_needed'])
    stripe.state.addMethod(there, 'ok')
    await deliver(harness, stripe)
    await runJobs(harness)
    const second = (await methods()).find((each: { id: string }) => each.id !== only.id)
    await buyer.call('PUT', `/payment_methods/${second.id}/set_as_default`)
    expect((await methods()).map((each: { is_default: boolean }) => each.is_default).sort()).toEqual([
      false,
      true,
    ])
    expect((await buyer.call('DELETE', `/payment_methods/${only.id}`)).status).toBe(200)
    expect((await buyer.call('DELETE', `/payment_methods/${second.id}`)).status).toBe(405)
    await pay(client, id, 1000)
    expect((await buyer.call('DELETE', `/payment_methods/${second.id}`)).status).toBe(200)
    const { url } = (await buyer.call('POST', '/payment_methods/setup_url')).body
    expect(url).toMatch(/^https?:\/\//)
  })
})

describe('many wrong links', () => {
  it('are refused late after ten from one address, and keep no right one waiting', async () => {
    const timed = async (token: string) => {
      const began = performance.now()
      const { statusCode } = await openWith(harness, token)
      return { statusCode, ms: performance.now() - began }
    }
    await addCustomer(client, 'acme')
    const wrong: Awaited<ReturnType<typeof timed>>[] = []
    for (let n = 0; n < 22; n += 1) wrong.push(await timed('A'.repeat(92)))
    expect(wrong.map(({ statusCode }) => statusCode)).toEqual(wrong.map(() => 401))
    expect(wrong.at(-1)?.ms).toBeGreaterThanOrEqual(1000)
    const right = await linkToken(client, 'acme')
    expect((await timed(right)).statusCode).toBe(200)
  })
})
