import { toWireCents } from '../core/amounts/json-text.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { LifetimeFigures } from '../core/progressive-billing/progressive-check.ts'
import type { ThresholdProgress } from '../core/progressive-billing/thresholds.ts'
import type { LifetimeUsageRow } from '../store/lifetime-usages.ts'
import type { SubscriptionRow } from '../store/subscriptions.ts'
import { isoMillisOrNull, isoSeconds } from './times.ts'

/** The data of a subscription's lifetime usage at an instant; amounts in cents. */
export type ShownLifetimeUsage = {
  readonly row: LifetimeUsageRow
  readonly subscription: SubscriptionRow
  readonly figures: LifetimeFigures
  readonly at: Instant
  /** Null when no thresholds apply. */
  readonly thresholds: readonly (ThresholdProgress & { readonly reachedAt: Instant | null })[] | null
}

/** The usage of a subscription since it started (docs/rules/usage.md#lifetime-usage). */
export function toWireLifetimeUsage(shown: ShownLifetimeUsage): object {
  const { row, subscription, figures, thresholds } = shown
  return {
    lago_id: row.id,
    lago_subscription_id: subscription.id,
    external_subscription_id: subscription.externalId,
    external_historical_usage_amount_cents: toWireCents(figures.historicalCents),
    invoiced_usage_amount_cents: toWireCents(figures.invoicedCents),
    current_usage_amount_cents: toWireCents(figures.currentCents),
    from_datetime: isoSeconds(subscription.subscriptionAt),
    to_datetime: isoSeconds(shown.at),
    ...(thresholds === null
      ? {}
      : {
          usage_thresholds: thresholds.map((line) => ({
            amount_cents: toWireCents(line.amountCents),
            completion_ratio: line.completionRatio.toNumber(),
            reached_at: isoMillisOrNull(line.reachedAt),
          })),
        }),
  }
}
