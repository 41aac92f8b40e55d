import { exponentOf } from '../amounts/currency.ts'
import type { SubscriptionFacts } from '../billing/snapshot.ts'
import type { TimeZone } from '../calendar/zone.ts'
import { afterArrival, type UsageGroup, type UsageQuery } from '../metering/usage.ts'
import { isEndedAt } from '../subscriptions/subscription.ts'
import { usagePeriod, type Window } from '../subscriptions/windows.ts'
import type { RatedCharge } from './charge.ts'
import { type RatedUsage, type RatingContext, type RatingPurpose, rateBucket } from './rate-usage.ts'
import { type BucketPlan, NO_NARROWING, planUsage, type UsageNarrowing } from './usage-plan.ts'

/** Which usage of a subscription to rate, and for what purpose. */
export type UsageAsked = {
  readonly subscription: SubscriptionFacts
  readonly charges: readonly RatedCharge[]
  /** Both ends inclusive. */
  readonly window: Window
  /** Days of the full period. */
  readonly durationDays: number
  readonly zone: TimeZone
  readonly purpose: RatingPurpose
  readonly narrowing?: UsageNarrowing
}

/** The buckets of charges in one window, with the queries needed to price them. */
export type PlannedUsage = {
  readonly asked: UsageAsked
  readonly buckets: readonly { readonly charge: RatedCharge; readonly bucket: BucketPlan }[]
  readonly queries: readonly UsageQuery[]
}

/** The event store queries needed to rate usage; none when the window is empty. */
export function planSubscriptionUsage(asked: UsageAsked): PlannedUsage {
  const { subscription, window } = asked
  const { terminatedAt } = subscription.billing
  const period = usagePeriod(window, subscription.shared?.isFollowedAtOnce ? terminatedAt : null)
  if (period === null) return { asked, buckets: [], queries: [] }
  const narrowing = asked.narrowing ?? NO_NARROWING
  const buckets = asked.charges.flatMap((charge) =>
    planUsage(charge, subscription.externalId, period, narrowing).map((bucket) => ({ charge, bucket })),
  )
  const after = usageAfter(subscription, window)
  const queries = buckets
    .flatMap(({ bucket: { query, presentationQuery } }) =>
      presentationQuery === null ? [query] : [query, presentationQuery],
    )
    .map((query) => afterArrival(query, after))
  return { asked, buckets, queries }
}

/**
 * The priced usage of charges in one window: for each charge its buckets in order, for each bucket its groups. Bills,
 * current usage, estimates, alerts and thresholds all use this function, so they cannot differ.
 *
 * @param answers one per planned query, in order
 */
export function rateSubscriptionUsage(
  planned: PlannedUsage,
  answers: readonly (readonly UsageGroup[])[],
  advanceStateOf: RatingContext['advanceStateOf'] = () => null,
): RatedUsage[] {
  const { asked, buckets } = planned
  const { billing, plan } = asked.subscription
  const context: RatingContext = {
    purpose: asked.purpose,
    window: asked.window,
    durationDays: asked.durationDays,
    endedByUpgrade: billing.endedBy === 'upgrade' && isEndedAt(billing, asked.window.to),
    zone: asked.zone,
    exponent: exponentOf(plan.currency),
    advanceStateOf,
  }
  let next = 0
  return buckets.flatMap(({ charge, bucket }) => {
    const groups = answers[next++] ?? []
    const presentation = bucket.presentationQuery === null ? [] : (answers[next++] ?? [])
    return rateBucket(charge, bucket, { groups, presentation }, context)
  })
}

/** The id after which events at a window's first instant count; null when all of them count. */
export function usageAfter({ billing, shared }: SubscriptionFacts, window: Window): string | null {
  return window.from === billing.startedAt ? (shared?.usageAfter ?? null) : null
}
