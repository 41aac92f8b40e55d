import { Decimal } from '../amounts/decimal.ts'
import { type Instant, instant } from '../calendar/instant.ts'
import { INSTANT_MAX, INSTANT_MIN } from '../calendar/parse-instant.ts'
import { ExactNumber } from '../input/exact-number.ts'
import { tidyId } from '../input/ids.ts'
import { type FieldErrors, Problems } from '../problems.ts'
import {
  type EventProperties,
  isLargerThan,
  isStorable,
  isStorableText,
  plainNumber,
} from './property-value.ts'

/** An event that may be stored. */
export type ReceivedEvent = {
  readonly transactionId: string
  readonly code: string
  readonly externalSubscriptionId: string | null
  /** Sent only by an older form of the API; identifies the customer's single active subscription. */
  readonly externalCustomerId: string | null
  readonly at: Instant
  readonly properties: EventProperties
  /** decimal(40, 15) */
  readonly preciseTotalAmountCents: Decimal | null
}

export type EventCheck =
  | { readonly ok: true; readonly event: ReceivedEvent }
  | { readonly ok: false; readonly errors: FieldErrors }

export type EventBatchCheck =
  | { readonly ok: true; readonly events: readonly ReceivedEvent[] }
  | {
      readonly ok: false
      /** Keyed by zero-based index, or by `events` when the whole batch is rejected. */
      readonly errors: FieldErrors | Readonly<Record<string, FieldErrors>>
      /** The valid events by index; empty when the whole batch is rejected. */
      readonly valid: ReadonlyMap<number, ReceivedEvent>
    }

const AT_MIN = Decimal.of(INSTANT_MIN)
const AT_MAX = Decimal.of(INSTANT_MAX)
/** The usual form of a timestamp in seconds; eleven digits reach the year 5138. */
const PLAIN_SECONDS = /^(\d{1,11})(?:\.(\d{1,30}))?$/
const PRECISE_SCALE = 15
/** The largest amount of cents: 64 bits. */
const PRECISE_MAX = Decimal.of('9223372036854775807')
/** Longer keys do not fit into an index entry of PostgreSQL. */
const TEXT_LENGTH_MAX = 255
/** Whoever lists a thousand events reads that many of these. */
const PROPERTIES_BYTES_MAX = 65_536

/**
 * One event as received, checked (docs/rules/events.md): blank `transaction_id` or `code` is `value_is_mandatory`; a
 * `timestamp` that is not a decimal number of seconds, or outside the years 1 to 9999, is `invalid_format`; so is
 * anything that the database cannot store (a NUL character, a number with too many digits). `properties` of
 * more than 64 kB are `value_is_too_long`. Unknown keys, and `properties` other than an object, are dropped. Neither code
 * nor subscription is looked up.
 *
 * @param now when the event was received, used when it has no timestamp
 */
export function checkEvent(raw: Readonly<Record<string, unknown>>, now: Instant): EventCheck {
  const problems = new Problems()
  const transactionId = textField(raw, 'transaction_id', problems)
  if (isBlank(transactionId)) problems.add('transaction_id', 'value_is_mandatory')
  const code = textField(raw, 'code', problems)
  if (isBlank(code)) problems.add('code', 'value_is_mandatory')
  const externalSubscriptionId = textField(raw, 'external_subscription_id', problems)
  const externalCustomerId = textField(raw, 'external_customer_id', problems)
  const at = isAbsent(raw.timestamp) ? now : timestampOf(raw.timestamp)
  if (at === undefined) problems.add('timestamp', 'invalid_format')
  const properties = isObject(raw.properties) ? raw.properties : {}
  if (isLargerThan(properties, PROPERTIES_BYTES_MAX)) problems.add('properties', 'value_is_too_long')
  else if (!isStorable(properties)) problems.add('properties', 'invalid_format')
  const precise = isAbsent(raw.precise_total_amount_cents)
    ? null
    : preciseCents(raw.precise_total_amount_cents)
  if (precise === undefined) problems.add('precise_total_amount_cents', 'invalid_format')
  if (problems.any || at === undefined || precise === undefined || transactionId === null || code === null) {
    return { ok: false, errors: problems.details() }
  }
  const event = { transactionId, code, externalSubscriptionId, externalCustomerId, at, properties }
  return { ok: true, event: { ...event, preciseTotalAmountCents: precise } }
}

/**
 * A batch as received: `no_events`, `too_many_events`, or the errors of each event by index. Duplicates are not
 * checked here: the database rejects those within a batch together with those already stored.
 */
export function checkEventBatch(raw: unknown, now: Instant, eventsMax: number): EventBatchCheck {
  if (!Array.isArray(raw) || raw.length === 0) return refusedBatch('no_events')
  if (raw.length > eventsMax) return refusedBatch('too_many_events')
  const checks = raw.map((each: unknown) => checkEvent(isObject(each) ? each : {}, now))
  const errors: [string, FieldErrors][] = []
  const valid = new Map<number, ReceivedEvent>()
  for (const [index, check] of checks.entries()) {
    if (check.ok) valid.set(index, check.event)
    else errors.push([String(index), check.errors])
  }
  if (errors.length > 0) return { ok: false, errors: Object.fromEntries(errors), valid }
  return { ok: true, events: [...valid.values()] }
}

function refusedBatch(code: 'no_events' | 'too_many_events'): EventBatchCheck {
  return { ok: false, errors: { events: [code] }, valid: new Map() }
}

/**
 * Seconds since the epoch, as a number or a numeric string, as an instant, truncated to the millisecond. Undefined
 * when it is not a decimal or lies outside the years 1 to 9999 (docs/rules/events.md).
 */
export function timestampOf(source: unknown): Instant | undefined {
  const isText = typeof source === 'number' || typeof source === 'string' || source instanceof ExactNumber
  const plain = isText ? PLAIN_SECONDS.exec(source.toString()) : null
  if (plain) {
    // Truncate the digits instead of multiplying: a double would turn .123 into .122999.
    const ms = Number(plain[1]) * 1000 + Number((plain[2] ?? '').padEnd(3, '0').slice(0, 3))
    return instant(ms)
  }
  const seconds = decimalOf(source)
  if (!seconds) return undefined
  const ms = seconds.times(Decimal.of(1000)).round(0, 'down')
  if (ms.compare(AT_MIN) < 0 || ms.compare(AT_MAX) > 0) return undefined
  return instant(ms.toNumber())
}

function preciseCents(source: unknown): Decimal | undefined {
  const cents = decimalOf(source)?.round(PRECISE_SCALE)
  return cents && cents.abs().compare(PRECISE_MAX) <= 0 ? cents : undefined
}

function decimalOf(source: unknown): Decimal | undefined {
  if (typeof source === 'string') return Decimal.parse(source)
  if (typeof source !== 'number' && !(source instanceof ExactNumber)) return undefined
  const plain = plainNumber(source.toString())
  return plain === undefined ? undefined : Decimal.parse(plain)
}

function textField(raw: Readonly<Record<string, unknown>>, field: string, problems: Problems): string | null {
  const text = textOfField(raw[field])
  if (text === null) return null
  if (text.length > TEXT_LENGTH_MAX) problems.add(field, 'value_is_too_long')
  if (!isStorableText(text)) problems.add(field, 'invalid_format')
  return text
}

/** As in Lago, numbers and booleans become strings; lists and objects count as absent. */
function textOfField(value: unknown): string | null {
  if (typeof value === 'string') return tidyId(value)
  if (typeof value === 'number' || value instanceof ExactNumber) return plainNumber(value.toString()) ?? null
  return typeof value === 'boolean' ? String(value) : null
}

function isBlank(text: string | null): boolean {
  return text === null || text === ''
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  )
}
