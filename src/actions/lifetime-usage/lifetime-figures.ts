import type { Instant } from '../../core/calendar/instant.ts'
import type { LifetimeFigures } from '../../core/progressive-billing/progressive-check.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import type { Reads } from '../../store/database.ts'
import { findLifetimeUsage, invoicedUsageCents } from '../../store/lifetime-usages.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'

/**
 * A subscription's lifetime usage in cents (docs/rules/usage.md#lifetime-usage): before Weir, invoiced, and rated in
 * the open period.
 *
 * @param openFrom start of the open period; null when there is none
 */
export async function lifetimeFigures(
  reads: Reads,
  row: SubscriptionRow,
  rated: readonly RatedUsage[],
  openFrom: Instant | null,
): Promise<LifetimeFigures> {
  const stored = await findLifetimeUsage(reads, row.id)
  return {
    historicalCents: stored?.historicalUsageAmountCents ?? 0n,
    invoicedCents: await invoicedUsageCents(reads, row, openFrom),
    currentCents: rated.reduce((sum, { fee }) => sum + fee.amountCents, 0n),
  }
}
