import { Decimal } from '../amounts/decimal.ts'
import { wholeCredits } from './credits.ts'
import type { RecurringRule } from './recurring-rule.ts'

/** What a rule adds, and when. */
export type TopUpTerms = Pick<
  RecurringRule,
  | 'trigger'
  | 'method'
  | 'thresholdCredits'
  | 'paidCredits'
  | 'grantedCredits'
  | 'targetOngoingBalance'
  | 'grantsTargetTopUp'
  | 'ignorePaidTopUpLimits'
>

/** What a wallet has and may buy, in credits. */
export type TopUpWallet = {
  readonly ongoingCredits: Decimal
  /** Bought, but not paid yet. */
  readonly pendingCredits: Decimal
  /** The least and the most that one purchase may be; null for no limit. */
  readonly minCredits: Decimal | null
  readonly maxCredits: Decimal | null
}

/** The credits of one automatic top-up. */
export type TopUpCredits = { readonly paid: Decimal; readonly granted: Decimal }

/** What one firing of a rule adds (docs/rules/recurring-top-ups.md#how-much). */
export function topUpCredits(terms: TopUpTerms, wallet: TopUpWallet): TopUpCredits {
  const { paid, granted } =
    terms.method === 'target' ? targetCredits(terms, wallet) : fixedCredits(terms, wallet)
  return { paid: wholeCredits(paid), granted: wholeCredits(granted) }
}

/** Whether a top-up adds anything at all. */
export function isEmptyTopUp({ paid, granted }: TopUpCredits): boolean {
  return !paid.isPositive() && !granted.isPositive()
}

function fixedCredits(terms: TopUpTerms, wallet: TopUpWallet): TopUpCredits {
  const { paidCredits: paid, grantedCredits: granted } = terms
  if (terms.trigger === 'interval' || !paid.isPositive()) return { paid, granted }
  const gap = terms.thresholdCredits.minus(wallet.ongoingCredits).minus(granted).minus(wallet.pendingCredits)
  if (gap.compare(paid) < 0) return { paid, granted }
  const times = gap.dividedBy(paid, 0, 'floor').plus(Decimal.one)
  return { paid: atMost(paid.times(times), terms.ignorePaidTopUpLimits ? null : wallet.maxCredits), granted }
}

function targetCredits(terms: TopUpTerms, wallet: TopUpWallet): TopUpCredits {
  const gap = (terms.targetOngoingBalance ?? Decimal.zero).minus(wallet.ongoingCredits)
  if (!gap.isPositive()) return { paid: Decimal.zero, granted: Decimal.zero }
  if (terms.grantsTargetTopUp) return { paid: Decimal.zero, granted: gap }
  const { minCredits } = wallet
  const paid = terms.ignorePaidTopUpLimits || minCredits === null ? gap : Decimal.max(gap, minCredits)
  return { paid, granted: Decimal.zero }
}

function atMost(credits: Decimal, max: Decimal | null): Decimal {
  return max === null ? credits : Decimal.min(credits, max)
}
