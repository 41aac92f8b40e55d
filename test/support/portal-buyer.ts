import { csrfTokenOf } from '../../src/api/session-cookie.ts'
import type { Answer, Client, Harness } from './harness.ts'

const PORTAL = '/api/weir/v1/portal'

/** A customer who opened the portal, as the page there calls the API. */
export type Buyer = {
  readonly cookie: string
  readonly headers: Readonly<Record<string, string>>
  /** One request below /api/weir/v1/portal, with the cookie and the token for writes. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>
}

/** The token of a customer's link to the portal. */
export async function linkToken(client: Client, externalId: string, isViewOnly = false): Promise<string> {
  const path = isViewOnly
    ? `/api/weir/v1/customers/${externalId}/portal_view_url`
    : `/customers/${externalId}/portal_url`
  const { status, body } = await client.call('GET', path)
  if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`)
  return body.customer.portal_url.split('/').at(-1)
}

/** Opens the portal with the token of a link; the plain answer. */
export async function openWith(harness: Harness, token: unknown, headers: Record<string, string> = {}) {
  return harness.app.inject({
    method: 'POST',
    url: `${PORTAL}/session`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ token }),
  })
}

/** A customer with an open portal. */
export async function buyerOf(
  harness: Harness,
  client: Client,
  externalId: string,
  isViewOnly = false,
): Promise<Buyer> {
  const opened = await openWith(harness, await linkToken(client, externalId, isViewOnly))
  if (opened.statusCode !== 200) throw new Error(`the portal did not open: ${opened.body}`)
  const [cookie = ''] = String(opened.headers['set-cookie']).split(';')
  const headers = { cookie, 'x-csrf-token': csrfTokenOf(cookie.slice('weir_portal='.length)) }
  const call: Buyer['call'] = async (method, path, body, own) => {
    const answer = await harness.app.inject({
      method: method as 'GET',
      url: path.startsWith('/api/') ? path : `${PORTAL}${path}`,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...own },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    return {
      status: answer.statusCode,
      body: answer.body === '' ? null : answer.json(),
      headers: answer.headers,
    }
  }
  return { cookie, headers, call }
}
