import { Decimal } from '../core/amounts/decimal.ts'
import type { InstantPrice } from '../core/pricing/price-instant.ts'
import type { RatedCharge, RatedFilter } from '../core/rating/charge.ts'
import { toWireMeteredItem } from './fees.ts'

/** The data of an instant estimate. */
export type ShownInstantFee = {
  readonly charge: RatedCharge
  readonly filter: RatedFilter | null
  readonly price: InstantPrice
  readonly currency: string
  readonly metricDescription: string | null
  readonly transactionId: string
  readonly customerId: string
  readonly externalCustomerId: string
  readonly subscriptionId: string
  readonly externalSubscriptionId: string
}

/**
 * An instant estimate (docs/rules/usage.md#estimates). Unlike on a fee, amounts in cents are decimal strings, and the
 * unit amount is in cents.
 */
export function toWireInstantFee(fee: ShownInstantFee): object {
  const { charge, filter, price } = fee
  const amountCents = Decimal.of(price.amountCents).toWire()
  const preciseAmount = price.preciseAmount.toWire()
  return {
    lago_id: null,
    lago_charge_id: charge.id,
    lago_charge_filter_id: filter?.id ?? null,
    lago_invoice_id: null,
    lago_true_up_fee_id: null,
    lago_true_up_parent_fee_id: null,
    lago_subscription_id: fee.subscriptionId,
    external_subscription_id: fee.externalSubscriptionId,
    lago_customer_id: fee.customerId,
    external_customer_id: fee.externalCustomerId,
    item: toWireMeteredItem({
      metricId: charge.metric.id,
      metricCode: charge.metric.code,
      metricName: charge.metric.name,
      metricDescription: fee.metricDescription,
      invoiceDisplayName: null,
      chargeInvoiceDisplayName: charge.invoiceDisplayName,
      filterValues: filter?.values ?? null,
      filterInvoiceDisplayName: filter?.invoiceDisplayName ?? null,
      groupedBy: {},
    }),
    pay_in_advance: true,
    invoiceable: charge.invoiceable,
    amount_cents: amountCents,
    amount_currency: fee.currency,
    precise_amount: preciseAmount,
    precise_total_amount: preciseAmount,
    taxes_amount_cents: 0,
    taxes_precise_amount: 0,
    taxes_rate: 0,
    total_amount_cents: amountCents,
    total_amount_currency: fee.currency,
    units: price.units.toWire(),
    description: null,
    precise_unit_amount: price.preciseUnitAmountCents.toWire(),
    precise_coupons_amount_cents: Decimal.zero.toWire(),
    events_count: 1,
    payment_status: 'pending',
    created_at: null,
    succeeded_at: null,
    failed_at: null,
    refunded_at: null,
    amount_details: null,
    event_transaction_id: fee.transactionId,
  }
}
