import { Decimal } from '../core/amounts/decimal.ts'
import { toWireCents } from '../core/amounts/json-text.ts'
import type { ChargeFilterRow } from '../store/charges.ts'
import type { PlanCharge } from '../store/plans.ts'
import { toWireTax } from './taxes.ts'
import { isoSeconds } from './times.ts'

/** A charge (docs/rules/pricing-models.md). */
export function toWireCharge(charge: PlanCharge): object {
  return {
    lago_id: charge.id,
    lago_billable_metric_id: charge.billableMetricId,
    billable_metric_code: charge.metric.code,
    code: charge.code,
    invoice_display_name: charge.invoiceDisplayName,
    created_at: isoSeconds(charge.createdAt),
    charge_model: charge.chargeModel,
    invoiceable: charge.invoiceable,
    regroup_paid_fees: charge.regroupPaidFees,
    pay_in_advance: charge.payInAdvance,
    prorated: charge.prorated,
    min_amount_cents: toWireCents(charge.minAmountCents),
    properties: charge.properties,
    accepts_target_wallet: charge.acceptsTargetWallet,
    lago_parent_id: charge.parentId,
    filters: charge.filters.map((filter) => toWireChargeFilter(filter, charge.code)),
    taxes: charge.taxes.map(toWireTax),
    applied_pricing_unit:
      charge.pricingUnit && charge.conversionRate !== null
        ? { code: charge.pricingUnit.code, conversion_rate: Decimal.of(charge.conversionRate).toWire() }
        : null,
  }
}

/** A charge filter (docs/rules/filters-and-groups.md#filters). */
export function toWireChargeFilter(filter: ChargeFilterRow, chargeCode: string): object {
  return {
    lago_id: filter.id,
    charge_code: chargeCode,
    invoice_display_name: filter.invoiceDisplayName,
    properties: filter.properties,
    values: filter.values,
  }
}
