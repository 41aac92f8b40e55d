import { Decimal } from '../amounts/decimal.ts'
import { roundCents } from '../amounts/rounding.ts'
import { days } from '../calendar/days.ts'
import { type Instant, instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { FeeAmount } from './subscription-fee.ts'
import type { Window } from './windows.ts'

/** The period over which a minimum commitment is reconciled. */
export type CommitmentPeriod = {
  /** The full period, as if the subscription had been active throughout. */
  readonly period: Window
  /** First billed instant; later than the start of the period in a partial first period. */
  readonly billedFrom: Instant
  /** Last billed instant; see `commitmentEnd`. */
  readonly billedTo: Instant
  readonly zone: TimeZone
}

/**
 * Fees of the reconciled period, before coupons and taxes: the sums of their whole cents and of their exact cents.
 */
export type CommitmentFees = { readonly amountCents: bigint; readonly preciseAmountCents: Decimal }

/** The last instant that a commitment covers: the end of the window, or of the period if the termination is later. */
export function commitmentEnd(windowTo: Instant, periodTo: Instant, terminatedAt: Instant | null): Instant {
  return terminatedAt === null ? windowTo : instant(Math.min(terminatedAt, periodTo))
}

/**
 * The minimum in cents for a period: the commitment times the share of days billed
 * (docs/rules/commitments.md#minimum-commitment-of-a-plan), rounded.
 */
export function commitmentFloor(commitmentAmountCents: bigint, covered: CommitmentPeriod): bigint {
  const { period, billedFrom, billedTo, zone } = covered
  const billed = Decimal.of(days(billedFrom, billedTo, zone))
  const whole = Decimal.of(days(period.from, period.to, zone))
  return roundCents(Decimal.of(commitmentAmountCents).times(billed).dividedBy(whole))
}

/**
 * The amount by which a period's fees fall short of the minimum commitment
 * (docs/rules/commitments.md#minimum-commitment-of-a-plan); null when it is met and no fee is written.
 */
export function commitmentTrueUp(
  commitmentAmountCents: bigint,
  covered: CommitmentPeriod,
  fees: CommitmentFees,
): FeeAmount | null {
  const floor = commitmentFloor(commitmentAmountCents, covered)
  const amountCents = floor - fees.amountCents
  if (amountCents <= 0n) return null
  const precise = Decimal.of(floor).minus(fees.preciseAmountCents)
  return { preciseAmountCents: Decimal.max(Decimal.zero, precise), amountCents }
}
