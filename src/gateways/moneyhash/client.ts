import type { Connection, ErrorClass } from '../../core/payments/gateway.ts'
import { addressOf, patienceWith } from '../fake-hosts.ts'
import { callPlainly, type Plain, type PlainReply, partOf } from '../plain-calls.ts'

const HOSTS = { live: 'web.moneyhash.io', test: 'staging-web.moneyhash.io' } as const

/** Where MoneyHash is: a server of a test, or null for MoneyHash itself. */
export type MoneyHashHost = string | null

/** One request to MoneyHash, with the key of a connection. It has no keys against repetition: a request is sent once. */
export function callMoneyHash(
  host: MoneyHashHost,
  { mode, secrets }: Connection,
  request: {
    readonly method: 'GET' | 'POST'
    readonly path: string
    readonly body?: object
    readonly timeoutMs: number
  },
): Promise<PlainReply> {
  const { method, path, body, timeoutMs } = request
  return callPlainly(
    {
      method,
      url: `${addressOf(host) ?? `https://${HOSTS[mode]}`}/api${path}`,
      headers: { 'x-api-key': secrets.api_key ?? '' },
      ...(body === undefined ? {} : { body }),
      timeoutMs: patienceWith(host, timeoutMs),
    },
    refusalClass,
  )
}

const CLASSES: Readonly<Record<string, ErrorClass>> = {
  card_token: 'method_revoked',
  customer: 'customer_missing',
  amount_currency: 'currency_not_supported',
}

/** A refusal names the fields that are wrong. */
function refusalClass(body: Plain): ErrorClass {
  const { errors } = partOf(body, 'status')
  const faults = Array.isArray(errors) ? errors : []
  for (const [field, reason] of Object.entries(CLASSES)) {
    if (faults.some((fault) => typeof fault === 'object' && fault !== null && field in fault)) return reason
  }
  return 'invalid_request'
}
