import { createHash } from 'node:crypto'
import type { CompiledQuery } from 'kysely'
import { organizationOf, type Reads } from './database.ts'

/** A list of fewer is counted each time. */
const LONG_FROM = 10_000
/** So old may the total of a long list be, in ms. */
const AGE_MAX_MS = 5 * 60_000
/** So many totals are kept; the oldest ones go first. */
const KEPT_MAX = 2000

type Total = { readonly total: number; readonly countedAt: number }

const kept = new Map<string, Total>()

/** The totals of one list, by its organization and by everything that it is filtered by. */
export type LongTotal = {
  /** A total of less than five minutes ago; undefined where none is known. */
  readonly recall: () => number | undefined
  /** Keeps a total that was just counted, if it is a large one. */
  readonly keep: (total: number) => void
}

/**
 * The total of a long list as it was counted before: whoever pages through a million rows would otherwise wait for a
 * count of them on each page. Nothing is kept of a list that is read in a transaction that writes.
 */
export function longTotalOf(reads: Reads, counted: CompiledQuery): LongTotal {
  const organizationId = organizationOf(reads)
  if (organizationId === undefined) return { recall: () => undefined, keep: () => undefined }
  const asked = JSON.stringify([organizationId, counted.sql, counted.parameters], (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  // A search may have thousands of ids as its parameters.
  const key = createHash('sha256').update(asked).digest('base64')
  return {
    recall: () => {
      const known = kept.get(key)
      return known && performance.now() - known.countedAt < AGE_MAX_MS ? known.total : undefined
    },
    keep: (total) => {
      kept.delete(key)
      if (total < LONG_FROM) return
      kept.set(key, { total, countedAt: performance.now() })
      const [oldest] = kept.keys()
      if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest)
    },
  }
}
