import { DAY_MS, HOUR_MS, type Instant } from '../calendar/instant.ts'

/**
 * A part of a window: whole UTC days, whole UTC hours or parts of split hours, or a remainder answered from raw
 * events.
 */
export type Segment = {
  readonly kind: 'day' | 'hour' | 'raw'
  /** Milliseconds since the epoch; null for the beginning of time. */
  readonly from: number | null
  /** Exclusive. */
  readonly to: number
}

const NO_CUTS: readonly number[] = []

/**
 * Splits a half-open window into whole days, whole hours at both ends, and raw events at each edge: less than an hour
 * of them, and none where the hour is split exactly at the edge. The segments tile the window in order; an empty
 * window has none.
 *
 * @param from milliseconds since the epoch, or null for the beginning of time
 * @param cuts instants at which an hour's state is split
 */
export function segmentsOf(
  from: number | null,
  to: number,
  cuts: readonly number[] = NO_CUTS,
): readonly Segment[] {
  const first = from === null ? null : firstBoundary(from, cuts)
  const last = lastBoundary(to, cuts)
  if (from !== null && first !== null && first >= last) return present([{ kind: 'raw', from, to }])
  const firstDay = first === null ? null : ceilTo(first, DAY_MS)
  const lastDay = floorTo(last, DAY_MS)
  const whole: Segment[] =
    firstDay !== null && firstDay >= lastDay
      ? [{ kind: 'hour', from: first, to: last }]
      : [
          ...(firstDay === null ? [] : [{ kind: 'hour', from: first, to: firstDay } as const]),
          { kind: 'day', from: firstDay, to: lastDay },
          { kind: 'hour', from: lastDay, to: last },
        ]
  const edge: Segment[] = from === null || first === null ? [] : [{ kind: 'raw', from, to: first }]
  return present([...edge, ...whole, { kind: 'raw', from: last, to }])
}

/**
 * Where an hour's state must be split so that windows need none of its raw events, in order.
 *
 * @param hour the start of a UTC hour
 * @param edges instants at which windows start or end
 */
export function cutsOfHour(hour: Instant, edges: readonly Instant[]): readonly Instant[] {
  const inside = [...new Set(edges)].filter((at) => at > hour && at < hour + HOUR_MS)
  return inside.sort((a, b) => a - b)
}

/**
 * The start of the UTC hour containing an instant, or of the part when the hour is split.
 *
 * @param cuts sorted
 */
export function startOfPart(at: Instant, cuts: readonly number[] = NO_CUTS): number {
  const hour = floorTo(at, HOUR_MS)
  return cuts.findLast((cut) => cut <= at && cut > hour) ?? hour
}

function firstBoundary(from: number, cuts: readonly number[]): number {
  return cuts.includes(from) ? from : ceilTo(from, HOUR_MS)
}

function lastBoundary(to: number, cuts: readonly number[]): number {
  return cuts.includes(to) ? to : floorTo(to, HOUR_MS)
}

function floorTo(at: number, unit: number): number {
  return Math.floor(at / unit) * unit
}

function ceilTo(at: number, unit: number): number {
  // Adding zero turns -0 into 0.
  return Math.ceil(at / unit) * unit + 0
}

function present(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter((each) => each.from === null || each.from < each.to)
}
