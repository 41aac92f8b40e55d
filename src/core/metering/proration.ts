import { Decimal } from '../amounts/decimal.ts'
import { daysBetween } from '../calendar/calendar-date.ts'
import { days } from '../calendar/days.ts'
import type { Instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'
import type { Movement } from '../pricing/charge-model.ts'
import type { UsageEvent, UsageGroup } from './usage.ts'

/** The charge period being rated (docs/rules/proration.md#counting-days). */
export type ChargeWindow = {
  readonly from: Instant
  /** The last instant of the period. */
  readonly to: Instant
  /** `D`: calendar days of the full period. */
  readonly chargesDurationDays: number
  /** The day of an upgrade belongs to the new plan, so one day is subtracted from `days(from, to)`. */
  readonly endedByUpgrade: boolean
  /** The customer's applicable time zone. */
  readonly zone: TimeZone
}

/** A prorated quantity: `prorated` (rounded up to 5 decimals) is priced, `full` is shown on the fee. */
export type ProratedUsage = {
  readonly full: Decimal
  readonly prorated: Decimal
  readonly movements: readonly Movement[]
}

/** Decimals at which prorated units are rounded up (docs/rules/proration.md#prorated-usage). */
export const PRORATED_SCALE = 5

/**
 * `days(from, to)`, minus the day of an upgrade, never below zero (docs/rules/proration.md#counting-days) and never
 * more than the full period: the hours that a window gains when the customer moves west do not add a billable day.
 */
export function windowDays(window: ChargeWindow): number {
  const counted = Math.min(days(window.from, window.to, window.zone), window.chargesDurationDays)
  return Math.max(0, window.endedByUpgrade ? counted - 1 : counted)
}

/**
 * Days from the local date of `at` to the last local date of the window, both inclusive
 * (docs/rules/proration.md#prorated-usage). A started day counts as a whole day, even its last millisecond. Never
 * more than the full period.
 */
export function daysLeft(
  at: Instant,
  window: Pick<ChargeWindow, 'to' | 'chargesDurationDays' | 'zone'>,
): number {
  const counted = daysBetween(localDate(at, window.zone), localDate(window.to, window.zone)) + 1
  return Math.min(counted, window.chargesDurationDays)
}

/**
 * A recurring sum, prorated by whole days: the carried quantity is billed for `days(from, to) / D`, each event of the
 * period from its own local date on (docs/rules/proration.md#prorated-usage).
 */
export function prorateSum(group: UsageGroup, window: ChargeWindow): ProratedUsage {
  const duration = Decimal.of(window.chargesDurationDays)
  const carriedDays = group.carried.times(Decimal.of(windowDays(window)))
  const changes = group.events
    .filter((event) => event.at >= window.from && event.value !== null && !event.value.isZero())
    .map((event) => weighedChange(event, window))
  const weighed = Decimal.sum([carriedDays, ...changes.map(({ unitDays }) => unitDays)])
  const carried = { units: group.carried, unitDays: carriedDays }
  return {
    full: group.carried.plus(group.total),
    prorated: weighed.dividedBy(duration, PRORATED_SCALE, 'ceil'),
    movements: (group.carried.isZero() ? changes : [carried, ...changes]).map(({ units, unitDays }) => ({
      units,
      prorated: unitDays.dividedBy(duration),
    })),
  }
}

function weighedChange(event: UsageEvent, window: ChargeWindow): { units: Decimal; unitDays: Decimal } {
  const units = event.value ?? Decimal.zero
  return { units, unitDays: units.times(Decimal.of(daysLeft(event.at, window))) }
}
