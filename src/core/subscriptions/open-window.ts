import { addMs, HOUR_MS, type Instant, instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'
import type { BillMoment } from './subscription.ts'
import { currentChargesWindow, type UsageWindow, type Window } from './windows.ts'

/** A charges window covered by a periodic bill, and the zone it was computed in. */
export type BilledWindow = Window & { readonly zone: TimeZone }

/** The maximum offset between two zones; windows of one period computed in two zones start within it. */
export const ZONE_CHANGE_MAX_MS = 26 * HOUR_MS

/**
 * A charges window after the customer moved to another zone (docs/rules/periods.md#time-zones): it continues where
 * the last window billed in another zone ended. Nothing is covered twice, and a gap caused only by the zone change
 * (less than 26 hours) is closed. A window that was already billed entirely becomes empty.
 */
export function continuedWindow(window: Window, billed: readonly BilledWindow[], zone: TimeZone): Window {
  const last = newest(billed)
  if (last === undefined || last.zone === zone) return window
  return continuedFrom(window, addMs(last.to, 1))
}

/**
 * The usage window containing an instant, as it was or will be billed: the period in the customer's zone, continued
 * after a zone change (docs/rules/periods.md#time-zones). Everything that reads usage before it is billed (current
 * usage, thresholds, charges in advance) uses this window, so that it sees exactly what the next bill will. Its start
 * does not move when the zone changes in the middle of it.
 *
 * @param billed windows of all periodic bills; may be empty when the customer never moved
 */
export function openUsageWindow(moment: BillMoment, billed: readonly BilledWindow[]): UsageWindow {
  const open = currentChargesWindow(moment)
  const at = withinLife(moment)
  const own = billed.find(({ from, to }) => from <= at && at <= to && from < to)
  if (own) {
    const { durationDays } = currentChargesWindow({ ...moment, zone: own.zone })
    return { window: { from: own.from, to: own.to }, durationDays }
  }
  const last = newest(billed.filter(({ to }) => to < at))
  if (last === undefined || last.zone === moment.zone) return open
  const next = addMs(last.to, 1)
  const end = addMs(open.window.to, 1)
  // A date is billed once: the remainder of a period already billed on it belongs to the next bill.
  const isBilled = localDate(end, moment.zone) <= localDate(next, last.zone)
  const following = isBilled ? currentChargesWindow({ ...moment, at: end }) : open
  return { ...following, window: continuedFrom(following.window, next) }
}

function continuedFrom(window: Window, next: Instant): Window {
  if (window.from - next >= ZONE_CHANGE_MAX_MS) return window
  return { from: next, to: instant(Math.max(next, window.to)) }
}

/** An empty window billed nothing, not even its single instant. */
function newest(billed: readonly BilledWindow[]): BilledWindow | undefined {
  return billed
    .filter(({ from, to }) => from < to)
    .reduce<BilledWindow | undefined>(
      (last, window) => (last === undefined || window.to > last.to ? window : last),
      undefined,
    )
}

function withinLife({ subscription, at }: BillMoment): Instant {
  const { startedAt, terminatedAt } = subscription
  return instant(Math.max(terminatedAt === null ? at : Math.min(at, terminatedAt), startedAt))
}
