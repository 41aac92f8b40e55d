import type { Instant } from '../../core/calendar/instant.ts'
import {
  type LifetimeFigures,
  lifetimeTotal,
  usageThresholdsOf,
} from '../../core/progressive-billing/progressive-check.ts'
import { thresholdProgress } from '../../core/progressive-billing/thresholds.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import { notFound } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import {
  findLifetimeSubject,
  findLifetimeUsage,
  type LifetimeUsageRow,
  reachedUsages,
} from '../../store/lifetime-usages.ts'
import { applicableThresholds } from '../../store/subscription-views.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { ShownLifetimeUsage } from '../../wire/lifetime-usages.ts'
import type { Caller } from '../context.ts'
import { type OpenSubscription, openSubscription } from '../usage/open-subscription.ts'
import { rateSubscription } from '../usage/rate-subscription.ts'
import { lifetimeFigures } from './lifetime-figures.ts'

/**
 * A subscription's usage since it started, computed now (docs/rules/usage.md#lifetime-usage). The external id refers
 * to the active subscription, otherwise the newest that was active; an ended one has no current usage. 404
 * `subscription_not_found`, or `lifetime_usage_not_found` when it was never active.
 */
export async function readLifetimeUsage(
  reads: Reads,
  caller: Caller,
  externalId: string,
): Promise<ShownLifetimeUsage> {
  const { subscription, row } = await findLifetime(reads, externalId)
  const opened =
    subscription.status === 'active' ? await openSubscription(reads, subscription, caller.now) : undefined
  const rated = opened ? await currentUsage(reads, opened) : []
  const figures = await lifetimeFigures(reads, subscription, rated, opened?.open.window.from ?? null)
  return {
    row,
    subscription,
    figures,
    at: caller.now,
    thresholds: await progressOf(reads, subscription, figures, caller.now),
  }
}

/** The subscription and its stored lifetime usage. Errors as above. */
export async function findLifetime(
  reads: Reads,
  externalId: string,
): Promise<{ readonly subscription: SubscriptionRow; readonly row: LifetimeUsageRow }> {
  const subscription = await findLifetimeSubject(reads, externalId)
  if (!subscription) throw notFound('subscription')
  const row = await findLifetimeUsage(reads, subscription.id)
  if (!row) throw notFound('lifetime_usage')
  return { subscription, row }
}

async function currentUsage(
  reads: Reads,
  { snapshot, subscription, open }: OpenSubscription,
): Promise<readonly RatedUsage[]> {
  return rateSubscription(reads, {
    subscription,
    charges: subscription.charges,
    window: open.window,
    durationDays: open.durationDays,
    zone: snapshot.customer.zone,
    purpose: 'current',
  })
}

/**
 * The progress of each threshold. A threshold was reached when the first progressive invoice for at least that much
 * usage was created. Without such an invoice (usage was invoiced before the threshold was set), it counts as reached
 * `now`.
 */
async function progressOf(
  reads: Reads,
  subscription: SubscriptionRow,
  figures: LifetimeFigures,
  now: Instant,
) {
  const thresholds = await applicableThresholds(reads, subscription)
  if (thresholds.length === 0) return null
  const reached = await reachedUsages(reads, subscription)
  return thresholdProgress(usageThresholdsOf(thresholds), lifetimeTotal(figures)).map((line) => ({
    ...line,
    reachedAt: line.isReached
      ? (reached.find((each) => each.lifetimeCents >= line.amountCents)?.at ?? now)
      : null,
  }))
}
