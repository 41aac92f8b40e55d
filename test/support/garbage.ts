import { createHash } from 'node:crypto'
import type { LivedIn } from './lived-in.ts'
import type { Route, Schema } from './route-table.ts'

/** Stands in a body for the JSON text that is put in its place. */
const PLACE = '\u2407place\u2407'

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** What a field may be given, as JSON text, because no JavaScript value is 1e400 or a number of 40 digits. */
export const VALUES: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e400',
  '-1e-400',
  '9007199254740993',
  '1234567890123456789012345678901234567890',
  '253402300799',
  '99999999999999999',
  '""',
  '"  "',
  '"1e400"',
  '"-12.5"',
  '"NaN"',
  '"1234567890123456789012345678901234567890.1234567890123456789012345678901234567890"',
  '"9999-12-31T23:59:59Z"',
  '"-271821-04-20"',
  '"2024-02-30"',
  '"\\ud800"',
  '"\\u0000"',
  '"\u202e😀 \' \\" % _ \\\\"',
  `"${'x'.repeat(20_000)}"`,
  '[]',
  '[null]',
  '["", "", 1, {}]',
  '[{"code": null}, [], "x"]',
  '{}',
  '{"__proto__": {"code": 1}, "constructor": [], "toString": null}',
  '{"0": {"length": -1}}',
  nested(150),
]

/** A text that no index compresses, always the same. */
export function noise(length: number): string {
  let text = ''
  for (let block = 0; text.length < length; block += 1) {
    text += createHash('sha512').update(`noise ${block}`).digest('base64url')
  }
  return text.slice(0, length)
}

/** The same of characters of three bytes each: a limit in characters is none in bytes. */
function wideNoise(length: number): string {
  const codes = [...noise(length * 2)].map((character) => character.charCodeAt(0))
  return codes
    .slice(0, length)
    .map((code, i) => String.fromCharCode(0x4e00 + code * 128 + (codes[length + i] ?? 0)))
    .join('')
}

/** Texts beyond what fits into an index, below and above the longest text that is taken, bare and in lists and keys. */
export const LONG_VALUES: readonly string[] = [
  noise(3_000),
  noise(9_000),
  noise(12_000),
  wideNoise(255),
  wideNoise(1_000),
].flatMap((noisy) => {
  const text = JSON.stringify(noisy)
  return [text, `[${text}]`, `{${text}: "x"}`, `{"x": ${text}}`]
})

/** Whole bodies, roots and all. */
export const BODIES: readonly string[] = [
  '',
  'null',
  'true',
  '-1',
  '1e400',
  '"text"',
  '[]',
  '[[]]',
  '{}',
  '{"a": ',
  '{"a": 1,}',
  '\u0000',
  nested(5000),
  `{"a": ${nested(199)}}`,
  `"${'y'.repeat(1_000_000)}"`,
]

/** A million elements, within the body limit. */
export const MILLION = `[${'0,'.repeat(999_999)}0]`

/** Twenty thousand of them. */
export const THOUSANDS = `[${'0,'.repeat(19_999)}0]`

/** For a part of a path or a query, not yet encoded. */
export const WORDS: readonly string[] = [
  '\u0000',
  '-1',
  '1e400',
  '1234567890123456789012345678901234567890',
  'null',
  ' ',
  '😀',
  '%',
  '9999-12-31',
  '2024-02-30',
  '00000000-0000-0000-0000-000000000000',
  'x'.repeat(900),
  '../..',
]

/** Values that lead a body past its first checks. */
function knownOf({ names, ids }: LivedIn, turn: number): Record<string, unknown> {
  return {
    code: `fresh-${turn}`,
    external_id: `fresh-${turn}`,
    transaction_id: `fresh-${turn}`,
    name: 'Fresh',
    plan_code: names.plans,
    external_customer_id: names.customers,
    external_subscription_id: names.subscriptions,
    billable_metric_id: ids[0],
    tax_codes: [names.taxes],
    tax_code: names.taxes,
    aggregation_type: 'sum_agg',
    field_name: 'tokens',
    charge_model: 'standard',
    properties: { amount: '1' },
    rate: '10',
    amount_cents: 1000,
    amount_currency: 'EUR',
    currency: 'EUR',
    country: 'FR',
    timezone: 'Europe/Paris',
    webhook_url: `http://127.0.0.1:9/${turn}`,
    timestamp: 1_704_100_000,
    subscription_at: '2024-01-05T00:00:00Z',
    ending_at: '2030-01-05T00:00:00Z',
    entitlements: { [names.features ?? '']: { [names.privileges ?? '']: 3 } },
    metadata: { key: 'value' },
    billing_entity_code: names.billing_entities,
  }
}

/** Bodies of the routes that describe none. */
const UNDESCRIBED: Readonly<Record<string, unknown>> = {
  '/invoices/:id': {
    invoice: { payment_status: 'succeeded', metadata: [{ id: null, key: 'a', value: 'b' }] },
  },
  '/test_clock': { test_clock: { now: '2024-03-01T00:00:00Z' } },
}

/** A body that a route describes, with values of an organization in it. */
export function bodyOf(route: Route, whose: LivedIn, turn: number): unknown {
  return route.body ? sample(route.body, knownOf(whose, turn)) : (UNDESCRIBED[route.path] ?? {})
}

/** A value that the schema describes; `known` has values of this organization by the name of their property. */
export function sample(schema: Schema, known: Readonly<Record<string, unknown>>, name = ''): unknown {
  if (name in known) return known[name]
  const first = schema.anyOf?.[0]
  if (first) return sample(first, known, name)
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([key, property]) => [key, sample(property, known, key)]),
    )
  }
  if (schema.items) return [sample(schema.items, known, name)]
  switch ([schema.type].flat()[0]) {
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return false
    case 'object':
      return {}
    case 'array':
      return []
    default:
      return 'text'
  }
}

/** Bodies of which one field each, however deep, is `value`; the rest is as in `body`. */
export function spoil(body: unknown, value: string): string[] {
  return placesIn(body).map((spoiled) => JSON.stringify(spoiled).replace(`"${PLACE}"`, () => value))
}

function placesIn(body: unknown): unknown[] {
  if (Array.isArray(body)) {
    return body.flatMap((item, i) =>
      [PLACE, ...placesIn(item)].map((spoiled) => body.map((one, k) => (k === i ? spoiled : one))),
    )
  }
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([key, item]) =>
    [PLACE, ...placesIn(item)].map((spoiled) => ({ ...body, [key]: spoiled })),
  )
}

/** Multiplies what is sampled, for a long look: `WEIR_GARBAGE=10`. */
const TIMES = Number(process.env.WEIR_GARBAGE ?? '1')

/** At most so many of a list, taken evenly from all of it. */
export function thinned<T>(list: readonly T[], few: number): T[] {
  const max = few * TIMES
  return list.filter(
    (_item, i) => Math.floor((i * max) / list.length) !== Math.floor(((i - 1) * max) / list.length),
  )
}
