import type { Connection, GatewayAnswer, PageOrder, PageState } from '../../core/payments/gateway.ts'
import { toMajorUnits } from '../../core/payments/provider-amounts.ts'
import { totalOf } from '../amounts.ts'
import { ANSWER_TIMEOUT_MS, isPathId, partOf, plainAnswer, textOf } from '../plain-calls.ts'
import { callMoneyHash, type MoneyHashHost } from './client.ts'
import { type Intent, readIntent } from './intents.ts'

/** Makes an intent that is paid on its page; a second one after a lost answer harms nobody, who has no address of the first. */
export async function openIntent(
  host: MoneyHashHost,
  connection: Connection,
  body: object,
  purpose: 'generate_checkout_url' | 'generate_payment_url',
): Promise<GatewayAnswer<{ readonly pageId: string; readonly url: string }>> {
  const path = '/v1.1/payments/intent/'
  const request = { method: 'POST', path, body, timeoutMs: ANSWER_TIMEOUT_MS } as const
  return plainAnswer(await callMoneyHash(host, connection, request), (answer) => {
    const { id, embed_url } = partOf(answer, 'data')
    const [pageId, url] = [id, embed_url].map(textOf)
    if (!pageId || !url) return undefined
    return { pageId, url: `${url}${url.includes('?') ? '&' : '?'}lago_request=${purpose}` }
  })
}

/** The intent that an invoice is paid with on a page; null when MoneyHash has no such amount. */
export function pageIntentOf({ settings }: Connection, order: PageOrder): object | null {
  const total = totalOf(order)
  const sent = total && toMajorUnits(total)
  if (!total || !sent?.ok) return null
  return {
    amount: sent.text,
    amount_currency: total.currency,
    flow_id: settings.flow_id,
    customer: order.providerCustomerId,
    merchant_initiated: false,
    expires_after_seconds: Math.max(1, Math.floor((order.expiresAt - order.askedAt) / 1000)),
    webhook_url: settings.webhook_id,
    successful_redirect_url: order.returnUrl,
    custom_fields: order.metadata,
  }
}

/** An intent; null when there is none. */
export async function findIntent(
  host: MoneyHashHost,
  connection: Connection,
  id: string,
): Promise<GatewayAnswer<Intent | null>> {
  if (!isPathId(id)) return { ok: true, value: null }
  const path = `/v1.1/payments/intent/${id}/`
  const reply = await callMoneyHash(host, connection, { method: 'GET', path, timeoutMs: ANSWER_TIMEOUT_MS })
  if (reply.kind === 'refused' && reply.error.httpStatus === 404) return { ok: true, value: null }
  return plainAnswer(reply, (answer) => readIntent(partOf(answer, 'data')))
}

/** What is so of a page. A decline leaves it open while its intent lives: the payer may try again. */
export function pageStateOf({ payment, isOver }: Intent): PageState {
  if (payment.state === 'settled') return { kind: 'paid', payment }
  if (isOver || payment.state === 'canceled') return { kind: 'closed' }
  if (payment.state === 'declined') return { kind: 'open', declined: payment }
  return payment.providerStatus === 'UNPROCESSED' ? { kind: 'open' } : { kind: 'paying' }
}
