import { addDays, type CalendarDate, daysBetween } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'

/** What the issuing date of a periodic bill is anchored to. */
export type IssuingAnchor = 'next_period_start' | 'current_period_end'

/** Whether a grace period moves the issuing date. */
export type IssuingAdjustment = 'align_with_finalization_date' | 'keep_anchor'

/** The settings in effect: the customer's, else the billing entity's, else the defaults. */
export type IssuingSettings = {
  readonly graceDays: number
  readonly netPaymentTermDays: number
  readonly anchor: IssuingAnchor
  readonly adjustment: IssuingAdjustment
}

/** What determines an invoice's dates besides the settings. */
export type IssuingBill = {
  readonly at: Instant
  readonly zone: TimeZone
  readonly isPeriodic: boolean
  /** True only for subscription bills with a grace period; charges in advance, deltas and gated bills have none. */
  readonly hasGrace: boolean
}

/** The dates of an invoice, in the customer's zone. */
export type IssuingDates = {
  readonly expectedFinalizationOn: CalendarDate
  readonly issuingOn: CalendarDate
  readonly paymentDueOn: CalendarDate
}

/** The dates of a new invoice (docs/rules/invoices.md#dates). */
export function issuingDates(bill: IssuingBill, settings: IssuingSettings): IssuingDates {
  const day = localDate(bill.at, bill.zone)
  const graceDays = bill.hasGrace ? settings.graceDays : 0
  const issuingOn = addDays(day, bill.hasGrace ? adjustmentDays(bill.isPeriodic, settings) : 0)
  return {
    expectedFinalizationOn: addDays(day, graceDays),
    issuingOn,
    paymentDueOn: addDays(issuingOn, settings.netPaymentTermDays),
  }
}

/**
 * The dates of a draft that becomes final at an instant: it is issued on that day, unless it keeps its anchor
 * (docs/rules/invoices.md#dates).
 */
export function finalizedDates(
  draft: Pick<IssuingDates, 'issuingOn'>,
  bill: IssuingBill,
  settings: IssuingSettings,
): Pick<IssuingDates, 'issuingOn' | 'paymentDueOn'> {
  const keepsAnchor = bill.isPeriodic && settings.adjustment === 'keep_anchor'
  const issuingOn = keepsAnchor ? draft.issuingOn : localDate(bill.at, bill.zone)
  return { issuingOn, paymentDueOn: addDays(issuingOn, settings.netPaymentTermDays) }
}

/**
 * The dates of an invoice that waited for its taxes and becomes final on a later day than it should have: it is issued
 * as many days later, unless it keeps its anchor (docs/rules/taxes.md#vat-numbers).
 *
 * @param wantedAt when it was to be final
 */
export function belatedDates(
  pending: Pick<IssuingDates, 'issuingOn' | 'paymentDueOn'>,
  wantedAt: Instant,
  bill: Pick<IssuingBill, 'at' | 'zone' | 'isPeriodic'>,
  settings: IssuingSettings,
): Pick<IssuingDates, 'issuingOn' | 'paymentDueOn'> {
  const keepsAnchor = bill.isPeriodic && settings.adjustment === 'keep_anchor'
  const lateDays = daysBetween(localDate(wantedAt, bill.zone), localDate(bill.at, bill.zone))
  if (keepsAnchor || lateDays <= 0) return pending
  return {
    issuingOn: addDays(pending.issuingOn, lateDays),
    paymentDueOn: addDays(pending.paymentDueOn, lateDays),
  }
}

/**
 * The dates of a draft after its settings changed: each moves by the difference between old and new settings
 * (docs/rules/invoices.md#dates).
 */
export function shiftedDates(
  draft: IssuingDates,
  isPeriodic: boolean,
  before: IssuingSettings,
  after: IssuingSettings,
): IssuingDates {
  const moved = adjustmentDays(isPeriodic, after) - adjustmentDays(isPeriodic, before)
  const issuingOn = addDays(draft.issuingOn, moved)
  const term = daysBetween(draft.issuingOn, draft.paymentDueOn)
  const termChange = after.netPaymentTermDays - before.netPaymentTermDays
  return {
    expectedFinalizationOn: addDays(draft.expectedFinalizationOn, after.graceDays - before.graceDays),
    issuingOn,
    paymentDueOn: addDays(issuingOn, term + termChange),
  }
}

/** Days from the billing day to the issuing date, -1 for the last day of the closed period. */
export function adjustmentDays(isPeriodic: boolean, settings: IssuingSettings): number {
  const { graceDays, anchor, adjustment } = settings
  if (!isPeriodic) return graceDays
  if (adjustment === 'align_with_finalization_date' && graceDays > 0) return graceDays
  return anchor === 'current_period_end' ? -1 : 0
}
