import { createHmac } from 'node:crypto'
import type { ChaosPlan } from './chaos.ts'
import { type Answer, type SentMessage, serveChaotically } from './chaotic-server.ts'

type Fields = Record<string, unknown>
export type FakeIntent = {
  readonly id: string
  readonly amount: string
  readonly amount_currency: string
  readonly embed_url: string
  readonly custom_fields: Record<string, string>
  readonly merchant_initiated: boolean
  status: string
  active_transaction: { id: string; status: string; message?: string } | null
}
export type CardKind = 'ok' | 'declined' | 'needs_authentication' | 'slow'

export type FakeMoneyHash = {
  readonly url: string
  readonly customers: Map<string, Fields>
  readonly intents: Map<string, FakeIntent>
  readonly asked: string[]
  readonly orders: Fields[]
  apiKey: string
  signatureKey: string
  chaos: ChaosPlan
  /** A payer leaves a card. */
  readonly addCard: (customerId: string, kind?: CardKind) => string
  readonly removeCard: (cardId: string) => void
  /** What becomes of an intent without a request of ours. */
  readonly settle: (intentId: string, transaction: string, intent?: string) => void
  readonly takeMessages: () => SentMessage[]
  readonly sign: (message: SentMessage, atMs: number) => SentMessage
  readonly close: () => Promise<void>
}

const INTENT =
  'amount amount_currency flow_id customer card_token tokenize_card merchant_initiated payment_type recurring_data ' +
  'webhook_url custom_fields expires_after_seconds successful_redirect_url'
const CUSTOMER =
  'type first_name last_name email phone_number tax_id address contact_person_name company_name custom_fields'
const OUTCOMES: Readonly<Record<CardKind, string>> = {
  ok: 'SUCCESSFUL',
  declined: 'FAILED',
  needs_authentication: 'PENDING_AUTHENTICATION',
  slow: 'PENDING',
}

/** A server on loopback that acts as MoneyHash: customers, intents, and cards that are told by messages. */
export async function startMoneyHash(seed = 1): Promise<FakeMoneyHash> {
  const customers = new Map<string, Fields>()
  const intents = new Map<string, FakeIntent>()
  const cards = new Map<string, { customer: string; kind: CardKind }>()
  const asked: string[] = []
  const orders: Fields[] = []
  let messages: SentMessage[] = []
  let inbox = ''
  let count = 0
  const newId = (prefix: string) => {
    count += 1
    return `${prefix}${String(count).padStart(6, '0')}`
  }

  const tell = (type: string, data: object) => {
    const headers = { 'content-type': 'application/json' }
    messages.push({ url: inbox, body: JSON.stringify({ type, data }), headers })
  }
  const tellIntent = (intent: FakeIntent) => {
    const { id, active_transaction: transaction } = intent
    if (transaction) {
      const type = `transaction.purchase.${transaction.status.toLowerCase()}`
      tell(type, { intent_id: id, intent, transaction })
    }
    if (intent.status !== 'UNPROCESSED') {
      tell(`intent.${intent.status.toLowerCase()}`, { intent_id: id, intent })
    }
  }
  const become = (intent: FakeIntent, status: string, of?: string) => {
    intent.active_transaction = {
      id: newId('tx'),
      status,
      ...(status === 'FAILED' ? { message: 'Do not honour' } : {}),
    }
    intent.status = of ?? (status === 'SUCCESSFUL' ? 'PROCESSED' : 'UNPROCESSED')
    tellIntent(intent)
  }

  const makeIntent = (fields: Fields): Answer => {
    orders.push(fields)
    const unknown = Object.keys(fields).find((key) => !INTENT.split(' ').includes(key))
    if (unknown !== undefined) return refusal(400, { [unknown]: 'unknown field' })
    if (!/^\d+(\.\d{1,2})?$/.test(String(fields.amount))) return refusal(400, { amount: 'two decimals' })
    if (!customers.has(String(fields.customer))) return refusal(400, { customer: 'unknown customer' })
    const card = cards.get(String(fields.card_token))
    const isCharge = fields.merchant_initiated === true
    if (isCharge && !card) return refusal(400, { card_token: 'unknown token' })
    inbox = String(fields.webhook_url)
    const id = newId('in')
    const intent: FakeIntent = {
      id,
      amount: String(fields.amount),
      amount_currency: String(fields.amount_currency),
      embed_url: `https://embed.moneyhash.example/embed/payment/${id}`,
      custom_fields: fields.custom_fields as Record<string, string>,
      merchant_initiated: isCharge,
      status: 'UNPROCESSED',
      active_transaction: null,
    }
    intents.set(id, intent)
    if (isCharge && card) become(intent, OUTCOMES[card.kind])
    return ok(intent)
  }

  const server = await serveChaotically({
    seed,
    port: 0,
    plan: () => fake.chaos,
    failure: (status) => ({ status: { code: status, message: `failure ${status}`, errors: [] }, data: {} }),
    answer: async ({ method, url: path = '', headers }, body) => {
      asked.push(`${method} ${path}`)
      if (headers['x-api-key'] !== fake.apiKey) return refusal(401, { detail: 'Invalid API key' })
      if (path === '/api/v1/organizations/get-webhook-signature-key/') {
        return ok({ webhook_signature_secret: fake.signatureKey })
      }
      if (method === 'POST' && path === '/api/v1.1/payments/intent/')
        return makeIntent(JSON.parse(body) as Fields)
      if (method === 'POST' && path === '/api/v1.1/customers/') {
        const fields = JSON.parse(body) as Fields
        const unknown = Object.keys(fields).find((key) => !CUSTOMER.split(' ').includes(key))
        if (unknown !== undefined) return refusal(400, { [unknown]: 'unknown field' })
        const id = newId('cu')
        customers.set(id, fields)
        return ok({ id })
      }
      const intent = intents.get(/^\/api\/v1\.1\/payments\/intent\/([^/]+)\/$/.exec(path)?.[1] ?? '')
      return intent ? ok(intent) : refusal(404, { detail: 'not found' })
    },
  })

  const fake: FakeMoneyHash = {
    url: server.url,
    customers,
    intents,
    asked,
    orders,
    apiKey: 'mh_test_weir00a1b',
    signatureKey: 'whsig_weir',
    chaos: {},
    addCard: (customer, kind = 'ok') => {
      const id = newId('ct')
      cards.set(id, { customer, kind })
      const card_token = {
        id,
        customer,
        brand: 'Visa',
        last_4: '4242',
        expiry_month: '12',
        expiry_year: '30',
      }
      tell('card_token.created', { card_token })
      return id
    },
    removeCard: (id) => {
      cards.delete(id)
      tell('card_token.deleted', { card_token: { id } })
    },
    settle: (intentId, transaction, of) => {
      const intent = intents.get(intentId)
      if (!intent) throw new Error(`no intent ${intentId}`)
      become(intent, transaction, of)
    },
    takeMessages: () => {
      const taken = messages
      messages = []
      return taken
    },
    sign: (message, atMs) => {
      const t = String(Math.floor(atMs / 1000))
      const text = Buffer.from(message.body).toString('base64') + t
      const mac = createHmac('sha256', fake.signatureKey).update(text).digest('hex')
      return { ...message, headers: { ...message.headers, 'moneyhash-signature': `t=${t},v1=00,v3=${mac}` } }
    },
    close: server.close,
  }
  return fake
}

function ok(data: object): Answer {
  return { status: 200, body: { status: { code: 200, message: 'success', errors: [] }, data } }
}

function refusal(status: number, fault: object): Answer {
  return { status, body: { status: { code: status, message: 'refused', errors: [fault] }, data: {} } }
}
