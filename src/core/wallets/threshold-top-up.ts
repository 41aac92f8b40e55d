import { HOUR_MS, type Instant } from '../calendar/instant.ts'
import {
  isEmptyTopUp,
  type TopUpCredits,
  type TopUpTerms,
  type TopUpWallet,
  topUpCredits,
} from './top-up-amounts.ts'

/** After a purchase failed, no other one is made automatically for this long. */
const DECLINE_PAUSE_MS = HOUR_MS

/** The newest automatic purchase of a wallet. */
export type LastPurchase = {
  /** Null unless its payment failed. */
  readonly failedAt: Instant | null
  /** Whether any purchase of the wallet was paid after that. */
  readonly isSettledSince: boolean
}

/**
 * What a threshold rule adds now, or null when it adds nothing (docs/rules/recurring-top-ups.md#thresholds). Reaching
 * the threshold exactly counts as falling below it, and credits that are bought but not paid count as there.
 *
 * @param last null when there was no automatic purchase yet
 */
export function thresholdTopUp(
  terms: TopUpTerms,
  wallet: TopUpWallet,
  last: LastPurchase | null,
  now: Instant,
): TopUpCredits | null {
  const { ongoingCredits, pendingCredits } = wallet
  const { thresholdCredits } = terms
  if (ongoingCredits.compare(thresholdCredits) > 0) return null
  if (ongoingCredits.plus(pendingCredits).compare(thresholdCredits) > 0) return null
  const credits = topUpCredits(terms, wallet)
  if (isEmptyTopUp(credits)) return null
  return credits.paid.isPositive() && isDeclined(last, now) ? null : credits
}

function isDeclined(last: LastPurchase | null, now: Instant): boolean {
  if (last === null || last.failedAt === null || last.isSettledSince) return false
  return now - last.failedAt < DECLINE_PAUSE_MS
}
