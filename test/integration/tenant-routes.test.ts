import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { type Answer, type Harness, startHarness } from '../support/harness.ts'
import { type LivedIn, liveIn } from '../support/lived-in.ts'
import { fill, type Route, routeTable } from '../support/route-table.ts'
import { payThere } from '../support/stripe-fixtures.ts'

// Every route, called by one organization for another's objects. New routes are included automatically; a new kind of
// object needs its identifier in test/support/lived-in.ts.

/** Fewer routes than this mean that the route table is incomplete. */
const PARAMETER_ROUTES_MIN = 45
const LIST_ROUTES_MIN = 10

/** Routes that only answer with a query. */
const QUERIES: Readonly<Record<string, (mark: string) => string>> = {
  '/customers/:external_id/current_usage': (mark) => `?external_subscription_id=${mark}-subscription`,
  '/api/weir/v1/customers/:external_id/live_usage': (mark) =>
    `?external_subscription_id=${mark}-subscription`,
  '/customers/:external_id/projected_usage': (mark) => `?external_subscription_id=${mark}-subscription`,
  '/customers/:external_id/past_usage': (mark) => `?external_subscription_id=${mark}-subscription`,
}

/** The log of one's own requests has what they named. */
const ECHOES = ['/api_logs']

/** Lists that are empty instead of a 404 for an unknown customer. */
const EMPTY_LISTS = ['/customers/:external_id/invoices']

let harness: Harness
let stripe: FakeStripe
let routes: Route[]
let ours: LivedIn
let theirs: LivedIn

beforeAll(async () => {
  stripe = await startStripe()
  harness = await startHarness({ providerHosts: { stripe: stripe.url } })
  // The installation's key belongs to no organization and is not JSON.
  routes = (await routeTable(harness.context)).filter((route) => route.path !== '/webhooks/public_key')
  theirs = await liveIn(await harness.organization(), 'theirs')
  theirs = { ...theirs, names: { ...theirs.names, ...(await payThere(harness, stripe, theirs)) } }
  ours = await liveIn(await harness.organization(), 'ours')
})
afterAll(async () => {
  await harness?.close()
  await stripe?.close()
})

const withParameters = () => routes.filter((route) => route.parents.length > 0)
const normalized = (path: string) => path.replace(/:[A-Za-z_]+/g, ':external_id')

function pathOf(route: Route, whose: LivedIn): string {
  const path = fill(route, whose.names)
  if (path === null) {
    throw new Error(
      `${route.method} ${route.path}: test/support/lived-in.ts has no name for each of its parts`,
    )
  }
  return `${path}${QUERIES[normalized(route.path)]?.(whose.mark) ?? ''}`
}

/** A body with the right root key, so that the requested object is looked up. */
function bodyOf(route: Route): unknown {
  if (route.method === 'GET' || route.method === 'DELETE') return undefined
  const roots = Object.keys(route.body?.properties ?? {})
  const noun =
    route.path
      .split('/')
      .findLast((part) => !part.startsWith(':'))
      ?.replace(/s$/, '') ?? ''
  const root = roots.includes(noun) ? noun : (roots.at(-1) ?? noun)
  return { [root]: { name: 'taken over', value: 'taken over' } }
}

/** What of their organization is in an answer; identifiers that the request itself named may be echoed. */
function leaksIn(answer: Answer): string[] {
  const text = JSON.stringify(answer.body)
  return [...theirs.ids, theirs.client.organizationId, `Customer ${theirs.mark}`, `Plan ${theirs.mark}`]
    .concat([`Subscription ${theirs.mark}`, `Tokens ${theirs.mark}`, `Feature ${theirs.mark}`])
    .filter((word) => text.includes(word))
}

const isEmptyList = ({ status, body }: Answer) => status === 200 && body.meta.total_count === 0

/** A link to the portal is another one every second. */
const PORTAL_LINK = /customer-portal\/[\w-]+/g

/** Everything that their organization can read about itself. */
async function everythingOf(whose: LivedIn): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {}
  for (const route of routes.filter((one) => one.method === 'GET')) {
    const path = pathOf(route, whose)
    const { status, body } = await whose.client.call('GET', path)
    seen[path] = { status, body: JSON.stringify(body).replaceAll(PORTAL_LINK, 'customer-portal') }
  }
  return seen
}

/** The transaction is found, and came in: nothing funds it. */
const FOUND_AND_REFUSED: readonly string[] = ['/wallet_transactions/:id/fundings']

describe('the route table', () => {
  it('has the routes to be checked', () => {
    expect(withParameters().length).toBeGreaterThanOrEqual(PARAMETER_ROUTES_MIN)
    expect(
      routes.filter((route) => route.method === 'GET' && route.parents.length === 0).length,
    ).toBeGreaterThanOrEqual(LIST_ROUTES_MIN)
  })

  it('finds with these identifiers what is one’s own', async () => {
    for (const route of withParameters().filter((one) => one.method === 'GET')) {
      const answer = await theirs.client.call('GET', pathOf(route, theirs))
      const status = FOUND_AND_REFUSED.includes(route.path) ? 422 : 200
      expect({ path: route.path, status: answer.status }).toEqual({ path: route.path, status })
    }
  })
})

describe('another organization’s identifiers', () => {
  it('are unknown to every route, and nothing changes by asking', async () => {
    const before = await everythingOf(theirs)
    const wrong: unknown[] = []
    for (const route of withParameters()) {
      const answer = await ours.client.call(route.method, pathOf(route, theirs), bodyOf(route))
      const leaks = leaksIn(answer)
      const isRight = answer.status === 404 || (EMPTY_LISTS.includes(route.path) && isEmptyList(answer))
      if (!isRight || leaks.length > 0) {
        wrong.push({
          route: `${route.method} ${route.path}`,
          status: answer.status,
          leaks,
          body: answer.body,
        })
      }
    }
    expect(wrong).toEqual([])
    expect(await everythingOf(theirs)).toEqual(before)
  })

  it('are in no list, with or without a filter that names them', async () => {
    const { names } = theirs
    const filters = [
      '',
      `?external_customer_id=${names.customers}`,
      `?external_subscription_id=${names.subscriptions}`,
      `?plan_code=${names.plans}`,
      `?code=${names.billable_metrics}`,
      `?billing_entity_codes[]=${names.billing_entities}`,
      `?subscription_id=${theirs.ids[0]}&customer_id=${theirs.ids[0]}`,
      `?search_term=${theirs.mark}`,
      '?per_page=1000&status[]=active&status[]=terminated&status[]=draft&status[]=finalized',
    ]
    const wrong: unknown[] = []
    const lists = routes.filter((one) => one.method === 'GET' && one.parents.length === 0)
    for (const route of lists.filter(({ path }) => !ECHOES.includes(path))) {
      for (const filter of filters) {
        const answer = await ours.client.call('GET', `${route.path}${filter}`)
        const leaks = leaksIn(answer)
        if (answer.status >= 500 || leaks.length > 0) {
          wrong.push({ route: `GET ${route.path}${filter}`, status: answer.status, leaks })
        }
      }
    }
    expect(wrong).toEqual([])
  })

  it.each<[string, string, (names: LivedIn['names'], ids: readonly string[]) => unknown, number]>([
    [
      'POST',
      '/plans',
      (_names, ids) =>
        plan({
          charges: [{ billable_metric_id: ids[0], charge_model: 'standard', properties: { amount: '1' } }],
        }),
      404,
    ],
    ['POST', '/plans', (names) => plan({ tax_codes: [names.taxes] }), 404],
    ['PUT', '/plans/ours-plan', (names) => ({ plan: { tax_codes: [names.taxes] } }), 404],
    [
      'POST',
      '/plans/ours-plan/entitlements',
      (names) => ({ entitlements: { [names.features ?? '']: {} } }),
      404,
    ],
    [
      'PATCH',
      '/plans/ours-plan/entitlements',
      (names) => ({ entitlements: { [names.features ?? '']: {} } }),
      404,
    ],
    [
      'PATCH',
      '/subscriptions/ours-subscription/entitlements',
      (names) => ({ entitlements: { [names.features ?? '']: {} } }),
      404,
    ],
    [
      'POST',
      '/customers',
      (names) => ({ customer: { external_id: 'x', billing_entity_code: names.billing_entities } }),
      404,
    ],
    ['POST', '/customers', (names) => ({ customer: { external_id: 'x', tax_codes: [names.taxes] } }), 404],
    [
      'PUT',
      '/billing_entities/ours-entity',
      (names) => ({ billing_entity: { tax_codes: [names.taxes] } }),
      404,
    ],
    [
      'POST',
      '/coupons',
      (names) => ({ coupon: { ...COUPON, applies_to: { plan_codes: [names.plans] } } }),
      404,
    ],
    [
      'POST',
      '/applied_coupons',
      (names) => ({ applied_coupon: { external_customer_id: names.customers, coupon_code: 'ours-coupon' } }),
      404,
    ],
    [
      'POST',
      '/applied_coupons',
      (names) => ({ applied_coupon: { external_customer_id: 'ours-customer', coupon_code: names.coupons } }),
      404,
    ],
    ['POST', '/credit_notes', (names) => ({ credit_note: { invoice_id: names.invoices, items: [] } }), 404],
    [
      'POST',
      '/credit_notes/estimate',
      (names) => ({ credit_note: { invoice_id: names.invoices, items: [] } }),
      404,
    ],
    ['POST', '/events/estimate_fees', (names) => ({ event: estimate(names) }), 404],
    ['POST', '/events/estimate_instant_fees', (names) => ({ event: estimate(names) }), 404],
    [
      'POST',
      '/subscriptions',
      (names) => ({
        subscription: { external_customer_id: 'ours-customer', external_id: 'x', plan_code: names.plans },
      }),
      404,
    ],
  ])('in a body of %s %s are unknown too', async (method, path, body, status) => {
    const before = await everythingOf(theirs)
    const answer = await ours.client.call(method, path, body(theirs.names, theirs.ids))
    expect(leaksIn(answer)).toEqual([])
    expect(answer.status).toBe(status)
    expect(await everythingOf(theirs)).toEqual(before)
  })

  it('are names like any other where a body makes something new', async () => {
    const before = await everythingOf(theirs)
    const { names } = theirs
    const customer = { external_id: names.customers, name: 'Somebody else' }
    const made = await ours.client.call('POST', '/customers', { customer })
    expect(made.status).toBe(200)
    expect(theirs.ids).not.toContain(made.body.customer.lago_id)
    const event = {
      transaction_id: names.events,
      external_subscription_id: names.subscriptions,
      code: names.billable_metrics,
      properties: { tokens: 1000, region: 'eu' },
    }
    expect((await ours.client.call('POST', '/events', { event })).status).toBe(200)
    expect(await everythingOf(theirs)).toEqual(before)
  })
})

const COUPON = {
  name: 'New',
  code: 'new',
  coupon_type: 'fixed_amount',
  amount_cents: 1,
  amount_currency: 'EUR',
  frequency: 'once',
  expiration: 'no_expiration',
}

function plan(changes: object): object {
  const amounts = { amount_cents: 1, amount_currency: 'EUR', interval: 'monthly', pay_in_advance: false }
  return { plan: { name: 'New', code: 'new', ...amounts, ...changes } }
}

function estimate(names: LivedIn['names']): object {
  return { transaction_id: 'x', external_subscription_id: names.subscriptions, code: names.billable_metrics }
}
