import { type Outcome, Problems } from '../problems.ts'
import { webhookTypeOf } from './types.ts'

/** The most endpoints that one organization may have. */
export const ENDPOINTS_MAX = 10

const URL_BYTES_MAX = 2048
const NAME_LENGTH_MAX = 255
const SIGNATURE_ALGOS = ['jwt', 'hmac'] as const

export type SignatureAlgo = (typeof SIGNATURE_ALGOS)[number]

/** What a client can set on an endpoint; null `eventTypes` receives everything, an empty list nothing. */
export type EndpointFields = {
  readonly webhookUrl: string
  readonly signatureAlgo: SignatureAlgo
  readonly name: string | null
  readonly eventTypes: readonly string[] | null
}

/**
 * Reads the fields of a webhook endpoint. With `current` (an update), absent keys keep their value; otherwise the URL
 * is mandatory and the rest has defaults. 422 with every invalid field.
 */
export function readEndpoint(
  input: Readonly<Record<string, unknown>>,
  current: EndpointFields | null,
): Outcome<EndpointFields> {
  const problems = new Problems()
  const has = (key: string) => current === null || input[key] !== undefined
  const fields = {
    webhookUrl: has('webhook_url') ? readUrl(input.webhook_url, problems) : (current?.webhookUrl ?? ''),
    signatureAlgo: has('signature_algo')
      ? readAlgo(input.signature_algo, problems)
      : (current?.signatureAlgo ?? 'jwt'),
    name: has('name') ? readName(input.name, problems) : (current?.name ?? null),
    eventTypes: has('event_types') ? readTypes(input.event_types, problems) : (current?.eventTypes ?? null),
  }
  return problems.outcome(fields)
}

function readUrl(value: unknown, problems: Problems): string {
  const text = typeof value === 'string' ? value.trim() : ''
  if (value === undefined || value === null || value === '') problems.add('webhook_url', 'value_is_mandatory')
  else if (!isWebUrl(text)) problems.add('webhook_url', 'url_is_invalid')
  else if (new TextEncoder().encode(text).length > URL_BYTES_MAX) {
    problems.add('webhook_url', 'value_is_too_long')
  }
  return text
}

function isWebUrl(text: string): boolean {
  // The URL parser would accept malformed input: `http:host`, `http:\\host`, embedded blanks and line breaks.
  if (!/^https?:\/\/[^\s\\/?#]/i.test(text) || /\s/.test(text) || !URL.canParse(text)) return false
  return new URL(text).hostname !== ''
}

function readAlgo(value: unknown, problems: Problems): SignatureAlgo {
  if (value === undefined || value === null) return 'jwt'
  const algo = SIGNATURE_ALGOS.find((name) => name === value)
  if (!algo) problems.add('signature_algo', 'value_is_invalid')
  return algo ?? 'jwt'
}

function readName(value: unknown, problems: Problems): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') problems.add('name', 'value_is_invalid')
  else if (value.length > NAME_LENGTH_MAX) problems.add('name', 'value_is_too_long')
  else return value
  return null
}

function readTypes(value: unknown, problems: Problems): readonly string[] | null {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) {
    problems.add('event_types', 'must_be_array')
    return null
  }
  const items: readonly unknown[] = value
  const [only] = items
  if (items.length === 1 && typeof only === 'string' && only.trim() === '*') return null
  const known = items.map((item) => (typeof item === 'string' ? webhookTypeOf(item) : undefined))
  const wrong = items.filter((_, index) => known[index] === undefined)
  if (wrong.length > 0) {
    const list = wrong.map((item) => JSON.stringify(normalized(item))).join(', ')
    problems.add('event_types', `contains invalid types: [${list}]`)
  }
  return [...new Set(known.filter((type) => type !== undefined))]
}

function normalized(item: unknown): unknown {
  return typeof item === 'string' ? item.trim().toLowerCase() : item
}
