import type { ChaosPlan } from './chaos.ts'
import { type Answer, type SentMessage, serveChaotically } from './chaotic-server.ts'

type FakePage = {
  readonly tx_ref: string
  readonly amount: number
  readonly currency: string
  readonly meta: Readonly<Record<string, string>>
}
export type FakeTransaction = {
  readonly id: number
  readonly tx_ref: string
  readonly currency: string
  readonly meta: Readonly<Record<string, string>>
  amount: number
  status: string
}

export type FakeFlutterwave = {
  readonly url: string
  readonly pages: Map<string, FakePage>
  readonly transactions: FakeTransaction[]
  readonly asked: string[]
  readonly orders: Record<string, unknown>[]
  /** Where messages go and what they carry, as somebody has pasted it. */
  endpoint: { url: string; secret: string }
  secretKey: string
  chaos: ChaosPlan
  /** A payer tries to pay a page. */
  readonly pay: (pageId: string, status?: string, amount?: number) => FakeTransaction
  readonly takeMessages: () => SentMessage[]
  readonly sign: (message: SentMessage) => SentMessage
  readonly close: () => Promise<void>
}

const KNOWN = 'tx_ref amount currency redirect_url customer customizations configuration meta'

/** A server on loopback that acts as Flutterwave: pages, and what is paid on them. */
export async function startFlutterwave(seed = 1): Promise<FakeFlutterwave> {
  const pages = new Map<string, FakePage>()
  const transactions: FakeTransaction[] = []
  const asked: string[] = []
  const orders: Record<string, unknown>[] = []
  let messages: SentMessage[] = []

  const make = (fields: Record<string, unknown>): Answer => {
    orders.push(fields)
    const unknown = Object.keys(fields).find((key) => !KNOWN.split(' ').includes(key))
    const { email } = fields.customer as { email?: string }
    if (unknown !== undefined) return refusal(400, `unknown: ${unknown}`)
    if (!email) return refusal(400, 'customer.email is required')
    if (typeof fields.amount !== 'number') return refusal(400, 'amount is required')
    pages.set(String(fields.tx_ref), fields as unknown as FakePage)
    return ok({ link: `https://checkout.flutterwave.example/v3/hosted/pay/${fields.tx_ref}` })
  }

  const server = await serveChaotically({
    seed,
    port: 0,
    plan: () => fake.chaos,
    failure: (status) => ({ status: 'error', message: `failure ${status}`, data: null }),
    answer: async ({ method, url: path = '', headers }, body) => {
      asked.push(`${method} ${path.split('?')[0]}`)
      if (headers.authorization !== `Bearer ${fake.secretKey}`) {
        return refusal(401, 'Invalid authorization key')
      }
      const url = new URL(path, 'http://flutterwave')
      if (method === 'POST' && url.pathname === '/v3/payments') {
        return make(JSON.parse(body) as Record<string, unknown>)
      }
      const id = /^\/v3\/transactions\/(\d+)\/verify$/.exec(url.pathname)?.[1]
      const ofPage = transactions.filter(({ tx_ref }) => tx_ref === url.searchParams.get('tx_ref'))
      const found =
        id === undefined
          ? (ofPage.find(({ status }) => status === 'successful') ?? ofPage.at(-1))
          : transactions.find((each) => each.id === Number(id))
      return found ? ok(found) : refusal(400, 'No transaction was found for this id')
    },
  })

  const fake: FakeFlutterwave = {
    url: server.url,
    pages,
    transactions,
    asked,
    orders,
    endpoint: { url: '', secret: '' },
    secretKey: 'FLWSECK_TEST-weir-X',
    chaos: {},
    pay: (pageId, status = 'successful', amount = undefined) => {
      const page = pages.get(pageId)
      if (!page) throw new Error(`no page to pay: ${pageId}`)
      const { tx_ref, currency, meta } = page
      const id = 900_001 + transactions.length
      const made: FakeTransaction = { id, tx_ref, currency, meta, amount: amount ?? page.amount, status }
      transactions.push(made)
      const body = JSON.stringify({ event: 'charge.completed', data: made })
      messages.push({ url: fake.endpoint.url, body, headers: { 'content-type': 'application/json' } })
      return made
    },
    takeMessages: () => {
      const taken = messages
      messages = []
      return taken
    },
    sign: (message) => ({
      ...message,
      headers: { ...message.headers, 'verif-hash': fake.endpoint.secret },
    }),
    close: server.close,
  }
  return fake
}

function ok(data: object): Answer {
  return { status: 200, body: { status: 'success', message: 'done', data } }
}

function refusal(status: number, message: string): Answer {
  return { status, body: { status: 'error', message, data: null } }
}
