import { Decimal } from '../amounts/decimal.ts'
import { type CalendarDate, daysBetween } from '../calendar/calendar-date.ts'
import { addMs, DAY_MS, type Instant, instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'
import type { Window } from '../subscriptions/windows.ts'

/** Units that a subscription has of a fixed charge from an instant on. */
export type RecordedUnits = {
  readonly units: Decimal
  readonly appliesAt: Instant
  readonly createdAt: Instant
}

/** The units of a period: those at its end, and those that the money is computed on. */
export type PeriodUnits = { readonly full: Decimal; readonly weighed: Decimal }

/** A period that fixed charges are billed for; `durationDays` are the days of the whole period it was cut from. */
export type UnitsPeriod = {
  readonly window: Window
  readonly durationDays: number
  readonly zone: TimeZone
  readonly prorated: boolean
}

/** Decimals of the units that a part of a period comes to. */
const WEIGHED_SCALE = 6

/**
 * The units of a period (docs/rules/fixed-charges.md#units-of-a-period): the last that were recorded for it, and when
 * prorated, each for the days that it lasted. Null when none had been recorded for it: the fixed charge was not there
 * yet.
 *
 * @param records in the order in which they were recorded
 */
export function unitsOfPeriod(records: readonly RecordedUnits[], period: UnitsPeriod): PeriodUnits | null {
  const known = recordsOf(records, period.window)
  const full = known.at(-1)?.units
  if (full === undefined) return null
  return { full, weighed: period.prorated ? weighed(withoutSuperseded(known), period) : full }
}

/** Those of the window, and of those before it the one that was recorded last. */
function recordsOf(records: readonly RecordedUnits[], { from, to }: Window): readonly RecordedUnits[] {
  const earlier = records.findLast(({ appliesAt }) => appliesAt < from)
  return records.filter((record) => record === earlier || (record.appliesAt >= from && record.appliesAt < to))
}

/** A change that was to come is replaced by one that is recorded later and comes before it. */
function withoutSuperseded(records: readonly RecordedUnits[]): readonly RecordedUnits[] {
  return records.filter(
    (record, n) => !records.slice(n + 1).some((later) => later.appliesAt < record.appliesAt),
  )
}

function weighed(records: readonly RecordedUnits[], period: UnitsPeriod): Decimal {
  const { window, durationDays, zone } = period
  const dateIn = (at: Instant): CalendarDate => localDate(instant(Math.max(at, window.from)), zone)
  const end = addMs(window.to, DAY_MS)
  const parts = records.map(({ units, appliesAt }, n) => {
    const days = daysBetween(dateIn(appliesAt), dateIn(records[n + 1]?.appliesAt ?? end))
    const part = units.times(Decimal.of(days)).dividedBy(Decimal.of(durationDays), WEIGHED_SCALE)
    return Decimal.max(Decimal.zero, part)
  })
  return Decimal.sum(parts)
}
