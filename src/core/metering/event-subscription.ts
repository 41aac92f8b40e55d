import { floorToSecond, type Instant, SECOND_MS } from '../calendar/instant.ts'
import type { SubscriptionStatus } from '../subscriptions/lifecycle.ts'

/** The facts that decide whether an event belongs to a subscription. */
export type EventCandidate = {
  readonly status: SubscriptionStatus
  readonly startedAt: Instant | null
  readonly terminatedAt: Instant | null
}

/**
 * The subscription that an event belongs to, among all with its external id; null for none. Start and end of a
 * subscription are inclusive, and at a change of plan the new subscription takes the event. A timestamp in whole
 * seconds before any subscription started belongs to the first one that started within that second. An event of a
 * recurring metric outside every subscription goes to the active one. This governs what an event triggers; usage is
 * matched by external id instead, and fees in advance do not use the recurring fallback.
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

/** The earliest to start within a span after an instant. */
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

/** The one that ends last, active ones first; ties go to the one that started last. */
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
