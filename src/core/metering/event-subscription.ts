import { floorToSecond, type Instant, SECOND_MS } from '../calendar/instant.ts'
import type { SubscriptionStatus } from '../subscriptions/lifecycle.ts'

/** What tells whether a subscription may be an event's. */
export type EventCandidate = {
  readonly status: SubscriptionStatus
  readonly startedAt: Instant | null
  readonly terminatedAt: Instant | null
}

/**
 * The subscription that an event belongs to, out of all with its external id; null for none. Both ends of a
 * subscription's life belong to it, and at a change of plan the new one takes the event. A time in whole seconds at
 * which none lived yet belongs to the first one that began within that second. An event of a recurring metric at whose
 * time none lived goes to the active one. That is for what an event causes: usage follows the external id instead, and
 * a fee in advance does without the fallback.
 *
 * @param at the event's own time
 */
export function subscriptionOfEvent<T extends EventCandidate>(
  candidates: readonly T[],
  at: Instant,
  isRecurring: boolean,
): T | null {
  const living = candidates.filter((each) => isLivingAt(each, at))
  if (living.length > 0) return first(living)
  const ofSecond = at === floorToSecond(at) ? beginningWithin(candidates, at, SECOND_MS) : []
  if (ofSecond.length > 0 || !isRecurring) return first(ofSecond)
  return first(candidates.filter(({ status }) => status === 'active'))
}

function isLivingAt({ status, startedAt, terminatedAt }: EventCandidate, at: Instant): boolean {
  const hasBegun = status !== 'incomplete' && startedAt !== null && startedAt <= at
  return hasBegun && (terminatedAt === null || terminatedAt >= at)
}

/** Those that began first of all that did in the time after an instant. */
function beginningWithin<T extends EventCandidate>(
  candidates: readonly T[],
  at: Instant,
  ms: number,
): readonly T[] {
  const starts = candidates.flatMap(({ status, startedAt }) =>
    status !== 'incomplete' && startedAt !== null && startedAt > at && startedAt < at + ms ? [startedAt] : [],
  )
  const earliest = Math.min(...starts)
  return candidates.filter(({ status, startedAt }) => status !== 'incomplete' && startedAt === earliest)
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
