import { createHmac } from 'node:crypto'
import type { ChaosPlan } from './chaos.ts'
import { type Answer, type SentMessage, serveChaotically } from './chaotic-server.ts'

export type FakeLink = {
  readonly link_id: string
  readonly link_amount: number
  readonly link_currency: string
  readonly link_url: string
  readonly link_notes: Readonly<Record<string, string>>
  link_status: string
  link_amount_paid: number
}

export type FakeCashfree = {
  readonly url: string
  readonly links: Map<string, FakeLink>
  readonly asked: string[]
  readonly orders: Record<string, unknown>[]
  /** Where messages go, as somebody has pasted it. */
  endpoint: string
  credentials: { id: string; secret: string }
  chaos: ChaosPlan
  /** A payer pays a link, with another amount if one is given. */
  readonly pay: (linkId: string, amount?: number) => void
  readonly takeMessages: () => SentMessage[]
  readonly sign: (message: SentMessage, atMs: number) => SentMessage
  readonly close: () => Promise<void>
}

const KNOWN =
  'link_id link_amount link_currency link_purpose customer_details link_meta link_notes link_expiry_time ' +
  'link_partial_payments link_auto_reminders link_notify'

/** A server on loopback that acts as Cashfree: links that are made, read, cancelled and paid. */
export async function startCashfree(seed = 1): Promise<FakeCashfree> {
  const links = new Map<string, FakeLink>()
  const asked: string[] = []
  const orders: Record<string, unknown>[] = []
  let messages: SentMessage[] = []
  let transactions = 0

  const tell = (link: FakeLink) => {
    transactions += 1
    const { link_amount, link_amount_paid } = link
    const data = {
      ...link,
      link_amount: link_amount.toFixed(2),
      link_amount_paid: link_amount_paid.toFixed(2),
      order: {
        order_id: `CFPay_${transactions}`,
        transaction_id: transactions,
        transaction_status: 'SUCCESS',
      },
    }
    const body = JSON.stringify({ data, type: 'PAYMENT_LINK_EVENT', version: 1 })
    messages.push({ url: fake.endpoint, body, headers: { 'content-type': 'application/json' } })
  }

  const make = (fields: Record<string, unknown>): Answer => {
    orders.push(fields)
    const unknown = Object.keys(fields).find((key) => !KNOWN.split(' ').includes(key))
    const notes = fields.link_notes as Record<string, string>
    if (unknown !== undefined) return refusal(400, 'link_post_invalid', `unknown: ${unknown}`)
    if (Object.keys(notes).length > 5) return refusal(400, 'link_notes_invalid', 'more than 5 notes')
    const { customer_phone: phone } = fields.customer_details as { customer_phone?: string }
    if (!phone) return refusal(400, 'customer_phone_missing', 'customer_phone is missing')
    const id = String(fields.link_id)
    if (links.has(id)) return refusal(409, 'link_already_exists', 'the link id is taken')
    const amount = fields.link_amount as number
    if (typeof amount !== 'number' || amount < 1) return refusal(400, 'link_amount_invalid', 'at least 1')
    const link: FakeLink = {
      link_id: id,
      link_amount: amount,
      link_currency: String(fields.link_currency),
      link_url: `https://payments-test.cashfree.example/links/${id}`,
      link_notes: notes,
      link_status: 'ACTIVE',
      link_amount_paid: 0,
    }
    links.set(id, link)
    return { status: 200, body: link }
  }

  const server = await serveChaotically({
    seed,
    port: 0,
    plan: () => fake.chaos,
    failure: (status) => ({ message: `failure ${status}`, code: 'api_error', type: 'api_error' }),
    answer: async ({ method, url: path = '', headers }, body) => {
      asked.push(`${method} ${path}`)
      if (headers['x-api-version'] !== '2023-08-01') return refusal(400, 'version_invalid', 'no such version')
      const { id: clientId, secret } = fake.credentials
      if (headers['x-client-id'] !== clientId || headers['x-client-secret'] !== secret) {
        return refusal(401, 'request_failed', 'authentication Failed')
      }
      if (method === 'POST' && path === '/pg/links') return make(JSON.parse(body) as Record<string, unknown>)
      const [, id = '', action] = /^\/pg\/links\/([^/]+)(\/cancel)?$/.exec(path) ?? []
      const link = links.get(id)
      if (!link) return refusal(404, 'link_not_found', 'no such link')
      if (action === undefined) return { status: 200, body: link }
      if (link.link_status !== 'ACTIVE') return refusal(400, 'link_cancellation_failed', link.link_status)
      link.link_status = 'CANCELLED'
      tell(link)
      return { status: 200, body: link }
    },
  })

  const fake: FakeCashfree = {
    url: server.url,
    links,
    asked,
    orders,
    endpoint: '',
    credentials: { id: 'CF_test', secret: 'cfsk_test_weir' },
    chaos: {},
    pay: (linkId, amount) => {
      const link = links.get(linkId)
      if (link?.link_status !== 'ACTIVE') throw new Error(`no link to pay: ${linkId}`)
      link.link_status = 'PAID'
      link.link_amount_paid = amount ?? link.link_amount
      tell(link)
    },
    takeMessages: () => {
      const taken = messages
      messages = []
      return taken
    },
    sign: (message, atMs) => {
      const sentAt = String(atMs)
      const mac = createHmac('sha256', fake.credentials.secret)
        .update(sentAt + message.body)
        .digest('base64')
      const signed = { 'x-webhook-signature': mac, 'x-webhook-timestamp': sentAt }
      return { ...message, headers: { ...message.headers, ...signed } }
    },
    close: server.close,
  }
  return fake
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { message, code, type: 'invalid_request_error' } }
}
