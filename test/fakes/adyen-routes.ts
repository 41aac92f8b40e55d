import type { AdyenState, FakeAmount, FakeLink, FakeRefund } from './adyen-state.ts'
import type { Answer } from './chaotic-server.ts'

type Fields = Readonly<Record<string, unknown>>

/** An error as Adyen answers it. */
export class AdyenRefusal extends Error {
  readonly answer: Answer

  constructor(status: number, errorCode: string, message: string) {
    super(message)
    this.answer = {
      status,
      body: { status, errorCode, message, errorType: 'validation', pspReference: 'E000000000000000' },
    }
  }
}

export type AdyenRequest = {
  readonly method: string
  readonly url: URL
  readonly body: string
  readonly key: string | undefined
}

const REFERENCE_LENGTH_MAX = 80
const METADATA_NAMES_MAX = 20
const METADATA_NAME_LENGTH_MAX = 20
const METADATA_VALUE_LENGTH_MAX = 80
const MINIMUM_UNITS = 50

/** What a route takes; anything else is refused, as Adyen does. */
function only(state: AdyenState, fields: Fields, ...known: string[]): void {
  for (const name of Object.keys(fields)) {
    if (name !== 'merchantAccount' && !known.includes(name)) throw invalid(`Unrecognized field "${name}"`)
  }
  if (fields.merchantAccount !== state.merchantAccount)
    throw new AdyenRefusal(403, '901', 'Invalid Merchant Account')
  for (const name of ['reference', 'merchantOrderReference', 'paymentReference']) {
    if (String(fields[name] ?? '').length > REFERENCE_LENGTH_MAX) throw invalid(`${name} is too long`)
  }
  const metadata = Object.entries(fields.metadata ?? {})
  const isTaken =
    metadata.length <= METADATA_NAMES_MAX &&
    metadata.every(
      ([name, value]) =>
        name.length <= METADATA_NAME_LENGTH_MAX &&
        typeof value === 'string' &&
        value.length <= METADATA_VALUE_LENGTH_MAX,
    )
  if (!isTaken) throw new AdyenRefusal(422, '177', 'Metadata is too large')
}

function invalid(message: string): AdyenRefusal {
  return new AdyenRefusal(422, '702', message)
}

function missing(): AdyenRefusal {
  return new AdyenRefusal(404, '000', 'Not found')
}

function amountOf({ amount }: Fields): FakeAmount {
  const { value, currency } = (amount ?? {}) as FakeAmount
  if (!Number.isSafeInteger(value) || !/^[A-Z]{3}$/.test(String(currency))) throw invalid('amount')
  return { value, currency }
}

function metadataOf({ metadata }: Fields): Record<string, string> {
  return { ...(metadata as Record<string, string> | undefined) }
}

function pay(state: AdyenState, fields: Fields): object {
  only(
    state,
    fields,
    ...['amount', 'reference', 'merchantOrderReference', 'paymentMethod', 'shopperReference', 'returnUrl'],
    ...['shopperInteraction', 'recurringProcessingModel', 'metadata'],
  )
  const amount = amountOf(fields)
  if (amount.value < MINIMUM_UNITS) throw new AdyenRefusal(422, '137', 'Invalid amount specified')
  if (fields.shopperInteraction !== 'ContAuth') throw invalid('a stored card is charged without its holder')
  const { storedPaymentMethodId } = (fields.paymentMethod ?? {}) as { storedPaymentMethodId?: string }
  const card = state.cards.get(storedPaymentMethodId ?? '')
  if (!card || card.shopperReference !== fields.shopperReference)
    throw new AdyenRefusal(422, '803', 'PaymentDetail not found')
  const reference = String(fields.reference)
  const { payment, refusal } = state.authorise({ reference, amount, metadata: metadataOf(fields) }, card)
  const { pspReference, status } = payment
  const waiting = card.kind === 'part' ? 'PartiallyAuthorised' : 'Received'
  return {
    pspReference,
    merchantReference: reference,
    amount: card.kind === 'part' ? { ...amount, value: Math.floor(amount.value / 2) } : amount,
    resultCode: status === 'authorised' ? 'Authorised' : status === 'waiting' ? waiting : 'Refused',
    ...(refusal ? { refusalReasonCode: refusal.code, refusalReason: refusal.words } : {}),
  }
}

function openLink(state: AdyenState, fields: Fields): object {
  only(
    state,
    fields,
    ...['amount', 'reference', 'merchantOrderReference', 'returnUrl', 'shopperReference', 'shopperEmail'],
    ...['storePaymentMethodMode', 'recurringProcessingModel', 'expiresAt', 'metadata'],
  )
  const id = state.id('PL')
  const link: FakeLink = {
    id,
    url: `https://test.adyen.link/${id}`,
    amount: amountOf(fields),
    reference: String(fields.reference),
    shopperReference: String(fields.shopperReference),
    stores: fields.storePaymentMethodMode === 'enabled',
    metadata: metadataOf(fields),
    expiresAt: String(fields.expiresAt),
    status: 'active',
    updatedAt: new Date().toISOString(),
  }
  state.links.set(id, link)
  return link
}

function refund(state: AdyenState, payment: string, fields: Fields): object {
  only(state, fields, 'amount', 'reference')
  const found = state.payments.get(payment)
  if (!found) throw missing()
  const amount = amountOf(fields)
  if (found.amount.value < state.refundedOf(payment) + amount.value)
    throw new AdyenRefusal(422, '142', 'Refund amount exceeds what was paid')
  const reference = String(fields.reference)
  const made: FakeRefund = { pspReference: state.id('R'), payment, reference, amount, status: 'received' }
  state.refunds.set(made.pspReference, made)
  // What was never captured cannot go back: it is told later.
  state.tellRefund(made, 'REFUND', found.status === 'authorised')
  return {
    status: 'received',
    pspReference: made.pspReference,
    paymentPspReference: payment,
    reference,
    amount,
  }
}

function post(state: AdyenState, path: readonly string[], fields: Fields): object {
  const [root, id, action] = path
  if (root === 'paymentMethods') {
    only(state, fields)
    return { paymentMethods: [{ type: 'scheme', name: 'Cards' }] }
  }
  if (root === 'payments' && id === undefined) return pay(state, fields)
  if (root === 'paymentLinks') return openLink(state, fields)
  if (root === 'payments' && action === 'refunds') return refund(state, id ?? '', fields)
  if (root === 'payments' && action === 'cancels') {
    only(state, fields, 'reference')
    const payment = state.payments.get(id ?? '')
    if (!payment) throw missing()
    state.cancel(payment, payment.reference)
    return { status: 'received', pspReference: state.id('X'), paymentPspReference: id }
  }
  if (root === 'cancels') {
    only(state, fields, 'paymentReference', 'reference')
    const { paymentReference } = fields
    const [payment] = state.payments.of(String(paymentReference))
    state.cancel(payment, String(fields.reference))
    return { status: 'received', pspReference: state.id('X'), paymentReference }
  }
  throw missing()
}

/** Answers a request. A key gives what it gave first, and has to be there wherever money moves. */
export function routeOf(
  state: AdyenState,
  keys: Map<string, object>,
  violations: string[],
  { method, url, body, key }: AdyenRequest,
): Answer {
  const [version, ...path] = url.pathname.split('/').filter((part) => part !== '')
  if (version !== 'v72') throw missing()
  const [root = '', id = ''] = path.map(decodeURIComponent)
  if (root === 'storedPaymentMethods') return stored(state, method, id, url)
  const link = root === 'paymentLinks' ? state.links.get(id) : undefined
  if (method === 'GET' && link) return { status: 200, body: link }
  if (method === 'PATCH' && link) {
    if (link.status !== 'active') throw new AdyenRefusal(422, '29_101', 'Link is not active')
    link.status = 'expired'
    return { status: 200, body: link }
  }
  if (method !== 'POST') throw missing()
  const movesMoney = root === 'payments' || root === 'cancels'
  if (movesMoney && key === undefined) violations.push(`${url.pathname} without a key`)
  if (key !== undefined && key.length > 64) throw invalid('idempotency-key')
  const kept = key === undefined ? undefined : keys.get(key)
  if (kept) return { status: 200, body: kept }
  const made = post(state, path.map(decodeURIComponent), JSON.parse(body) as Fields)
  if (key !== undefined) keys.set(key, made)
  return { status: root === 'paymentLinks' || path.length > 1 ? 201 : 200, body: made }
}

function stored(state: AdyenState, method: string, id: string, { searchParams }: URL): Answer {
  const shopperReference = searchParams.get('shopperReference')
  if (searchParams.get('merchantAccount') !== state.merchantAccount || shopperReference === null) {
    throw new AdyenRefusal(403, '901', 'Invalid Merchant Account')
  }
  const cards = state.cards.of(shopperReference)
  if (method === 'GET') {
    return {
      status: 200,
      body: { shopperReference, storedPaymentMethods: cards.map(({ kind, ...card }) => card) },
    }
  }
  if (method !== 'DELETE' || !cards.some((card) => card.id === id)) throw missing()
  state.cards.delete(id)
  return { status: 204, body: {} }
}
