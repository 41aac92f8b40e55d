import { sql } from 'kysely'
import type { Instant, Period } from '../../core/calendar/instant.ts'
import { lacksValue, type MetricRule } from '../../core/metering/event-faults.ts'
import type { EventProperties } from '../../core/metering/property-value.ts'
import type { Aggregation } from '../../core/metering/usage.ts'
import type { Reads } from '../database.ts'
import { json, ts } from '../values.ts'

/** An event that may be invalid; checking its properties decides. */
export type SuspectEvent = {
  readonly transactionId: string
  readonly code: string
  readonly properties: EventProperties
}

/** What events of each metric must contain, by metric code. */
export async function metricRules(reads: Reads): Promise<ReadonlyMap<string, MetricRule>> {
  const rows = await reads
    .selectFrom('billableMetrics')
    .select(['code', 'aggregationType', 'fieldName', 'filters'])
    .where('deletedAt', 'is', null)
    .execute()
  return new Map(
    rows.map((row) => {
      const filters = row.filters as readonly { key: string; values: readonly string[] }[]
      return [
        row.code,
        {
          aggregation: row.aggregationType as Aggregation,
          fieldName: row.fieldName,
          filters: Object.fromEntries(filters.map(({ key, values }) => [key, values])),
        },
      ]
    }),
  )
}

/**
 * Events created in a span that have no metric, lack their metric's value, or have an undeclared value for a filter
 * key. Selected in the database, so that an hour of valid events is never transferred.
 */
export async function suspectEvents(
  reads: Reads,
  span: Period,
  rules: ReadonlyMap<string, MetricRule>,
): Promise<SuspectEvent[]> {
  const entries = [...rules].map(([code, rule]) => ({
    code,
    field: lacksValue({}, rule) ? rule.fieldName : null,
    wants_number: rule.fieldName !== null && lacksValue({ [rule.fieldName]: 'text' }, rule),
    filters: rule.filters,
  }))
  const { rows } = await sql<SuspectEvent>`
    with rules as materialized (
      select * from jsonb_to_recordset(${json(entries)}::jsonb)
        as x(code text, field text, wants_number boolean, filters jsonb)
    )
    select e.transaction_id, e.code, e.properties
    from events e
    left join rules r on r.code = e.code
    where e.created_at >= ${ts(span.from)} and e.created_at < ${ts(span.to)} and e.deleted_at is null
      and (r.code is null
        or r.field is not null and e.properties ->> r.field is null
        or r.wants_number and weir_numeric(e.properties ->> r.field) is null
        or exists (
          select from jsonb_each(r.filters) as f
          where e.properties ->> f.key is not null and not f.value ? (e.properties ->> f.key)))
    order by e.id`.execute(reads)
  return rows
}

/** Whether any event was created between two instants, inclusive. */
export async function hasEventsCreated(reads: Reads, from: Instant, to: Instant): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`select exists (
    select from events where created_at >= ${ts(from)} and created_at <= ${ts(to)}) as has`.execute(reads)
  return rows[0]?.has === true
}
