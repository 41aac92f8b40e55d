import type { Instant } from '../calendar/instant.ts'
import type { SubscriptionStatus } from '../subscriptions/lifecycle.ts'

/** What tells whether a subscription may be an event's. */
export type EventCandidate = {
  readonly status: SubscriptionStatus
  readonly startedAt: Instant | null
  readonly terminatedAt: Instant | null
}

/**
 * The subscription that an event belongs to, out of all with its external id (metering-and-rating §1.4); null for
 * none. Both ends of a subscription's life belong to it, and at a change of plan the new one takes the event. An
 * event of a recurring metric at whose time none lived goes to the active one. That is for what an event causes:
 * usage follows the external id instead, and a fee in advance does without the fallback (§3.12).
 *
 * @param at the event's own time
 */
export function subscriptionOfEvent<T extends EventCandidate>(
  candidates: readonly T[],
  at: Instant,
  isRecurring: boolean,
): T | null {
  const living = candidates.filter(
    ({ status, startedAt, terminatedAt }) =>
      status !== 'incomplete' &&
      startedAt !== null &&
      startedAt <= at &&
      (terminatedAt === null || terminatedAt >= at),
  )
  if (living.length > 0 || !isRecurring) return first(living)
  return first(candidates.filter(({ status }) => status === 'active'))
}

/** The one that ends last, a living one before all; of those the one that started last. */
function first<T extends EventCandidate>(candidates: readonly T[]): T | null {
  const [best] = [...candidates].sort(
    (a, b) =>
      descending(a.terminatedAt ?? Number.POSITIVE_INFINITY, b.terminatedAt ?? Number.POSITIVE_INFINITY) ||
      descending(a.startedAt ?? Number.NEGATIVE_INFINITY, b.startedAt ?? Number.NEGATIVE_INFINITY),
  )
  return best ?? null
}

function descending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1
}
