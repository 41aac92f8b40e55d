import { Decimal } from '../amounts/decimal.ts'
import { DAY_MS, SECOND_MS } from '../calendar/instant.ts'
import type { ChargeWindow } from './proration.ts'
import type { UsageGroup } from './usage.ts'

/** Decimals of the average level: those of PostgreSQL's division, as in Lago's figures. */
const AVERAGE_SCALE = 16

export type WeightedUsage = {
  /** The average level over the full period. */
  readonly average: Decimal
  /** The level at the end of the window. */
  readonly endLevel: Decimal
}

/**
 * A weighted sum: events are deltas of a level, and the units are the level's integral over the window divided by the
 * full period (docs/rules/aggregation.md#weighted-sum). Σv and Σv·t are enough, so no event has to be read.
 *
 * @param initialLevel the level at the window's start; zero for a metered metric
 */
export function weightedSum(group: UsageGroup, window: ChargeWindow, initialLevel: Decimal): WeightedUsage {
  const end = Math.ceil(window.to / SECOND_MS) * SECOND_MS
  const span = Decimal.of(end - window.from)
  const endLevel = initialLevel.plus(group.total)
  const integral = endLevel.times(span).minus(group.momentMs)
  const fullPeriod = Decimal.of(window.chargesDurationDays * DAY_MS)
  return { average: integral.dividedBy(fullPeriod, AVERAGE_SCALE), endLevel }
}
