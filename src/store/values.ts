import { type RawBuilder, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'

/** An instant as a timestamptz parameter, for values and comparisons. */
export function ts(at: Instant): RawBuilder<Instant> {
  return sql<Instant>`${new Date(at).toISOString()}::timestamptz`
}

/** The same for an instant that may be null. */
export function tsOrNull(at: Instant | null): RawBuilder<Instant> | null {
  return at === null ? null : ts(at)
}

/** A value as a JSON parameter, including arrays, which the driver would otherwise send as SQL arrays. */
export function json(value: unknown): RawBuilder<unknown> {
  return sql<unknown>`${JSON.stringify(value)}::json`
}

/** Above this length, how many there are decides on the plan. */
const FEW = 20

/**
 * A list as an array parameter of a type; a short one is hidden in a subselect from the planner. PostgreSQL takes an
 * array that it cannot see for ten elements; a plan for the one or two that it does see always looks cheaper than that,
 * so it would plan the statement anew each time, which takes several times longer than running it.
 */
export function arrayOf(
  list: readonly unknown[],
  type: 'uuid' | 'text' | 'timestamptz',
): RawBuilder<unknown> {
  const arrayType = sql.raw(`${type}[]`)
  const array = sql`${[...list]}::${arrayType}`
  return list.length > FEW ? array : sql`(select ${array})::${arrayType}`
}

/** For `=`: matches any of so many ids that PostgreSQL itself has put into the text of an array. */
export function anyOfText(ids: string, count: number): RawBuilder<string> {
  return count > FEW ? sql<string>`any(${ids}::uuid[])` : sql<string>`any((select ${ids}::uuid[])::uuid[])`
}

/** For `=`: matches any of the ids. A statement allows only 65,535 parameters, and an array is a single one. */
export function anyOf(ids: readonly string[]): RawBuilder<string> {
  return sql<string>`any(${arrayOf(ids, 'uuid')})`
}

/** A list in chunks of at most `length`, in order. */
export function inParts<T>(list: readonly T[], length: number): T[][] {
  const count = Math.ceil(list.length / length)
  return Array.from({ length: count }, (_, part) => list.slice(part * length, (part + 1) * length))
}

/** Rows grouped by a key, in order, so that lookups need no search. */
export function groupedBy<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}

/** Rows in the order of their ids; those of ids that were not found are left out. */
export function inOrder<T extends { readonly id: string }>(ids: readonly string[], rows: readonly T[]): T[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}
