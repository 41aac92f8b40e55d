import { type RawBuilder, sql } from 'kysely'
import type { Instant } from '../../core/calendar/instant.ts'
import { segmentsOf } from '../../core/metering/segments.ts'
import {
  type EventMatch,
  type PropertyValues,
  startSecond,
  type UsageBound,
  type UsageQuery,
} from '../../core/metering/usage.ts'
import { PLANNED_ANEW } from '../prepared-statements.ts'
import type { CutTracker, TrackerDefinition } from './definitions.ts'
import { keepsLasts, subscriptionText } from './running-state.ts'
import { slotOf } from './usage-slots.ts'

/** Queries that differ only in subscription and period share one select. */
export type UsageShape = Pick<
  UsageQuery,
  'code' | 'aggregation' | 'fieldName' | 'recurring' | 'match' | 'groupBy'
>

export type UsageSpan = Pick<
  UsageQuery,
  'externalSubscriptionId' | 'period' | 'upTo' | 'after' | 'takesStartSecond'
>

/** SQL for a property's text, from the log or from a bucket's key values. */
type TextOf = (key: string) => RawBuilder<unknown>

/**
 * A part of a window with the short names used in the selects; `b` is true before the period, `i` is the id up to
 * which events at the last instant count (`e`: inclusive), `o` the id after which events at the first instant count,
 * `c` the instant at which events count instead of their own.
 */
type SegmentRow = {
  w: number
  s: string
  k: string
  f: string
  t: string
  b: boolean
  i: string | null
  e: boolean
  o: string | null
  c: string | null
}

/** A part of a window before it is split into days, hours and raw remainders. */
type WindowPart = {
  readonly from: number | null
  readonly to: number
  readonly b: boolean
  readonly upTo?: UsageBound
  readonly after?: string
  readonly countsAt?: Instant
}

const SEGMENT = sql`seg(w integer, s text, k "char", f timestamptz, t timestamptz, b boolean,
  i uuid, e boolean, o uuid, c timestamptz)`
/** The instant at which an event counts. */
const COUNTED_AT = sql`coalesce(seg.c, e.timestamp)`
const PROPERTY: TextOf = (key) => sql`e.properties ->> ${key}::text`

/**
 * One select for a shape: a row per window and group with counts and sums before and in the period. It must follow
 * `waitingUsage`.
 *
 * @param tracker the running state to read; null reads all logged events instead
 */
export function totalsSelect(
  shape: UsageShape,
  windows: readonly UsageSpan[],
  tracker: CutTracker | null,
): RawBuilder<unknown> {
  const segments = windows.flatMap((window, index) => segmentRows(shape, window, index, tracker))
  const raw = segments.filter((each) => each.k === 'r')
  const whole = segments.filter((each) => each.k !== 'r')
  const isLasts = keepsLasts(shape.aggregation)
  const parts: RawBuilder<unknown>[] = []
  if (tracker && whole.length > 0) {
    parts.push(isLasts ? lastsOfState(shape, tracker, whole) : sumsOfState(shape, tracker, whole))
  }
  if (raw.length > 0 || parts.length === 0) {
    parts.push(isLasts ? lastsOfLog(shape, raw) : sumsOfLog(shape, raw))
  }
  const rows = sql.join(parts, sql` union all `)
  if (!isLasts) return sumsSelect(rows)
  return shape.aggregation === 'latest_agg' ? latestSelect(rows) : uniqueSelect(rows)
}

/** The counted events themselves, by window, timestamp and id. */
export function eventsSelect(shape: UsageShape, windows: readonly UsageSpan[]): RawBuilder<unknown> {
  const segments = windows.flatMap((window, index) => segmentRows(shape, window, index, null))
  const field = fieldSql(shape)
  const isUnique = shape.aggregation === 'unique_count_agg'
  return sql`
    select x.w, x.g, x.timestamp as at, x.id, x.value, x.unique_value, x.operation, x.precise
    from ${segmentsFrom(segments)}
    cross join lateral (
      select seg.w, ${groupsOf(shape, PROPERTY)} as g, ${COUNTED_AT} as timestamp, e.id, ${valueSql(shape)} as value,
        ${isUnique ? field : sql`null::text`} as unique_value, ${operationSql(shape)} as operation,
        coalesce(e.precise_total_amount_cents, 0) as precise
      ${logFrom(shape)}
      offset 0) as x
    order by x.w, x.timestamp, x.id`
}

function segmentRows(
  shape: UsageShape,
  window: UsageSpan,
  index: number,
  tracker: CutTracker | null,
): SegmentRow[] {
  const cuts = tracker?.cuts.get(window.externalSubscriptionId)
  const segments = partsOf(shape, window).flatMap((part) => {
    const isBound = part.upTo !== undefined || part.after !== undefined || part.countsAt !== undefined
    const raw = [{ kind: 'raw' as const, from: part.from, to: part.to }]
    const own = tracker && !isBound ? segmentsOf(part.from, part.to, cuts) : raw
    return own.map((each) => ({ ...part, ...each }))
  })
  return segments.map((each) => ({
    w: index,
    s: window.externalSubscriptionId,
    k: each.kind.charAt(0),
    f: each.from === null ? '-infinity' : new Date(each.from).toISOString(),
    t: new Date(each.to).toISOString(),
    b: each.b,
    i: each.upTo?.id ?? null,
    e: each.upTo?.isIncluded ?? false,
    o: each.after ?? null,
    c: each.countsAt === undefined ? null : new Date(each.countsAt).toISOString(),
  }))
}

/** An instant within which the window starts or ends is a part of its own, so that no whole hour includes it. */
function partsOf(shape: UsageShape, window: UsageSpan): readonly WindowPart[] {
  const { period, upTo, after } = window
  const second = startSecond(window)
  const first = after === undefined ? period.from : Math.min(period.from + 1, period.to)
  const last = upTo ? Math.max(first, period.to - 1) : period.to
  const parts: WindowPart[] = [{ from: first, to: last, b: false }]
  if (second !== null) {
    const bound = upTo && last === period.from ? { upTo } : {}
    parts.push({ from: second, to: second + 1, b: false, countsAt: period.from, ...bound })
  }
  if (shape.recurring) {
    parts.push({ from: null, to: second ?? period.from, b: true })
    if (second !== null) parts.push({ from: second + 1, to: period.from, b: true })
  }
  if (after !== undefined) {
    // A window that starts and ends within the same instant has both bounds there.
    const both = upTo && first === period.to ? { upTo } : {}
    parts.push({ from: period.from, to: first, b: false, after, ...both })
  }
  if (upTo && last < period.to) parts.push({ from: last, to: period.to, b: false, upTo })
  return parts
}

function segmentsFrom(segments: readonly SegmentRow[]): RawBuilder<unknown> {
  return sql`jsonb_to_recordset(${JSON.stringify(segments)}::jsonb) as ${SEGMENT}`
}

function sumsOfState(shape: UsageShape, tracker: TrackerDefinition, segments: readonly SegmentRow[]) {
  const textOf = dimensionOf(tracker, 'dimensions')
  const waitingOf = dimensionOf(tracker, 'd')
  return sql`
    select x.* from (
      ${segmentsOfTracker(tracker, segments)}
      select folded.* from seg cross join lateral (
        select seg.w, seg.b, ${groupsOf(shape, textOf)} as g, u.events_count as n, u.sum as v, u.max as x,
          u.moment as m, u.precise_total_amount_cents as p, u.last_at as l
        from usage_sums u where ${STATE_RANGE} and ${matchOf(shape.match, textOf)}
        offset 0) as folded
      union all
      select u.w, u.b, ${groupsOf(shape, waitingOf)}, u.n, coalesce(u.v, 0), u.x, coalesce(u.m, 0),
        coalesce(u.p, 0), u.l
      from ${waitingIn('waiting_sums')} where ${matchOf(shape.match, waitingOf)}) as x`
}

function lastsOfState(shape: UsageShape, tracker: TrackerDefinition, segments: readonly SegmentRow[]) {
  const textOf = dimensionOf(tracker, 'dimensions')
  const waitingOf = dimensionOf(tracker, 'd')
  return sql`
    select x.* from (
      ${segmentsOfTracker(tracker, segments)}
      select folded.* from seg cross join lateral (
        select seg.w, seg.b, ${groupsOf(shape, textOf)} as g, u.unique_value as u, u.events_count as n,
          u.last_value as v, u.last_operation as o, u.precise_total_amount_cents as p, u.last_at as l,
          u.last_id as i
        from usage_lasts u where ${STATE_RANGE} and ${matchOf(shape.match, textOf)}
        offset 0) as folded
      union all
      select u.w, u.b, ${groupsOf(shape, waitingOf)}, u.u, u.n, u.v, u.o, coalesce(u.p, 0), u.l, u.i
      from ${waitingIn('waiting_lasts')} where ${matchOf(shape.match, waitingOf)}) as x`
}

/** A `with` clause of the segments. The tracker is a column of theirs, so that waiting usage is found by hashing. */
function segmentsOfTracker(tracker: TrackerDefinition, segments: readonly SegmentRow[]): RawBuilder<unknown> {
  return sql`with seg as materialized (
        select ${tracker.id}::uuid as tracker, seg.* from ${segmentsFrom(segments)})`
}

/** A fence (`offset 0`) around the use of this keeps each segment one index range. */
const STATE_RANGE = sql`u.tracker_id = seg.tracker and u.external_subscription_id = seg.s and u.span = seg.k
    and u.starts_at >= seg.f and u.starts_at < seg.t`

/**
 * Waiting usage with the segment that it belongs to. Read once for all segments: hundreds of subscriptions may have
 * thousands of rows waiting. The fence keeps conditions on key values from making the planner expect a single row.
 */
function waitingIn(waiting: 'waiting_sums' | 'waiting_lasts'): RawBuilder<unknown> {
  return sql`(
        select seg.w, seg.b, u.*
        from seg
        join ${sql.table(waiting)} u on u.t = seg.tracker and u.s = seg.s and u.a >= seg.f and u.a < seg.t
        offset 0) as u`
}

function sumsOfLog(shape: UsageShape, segments: readonly SegmentRow[]) {
  const value = valueSql(shape)
  return sql`
    select x.w, x.b, x.g, 1::bigint as n, x.v, x.v as x, x.v * x.ms as m, x.p, x.l from ${segmentsFrom(segments)}
    cross join lateral (
      select seg.w, seg.b, ${groupsOf(shape, PROPERTY)} as g, ${value} as v,
        (extract(epoch from ${COUNTED_AT}) * 1000)::bigint as ms, coalesce(e.precise_total_amount_cents, 0) as p,
        ${COUNTED_AT} as l
      ${logFrom(shape)}
      offset 0) as x`
}

function lastsOfLog(shape: UsageShape, segments: readonly SegmentRow[]) {
  const isUnique = shape.aggregation === 'unique_count_agg'
  return sql`
    select x.* from ${segmentsFrom(segments)}
    cross join lateral (
      select seg.w, seg.b, ${groupsOf(shape, PROPERTY)} as g, ${isUnique ? fieldSql(shape) : sql`null::text`} as u,
        1::bigint as n, ${valueSql(shape)} as v, ${operationSql(shape)} as o,
        coalesce(e.precise_total_amount_cents, 0) as p, ${COUNTED_AT} as l, e.id as i
      ${logFrom(shape)}
      offset 0) as x`
}

/**
 * The beginning of a statement about these subscriptions. For many, the best plan depends on how much there is at the
 * moment, and making it costs less than one of them.
 */
export function planningFor(externalSubscriptionIds: readonly string[]): RawBuilder<unknown> {
  return sql.raw(externalSubscriptionIds.length > NEEDLES_MAX ? PLANNED_ANEW : '')
}

/** Up to this many subscriptions, a slot row is searched for their names before it is parsed. */
const NEEDLES_MAX = 4

/**
 * Usage that has arrived for some subscriptions but is not folded yet, by hour, which adds to both days and hours. A
 * `with` clause read by the selects on running state, so that each slot is parsed once for all of them.
 */
export function waitingUsage(
  trackerIds: readonly string[],
  externalSubscriptionIds: readonly string[],
): RawBuilder<unknown> {
  const slots = [...new Set(externalSubscriptionIds.map(slotOf))]
  const partsWith = (column: 'sums' | 'lasts') =>
    sql`usage_arrivals r where r.slot = any (${slots}::smallint[]) and ${nameOne(column, externalSubscriptionIds)}`
  const range = rangeOf(trackerIds, externalSubscriptionIds)
  return sql`
    with waiting_sums as materialized (
      select u.t, u.s, weir_instant(u.a) as a, u.d, coalesce(u.n, 1) as n, u.v, u.x, u.m, u.p, weir_instant(u.l) as l
      from (select r.sums from ${partsWith('sums')} offset 0) as r
      cross join lateral json_to_recordset(r.sums) as u(t uuid, s text, a bigint, d text[], n bigint,
        v numeric, x numeric, m numeric, p numeric, l bigint)
      where ${range}
    ), waiting_lasts as materialized (
      select u.t, u.s, weir_instant(u.a) as a, u.d, u.u, u.n, weir_instant(u.l) as l, u.i, u.v, u.o, u.p
      from (select r.lasts from ${partsWith('lasts')} offset 0) as r
      cross join lateral json_to_recordset(r.lasts) as u(t uuid, s text, a bigint, d text[], u text, n bigint,
        l bigint, i uuid, v numeric, o text, p numeric)
      where ${range}
    )`
}

/** Many are told apart by the join with their segments: comparing each row with each name would take longer. */
function rangeOf(trackerIds: readonly string[], externalSubscriptionIds: readonly string[]) {
  if (externalSubscriptionIds.length > NEEDLES_MAX) return sql`true`
  return sql`u.s = any (${[...externalSubscriptionIds]}::text[]) and u.t = any (${[...trackerIds]}::uuid[])`
}

/**
 * Whether a slot row contains one of the subscriptions, by the text that `RunningState` wrote; a tenth of the cost of
 * parsing it.
 */
function nameOne(column: 'sums' | 'lasts', externalSubscriptionIds: readonly string[]): RawBuilder<unknown> {
  if (externalSubscriptionIds.length > NEEDLES_MAX) return sql`r.${sql.ref(column)} is not null`
  const needles = externalSubscriptionIds.map((id) => subscriptionText(id))
  const found = needles.map((needle) => sql`strpos(r.${sql.ref(column)}::text, ${needle}) > 0`)
  return sql`(${sql.join([...found, sql`false`], sql` or `)})`
}

/**
 * The upper bound is a list of one: the planner takes two plain bounds for a narrow range. While a month is young, it
 * would read all events of the range by the index of the list instead of those of a subscription by that of usage.
 */
function logFrom(shape: UsageShape): RawBuilder<unknown> {
  return sql`from events e
    where e.code = ${shape.code} and e.external_subscription_id = seg.s and e.timestamp >= seg.f
      and e.timestamp < any (array[seg.t]) and (seg.i is null or e.id < seg.i or (seg.e and e.id = seg.i))
      and (seg.o is null or e.id > seg.o)
      and e.deleted_at is null and ${matchOf(shape.match, PROPERTY)}
      and ${isCounted(shape)}`
}

function sumsSelect(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select w, g, sum(n)::bigint as events_all, coalesce(sum(n) filter (where not b), 0)::bigint as events_in,
      coalesce(sum(v) filter (where not b), 0) as sum_in, coalesce(sum(v) filter (where b), 0) as sum_before,
      max(x) filter (where not b) as top, coalesce(sum(m) filter (where not b), 0) as moment,
      coalesce(sum(p) filter (where not b), 0) as precise, max(l) filter (where not b) as last_at
    from (${rows}) as x
    group by w, g`
}

function latestSelect(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select w, g, sum(n)::bigint as events_all, coalesce(sum(n) filter (where not b), 0)::bigint as events_in,
      0::numeric as sum_in, 0::numeric as sum_before,
      (array_agg(v order by l desc, i desc) filter (where not b))[1] as top, 0::numeric as moment,
      coalesce(sum(p) filter (where not b), 0) as precise, max(l) filter (where not b) as last_at
    from (${rows}) as x
    group by w, g`
}

function uniqueSelect(rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select w, g, sum(n)::bigint as events_all, sum(n_in)::bigint as events_in, 0::numeric as sum_in,
      0::numeric as sum_before, count(*) filter (where o = 'add')::numeric as top, 0::numeric as moment,
      sum(p) as precise, max(l) as last_at
    from (
      select w, g, u, sum(n) as n, coalesce(sum(n) filter (where not b), 0) as n_in,
        (array_agg(o order by l desc, i desc))[1] as o, coalesce(sum(p) filter (where not b), 0) as p,
        max(l) filter (where not b) as l
      from (${rows}) as x
      group by w, g, u) as x
    group by w, g`
}

function dimensionOf(tracker: TrackerDefinition, column: 'dimensions' | 'd'): TextOf {
  return (key) => sql`u.${sql.raw(column)}[${sql.raw(String(tracker.keys.indexOf(key) + 1))}]`
}

function fieldSql(shape: UsageShape): RawBuilder<unknown> {
  return shape.fieldName === null ? sql`null::text` : PROPERTY(shape.fieldName)
}

function isCount(shape: UsageShape): boolean {
  return shape.aggregation === 'count_agg' || shape.aggregation === 'custom_agg'
}

function valueSql(shape: UsageShape): RawBuilder<unknown> {
  if (isCount(shape)) return sql`1::numeric`
  return shape.aggregation === 'unique_count_agg' ? sql`null::numeric` : sql`weir_numeric(${fieldSql(shape)})`
}

/** Which events count (docs/rules/aggregation.md#which-events-count). */
function isCounted(shape: UsageShape): RawBuilder<unknown> {
  if (isCount(shape) || shape.aggregation === 'unique_count_agg') return sql`true`
  return sql`weir_numeric(${fieldSql(shape)}) is not null`
}

function operationSql(shape: UsageShape): RawBuilder<unknown> {
  if (shape.aggregation !== 'unique_count_agg') return sql`'add'`
  return sql`case when ${PROPERTY('operation_type')} = 'remove' then 'remove' else 'add' end`
}

function groupsOf(shape: UsageShape, textOf: TextOf): RawBuilder<unknown> {
  return sql`array[${sql.join(shape.groupBy.map((key) => sql`nullif(${textOf(key)}, '')`))}]::text[]`
}

function matchOf(match: EventMatch, textOf: TextOf): RawBuilder<unknown> {
  const exclusions = match.exclude.map((each) => sql`not coalesce(${valuesOf(each, textOf)}, false)`)
  return sql.join([valuesOf(match.include, textOf), ...exclusions], sql` and `)
}

function valuesOf(values: PropertyValues, textOf: TextOf): RawBuilder<unknown> {
  const conditions = Object.entries(values).map(
    ([key, list]) => sql`${textOf(key)} = any (${[...list]}::text[])`,
  )
  return sql`(${sql.join([sql`true`, ...conditions], sql` and `)})`
}
