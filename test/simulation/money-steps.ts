import type { Book, Wire } from './book.ts'
import type { Body } from './catalogue.ts'
import { chanceOf } from './chance.ts'

/** Apart from the seeds of lives. */
const SEED = 3_000_000_019
/** The share of the moves of the clock after which one of these happens. */
const RATE = 0.35

/** What happens to money around the invoices. `place` is a share of those in question, by their numbers. */
export type MoneyStep =
  | { readonly kind: 'wallet'; readonly customer: string; readonly body: Body }
  /** Grants credits to the customer's first wallet, or voids some. */
  | { readonly kind: 'credits'; readonly customer: string; readonly body: Body }
  /** Records the payment of a share of what an invoice owes. */
  | { readonly kind: 'pay'; readonly place: number; readonly share: number }
  /** Credits a share of a fee of a final invoice. */
  | { readonly kind: 'note'; readonly place: number; readonly share: number }

type Clocked = { readonly kind: string }

/** The steps of a life with wallets, payments and credit notes between them; drawn apart from all others. */
export function withMoneySteps<S extends Clocked>(
  steps: readonly S[],
  life: { readonly seed: number; readonly currency: string; readonly customers: readonly string[] },
): (S | MoneyStep)[] {
  const r = chanceOf(life.seed + SEED)
  return steps.flatMap((step): (S | MoneyStep)[] => {
    if (step.kind !== 'clock' || !r.often(RATE)) return [step]
    const customer = r.pick(life.customers)
    const kind = r.pick(['wallet', 'credits', 'pay', 'pay', 'note'] as const)
    if (kind === 'wallet') {
      const wallet = {
        external_customer_id: customer,
        currency: life.currency,
        rate_amount: r.pick(['1', '1', '0.5', '2']),
        granted_credits: String(r.pick([3, 25, 400, 0])),
        priority: r.int(1, 50),
      }
      return [step, { kind, customer, body: { wallet } }]
    }
    if (kind === 'credits') {
      const amount = r.often(0.8) ? { granted_credits: String(r.int(1, 60)) } : { voided_credits: '2' }
      return [step, { kind, customer, body: amount }]
    }
    return [step, { kind, place: r.next(), share: r.pick([0.3, 0.5, 1, 1]) }]
  })
}

/** How a step reaches the server; `write` happens once however often it is sent. */
export type Requests = {
  readonly list: (path: string, root: string) => Promise<Wire[]>
  readonly write: (method: string, path: string, body: Body) => Promise<{ status: number; answer: Wire }>
  readonly said: (sent: { status: number; answer: Wire }) => string
}

/** Takes a step; what was answered, in words that are the same in every play. */
export async function takeMoneyStep(step: MoneyStep, requests: Requests): Promise<string> {
  const { list, write, said } = requests
  const said200 = async (method: string, path: string, body: Body) => said(await write(method, path, body))
  switch (step.kind) {
    case 'wallet':
      return said200('POST', '/wallets', step.body)
    case 'credits': {
      const wallets = await list(`/wallets?external_customer_id=${step.customer}`, 'wallets')
      const first = wallets.filter(({ status }) => status === 'active').sort(byAge)[0]
      if (!first) return 'no wallet'
      const wallet_transaction = { wallet_id: first.lago_id, ...step.body }
      return said200('POST', '/wallet_transactions', { wallet_transaction })
    }
    case 'pay': {
      const invoice = await chosen(requests, step.place, ({ total_due_amount_cents: due }) => due > 0)
      if (!invoice) return 'nothing is due'
      const amount_cents = Math.max(1, Math.floor(invoice.total_due_amount_cents * step.share))
      const payment = { invoice_id: invoice.lago_id, amount_cents, reference: 'by hand' }
      return `${await said200('POST', '/payments', { payment })} of ${amount_cents}`
    }
    default:
      return credit(step, requests)
  }
}

async function credit({ place, share }: MoneyStep & { kind: 'note' }, requests: Requests): Promise<string> {
  const invoice = await chosen(requests, place, ({ invoice_type: type }) => type === 'subscription')
  const fees = (await requests.list(`/fees?invoice_id=${invoice?.lago_id}`, 'fees')).filter(
    (fee) => invoice && fee.lago_invoice_id === invoice.lago_id && fee.amount_cents > 0,
  )
  const [fee] = fees.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  if (!invoice || !fee) return 'nothing to credit'
  const items = [{ fee_id: fee.lago_id, amount_cents: Math.ceil(fee.amount_cents * share) }]
  const asked = { credit_note: { invoice_id: invoice.lago_id, items } }
  const estimated = await requests.write('POST', '/credit_notes/estimate', asked)
  if (estimated.status !== 200) return requests.said(estimated)
  const credit_amount_cents = estimated.answer.estimated_credit_note.max_creditable_amount_cents
  const credit_note = { ...asked.credit_note, reason: 'other', credit_amount_cents }
  const made = await requests.write('POST', '/credit_notes', { credit_note })
  return `${requests.said(made)} of ${credit_amount_cents}`
}

/** The final invoice at a share of those that `fits`, by customer and number. */
async function chosen(
  { list }: Requests,
  place: number,
  fits: (invoice: Wire) => boolean,
): Promise<Wire | undefined> {
  const invoices = (await list('/invoices?status=finalized', 'invoices')).filter(fits)
  const sorted = invoices.sort((a, b) => (keyOfFinal(a) < keyOfFinal(b) ? -1 : 1))
  return sorted[Math.floor(place * sorted.length)]
}

/** The wallets of customers with their transactions. */
export async function walletsOf(
  customers: readonly Body[],
  list: Requests['list'],
): Promise<Book['wallets']> {
  const found: Book['wallets'][number][] = []
  for (const { external_id: id } of customers) {
    for (const wallet of await list(`/wallets?external_customer_id=${id}`, 'wallets')) {
      const path = `/wallets/${wallet.lago_id}/wallet_transactions`
      found.push({ wallet, transactions: await list(path, 'wallet_transactions') })
    }
  }
  return found
}

function byAge(a: Wire, b: Wire): number {
  return a.lago_id < b.lago_id ? -1 : 1
}

function keyOf(fee: Wire): string {
  const { item, amount_cents: cents, units, from_date: from } = fee
  return JSON.stringify([item.type, item.code, cents, units, from, fee.event_transaction_id ?? ''])
}

/** By customer, then by number. */
export function keyOfFinal(invoice: Wire): string {
  return JSON.stringify([invoice.customer.external_id, String(invoice.sequential_id).padStart(9, '0')])
}
