import type { Answer } from './chaotic-server.ts'
import type { FakeDebit, GoCardlessState } from './gocardless-state.ts'
import { firstWhere } from './grouped-map.ts'

type Fields = Readonly<Record<string, unknown>>
type Fault = {
  readonly reason?: string
  readonly field?: string
  readonly message: string
  readonly links?: object
}

/** An error as GoCardless answers it. */
export class GoCardlessRefusal extends Error {
  readonly answer: Answer

  constructor(status: number, type: string, ...errors: Fault[]) {
    super(type)
    const message = `refused: ${type}`
    this.answer = { status, body: { error: { type, code: status, message, errors, request_id: 'RQ1' } } }
  }
}

const MINIMUM_UNITS = 100

function invalid(field: string, message: string, reason?: string): never {
  throw new GoCardlessRefusal(422, 'validation_failed', { field, message, ...(reason ? { reason } : {}) })
}

function missing(): never {
  throw new GoCardlessRefusal(404, 'invalid_api_usage', {
    reason: 'resource_not_found',
    message: 'not found',
  })
}

/** What a route takes; anything else is refused, as GoCardless does. */
function only(fields: Fields, ...known: string[]): void {
  for (const key of Object.keys(fields)) {
    if (!known.includes(key)) {
      throw new GoCardlessRefusal(400, 'invalid_api_usage', { reason: 'unknown_parameter', message: key })
    }
  }
  const metadata = Object.entries(fields.metadata ?? {})
  if (metadata.length > 3) invalid('metadata', 'has more than 3 keys')
  if (metadata.some(([, value]) => typeof value !== 'string')) invalid('metadata', 'holds texts')
}

function linksOf(fields: Fields): Record<string, string> {
  return (fields.links ?? {}) as Record<string, string>
}

export function debitOf(state: GoCardlessState, payment: FakeDebit): object {
  return { ...payment, amount_refunded: state.refundedOf(payment.id) }
}

/** What a request to make something makes; the id of the object. */
type Maker = (state: GoCardlessState, fields: Fields) => { id: string }

const MAKERS: Readonly<Record<string, Maker>> = {
  customers: (state, fields) => {
    only(fields, 'email', 'company_name', 'given_name', 'family_name', 'metadata')
    if (!fields.company_name && !(fields.given_name && fields.family_name))
      invalid('given_name', 'is missing')
    const customer = { ...fields, id: state.id('CU'), created_at: state.now() }
    state.customers.set(customer.id, customer)
    return customer
  },
  payments: (state, fields) => {
    only(fields, 'amount', 'currency', 'retry_if_possible', 'description', 'links', 'metadata')
    const mandate = state.mandates.get(linksOf(fields).mandate ?? '')
    if (!mandate) return invalid('links', 'Mandate not found', 'mandate_not_found')
    if (!['pending_submission', 'submitted', 'active'].includes(mandate.status)) {
      throw new GoCardlessRefusal(422, 'invalid_state', {
        reason: 'mandate_is_inactive',
        message: 'inactive',
      })
    }
    if (state.currencyOf(mandate.scheme) !== fields.currency)
      return invalid('currency', 'is not of the mandate')
    if (Number(fields.amount) < MINIMUM_UNITS) {
      return invalid('amount', `must be greater than or equal to ${MINIMUM_UNITS}`)
    }
    const payment: FakeDebit = {
      id: state.id('PM'),
      created_at: state.now(),
      amount: Number(fields.amount),
      currency: String(fields.currency),
      status: 'pending_submission',
      description: (fields.description ?? null) as string | null,
      metadata: (fields.metadata ?? {}) as Record<string, string>,
      links: { mandate: mandate.id, creditor: state.creditor.id },
    }
    state.payments.set(payment.id, payment)
    state.tell('payments', 'created', { payment: payment.id })
    return payment
  },
  refunds: (state, fields) => {
    only(fields, 'amount', 'total_amount_confirmation', 'links', 'metadata')
    const payment = state.payments.get(linksOf(fields).payment ?? '')
    if (!payment) return missing()
    if (payment.status !== 'paid_out' || state.refusesRefunds) {
      throw new GoCardlessRefusal(422, 'invalid_state', {
        reason: 'refund_payment_invalid_state',
        message: 'no',
      })
    }
    const amount = Number(fields.amount)
    const total = state.refundedOf(payment.id) + amount
    const field = 'total_amount_confirmation'
    if (fields[field] !== total) return invalid(field, `is not ${total}`, 'total_amount_confirmation_invalid')
    if (total > payment.amount) return invalid('amount', 'is more than the payment', 'refund_too_large')
    const refund = {
      id: state.id('RF'),
      created_at: state.now(),
      amount,
      currency: payment.currency,
      status: 'created',
      metadata: (fields.metadata ?? {}) as Record<string, string>,
      links: { payment: payment.id },
    }
    state.refunds.set(refund.id, refund)
    state.tell('refunds', 'created', { refund: refund.id })
    return refund
  },
  billing_requests: (state, fields) => {
    only(fields, 'mandate_request', 'links')
    const asked = (fields.mandate_request ?? {}) as { scheme?: string; currency?: string }
    const { scheme = '', currency = '' } = asked
    const { customer = '' } = linksOf(fields)
    if (!state.customers.has(customer)) return invalid('customer', 'is not known')
    if (state.currencyOf(scheme) !== currency) return invalid('scheme', 'is not of the currency')
    const request = { id: state.id('BRQ'), scheme, currency, customer }
    state.requests.set(request.id, request)
    return request
  },
  billing_request_flows: (state, fields) => {
    only(fields, 'redirect_uri', 'exit_uri', 'links')
    const billingRequest = linksOf(fields).billing_request ?? ''
    if (!state.requests.has(billingRequest)) return missing()
    const id = state.id('BRF')
    const url = `https://pay.gocardless.test/flow?id=${id}`
    state.flows.set(id, { id, url, billingRequest, redirect_uri: String(fields.redirect_uri) })
    return {
      id,
      authorisation_url: url,
      expires_at: new Date(Date.now() + 604_800_000).toISOString(),
    } as never
  },
}

function find(state: GoCardlessState, root: string, id: string): object {
  if (root === 'payments') return debitOf(state, state.payments.get(id) ?? missing())
  if (root === 'customers') return state.customers.get(id) ?? missing()
  if (root === 'mandates') return state.mandates.get(id) ?? missing()
  return root === 'refunds' ? (state.refunds.get(id) ?? missing()) : missing()
}

type Listed = { readonly id: string; readonly created_at: string; readonly links?: Record<string, string> }

/** What a query can mean at most; the queries that are asked often are not looked for among everything. */
function candidates(
  state: GoCardlessState,
  root: string,
  { since, customer, payment }: { since: string | undefined; customer?: string; payment: string | undefined },
): Listed[] {
  if (root === 'events' && since !== undefined)
    return state.events.slice(firstWhere(state.events, (event) => event.created_at >= since))
  if (root === 'refunds' && payment !== undefined) return state.refunds.of(payment)
  if (root === 'mandates' && customer !== undefined) return state.mandates.of(customer)
  if (root === 'payments' && customer !== undefined)
    return state.mandates.of(customer).flatMap(({ id }) => state.payments.of(id))
  return all(state, root)
}

function all(state: GoCardlessState, root: string): Listed[] {
  switch (root) {
    case 'creditors':
      return [{ ...state.creditor, created_at: '2020-01-01T00:00:00Z' }]
    case 'events':
      return state.events
    case 'mandates':
      return [...state.mandates.values()]
    case 'payments':
      return [...state.payments.values()]
    case 'refunds':
      return [...state.refunds.values()]
    default:
      return missing()
  }
}

function list(state: GoCardlessState, root: string, query: URLSearchParams): object {
  if (root === 'events' && query.has('resource_type') && query.has('payment'))
    throw new GoCardlessRefusal(400, 'invalid_api_usage', {
      reason: 'invalid_filters',
      message: 'one of them',
    })
  const { limit = '50', after, 'created_at[gte]': from, customer, ...others } = Object.fromEntries(query)
  const since = from === undefined ? undefined : new Date(from).toISOString()
  const ownerOf = ({ links = {} }: Listed) =>
    links.customer ?? state.mandates.get(links.mandate ?? '')?.links.customer
  const isMeant = (item: Listed) =>
    (since === undefined || item.created_at >= since) &&
    (customer === undefined || ownerOf(item) === customer) &&
    Object.entries(others).every(([name, value]) => {
      const own = (item as unknown as Record<string, unknown>)[name] ?? item.links?.[name]
      return value.split(',').includes(String(own))
    })
  const asked = { since, ...(customer === undefined ? {} : { customer }), payment: others.payment }
  const found = candidates(state, root, asked).filter(isMeant).reverse()
  const begin = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1
  const page = found.slice(begin, begin + Number(limit))
  const last = begin + page.length < found.length ? page.at(-1)?.id : null
  return { [root]: page, meta: { cursors: { before: null, after: last ?? null }, limit: Number(limit) } }
}

function act(state: GoCardlessState, root: string, id: string, action: string): object {
  const payment = root === 'payments' && action === 'cancel' ? state.payments.get(id) : undefined
  const mandate = root === 'mandates' && action === 'cancel' ? state.mandates.get(id) : undefined
  if (payment) {
    if (payment.status !== 'pending_submission') {
      throw new GoCardlessRefusal(422, 'invalid_state', {
        reason: 'cancellation_failed',
        message: 'too late',
      })
    }
    state.cancel(payment)
    return { payments: debitOf(state, payment) }
  }
  if (!mandate) return missing()
  if (mandate.status === 'cancelled') {
    throw new GoCardlessRefusal(422, 'invalid_state', { reason: 'cancellation_failed', message: 'over' })
  }
  state.changeMandate(mandate, 'cancelled', 'cancelled', 'api')
  return { mandates: mandate }
}

/** The answer to a request; `keys` are those that were used, with what was made and the order that made it. */
export function routeOf(
  state: GoCardlessState,
  keys: Map<string, { readonly id: string; readonly order: string }>,
  violations: string[],
  request: {
    readonly method: string
    readonly url: URL
    readonly body: string
    readonly key: string | undefined
  },
): Answer {
  const { method, url, body, key } = request
  const [root = '', id, , action] = url.pathname.slice(1).split('/')
  if (method === 'GET') {
    if (id === undefined) return { status: 200, body: list(state, root, url.searchParams) }
    return { status: 200, body: { [root]: find(state, root, id) } }
  }
  if (id !== undefined) return { status: 200, body: act(state, root, id, action ?? '') }
  const make = MAKERS[root]
  if (!make) return missing()
  if (['payments', 'refunds'].includes(root) && key === undefined) violations.push(`${root} without a key`)
  const used = key === undefined ? undefined : keys.get(`${root} ${key}`)
  if (used) {
    if (root === 'payments' && used.order !== body) violations.push(`${key} carries two orders`)
    throw new GoCardlessRefusal(409, 'invalid_state', {
      reason: 'idempotent_creation_conflict',
      message: 'used before',
      links: { conflicting_resource_id: used.id },
    })
  }
  const fields = (JSON.parse(body) as Record<string, Fields>)[root] ?? {}
  const made = make(state, fields)
  if (key !== undefined) keys.set(`${root} ${key}`, { id: made.id, order: body })
  return { status: 201, body: { [root]: root === 'payments' ? debitOf(state, made as FakeDebit) : made } }
}
