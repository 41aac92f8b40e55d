import { addMs, HOUR_MS, type Instant, instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'
import type { BillMoment } from './subscription.ts'
import { currentChargesWindow, type UsageWindow, type Window } from './windows.ts'

/** A charges window that a periodic bill covered, and the zone whose days it was cut by. */
export type BilledWindow = Window & { readonly zone: TimeZone }

/** No two zones are further apart: windows of one period that were cut in two zones begin within it. */
export const ZONE_CHANGE_MAX_MS = 26 * HOUR_MS

/**
 * A charges window after the customer moved to another zone (docs/rules/periods.md#time-zones): it goes on
 * where the last window ended that was billed in another zone. What that one covered is not covered again,
 * and a gap that zones alone explain (less than 26 hours) is closed. A window that was billed as a whole
 * becomes one without time.
 */
export function continuedWindow(window: Window, billed: readonly BilledWindow[], zone: TimeZone): Window {
  const last = newest(billed)
  if (last === undefined || last.zone === zone) return window
  return continuedFrom(window, addMs(last.to, 1))
}

/**
 * The usage window that an instant lies in, as it was or will be billed: the period of the customer's zone,
 * continued after a change of zone (docs/rules/periods.md#time-zones). Whatever looks at usage before the
 * bill does (current usage, thresholds, charges in advance) looks at this window, so that it sees what the
 * bill will and nothing that a bill had. Its start stays the same when the zone changes in the middle of it.
 *
 * @param billed windows of all periodic bills; none at all when the customer never moved
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
  // A date is billed once: what is left of a period that was billed on it belongs to the bill after it.
  const isBilled = localDate(end, moment.zone) <= localDate(next, last.zone)
  const following = isBilled ? currentChargesWindow({ ...moment, at: end }) : open
  return { ...following, window: continuedFrom(following.window, next) }
}

function continuedFrom(window: Window, next: Instant): Window {
  if (window.from - next >= ZONE_CHANGE_MAX_MS) return window
  return { from: next, to: instant(Math.max(next, window.to)) }
}

/** A window without time billed nothing, not even its one instant. */
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
