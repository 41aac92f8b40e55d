import type {
  Connection,
  GatewayAnswer,
  PageOrder,
  PageState,
  ProviderPage,
  ProviderPayment,
} from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { fromMajorUnits, toMajorNumber } from '../../core/payments/provider-amounts.ts'
import { totalOf, unsendable } from '../amounts.ts'
import { addressOf, patienceWith } from '../fake-hosts.ts'
import {
  ANSWER_TIMEOUT_MS,
  callPlainly,
  isPathId,
  type Plain,
  type PlainReply,
  partOf,
  plainAnswer,
  textOf,
} from '../plain-calls.ts'

/** The version that requests and answers are written in. */
const CASHFREE_VERSION = '2023-08-01'
const HOSTS = { live: 'api.cashfree.com', test: 'sandbox.cashfree.com' } as const

/** Cashfree wants a number, and accepts this one for payers who have given none. */
const NO_PHONE = '9999999999'
/** Cashfree keeps five texts with a link. */
const KEPT = [
  'lago_customer_id',
  'lago_organization_id',
  'lago_payable_id',
  'lago_payable_type',
  'payment_type',
]

type LinkCalls = Pick<PaymentGateway, 'check' | 'pages' | 'readPayment'>

/** Payment links of Cashfree, which are its pages; a link is paid once, so its id is that of its payment too. */
export function cashfreeLinks(host: string | null): LinkCalls {
  const read = (connection: Connection, linkId: string) => readLink(host, connection, linkId)
  return {
    // There is no harmless question: their first use tries the credentials.
    check: async () => ({ ok: true, value: { accountId: '', warnings: [] } }),
    readPayment: async (connection, linkId) => {
      const link = await read(connection, linkId)
      if (!link.ok) return link
      return { ok: true, value: link.value && paymentOf(link.value) }
    },
    pages: {
      open: (connection, order) => openLink(host, connection, order),
      read: async (connection, linkId) => stateIn(await read(connection, linkId)),
      close: async (connection, linkId) => {
        if (!isPathId(linkId)) return { ok: true, value: { kind: 'closed' } }
        const ended = await call(host, connection, 'POST', `/links/${linkId}/cancel`, {})
        // Refused when it was paid at the same moment.
        const state = stateIn(await read(connection, linkId))
        const isLeftOpen = state.ok && state.value.kind === 'open' && ended.kind !== 'answered'
        return isLeftOpen ? { ok: false, error: ended.error } : state
      },
    },
  }
}

async function openLink(
  host: string | null,
  connection: Connection,
  order: PageOrder,
): Promise<GatewayAnswer<ProviderPage>> {
  const body = linkOf(order)
  if (!body) return { ok: false, error: unsendable('Cashfree') }
  const made = await call(host, connection, 'POST', '/links', body)
  const isTaken = made.kind !== 'answered' && made.error.httpStatus === 409
  // Made by an earlier request, whose answer was lost.
  const reply = isTaken ? await call(host, connection, 'GET', `/links/${order.pageId}`) : made
  return plainAnswer(reply, (link) => {
    const url = textOf(link.link_url)
    return url === null ? undefined : { pageId: order.pageId, url, expiresAt: order.expiresAt }
  })
}

/** Null when Cashfree has no such amount. */
function linkOf(order: PageOrder): object | null {
  const total = totalOf(order)
  const sent = total && toMajorNumber(total)
  if (!total || !sent?.ok) return null
  const { email, name, phone } = order.payer
  return {
    link_id: order.pageId,
    link_amount: sent.number,
    link_currency: total.currency,
    link_purpose: order.description.slice(0, 500),
    customer_details: {
      customer_phone: phone ?? NO_PHONE,
      ...(email === null ? {} : { customer_email: email }),
      ...(name === null ? {} : { customer_name: name }),
    },
    link_meta: { return_url: order.returnUrl, upi_intent: true },
    link_notes: Object.fromEntries(Object.entries(order.metadata).filter(([key]) => KEPT.includes(key))),
    link_expiry_time: new Date(order.expiresAt).toISOString(),
    link_partial_payments: false,
    link_auto_reminders: false,
    link_notify: { send_sms: false, send_email: false },
  }
}

/** A link; null when there is none. */
async function readLink(
  host: string | null,
  connection: Connection,
  linkId: string,
): Promise<GatewayAnswer<Plain | null>> {
  if (!isPathId(linkId)) return { ok: true, value: null }
  const reply = await call(host, connection, 'GET', `/links/${linkId}`)
  if (reply.kind === 'refused' && reply.error.httpStatus === 404) return { ok: true, value: null }
  return plainAnswer(reply, (link) => (stateOf(link) === undefined ? undefined : link))
}

function stateIn(answer: GatewayAnswer<Plain | null>): GatewayAnswer<PageState> {
  if (!answer.ok) return answer
  const state = answer.value ? stateOf(answer.value) : ({ kind: 'closed' } as const)
  return { ok: true, value: state ?? { kind: 'paying' } }
}

/** What is so of a link; undefined for one that cannot be read. A status that we do not know is one that is not final. */
function stateOf(link: Plain): PageState | undefined {
  switch (link.link_status) {
    case 'ACTIVE':
      return { kind: 'open' }
    case 'EXPIRED':
    case 'CANCELLED':
      return { kind: 'closed' }
    case 'PAID': {
      const payment = paymentOf(link)
      return payment ? { kind: 'paid', payment } : undefined
    }
    default:
      return textOf(link.link_status) === null ? undefined : { kind: 'paying' }
  }
}

const STATES: Readonly<Record<string, ProviderPayment['state']>> = {
  PAID: 'settled',
  EXPIRED: 'canceled',
  CANCELLED: 'canceled',
}

/** The payment of a link, at what was paid; null for one that cannot be read. */
function paymentOf(link: Plain): ProviderPayment | null {
  const [linkId, status, currency] = [link.link_id, link.link_status, link.link_currency].map(textOf)
  const cents = fromMajorUnits(link.link_amount_paid, currency ?? '')
  if (!linkId || !status || !currency || cents === undefined) return null
  const notes = partOf(link, 'link_notes')
  return {
    providerPaymentId: linkId,
    paymentId: null,
    payableId: textOf(notes.lago_payable_id),
    providerStatus: status,
    state: STATES[status] ?? 'processing',
    money: { cents, currency },
    mode: null,
  }
}

function call(
  host: string | null,
  { mode, secrets }: Connection,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<PlainReply> {
  return callPlainly({
    method,
    url: `${addressOf(host) ?? `https://${HOSTS[mode]}`}/pg${path}`,
    headers: {
      'x-client-id': secrets.client_id ?? '',
      'x-client-secret': secrets.client_secret ?? '',
      'x-api-version': CASHFREE_VERSION,
    },
    ...(body === undefined ? {} : { body }),
    timeoutMs: patienceWith(host, ANSWER_TIMEOUT_MS),
  })
}
