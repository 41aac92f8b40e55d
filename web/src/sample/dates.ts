/** When the sample company began, and the days on which something of it happens; relative to the present. */

/** Complete months before the present one. */
export const MONTHS = 3

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** On the first of a month at noon it is the same day in every time zone of the sample. */
const NOON_HOURS = 12
/** How long after the noon of a first all bills of that day are made. */
const BILLED_MS = HOUR_MS / 2

/** How long before the noon of a first its month begins where that is earliest, two hours east of Greenwich. */
const NEXT_BEGINS_MS = (NOON_HOURS + 2) * HOUR_MS

export type SampleDates = {
  /** Noon of the first of each month, from the beginning of the company to the month after the present one. */
  readonly firsts: readonly number[]
  /**
   * The present; on a first not before that day's bills are made, and on a last not after the next month has begun
   * anywhere, so that the sample has the same invoices always.
   */
  readonly presentMs: number
  /** Two days ago and two months before that: a subscription from then has a bill that is two days old. */
  readonly anniversaryMs: number
  /** When a trial of two weeks began. */
  readonly trialMs: number
  /** When a subscription ended. */
  readonly endMs: number
}

export function sampleDates(nowMs: number): SampleDates {
  const now = new Date(nowMs)
  const first = (month: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month, 1, NOON_HOURS)
  const firsts = Array.from({ length: MONTHS + 2 }, (_, n) => first(n - MONTHS))
  const presentMs = Math.min(Math.max(nowMs, billedAt(first(0))), first(1) - NEXT_BEGINS_MS - 1)
  return {
    firsts,
    presentMs,
    anniversaryMs: monthsBefore(new Date(presentMs - 2 * DAY_MS), 2),
    trialMs: presentMs - 10 * DAY_MS,
    endMs: first(1 - MONTHS) + 14 * DAY_MS,
  }
}

/** When the bills of a first are there. */
export const billedAt = (firstMs: number): number => firstMs + BILLED_MS

/** Noon of the same day some months before, or of the last day of a month that is too short. */
function monthsBefore(day: Date, months: number): number {
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth() - months]
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(day.getUTCDate(), last), NOON_HOURS)
}
