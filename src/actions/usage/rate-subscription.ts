import { exponentOf } from '../../core/amounts/currency.ts'
import type { TimeZone } from '../../core/calendar/zone.ts'
import { groupOfId } from '../../core/metering/grouping.ts'
import { afterArrival, type UsageGroup, type UsageQuery } from '../../core/metering/usage.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import { keptStates } from '../../core/rating/kept-states.ts'
import {
  type RatedUsage,
  type RatingContext,
  type RatingPurpose,
  rateBucket,
} from '../../core/rating/rate-usage.ts'
import {
  type BucketPlan,
  NO_NARROWING,
  planUsage,
  type UsageNarrowing,
} from '../../core/rating/usage-plan.ts'
import { isEndedAt } from '../../core/subscriptions/subscription.ts'
import { usagePeriod, type Window } from '../../core/subscriptions/windows.ts'
import { readAdvanceStates } from '../../store/advance-states.ts'
import type { SubscriptionSnapshot } from '../../store/billing-snapshot.ts'
import type { Reads } from '../../store/database.ts'
import { answerUsages } from '../../store/events/usage.ts'
import { usageAfter } from './open-subscription.ts'

/** Which usage of a subscription is asked for, and what for. */
export type UsageAsked = {
  readonly subscription: SubscriptionSnapshot
  readonly charges: readonly RatedCharge[]
  /** Both ends included. */
  readonly window: Window
  /** Days of the full period. */
  readonly durationDays: number
  readonly zone: TimeZone
  readonly purpose: RatingPurpose
  readonly narrowing?: UsageNarrowing
}

/**
 * The priced usage of charges in one window: for each charge its buckets in order, for each bucket its groups. One
 * function for the bill, current usage, estimates, alerts and thresholds, so that they cannot differ. Empty when
 * the window holds no time.
 */
export async function rateSubscription(reads: Reads, asked: UsageAsked): Promise<RatedUsage[]> {
  const { subscription, window } = asked
  const { terminatedAt } = subscription.billing
  const period = usagePeriod(window, subscription.shared?.isFollowedAtOnce ? terminatedAt : null)
  if (period === null) return []
  const narrowing = asked.narrowing ?? NO_NARROWING
  const plans = asked.charges.flatMap((charge) =>
    planUsage(charge, subscription.row.externalId, period, narrowing).map((bucket) => ({ charge, bucket })),
  )
  const answers = await askFor(
    reads,
    plans.map(({ bucket }) => bucket),
    usageAfter(subscription, window),
  )
  const context = {
    purpose: asked.purpose,
    window,
    durationDays: asked.durationDays,
    endedByUpgrade: subscription.billing.endedBy === 'upgrade' && isEndedAt(subscription.billing, window.to),
    zone: asked.zone,
    exponent: exponentOf(subscription.plan.amountCurrency),
    advanceStateOf: await advanceStateOf(reads, asked),
  }
  return plans.flatMap(({ charge, bucket }, i) => {
    const answer = answers[i] ?? { groups: [], presentation: [] }
    return rateBucket(charge, bucket, answer, context)
  })
}

async function askFor(
  reads: Reads,
  buckets: readonly BucketPlan[],
  after: string | null,
): Promise<{ groups: readonly UsageGroup[]; presentation: readonly UsageGroup[] }[]> {
  const queries: UsageQuery[] = buckets.flatMap(({ query, presentationQuery }) =>
    presentationQuery === null ? [query] : [query, presentationQuery],
  )
  const answers = await answerUsages(
    reads,
    queries.map((query) => afterArrival(query, after)),
  )
  let next = 0
  return buckets.map(({ presentationQuery }) => ({
    groups: answers[next++] ?? [],
    presentation: presentationQuery === null ? [] : (answers[next++] ?? []),
  }))
}

async function advanceStateOf(reads: Reads, asked: UsageAsked): Promise<RatingContext['advanceStateOf']> {
  const inAdvance = asked.charges.filter((charge) => charge.payInAdvance)
  if (asked.purpose !== 'current' || inAdvance.length === 0) return () => null
  const { externalId } = asked.subscription.row
  const chargeIds = inAdvance.map((charge) => charge.id)
  const rows = await readAdvanceStates(reads, { externalId, chargeIds, starts: asked.window })
  const kept = rows.map((row) => ({ ...row, groupedBy: groupOfId(row.groupId) }))
  return keptStates(kept, asked.narrowing?.group ?? {})
}
