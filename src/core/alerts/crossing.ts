import { Decimal } from '../amounts/decimal.ts'

export type AlertDirection = 'increasing' | 'decreasing'

/** A threshold as stored. In a result, `recurring` marks one level reached by a recurring threshold. */
export type AlertThreshold = {
  readonly code: string | null
  readonly value: Decimal
  readonly recurring: boolean
}

/** The most recurring steps reported per run, nearest to the new value first; a tiny step could yield millions. */
const STEPS_MAX = 1000

/**
 * The thresholds that a value crosses on its way from `previous` to `current`
 * (docs/rules/alerts.md#passing-a-threshold): fixed ones in ascending order, then the levels of the recurring one in
 * ascending order. A recurring level equal to `previous` is reported again, as in Lago.
 */
export function crossedThresholds(
  direction: AlertDirection,
  thresholds: readonly AlertThreshold[],
  previous: Decimal,
  current: Decimal,
): readonly AlertThreshold[] {
  const fixed = thresholds
    .filter((threshold) => !threshold.recurring)
    .sort((a, b) => a.value.compare(b.value))
  const recurring = thresholds.find((threshold) => threshold.recurring && threshold.value.isPositive())
  return direction === 'increasing'
    ? crossedUpwards(fixed, recurring, previous, current)
    : crossedDownwards(fixed, recurring, previous, current)
}

function crossedUpwards(
  fixed: readonly AlertThreshold[],
  recurring: AlertThreshold | undefined,
  previous: Decimal,
  current: Decimal,
): readonly AlertThreshold[] {
  const lowest = fixed[0]
  if (current.compare(previous) <= 0 || (lowest && current.compare(lowest.value) < 0)) return []
  const crossed = fixed.filter(({ value }) => value.compare(previous) > 0 && value.compare(current) <= 0)
  if (!recurring) return crossed
  const base = fixed.at(-1)?.value ?? Decimal.zero
  const levels = stepNumbers(previous.minus(base), current.minus(base), recurring.value).map((step) =>
    base.plus(recurring.value.times(step)),
  )
  return [...crossed, ...levels.map((value) => ({ ...recurring, value }))]
}

function crossedDownwards(
  fixed: readonly AlertThreshold[],
  recurring: AlertThreshold | undefined,
  previous: Decimal,
  current: Decimal,
): readonly AlertThreshold[] {
  const highest = fixed.at(-1)
  if (current.compare(previous) >= 0 || (highest && current.compare(highest.value) > 0)) return []
  const crossed = fixed.filter(({ value }) => value.compare(current) >= 0 && value.compare(previous) < 0)
  if (!recurring) return crossed
  const base = fixed[0]?.value ?? Decimal.zero
  const levels = stepNumbers(base.minus(previous), base.minus(current), recurring.value)
    .map((step) => base.minus(recurring.value.times(step)))
    .reverse()
  return [...crossed, ...levels.map((value) => ({ ...recurring, value }))]
}

/** The step numbers from `max(⌈from / step⌉, 1)` to `⌊to / step⌋`, where both are distances from the base. */
function stepNumbers(from: Decimal, to: Decimal, step: Decimal): readonly Decimal[] {
  const last = to.dividedBy(step, 0, 'floor')
  const first = Decimal.max(from.dividedBy(step, 0, 'ceil'), Decimal.one)
  const start = Decimal.max(first, last.minus(Decimal.of(STEPS_MAX - 1)))
  const count = last.minus(start).toNumber() + 1
  return Array.from({ length: Math.max(0, count) }, (_, index) => start.plus(Decimal.of(index)))
}
