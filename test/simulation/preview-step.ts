import type { Wire } from './book.ts'

/** When the next bill of a subscription falls due; null where that is too far away, or not told by its period. */
export function nextBillAt(subscription: Wire, now: number): number | null {
  const { plan, current_billing_period_ending_at: end } = subscription
  if (subscription.status !== 'active' || end === null) return null
  // Fixed charges that are billed monthly are billed before the period of the usage ends.
  if (plan.bill_fixed_charges_monthly === true && plan.bill_charges_monthly !== true) return null
  const at = Date.parse(end) + 1000
  const days = (at - now) / 86_400_000
  return days > 40 || at - 1000 <= now ? null : at
}

/** The part of an invoice that is a subscription's, as a preview of it alone must show it too. */
export function linesOf(invoice: Wire, externalId: string): string[] {
  return invoice.fees
    .filter((fee: Wire) => fee.external_subscription_id === externalId)
    .map((fee: Wire) =>
      JSON.stringify([
        fee.item.type,
        fee.item.code,
        fee.item.filter_invoice_display_name,
        fee.item.grouped_by,
        fee.units,
        fee.amount_cents,
        fee.precise_amount,
        fee.taxes_rate,
        fee.events_count,
        fee.from_date,
        fee.to_date,
      ]),
    )
    .sort()
}

/** The invoice that a bill of a subscription made at an instant. */
export function billedAt(invoices: readonly Wire[], subscription: Wire, at: number): Wire | undefined {
  return invoices.find(
    (invoice) =>
      Date.parse(invoice.created_at) === at &&
      invoice.billing_periods.some(
        (period: Wire) =>
          period.lago_subscription_id === subscription.lago_id &&
          ['subscription_periodic', 'subscription_terminating'].includes(period.invoicing_reason),
      ),
  )
}

/** The fees of a regenerated invoice with the time at which the first of them was made, which counts for all rules. */
export function datedAsFirst(invoices: readonly Wire[]): Wire[] {
  const made = new Map<string, string>()
  for (const invoice of invoices) for (const fee of invoice.fees) made.set(fee.lago_id, fee.created_at)
  return invoices.map((invoice) => ({
    ...invoice,
    fees: invoice.fees.map((fee: Wire) => ({
      ...fee,
      created_at: made.get(fee.lago_original_fee_id) ?? fee.created_at,
    })),
  }))
}
