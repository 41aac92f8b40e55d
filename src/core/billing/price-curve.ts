import { exponentOf } from '../amounts/currency.ts'
import { Decimal } from '../amounts/decimal.ts'
import { addMs, DAY_MS, floorToSecond, type Instant } from '../calendar/instant.ts'
import { type Bounds, parseBound } from '../pricing/ranges-check.ts'
import type { RatedCharge } from '../rating/charge.ts'
import { rateBucket } from '../rating/rate-usage.ts'
import { planUsage } from '../rating/usage-plan.ts'
import { type MadeUpUsage, madeUpGroup } from './made-up-usage.ts'

/** What some units cost, in currency units and unrounded. */
export type CurvePoint = { readonly units: Decimal; readonly amount: Decimal }

const POINTS = 48
const RANGES = ['graduated_ranges', 'volume_ranges', 'graduated_percentage_ranges'] as const
const HUNDRED = Decimal.hundred
/** A curve of more events than this would take too long. */
const CURVE_EVENTS_MAX = 500

/**
 * The total price of a charge as its units grow, at even distances and on both sides of every bound. `chosen` are the
 * units that the reader looks at: the curve goes well beyond them. Empty for what events price by themselves.
 */
export function priceCurve(
  charge: RatedCharge,
  chosen: MadeUpUsage,
  currency: string,
  now: Instant,
): readonly CurvePoint[] {
  // A whole period, though a short one: a weighted sum of units that are there from its start on is these units.
  const from = floorToSecond(now)
  const period = { from, to: addMs(from, DAY_MS) }
  const [bucket] = planUsage({ ...charge, filters: [], payInAdvance: false }, '', period)
  const isPriced = charge.model !== 'dynamic' && charge.model !== 'custom'
  if (!bucket || !isPriced || chosen.eventsCount > CURVE_EVENTS_MAX) return []
  const exponent = exponentOf(currency)
  const context = {
    purpose: 'billing' as const,
    window: { from: period.from, to: addMs(period.to, -1) },
    durationDays: 1,
    endedByUpgrade: false,
    zone: 'UTC',
    exponent,
    advanceStateOf: () => null,
  }
  const counts = bucket.query.detail === 'events' && charge.metric.aggregation === 'unique_count_agg'
  return unitsToPrice(charge, chosen.units, counts).map((units) => {
    const group = madeUpGroup({ ...chosen, units }, bucket.query, exponent)
    const flat = { ...charge, prorated: false, payInAdvance: false }
    const [rated] = rateBucket(flat, bucket, { groups: [group], presentation: [] }, context)
    const cents = rated?.fee.preciseAmountCents ?? Decimal.zero
    return { units, amount: cents.dividedBy(Decimal.of(10 ** exponent)) }
  })
}

function unitsToPrice(charge: RatedCharge, chosen: Decimal, isLimited: boolean): readonly Decimal[] {
  const bounds = boundsOf(charge)
  const last = bounds.at(-1) ?? Decimal.zero
  const size = parseBound(charge.properties.package_size) ?? Decimal.zero
  const free = parseBound(charge.properties.free_units) ?? Decimal.zero
  const wished = [
    chosen.times(Decimal.of(2)),
    last.times(Decimal.of('1.5')),
    size.times(Decimal.of(6)).plus(free),
    HUNDRED,
  ].reduce(Decimal.max)
  const end = isLimited ? Decimal.min(wished, Decimal.of(CURVE_EVENTS_MAX)) : wished
  const step = end.dividedBy(Decimal.of(POINTS))
  const isWhole = end.compare(HUNDRED) >= 0
  const even = Array.from({ length: POINTS + 1 }, (_, n) => {
    const units = step.times(Decimal.of(n))
    return isWhole ? units.round(0) : units
  })
  const edges = [...bounds, ...packagesBelow(size, free, end)].flatMap((at) => [at, at.plus(Decimal.one)])
  const all = [...even, ...edges, chosen].filter((units) => units.compare(end) <= 0)
  const distinct = new Map(all.map((units) => [units.toString(), units]))
  return [...distinct.values()].sort((a, b) => a.compare(b))
}

/** The ends of the first packages, where the price steps up. */
function packagesBelow(size: Decimal, free: Decimal, end: Decimal): Decimal[] {
  if (!size.isPositive()) return []
  const ends: Decimal[] = []
  for (let at = free; at.compare(end) <= 0 && ends.length < POINTS; at = at.plus(size)) ends.push(at)
  return ends
}

function boundsOf({ properties }: RatedCharge): Bounds['from'][] {
  return RANGES.flatMap((key) => {
    const ranges = properties[key]
    if (!Array.isArray(ranges)) return []
    return ranges.flatMap((range: { readonly to_value?: unknown }) => parseBound(range.to_value) ?? [])
  })
}
