import { createHash } from 'node:crypto'
import type { CompiledQuery } from 'kysely'
import { organizationOf, type Reads } from './database.ts'

/** A list of fewer is counted each time. */
const LONG_FROM = 10_000
/** So old may the total of a long list be, in ms. */
const AGE_MAX_MS = 5 * 60_000
/** So many totals are kept; the oldest ones go first. */
const KEPT_MAX = 2000

/** What was counted in the last five minutes, by list. */
class Counts<T> {
  private readonly kept = new Map<string, { readonly value: T; readonly countedAt: number }>()

  recall(key: string): T | undefined {
    const known = this.kept.get(key)
    return known && performance.now() - known.countedAt < AGE_MAX_MS ? known.value : undefined
  }

  keep(key: string, value: T, count: number): void {
    this.kept.delete(key)
    if (count < LONG_FROM) return
    this.kept.set(key, { value, countedAt: performance.now() })
    const [oldest] = this.kept.keys()
    if (this.kept.size > KEPT_MAX && oldest !== undefined) this.kept.delete(oldest)
  }
}

/** How many rows of a list have an id up to one of which nothing is being written any more. */
export type Settled = { readonly count: number; readonly upTo: string }

const totals = new Counts<number>()
const settled = new Counts<Settled>()

/** The totals of one list, by its organization and by everything that it is filtered by. */
export type LongTotal = {
  /** A total of less than five minutes ago; undefined where none is known. */
  readonly recall: () => number | undefined
  /** Keeps a total that was just counted, if it is a large one. */
  readonly keep: (total: number) => void
  readonly recallSettled: () => Settled | undefined
  readonly keepSettled: (part: Settled) => void
}

const NOTHING_KEPT: LongTotal = {
  recall: () => undefined,
  keep: () => undefined,
  recallSettled: () => undefined,
  keepSettled: () => undefined,
}

/**
 * The total of a long list as it was counted before: whoever pages through a million rows would otherwise wait for a
 * count of them on each page. Nothing is kept of a list that is read in a transaction that writes.
 */
export function longTotalOf(reads: Reads, counted: CompiledQuery): LongTotal {
  const organizationId = organizationOf(reads)
  if (organizationId === undefined) return NOTHING_KEPT
  const asked = JSON.stringify([organizationId, counted.sql, counted.parameters], (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  // A search may have thousands of ids as its parameters.
  const key = createHash('sha256').update(asked).digest('base64')
  return {
    recall: () => totals.recall(key),
    keep: (total) => totals.keep(key, total, total),
    recallSettled: () => settled.recall(key),
    keepSettled: (part) => settled.keep(key, part, part.count),
  }
}
