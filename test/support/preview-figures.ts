// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
type Shown = any

/** What a preview and a bill must have in common: everything but ids, numbers, times of making and what is in an object. */
export function figuresOf(invoice: Shown): object {
  const fee = (each: Shown) => [
    each.item.type,
    each.item.code,
    each.item.invoice_display_name,
    each.item.filters,
    each.item.grouped_by,
    each.units,
    each.amount_cents,
    each.precise_amount,
    each.precise_unit_amount,
    each.precise_coupons_amount_cents,
    each.taxes_amount_cents,
    each.taxes_rate,
    each.events_count,
    each.amount_details,
    each.pay_in_advance,
    each.external_subscription_id,
    each.from_date,
    each.to_date,
  ]
  const { fees, applied_taxes } = invoice
  return {
    head: [invoice.currency, invoice.issuing_date, invoice.payment_due_date, invoice.net_payment_term],
    amounts: Object.fromEntries(Object.entries(invoice).filter(([key]) => key.endsWith('_amount_cents'))),
    purchaseOrder: invoice.purchase_order_number,
    entity: invoice.billing_entity_code,
    fees: fees.map(fee),
    taxes: applied_taxes.map((each: Shown) => [each.tax_code, each.amount_cents, each.fees_amount_cents]),
  }
}
