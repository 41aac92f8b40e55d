import { type RawBuilder, sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { emptyGroup, groupId } from '../../core/metering/grouping.ts'
import { summarizeEvents } from '../../core/metering/reference.ts'
import type { Aggregation, GroupedBy, UsageEvent, UsageGroup, UsageQuery } from '../../core/metering/usage.ts'
import type { Reads } from '../database.ts'
import {
  type CutRows,
  type CutTracker,
  cutsBySubscription,
  cutsOfTracker,
  type TrackerDefinition,
} from './definitions.ts'
import { numericOf } from './numeric.ts'
import { withStartSeconds } from './start-seconds.ts'
import { eventsSelect, planningFor, totalsSelect, type UsageShape, waitingUsage } from './usage-sql.ts'

/** Queries of one shape with their positions in the caller's list. */
type Batch = {
  readonly shape: UsageShape
  readonly queries: readonly UsageQuery[]
  readonly places: number[]
}

type TotalsRow = {
  shape: number
  w: number
  g: string[]
  eventsAll: bigint
  eventsIn: bigint
  sumIn: string
  sumBefore: string
  top: string | null
  moment: string
  precise: string
  lastAt: Instant | null
}

type EventRow = {
  w: number
  g: string[]
  at: Instant
  id: string
  value: string | null
  uniqueValue: string | null
  operation: 'add' | 'remove'
  precise: string
}

/** Selects per statement; with more, planning takes longer than separate statements. */
const SELECTS_MAX = 16
const WINDOWS_MAX = 1000

/** Answers one query; see `answerUsages`. */
export async function answerUsage(reads: Reads, query: UsageQuery): Promise<readonly UsageGroup[]> {
  const [answer] = await answerUsages(reads, [query])
  return answer ?? []
}

/**
 * Answers usage queries from running state: whole days and hours, plus the events of edges shorter than an hour
 * (docs/decisions/0005-usage-state-in-days-and-hours.md). What running state does not have (detail `events`, keys
 * that no charge uses) is read from the log. Answers are in the order of the queries and equal those of `usageOf`,
 * the reference in the core.
 */
export async function answerUsages(
  reads: Reads,
  queries: readonly UsageQuery[],
): Promise<readonly (readonly UsageGroup[])[]> {
  const [trackers, asked] = await Promise.all([
    currentTrackers(reads, queries),
    withStartSeconds(reads, queries),
  ])
  return answer(reads, asked, (shape) => trackerFor(shape, trackers.get(shape.code)))
}

/** The same from the log alone: the plain sum that running state must equal. */
export async function answerFromLog(
  reads: Reads,
  queries: readonly UsageQuery[],
): Promise<readonly (readonly UsageGroup[])[]> {
  return answer(reads, await withStartSeconds(reads, queries), () => null)
}

async function answer(
  reads: Reads,
  queries: readonly UsageQuery[],
  trackerOf: (shape: UsageShape) => CutTracker | null,
): Promise<readonly (readonly UsageGroup[])[]> {
  const answers: (readonly UsageGroup[])[] = queries.map(() => [])
  const batches = batchesOf(queries)
  const totals = batches.filter(({ queries: [first] }) => first?.detail === 'totals')
  for (let start = 0; start < totals.length; start += SELECTS_MAX) {
    await answerTotals(reads, totals.slice(start, start + SELECTS_MAX), trackerOf, answers)
  }
  for (const batch of batches) {
    if (batch.queries[0]?.detail === 'events') await answerEvents(reads, batch, answers)
  }
  return answers
}

function batchesOf(queries: readonly UsageQuery[]): readonly Batch[] {
  const batches = new Map<string, { shape: UsageShape; queries: UsageQuery[]; places: number[] }>()
  const full: Batch[] = []
  for (const [place, query] of queries.entries()) {
    const { code, aggregation, fieldName, recurring, match, groupBy } = query
    const shape = { code, aggregation, fieldName, recurring, match, groupBy }
    const id = JSON.stringify([shape, query.detail])
    const batch = batches.get(id) ?? { shape, queries: [], places: [] }
    batch.queries.push(query)
    batch.places.push(place)
    batches.set(id, batch)
    if (batch.queries.length < WINDOWS_MAX) continue
    full.push(batch)
    batches.delete(id)
  }
  return [...full, ...batches.values()]
}

/** Cuts made between this statement and the next do not matter: the parts add up to the same hours. */
async function currentTrackers(
  reads: Reads,
  queries: readonly UsageQuery[],
): Promise<ReadonlyMap<string, CutTracker>> {
  const totals = queries.filter((each) => each.detail === 'totals')
  if (totals.length === 0) return new Map()
  const codes = [...new Set(totals.map((each) => each.code))]
  const subscriptions = [...new Set(totals.map((each) => each.externalSubscriptionId))]
  const { rows } = await sql<TrackerRow>`
    select t.id, t.code, t.aggregation_type as aggregation, t.field_name, t.keys,
      ${cutsOfTracker(sql`c.external_subscription_id = any (${subscriptions}::text[])`)} as cuts
    from usage_trackers t
    where t.code = any (${codes}::text[]) and t.is_current`.execute(reads)
  return new Map(rows.map((row) => [row.code, { ...row, cuts: cutsBySubscription(row.cuts) }]))
}

type TrackerRow = TrackerDefinition & { readonly code: string; readonly cuts: CutRows | null }

/** The tracker, if it has what the shape needs. */
function trackerFor(shape: UsageShape, tracker: CutTracker | undefined): CutTracker | null {
  if (!tracker || tracker.aggregation !== shape.aggregation || tracker.fieldName !== shape.fieldName)
    return null
  const { include, exclude } = shape.match
  const keys = [...Object.keys(include), ...exclude.flatMap((each) => Object.keys(each)), ...shape.groupBy]
  return keys.every((key) => tracker.keys.includes(key)) ? tracker : null
}

async function answerTotals(
  reads: Reads,
  batches: readonly Batch[],
  trackerOf: (shape: UsageShape) => CutTracker | null,
  answers: (readonly UsageGroup[])[],
): Promise<void> {
  const trackers = batches.map(({ shape }) => trackerOf(shape))
  const selects = batches.map(({ shape, queries }, index) =>
    numbered(index, totalsSelect(shape, queries, trackers[index] ?? null)),
  )
  const used = [...new Set(trackers.flatMap((each) => (each ? [each.id] : [])))]
  const named = batches.flatMap(({ queries }) => queries.map((each) => each.externalSubscriptionId))
  const subscriptions = [...new Set(named)]
  // If the tracker was rebuilt meanwhile, its state is gone too; the same snapshot shows that it is missing.
  const { rows } = await sql<TotalsRow & { gone: boolean }>`${planningFor(subscriptions)}
    ${waitingUsage(used, subscriptions)}
    select x.*, (
      select count(*) < ${used.length} from usage_trackers where id = any (${used}::uuid[])) as gone
    from (values (1)) as one left join (${sql.join(selects, sql` union all `)}) as x on true`.execute(reads)
  if (rows[0]?.gone) return answerTotals(reads, batches, () => null, answers)
  const byQuery = new Map<UsageQuery, UsageGroup[]>()
  for (const row of rows) {
    const query = batches[row.shape]?.queries[row.w]
    if (!query) continue
    const groups = byQuery.get(query) ?? []
    groups.push(groupOfRow(query, row))
    byQuery.set(query, groups)
  }
  for (const { queries, places } of batches) {
    for (const [index, query] of queries.entries()) {
      answers[places[index] ?? -1] = ordered(query, byQuery.get(query) ?? [])
    }
  }
}

function numbered(index: number, select: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select ${sql.raw(String(index))} as shape, t.* from (${select}) as t`
}

function groupOfRow(query: UsageQuery, row: TotalsRow): UsageGroup {
  const { aggregation, recurring } = query
  const isWeighted = aggregation === 'weighted_sum_agg'
  const sumIn = numericOf(row.sumIn)
  const carries = recurring && (isWeighted || aggregation === 'sum_agg')
  return {
    groupedBy: namedGroup(query.groupBy, row.g),
    eventsCount: Number(isWeighted ? row.eventsIn : row.eventsAll),
    total: totalOf(aggregation, row, sumIn),
    carried: carries ? numericOf(row.sumBefore) : Decimal.zero,
    momentMs: isWeighted
      ? numericOf(row.moment).minus(sumIn.times(Decimal.of(query.period.from)))
      : Decimal.zero,
    preciseTotalAmountCents: numericOf(row.precise),
    lastEventAt: row.lastAt,
    events: [],
  }
}

function totalOf(aggregation: Aggregation, row: TotalsRow, sumIn: Decimal): Decimal {
  if (aggregation === 'count_agg' || aggregation === 'custom_agg') return Decimal.of(row.eventsAll)
  if (aggregation === 'sum_agg' || aggregation === 'weighted_sum_agg') return sumIn
  return row.top === null ? Decimal.zero : numericOf(row.top)
}

function namedGroup(keys: readonly string[], values: readonly (string | null)[]): GroupedBy {
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? null]))
}

/** A recurring weighted sum can have groups whose events are all older than the period; they count too. */
function ordered(query: UsageQuery, groups: UsageGroup[]): readonly UsageGroup[] {
  if (groups.length === 0 && query.groupBy.length === 0) return [summarizeEvents(emptyGroup([]), [], query)]
  const byId = groups.map((group) => [groupId(group.groupedBy), group] as const)
  return byId.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

async function answerEvents(reads: Reads, batch: Batch, answers: (readonly UsageGroup[])[]): Promise<void> {
  const { rows } = await sql<EventRow>`${eventsSelect(batch.shape, batch.queries)}`.execute(reads)
  const byQuery = batch.queries.map(() => new Map<string, { groupedBy: GroupedBy; events: UsageEvent[] }>())
  for (const row of rows) {
    const groupedBy = namedGroup(batch.shape.groupBy, row.g)
    const groups = byQuery[row.w]
    const id = groupId(groupedBy)
    const group = groups?.get(id) ?? { groupedBy, events: [] }
    group.events.push(eventOfRow(row))
    groups?.set(id, group)
  }
  for (const [index, query] of batch.queries.entries()) {
    const groups = [...(byQuery[index]?.values() ?? [])]
    const summed = groups.map(({ groupedBy, events }) => summarizeEvents(groupedBy, events, query))
    answers[batch.places[index] ?? -1] = ordered(query, summed)
  }
}

function eventOfRow(row: EventRow): UsageEvent {
  return {
    at: row.at,
    id: row.id,
    value: row.value === null ? null : numericOf(row.value),
    uniqueValue: row.uniqueValue,
    operation: row.operation,
    preciseTotalAmountCents: numericOf(row.precise),
  }
}
