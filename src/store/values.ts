import { type RawBuilder, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'

/** An instant as a timestamptz parameter, for values and comparisons. */
export function ts(at: Instant): RawBuilder<Instant> {
  return sql<Instant>`${new Date(at).toISOString()}::timestamptz`
}

/** The same for an instant that may be missing. */
export function tsOrNull(at: Instant | null): RawBuilder<Instant> | null {
  return at === null ? null : ts(at)
}

/** A value as a json parameter; arrays too, which the driver would otherwise take for SQL arrays. */
export function json(value: unknown): RawBuilder<unknown> {
  return sql<unknown>`${JSON.stringify(value)}::json`
}
