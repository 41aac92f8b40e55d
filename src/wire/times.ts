import type { Instant } from '../core/calendar/instant.ts'
import { isoText } from '../core/calendar/iso-text.ts'

/** ISO 8601 in UTC without a fraction: `2026-01-31T10:00:00Z`. */
export function isoSeconds(at: Instant): string {
  if (at === lastAt) return lastText
  lastText = `${new Date(at).toISOString().slice(0, -5)}Z`
  lastAt = at
  return lastText
}

/** Lists and batches format the same instant many times in a row. */
let lastAt: Instant | undefined
let lastText = ''

export function isoSecondsOrNull(at: Instant | null): string | null {
  return at === null ? null : isoSeconds(at)
}

/** ISO 8601 in UTC with milliseconds, for event timestamps and a few other fields. */
export function isoMillis(at: Instant): string {
  return isoText(at)
}

export function isoMillisOrNull(at: Instant | null): string | null {
  return at === null ? null : isoMillis(at)
}
