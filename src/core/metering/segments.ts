import { DAY_MS, HOUR_MS } from '../calendar/instant.ts'

/** A part of a window: whole UTC days, whole UTC hours, or a rest that only the events themselves tell. */
export type Segment = {
  readonly kind: 'day' | 'hour' | 'raw'
  /** Milliseconds since the epoch; null for the beginning of time. */
  readonly from: number | null
  /** Exclusive. */
  readonly to: number
}

/**
 * A half-open window as whole days, whole hours at both ends and less than an hour of raw events at each edge
 * (engine.md §3). The segments tile the window in order; an empty window has none.
 *
 * @param from milliseconds since the epoch, or null for the beginning of time
 */
export function segmentsOf(from: number | null, to: number): readonly Segment[] {
  // Adding zero takes the sign off a negative zero.
  const firstHour = from === null ? null : Math.ceil(from / HOUR_MS) * HOUR_MS + 0
  const lastHour = Math.floor(to / HOUR_MS) * HOUR_MS
  if (from !== null && firstHour !== null && firstHour >= lastHour)
    return present([{ kind: 'raw', from, to }])
  const firstDay = firstHour === null ? null : Math.ceil(firstHour / DAY_MS) * DAY_MS + 0
  const lastDay = Math.floor(lastHour / DAY_MS) * DAY_MS
  const whole: Segment[] =
    firstDay !== null && firstDay >= lastDay
      ? [{ kind: 'hour', from: firstHour, to: lastHour }]
      : [
          ...(firstDay === null ? [] : [{ kind: 'hour', from: firstHour, to: firstDay } as const]),
          { kind: 'day', from: firstDay, to: lastDay },
          { kind: 'hour', from: lastDay, to: lastHour },
        ]
  const edge: Segment[] = from === null || firstHour === null ? [] : [{ kind: 'raw', from, to: firstHour }]
  return present([...edge, ...whole, { kind: 'raw', from: lastHour, to }])
}

function present(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter((each) => each.from === null || each.from < each.to)
}
