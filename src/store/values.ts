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

/** For `=`: one of any number of ids. A list of parameters ends at 65,535 of them, an array is one. */
export function anyOf(ids: readonly string[]): RawBuilder<string> {
  return sql<string>`any(${[...ids]}::uuid[])`
}

/** A list in parts of at most `length`, in its order. */
export function inParts<T>(list: readonly T[], length: number): T[][] {
  const count = Math.ceil(list.length / length)
  return Array.from({ length: count }, (_, part) => list.slice(part * length, (part + 1) * length))
}

/** Rows by what they belong to, in their order; a lookup in place of a search through all of them. */
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
