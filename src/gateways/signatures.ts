import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { addMs, DAY_MS, type Instant, instant } from '../core/calendar/instant.ts'
import type { OpenedMessages, RawDelivery } from '../core/payments/gateway.ts'
import type { Plain } from './plain-calls.ts'

/** The HMAC-SHA256 of something under a secret. */
export function macOf(secret: string, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac('sha256', secret)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** Whether two texts are the same, in a time that tells nothing of them. */
export function isSameText(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}

/** Whether two MACs are the same, in a time that tells nothing of them. */
export function isSameMac(wanted: Buffer, given: Buffer): boolean {
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** The moment that a header tells in seconds or milliseconds; undefined for one that is a day away from now. */
export function recentInstant(told: string, now: Instant): Instant | undefined {
  if (!/^\d{10,13}$/.test(told)) return undefined
  const at = instant(Number(told) * (told.length > 10 ? 1 : 1000))
  return at > addMs(now, -DAY_MS) && at < addMs(now, DAY_MS) ? at : undefined
}

/** A header that was sent once. */
export function headerOf({ headers }: RawDelivery, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The one message of a delivery that was signed, as a provider without ids of messages sends it. */
export function openedMessage(
  { body }: RawDelivery,
  occurredAt: Instant,
  identify: (body: Plain) => { readonly messageId: string; readonly type: string } | undefined,
): OpenedMessages {
  const malformed = { ok: false, reason: 'malformed' } as const
  try {
    const told: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    if (typeof told !== 'object' || told === null || Array.isArray(told)) return malformed
    const named = identify(told as Plain)
    if (!named) return malformed
    return { ok: true, messages: [{ ...named, occurredAt, mode: null, body: told as Plain }] }
  } catch {
    return malformed // signed, and no JSON
  }
}
