import { DAY_MS, HOUR_MS, type Instant, instant, SECOND_MS } from '../calendar/instant.ts'

/** A part of a window: whole UTC days, whole UTC hours or their cut parts, or a rest that only the events tell. */
export type Segment = {
  readonly kind: 'day' | 'hour' | 'raw'
  /** Milliseconds since the epoch; null for the beginning of time. */
  readonly from: number | null
  /** Exclusive. */
  readonly to: number
}

const NO_CUTS: ReadonlySet<number> = new Set()

/**
 * A half-open window as whole days, whole hours at both ends, and raw events at each edge: less than a second of them
 * where the hour of the edge is cut there, otherwise less than an hour. The segments tile the window in order; an empty
 * window has none.
 *
 * @param from milliseconds since the epoch, or null for the beginning of time
 * @param cuts whole seconds at which the state of an hour is kept in two parts
 */
export function segmentsOf(
  from: number | null,
  to: number,
  cuts: ReadonlySet<number> = NO_CUTS,
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
 * Where the state of an hour has to be cut so that windows read less than a second of its events at their edges: whole
 * seconds inside the hour, in order.
 *
 * @param hour the beginning of a UTC hour
 * @param edges instants at which windows begin or end
 */
export function cutsOfHour(hour: Instant, edges: readonly Instant[]): readonly Instant[] {
  const seconds = edges.flatMap((at) => [floorTo(at, SECOND_MS), ceilTo(at, SECOND_MS)])
  const inside = [...new Set(seconds)].filter((at) => at > hour && at < hour + HOUR_MS)
  return inside.sort((a, b) => a - b).map(instant)
}

function firstBoundary(from: number, cuts: ReadonlySet<number>): number {
  const second = ceilTo(from, SECOND_MS)
  return cuts.has(second) ? second : ceilTo(from, HOUR_MS)
}

function lastBoundary(to: number, cuts: ReadonlySet<number>): number {
  const second = floorTo(to, SECOND_MS)
  return cuts.has(second) ? second : floorTo(to, HOUR_MS)
}

function floorTo(at: number, unit: number): number {
  return Math.floor(at / unit) * unit
}

function ceilTo(at: number, unit: number): number {
  // Adding zero takes the sign off a negative zero.
  return Math.ceil(at / unit) * unit + 0
}

function present(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter((each) => each.from === null || each.from < each.to)
}
