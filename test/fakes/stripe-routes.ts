import { type Form, listOf, textOf, textsOf } from './form.ts'
import { firstWhere } from './grouped-map.ts'
import { missing, refuse, StripeRefusal } from './stripe-refusal.ts'
import {
  DECLINES,
  type FakeIntent,
  type FakeMethod,
  type FakeSession,
  type StripeState,
} from './stripe-state.ts'
import { awaitTransfer, transferAskedFor } from './stripe-transfers.ts'

type Route = (state: StripeState, form: Form, ids: readonly string[]) => object

const MINIMUM_UNITS = 50

/** What a route takes; anything else is refused, as Stripe does. */
function only(form: Form, ...known: string[]): void {
  if ('payment_method_types' in form) refuse(400, 'payment_method_types_no_longer_supported')
  for (const key of Object.keys(form))
    if (!known.includes(key)) refuse(400, 'parameter_unknown', { param: key })
}

const CUSTOMER_FIELDS = ['address', 'email', 'name', 'phone', 'metadata', 'invoice_settings']

function customerOf(state: StripeState, id: string) {
  const customer = state.customers.get(id)
  if (!customer) return missing('id')
  if (customer.deleted) return { id, object: 'customer', deleted: true }
  return {
    id,
    object: 'customer',
    email: customer.email,
    name: customer.name,
    metadata: customer.metadata,
    invoice_settings: { default_payment_method: customer.standard },
  }
}

function methodOf({ id, kind, customer }: FakeMethod): object {
  const card = { brand: 'visa', last4: '4242', exp_month: 4, exp_year: 2031 }
  return {
    id,
    object: 'payment_method',
    type: kind === 'slow' ? 'sepa_debit' : 'card',
    customer,
    ...(kind === 'slow' ? { sepa_debit: { last4: '3000' } } : { card }),
    billing_details: { name: 'Ada' },
  }
}

function intentOf(state: StripeState, intent: FakeIntent): object {
  const method = intent.payment_method === null ? undefined : state.methods.get(intent.payment_method)
  return { ...intent, payment_method: method ? methodOf(method) : intent.payment_method }
}

function readIntent(state: StripeState, id: string): FakeIntent {
  return state.intents.get(id) ?? missing('id')
}

function createIntent(state: StripeState, form: Form): object {
  only(
    form,
    ...[
      'amount',
      'currency',
      'customer',
      'payment_method',
      'allowed_payment_method_types',
      'confirm',
      'off_session',
    ],
    ...['error_on_requires_action', 'return_url', 'description', 'metadata', 'expand'],
    ...['payment_method_data', 'payment_method_options'],
  )
  const amount = Number(textOf(form, 'amount'))
  const customer = textOf(form, 'customer') ?? ''
  if (!state.customers.has(customer)) return missing('customer')
  const transfer = transferAskedFor(form)
  const method = state.methods.get(textOf(form, 'payment_method') ?? '')
  if (!transfer && method?.customer !== customer) return missing('payment_method')
  if (amount < MINIMUM_UNITS) return refuse(400, 'amount_too_small')
  const intent = state.newIntent(amount, textOf(form, 'currency') ?? '', customer, textsOf(form, 'metadata'))
  intent.description = textOf(form, 'description') ?? null
  if (transfer || !method) {
    awaitTransfer(state, intent, transfer?.country ?? null)
    return intentOf(state, intent)
  }
  const isOnSession = textOf(form, 'off_session') !== 'true'
  state.confirm(intent, method, isOnSession)
  if (method.kind === 'dies_after_use') method.customer = null
  if (intent.status === 'requires_payment_method') {
    return refuse(402, DECLINES[method.kind]?.code ?? 'card_declined', {
      ...DECLINES[method.kind],
      payment_intent: intentOf(state, intent),
    })
  }
  return intentOf(state, intent)
}

function describeIntent(state: StripeState, form: Form, [id = '']: readonly string[]): object {
  only(form, 'description', 'metadata')
  const intent = readIntent(state, id)
  intent.description = textOf(form, 'description') ?? intent.description
  Object.assign(intent.metadata, form.metadata)
  return intentOf(state, intent)
}

function cancelIntent(state: StripeState, id: string): object {
  const intent = readIntent(state, id)
  if (intent.status === 'canceled' || intent.status === 'succeeded') {
    return refuse(400, 'payment_intent_unexpected_state', { payment_intent: intentOf(state, intent) })
  }
  intent.status = 'canceled'
  state.tell('payment_intent.canceled', intent)
  return intentOf(state, intent)
}

function sessionOf(state: StripeState, session: FakeSession): object {
  const intent = session.payment_intent === null ? undefined : state.intents.get(session.payment_intent)
  const { keepsMethod: _, amount: __, ...shown } = session
  return { ...shown, object: 'checkout.session', payment_intent: intent ? intentOf(state, intent) : null }
}

function createSession(state: StripeState, form: Form): object {
  only(
    form,
    ...['mode', 'customer', 'success_url', 'allowed_payment_method_types', 'currency', 'consent_collection'],
    ...['metadata', 'line_items', 'expires_at', 'payment_intent_data'],
  )
  const customer = textOf(form, 'customer') ?? ''
  if (!state.customers.has(customer)) return missing('customer')
  if (listOf(form, 'allowed_payment_method_types').length === 0) return refuse(400, 'parameter_missing')
  const lines = Object.values((form.line_items ?? {}) as Form) as Form[]
  const prices = lines.map((line) => line.price_data as Form)
  const data = (form.payment_intent_data ?? {}) as Form
  const id = state.id('cs')
  const session: FakeSession = {
    id,
    mode: textOf(form, 'mode') ?? '',
    status: 'open',
    url: `https://checkout.stripe.test/${id}`,
    customer,
    success_url: textOf(form, 'success_url') ?? null,
    amount: prices.reduce((sum, price) => sum + Number(textOf(price, 'unit_amount')), 0),
    currency: prices[0] ? (textOf(prices[0], 'currency') ?? '') : '',
    expires_at: Number(textOf(form, 'expires_at') ?? state.now() + 86_400),
    payment_intent: null,
    metadata: textsOf(data, 'metadata'),
    keepsMethod: 'setup_future_usage' in data,
  }
  state.sessions.set(id, session)
  return sessionOf(state, session)
}

function createRefund(state: StripeState, form: Form): object {
  only(form, 'payment_intent', 'amount', 'reason', 'metadata')
  const intent = readIntent(state, textOf(form, 'payment_intent') ?? '')
  const amount = Number(textOf(form, 'amount'))
  if (intent.status !== 'succeeded') return refuse(400, 'charge_not_refundable')
  if (amount + state.refundedOf(intent.id) > intent.amount) return refuse(400, 'charge_already_refunded')
  const refund = {
    id: state.id('re'),
    object: 'refund' as const,
    amount,
    currency: intent.currency,
    payment_intent: intent.id,
    status: 'succeeded',
    metadata: textsOf(form, 'metadata'),
    reason: textOf(form, 'reason') ?? null,
  }
  state.refunds.set(refund.id, refund)
  state.tell('refund.updated', refund)
  return refund
}

/** Lists give one page after the other, the newest first. */
function pageOf(items: readonly { id: string }[], form: Form, show: (item: never) => object): object {
  const limit = Number(textOf(form, 'limit') ?? 10)
  const after = textOf(form, 'starting_after')
  const newest = [...items].reverse()
  const from = after === undefined ? 0 : newest.findIndex(({ id }) => id === after) + 1
  const part = newest.slice(from, from + limit)
  return {
    object: 'list',
    data: part.map((item) => show(item as never)),
    has_more: from + limit < newest.length,
  }
}

/** A page of messages, without looking through all of them. */
function eventsOf(state: StripeState, form: Form, types: readonly string[]): object {
  const limit = Number(textOf(form, 'limit') ?? 10)
  const since = createdSince(form)
  const after = textOf(form, 'starting_after')
  const begin = firstWhere(state.events, ({ created }) => created >= since)
  const data: object[] = []
  let place = after === undefined ? state.events.length : firstWhere(state.events, ({ id }) => id >= after)
  while (place > begin && data.length < limit) {
    place -= 1
    const event = state.events[place]
    if (event && types.includes(event.type)) data.push(event)
  }
  return { object: 'list', data, has_more: place > begin }
}

function createdSince(form: Form): number {
  const created = form.created
  return typeof created === 'object' ? Number(textOf(created, 'gte') ?? 0) : 0
}

const ROUTES: readonly (readonly [string, RegExp, Route])[] = [
  ['GET', /^\/v1\/account$/, (state) => ({ id: state.account, object: 'account' })],
  [
    'POST',
    /^\/v1\/customers$/,
    (state, form) => {
      only(form, ...CUSTOMER_FIELDS)
      const id = state.id('cus')
      const [email, name] = [textOf(form, 'email') ?? null, textOf(form, 'name') ?? null]
      state.customers.set(id, {
        id,
        metadata: textsOf(form, 'metadata'),
        standard: null,
        deleted: false,
        email,
        name,
      })
      return customerOf(state, id)
    },
  ],
  [
    'GET',
    /^\/v1\/customers$/,
    (state, form) => {
      const email = textOf(form, 'email')
      const own = [...state.customers.values()].filter((each) => email === undefined || each.email === email)
      return pageOf(own, form, ({ id }: { id: string }) => customerOf(state, id))
    },
  ],
  ['GET', /^\/v1\/customers\/(\w+)$/, (state, _form, [id = '']) => customerOf(state, id)],
  [
    'POST',
    /^\/v1\/customers\/(\w+)$/,
    (state, form, [id = '']) => {
      only(form, ...CUSTOMER_FIELDS)
      const customer = state.customers.get(id)
      if (!customer) return missing('id')
      const settings = form.invoice_settings
      if (typeof settings === 'object') customer.standard = textOf(settings, 'default_payment_method') ?? null
      customer.email = textOf(form, 'email') ?? customer.email
      customer.name = textOf(form, 'name') ?? customer.name
      state.tell('customer.updated', customerOf(state, id))
      return customerOf(state, id)
    },
  ],
  [
    'GET',
    /^\/v1\/customers\/(\w+)\/payment_methods$/,
    (state, form, [id]) =>
      pageOf(
        [...state.methods.values()].filter(({ customer }) => customer === id),
        form,
        methodOf as (item: never) => object,
      ),
  ],
  ['POST', /^\/v1\/payment_intents$/, createIntent],
  [
    'GET',
    /^\/v1\/payment_intents\/(\w+)$/,
    (state, _form, [id = '']) => intentOf(state, readIntent(state, id)),
  ],
  ['POST', /^\/v1\/payment_intents\/(\w+)$/, describeIntent],
  ['POST', /^\/v1\/payment_intents\/(\w+)\/cancel$/, (state, _form, [id = '']) => cancelIntent(state, id)],
  [
    'GET',
    /^\/v1\/payment_intents$/,
    (state, form) => {
      const since = createdSince(form)
      const own = state.intents.of(textOf(form, 'customer') ?? '').filter(({ created }) => created >= since)
      return pageOf(own, form, (item) => intentOf(state, item))
    },
  ],
  [
    'GET',
    /^\/v1\/payment_methods\/(\w+)$/,
    (state, _form, [id = '']) => methodOf(state.methods.get(id) ?? missing('id')),
  ],
  [
    'POST',
    /^\/v1\/payment_methods\/(\w+)\/detach$/,
    (state, _form, [id = '']) => {
      const method = state.methods.get(id)
      if (!method?.customer) return missing('id')
      method.customer = null
      state.tell('payment_method.detached', methodOf(method))
      return methodOf(method)
    },
  ],
  ['POST', /^\/v1\/checkout\/sessions$/, createSession],
  [
    'GET',
    /^\/v1\/checkout\/sessions\/(\w+)$/,
    (state, _form, [id = '']) => sessionOf(state, state.sessions.get(id) ?? missing('id')),
  ],
  [
    'POST',
    /^\/v1\/checkout\/sessions\/(\w+)\/expire$/,
    (state, _form, [id = '']) => {
      const session = state.sessions.get(id) ?? missing('id')
      if (session.status !== 'open') return refuse(400, 'checkout_session_not_open')
      session.status = 'expired'
      state.tell('checkout.session.expired', sessionOf(state, session))
      return sessionOf(state, session)
    },
  ],
  ['POST', /^\/v1\/refunds$/, createRefund],
  [
    'GET',
    /^\/v1\/refunds$/,
    (state, form) => {
      const id = textOf(form, 'payment_intent')
      return pageOf(state.refunds.of(id ?? ''), form, (item) => item)
    },
  ],
  [
    'GET',
    /^\/v1\/events$/,
    (state, form) => {
      const types = listOf(form, 'types')
      if (types.length > 20) return refuse(400, 'parameter_invalid')
      return eventsOf(state, form, types)
    },
  ],
  [
    'GET',
    /^\/v1\/webhook_endpoints$/,
    (state, form) =>
      pageOf(state.endpoints, form, ({ id, url }: { id: string; url: string }) => ({ id, url })),
  ],
  [
    'POST',
    /^\/v1\/webhook_endpoints$/,
    (state, form) => {
      only(form, 'url', 'enabled_events', 'api_version', 'metadata')
      if (state.endpoints.length >= 16) return refuse(400, 'too_many_endpoints')
      const id = state.id('we')
      const endpoint = {
        id,
        url: textOf(form, 'url') ?? '',
        secret: `whsec_${id}`,
        events: listOf(form, 'enabled_events'),
        version: textOf(form, 'api_version') ?? '',
      }
      state.endpoints.push(endpoint)
      return {
        id,
        object: 'webhook_endpoint',
        url: endpoint.url,
        secret: endpoint.secret,
        api_version: endpoint.version,
      }
    },
  ],
  [
    'POST',
    /^\/v1\/webhook_endpoints\/(\w+)$/,
    (state, form, [id]) => {
      only(form, 'enabled_events', 'disabled')
      const endpoint = state.endpoints.find((each) => each.id === id)
      if (!endpoint) return missing('id')
      endpoint.events = listOf(form, 'enabled_events')
      return { id, object: 'webhook_endpoint', url: endpoint.url }
    },
  ],
  [
    'DELETE',
    /^\/v1\/webhook_endpoints\/(\w+)$/,
    (state, _form, [id]) => {
      const place = state.endpoints.findIndex((each) => each.id === id)
      if (place < 0) return missing('id')
      state.endpoints.splice(place, 1)
      return { id, object: 'webhook_endpoint', deleted: true }
    },
  ],
]

/** The answer to a request; throws `StripeRefusal`. */
export function routeOf(state: StripeState, method: string, path: string, form: Form): object {
  for (const [verb, pattern, route] of ROUTES) {
    const match = verb === method ? pattern.exec(path) : null
    if (match) return route(state, form, match.slice(1))
  }
  throw new StripeRefusal(404, { type: 'invalid_request_error', message: `no such route: ${method} ${path}` })
}
