import { FLUTTERWAVE_SESSION_MINUTES } from '../../core/payment-providers/flutterwave.ts'
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
  type Plain,
  type PlainReply,
  partOf,
  plainAnswer,
  textOf,
} from '../plain-calls.ts'

const HOST = 'api.flutterwave.com'

type PageCalls = Pick<PaymentGateway, 'check' | 'pages' | 'readPayment'>

/** Pages of Flutterwave, and the payments that are made on them, which are found by the reference of their page. */
export function flutterwavePages(host: string | null): PageCalls {
  const read = (connection: Connection, pageId: string) => stateOfPage(host, connection, pageId)
  return {
    // There is no harmless question: its first use tries the key.
    check: async () => ({ ok: true, value: { accountId: '', warnings: [] } }),
    readPayment: (connection, id) => readTransaction(host, connection, `/${encodeURIComponent(id)}/verify`),
    // Flutterwave closes no page: it is over when its session is.
    pages: { open: (connection, order) => openPage(host, connection, order), read, close: read },
  }
}

async function openPage(
  host: string | null,
  connection: Connection,
  order: PageOrder,
): Promise<GatewayAnswer<ProviderPage>> {
  const body = pageOf(order)
  if (!body) return { ok: false, error: unsendable('Flutterwave') }
  const reply = await call(host, connection, 'POST', '/payments', body)
  return plainAnswer(reply, (answer) => {
    const url = textOf(partOf(answer, 'data').link)
    return url === null ? undefined : { pageId: order.pageId, url, expiresAt: order.expiresAt }
  })
}

/** Null when Flutterwave has no such amount. */
function pageOf(order: PageOrder): object | null {
  const total = totalOf(order)
  const sent = total && toMajorNumber(total)
  if (!total || !sent?.ok) return null
  const { email, name, phone } = order.payer
  return {
    tx_ref: order.pageId,
    amount: sent.number,
    currency: total.currency,
    redirect_url: order.returnUrl,
    customer: {
      ...(email === null ? {} : { email }),
      ...(name === null ? {} : { name }),
      ...(phone === null ? {} : { phonenumber: phone }),
    },
    customizations: { title: order.description },
    configuration: { session_duration: FLUTTERWAVE_SESSION_MINUTES },
    meta: order.metadata,
  }
}

async function stateOfPage(
  host: string | null,
  connection: Connection,
  pageId: string,
): Promise<GatewayAnswer<PageState>> {
  const query = new URLSearchParams({ tx_ref: pageId })
  const payment = await readTransaction(host, connection, `/verify_by_reference?${query}`)
  if (!payment.ok) return payment
  return { ok: true, value: payment.value ? stateOf(payment.value) : { kind: 'open' } }
}

function stateOf(payment: ProviderPayment): PageState {
  if (payment.state === 'settled') return { kind: 'paid', payment }
  // The payer may try again.
  return payment.state === 'declined' ? { kind: 'open', declined: payment } : { kind: 'paying' }
}

/** A payment; null when there is none, which Flutterwave calls a wrong request. */
async function readTransaction(
  host: string | null,
  connection: Connection,
  path: string,
): Promise<GatewayAnswer<ProviderPayment | null>> {
  const reply = await call(host, connection, 'GET', `/transactions${path}`)
  if (reply.kind === 'refused' && [400, 404].includes(reply.error.httpStatus ?? 0)) {
    return { ok: true, value: null }
  }
  return plainAnswer(reply, ({ data }) => (data === null ? null : paymentOf(partOf({ data }, 'data'))))
}

const STATES: Readonly<Record<string, ProviderPayment['state']>> = {
  successful: 'settled',
  failed: 'declined',
  cancelled: 'declined',
}

/** A payment as Flutterwave describes it; undefined for one that cannot be read. Unknown statuses are not final. */
function paymentOf(data: Plain): ProviderPayment | undefined {
  const id = typeof data.id === 'number' ? String(data.id) : textOf(data.id)
  const status = textOf(data.status)
  const currency = textOf(data.currency) ?? ''
  const cents = fromMajorUnits(data.amount, currency)
  if (id === null || status === null || cents === undefined) return undefined
  const state = STATES[status] ?? 'processing'
  return {
    providerPaymentId: id,
    paymentId: null,
    payableId: textOf(partOf(data, 'meta').lago_payable_id),
    providerStatus: status,
    state,
    money: { cents, currency },
    mode: null,
    error: state === 'declined' ? declineOf(data) : null,
  }
}

function declineOf(data: Plain) {
  const message = textOf(data.processor_response) ?? 'The payment was declined'
  return { class: 'card_declined', code: textOf(data.status), message } as const
}

function call(
  host: string | null,
  { secrets }: Connection,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<PlainReply> {
  return callPlainly({
    method,
    url: `${addressOf(host) ?? `https://${HOST}`}/v3${path}`,
    headers: { authorization: `Bearer ${secrets.secret_key ?? ''}` },
    ...(body === undefined ? {} : { body }),
    timeoutMs: patienceWith(host, ANSWER_TIMEOUT_MS),
  })
}
