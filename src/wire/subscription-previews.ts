import { toWireCents } from '../core/amounts/json-text.ts'
import { localDate, type TimeZone } from '../core/calendar/zone.ts'
import type { NoteContent } from '../core/credit-notes/early-end-note.ts'
import type { BillingDays, UnbilledPeriod } from '../core/subscriptions/billing-days.ts'
import type { Window } from '../core/subscriptions/windows.ts'
import type { InvoiceRow } from '../store/invoices.ts'
import { type ShownPreview, toWirePreview } from './invoice-preview.ts'
import { isoSeconds } from './times.ts'

/** The most periods that are listed by themselves. */
const LISTED_MAX = 36

/** When a subscription would be billed, and for what. */
export function toWireSubscriptionPreview({
  zone,
  startsAt,
  bills,
  unbilled,
}: BillingDays & { readonly zone: TimeZone }): object {
  return {
    timezone: zone,
    starts_at: isoSeconds(startsAt),
    bills: bills.map(({ at, price, usage }) => ({
      billing_at: isoSeconds(at),
      billing_date: localDate(at, zone),
      price: price && datesOf(price, zone),
      usage: usage && datesOf(usage, zone),
    })),
    unbilled_periods: unbilled.slice(0, LISTED_MAX).map(periodOf),
    unbilled_periods_count: unbilled.length,
  }
}

const datesOf = ({ from, to }: Window, zone: TimeZone) => ({
  from_date: localDate(from, zone),
  to_date: localDate(to, zone),
})

const periodOf = ({ start, end, hasPrice, hasUsage }: UnbilledPeriod) => ({
  from_date: start,
  to_date: end,
  is_price_billed: hasPrice,
  is_usage_billed: hasUsage,
})

type Ending = {
  readonly invoice: ShownPreview | null
  readonly credit: { readonly content: NoteContent; readonly invoice: InvoiceRow } | null
}

/** What a termination would make: the last invoice, and the amounts of the credit note. */
export function toWireTerminationPreview({ invoice, credit }: Ending): object {
  return { invoice: invoice && toWirePreview(invoice), credit_note: credit && noteOf(credit) }
}

function noteOf({ content, invoice }: NonNullable<Ending['credit']>): object {
  const { amounts, shares } = content
  return {
    lago_invoice_id: invoice.id,
    invoice_number: invoice.number,
    currency: invoice.currency,
    taxes_amount_cents: toWireCents(amounts.taxesCents),
    total_amount_cents: toWireCents(amounts.subTotalCents + amounts.taxesCents),
    credit_amount_cents: toWireCents(shares.creditCents),
    refund_amount_cents: toWireCents(shares.refundCents),
    offset_amount_cents: toWireCents(shares.offsetCents),
  }
}
