import { Decimal } from '../amounts/decimal.ts'
import { roundCents } from '../amounts/rounding.ts'
import { days } from '../calendar/days.ts'
import { type Instant, instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { FeeAmount } from './subscription-fee.ts'
import type { Window } from './windows.ts'

/** The period that a minimum commitment is reconciled over. */
export type CommitmentPeriod = {
  /** The whole period, as if the subscription had lived through all of it. */
  readonly period: Window
  /**
   * First instant of the period that was billed; later than the start of the period in a first, partial
   * one.
   */
  readonly billedFrom: Instant
  /** Last instant of the period that was billed; see `commitmentEnd`. */
  readonly billedTo: Instant
  readonly zone: TimeZone
}

/**
 * Fees of the reconciled period, before coupons and taxes: the sums of their whole and of their exact
 * cents.
 */
export type CommitmentFees = { readonly amountCents: bigint; readonly preciseAmountCents: Decimal }

/**
 * The last instant that a commitment covers: the end of the window, or of the period when a termination is
 * later.
 */
export function commitmentEnd(windowTo: Instant, periodTo: Instant, terminatedAt: Instant | null): Instant {
  return terminatedAt === null ? windowTo : instant(Math.min(terminatedAt, periodTo))
}

/**
 * Cents that the fees of a period must reach: the commitment by the share of days billed
 * (docs/rules/commitments.md#minimum-commitment-of-a-plan), rounded.
 */
export function commitmentFloor(commitmentAmountCents: bigint, covered: CommitmentPeriod): bigint {
  const { period, billedFrom, billedTo, zone } = covered
  const billed = Decimal.of(days(billedFrom, billedTo, zone))
  const whole = Decimal.of(days(period.from, period.to, zone))
  return roundCents(Decimal.of(commitmentAmountCents).times(billed).dividedBy(whole))
}

/**
 * What the fees of a period lack to its minimum commitment
 * (docs/rules/commitments.md#minimum-commitment-of-a-plan), or null when they lack nothing, so that there is
 * no fee row.
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
