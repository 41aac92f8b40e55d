import { addMs, DAY_MS, HOUR_MS, type Instant } from '../calendar/instant.ts'
import type { ProviderPaymentState } from './provider-payment.ts'

const MINUTE_MS = 60_000

/** How long a worker may talk to a provider before its payment counts as unknown. */
export const LEASE_MS = 90_000

/** Pauses before the looks at a payment whose outcome is unknown; hourly after them. */
const UNKNOWN_MS = [30_000, 2 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS]
/** After so many hours of looks somebody has to find out, and the provider is asked once a day. */
export const REVIEW_AFTER_HOURS = 48

/** Pauses before the looks at a payment that waits for its payer or its provider; daily after them. */
const CARD_MS = [10 * MINUTE_MS, HOUR_MS, DAY_MS]

/** Methods whose money moves within days. */
const SLOW_METHODS: readonly string[] = ['sepa_debit', 'us_bank_account', 'bacs_debit', 'boleto', 'mandate']

/** Pauses before the tries to send what was not accepted; hourly after them. */
const RETRY_MS = [5000, 30_000, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS]
/** How long it is tried to send a payment. */
export const GIVE_UP_AFTER_MS = DAY_MS

/**
 * When a payment in a state is looked at next, after a number of looks; null for a payment that has ended or has not
 * been sent.
 */
export function nextLookAfter(
  state: ProviderPaymentState,
  looks: number,
  methodType: string,
  now: Instant,
  reviewAfterHours = REVIEW_AFTER_HOURS,
): Instant | null {
  if (state === 'sending') return addMs(now, LEASE_MS)
  if (state === 'unknown') {
    return addMs(now, needsSomebody(looks, reviewAfterHours) ? DAY_MS : (UNKNOWN_MS[looks] ?? HOUR_MS))
  }
  if (state !== 'processing' && state !== 'action_required') return null
  return addMs(now, SLOW_METHODS.includes(methodType) ? DAY_MS : (CARD_MS[looks] ?? DAY_MS))
}

/** The next look at something that the provider would not hear of, no sooner than it asked for. */
export function putOff(look: Instant, retryAfterMs: number | null, now: Instant): Instant {
  const notBefore = addMs(now, retryAfterMs ?? 0)
  return notBefore > look ? notBefore : look
}

/** Whether so many looks, hourly for some hours, have not told what became of a payment that somebody should find out. */
export function needsSomebody(looks: number, reviewAfterHours = REVIEW_AFTER_HOURS): boolean {
  return looks >= UNKNOWN_MS.length + reviewAfterHours
}

/** When something that was not accepted is sent again, after a number of tries: later if the provider asked for it. */
export function nextTryAfter(tries: number, retryAfterMs: number | null, now: Instant): Instant {
  return addMs(now, Math.max(RETRY_MS[tries - 1] ?? HOUR_MS, retryAfterMs ?? 0))
}

const PAGE_MS = 10 * MINUTE_MS

/**
 * When a page is looked at next, at a provider whose messages are not listed: every ten minutes of its first hour, then
 * hourly, and at its end.
 */
export function nextPageLook(
  { createdAt, expiresAt }: { readonly createdAt: Instant; readonly expiresAt: Instant },
  now: Instant,
): Instant {
  const next = addMs(now, now < addMs(createdAt, HOUR_MS) ? PAGE_MS : HOUR_MS)
  return next < expiresAt ? next : expiresAt
}
