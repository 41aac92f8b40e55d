import { exponentOf } from '../core/amounts/currency.ts'
import { Decimal } from '../core/amounts/decimal.ts'
import { fromStoredCents, toWireCents } from '../core/amounts/json-text.ts'
import type { Instant } from '../core/calendar/instant.ts'
import { ALL_FILTER_VALUES } from '../core/metering/filters.ts'
import {
  narrowBreakdowns,
  type PresentationBreakdown,
  type PresentationKey,
  presentationKeys,
} from '../core/metering/grouping.ts'
import type { GroupedBy } from '../core/metering/usage.ts'
import { majorUnits } from '../core/pricing/rated-fee.ts'
import type { FeeTaxRow, FeeView } from '../store/fees.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

/** A fee as needed for its JSON; an estimate is not stored and has no id or creation time. */
export type ShownFee = Omit<
  FeeView,
  UnshownKeys | 'id' | 'createdAt' | 'appliedTaxes' | 'customerId' | 'externalCustomerId'
> & {
  readonly id: string | null
  readonly customerId: string | null
  readonly externalCustomerId: string | null
  readonly createdAt: Instant | null
  readonly appliedTaxes: readonly ShownFeeTax[]
}

/** Columns that are not in any JSON. */
type UnshownKeys =
  | 'organizationId'
  | 'billingEntityId'
  | 'unitAmountCents'
  | 'preciseCreditNotesAmountCents'
  | 'minimumCommitmentId'
  | 'eventId'
  | 'chargesFrom'
  | 'chargesTo'
  | 'deletedAt'
  | 'updatedAt'

/** A tax on a fee; ids and time are null on an estimate. */
export type ShownFeeTax = Omit<FeeTaxRow, 'id' | 'feeId' | 'createdAt' | 'organizationId'> & {
  readonly id: string | null
  readonly feeId: string | null
  readonly createdAt: Instant | null
}

/** What the item of a fee of a charge is made of. */
export type MeteredItem = Pick<
  ShownFee,
  | 'metricId'
  | 'metricCode'
  | 'metricName'
  | 'metricDescription'
  | 'invoiceDisplayName'
  | 'chargeInvoiceDisplayName'
  | 'filterValues'
  | 'filterInvoiceDisplayName'
  | 'groupedBy'
>

/** A presentation breakdown as stored on fees. */
export type StoredBreakdown = { readonly presentation_by: GroupedBy; readonly units: string }

/** Fee types that show the period they cover (docs/rules/rounding.md). */
const DATED_TYPES: readonly string[] = ['charge', 'subscription', 'add_on', 'fixed_charge']

/** A fee with its item, amounts and taxes (docs/rules/rounding.md). */
export function toWireFee(fee: ShownFee): object {
  const isCounted = fee.feeType === 'charge' || fee.feeType === 'fixed_charge'
  const isAdvanceCharge = fee.feeType === 'charge' && fee.payInAdvance
  const amounts = amountsOf(fee)
  return {
    lago_id: fee.id,
    lago_charge_id: fee.chargeId,
    lago_charge_filter_id: fee.chargeFilterId,
    lago_fixed_charge_id: fee.fixedChargeId,
    lago_invoice_id: fee.invoiceId,
    lago_true_up_fee_id: fee.trueUpFeeId,
    lago_true_up_parent_fee_id: fee.trueUpParentFeeId,
    lago_original_fee_id: fee.originalFeeId,
    lago_subscription_id: fee.subscriptionId,
    external_subscription_id: fee.externalSubscriptionId,
    // Lago names the customer of a fee by its subscription.
    lago_customer_id: fee.subscriptionId === null ? null : fee.customerId,
    external_customer_id: fee.subscriptionId === null ? null : fee.externalCustomerId,
    item: itemOf(fee),
    pay_in_advance: fee.payInAdvance,
    invoiceable: fee.invoiceable,
    // Named one by one: an object that gets so many from another one is slow to make and to write, and fees are many.
    amount_cents: amounts.amount_cents,
    amount_currency: amounts.amount_currency,
    precise_amount: amounts.precise_amount,
    precise_total_amount: amounts.precise_total_amount,
    taxes_amount_cents: amounts.taxes_amount_cents,
    taxes_precise_amount: amounts.taxes_precise_amount,
    taxes_rate: amounts.taxes_rate,
    total_amount_cents: amounts.total_amount_cents,
    total_amount_currency: amounts.total_amount_currency,
    precise_coupons_amount_cents: amounts.precise_coupons_amount_cents,
    sub_total_excluding_taxes_amount_cents: amounts.sub_total_excluding_taxes_amount_cents,
    sub_total_excluding_taxes_precise_amount_cents: amounts.sub_total_excluding_taxes_precise_amount_cents,
    units: wireDecimal(fee.units),
    total_aggregated_units: isCounted ? wireDecimal(fee.totalAggregatedUnits ?? fee.units) : null,
    description: fee.description,
    precise_unit_amount: wireDecimal(fee.preciseUnitAmount),
    events_count: fee.eventsCount === null ? null : Number(fee.eventsCount),
    payment_status: fee.paymentStatus,
    created_at: isoSecondsOrNull(fee.createdAt),
    succeeded_at: isoSecondsOrNull(fee.succeededAt),
    failed_at: isoSecondsOrNull(fee.failedAt),
    refunded_at: isoSecondsOrNull(fee.refundedAt),
    amount_details: fromStoredCents(fee.amountDetails),
    self_billed: fee.selfBilled,
    pricing_unit_details: fromStoredCents(fee.pricingUnit ?? null),
    presentation_breakdowns: breakdownsOf(fee),
    ...(DATED_TYPES.includes(fee.feeType)
      ? { from_date: isoSecondsOrNull(fee.fromAt), to_date: isoSecondsOrNull(fee.toAt) }
      : {}),
    ...(isAdvanceCharge ? { event_transaction_id: fee.eventTransactionId } : {}),
    applied_taxes: fee.appliedTaxes.map((tax) => toWireFeeTax(tax, fee.currency)),
  }
}

/** A tax of a fee. */
export function toWireFeeTax(tax: ShownFeeTax, currency: string): object {
  return {
    lago_id: tax.id,
    lago_fee_id: tax.feeId,
    lago_tax_id: tax.taxId,
    tax_name: tax.taxName,
    tax_code: tax.taxCode,
    tax_rate: Decimal.of(tax.taxRate).toNumber(),
    tax_description: tax.taxDescription,
    amount_cents: toWireCents(tax.amountCents),
    amount_currency: currency,
    created_at: tax.createdAt === null ? null : isoSeconds(tax.createdAt),
  }
}

/** `{key: values}` of a charge filter in one line; an entry for all values prints its key. */
export function filterLabel(name: string | null, values: unknown): string | null {
  if (name !== null && name !== '') return name
  if (typeof values !== 'object' || values === null) return null
  return Object.entries(values as Record<string, readonly string[]>)
    .flatMap(([key, list]) => list.map((value) => (value === ALL_FILTER_VALUES ? key : value)))
    .join(', ')
}

/** The breakdowns as stored on a fee: split by all presentation keys, including hidden ones. */
export function storedBreakdowns(breakdowns: readonly PresentationBreakdown[]): StoredBreakdown[] {
  return breakdowns.map(({ presentationBy, units }) => ({
    presentation_by: presentationBy,
    units: units.toWire(),
  }))
}

/** The inverse of `storedBreakdowns`. */
export function breakdownsOfRow(stored: unknown): PresentationBreakdown[] {
  if (!Array.isArray(stored)) return []
  return (stored as readonly StoredBreakdown[]).map(({ presentation_by, units }) => ({
    presentationBy: presentation_by,
    units: Decimal.of(units),
  }))
}

function amountsOf(fee: ShownFee) {
  const exponent = exponentOf(fee.currency)
  const precise = Decimal.of(fee.preciseAmountCents)
  const preciseTaxes = Decimal.of(fee.taxesPreciseAmountCents)
  // The API includes progressive credits in the coupon amount.
  const coupons = Decimal.of(fee.preciseProgressiveCreditAmountCents).plus(
    Decimal.of(fee.preciseCouponsAmountCents),
  )
  const subTotal = Decimal.of(fee.amountCents).minus(coupons).round()
  return {
    amount_cents: toWireCents(fee.amountCents),
    amount_currency: fee.currency,
    precise_amount: majorUnits(precise, exponent).toWire(),
    precise_total_amount: majorUnits(precise.plus(preciseTaxes), exponent).toWire(),
    taxes_amount_cents: toWireCents(fee.taxesAmountCents),
    taxes_precise_amount: majorUnits(preciseTaxes, exponent).toWire(),
    taxes_rate: Decimal.of(fee.taxesRate).toNumber(),
    total_amount_cents: toWireCents(fee.amountCents + fee.taxesAmountCents),
    total_amount_currency: fee.currency,
    precise_coupons_amount_cents: coupons.toWire(),
    sub_total_excluding_taxes_amount_cents: toWireCents(subTotal.toBigInt()),
    sub_total_excluding_taxes_precise_amount_cents: precise.minus(coupons).toWire(),
  }
}

/** What a fee of a charge is for. */
export function toWireMeteredItem(fee: MeteredItem): object {
  const name = fee.invoiceDisplayName || fee.chargeInvoiceDisplayName || fee.metricName
  return {
    type: 'charge',
    code: fee.metricCode,
    name: fee.metricName,
    description: fee.metricDescription,
    invoice_display_name: name,
    lago_item_id: fee.metricId,
    item_type: 'BillableMetric',
    ...filterOf(fee),
  }
}

function filterOf(fee: Pick<ShownFee, 'filterValues' | 'filterInvoiceDisplayName' | 'groupedBy'>): object {
  return {
    filters: fee.filterValues ?? null,
    filter_invoice_display_name: filterLabel(fee.filterInvoiceDisplayName, fee.filterValues),
    grouped_by: fee.groupedBy,
  }
}

/** What an invoice calls a fee, and the filter and groups that it is for. */
export function namesOfFee(fee: ShownFee): { readonly name: string; readonly detail: string | null } {
  const item = itemOf(fee) as { readonly invoice_display_name?: string | null }
  const filter = filterLabel(fee.filterInvoiceDisplayName, fee.filterValues)
  const groups = Object.values((fee.groupedBy ?? {}) as Record<string, string | null>)
  const detail = [filter, ...groups].filter((each) => each !== null && each !== '').join(', ')
  return { name: item.invoice_display_name ?? '', detail: detail === '' ? null : detail }
}

function itemOf(fee: ShownFee): object {
  if (fee.feeType === 'charge') return toWireMeteredItem(fee)
  return { type: fee.feeType, ...namesOf(fee), ...filterOf(fee) }
}

function namesOf(fee: ShownFee): object {
  if (fee.feeType === 'add_on' || fee.feeType === 'fixed_charge') return addOnOf(fee)
  if (fee.feeType === 'credit') return creditOf(fee)
  const planName =
    fee.feeType === 'commitment'
      ? fee.commitmentInvoiceDisplayName || 'Minimum commitment'
      : fee.planInvoiceDisplayName || fee.planName
  return {
    code: fee.planCode,
    name: fee.planName,
    description: fee.planDescription,
    invoice_display_name: fee.invoiceDisplayName || planName,
    lago_item_id: fee.subscriptionId,
    item_type: 'Subscription',
  }
}

function creditOf(fee: ShownFee): object {
  return {
    code: 'credit',
    name: 'credit',
    description: 'credit',
    invoice_display_name: fee.invoiceDisplayName || 'credit',
    lago_item_id: fee.walletTransactionId,
    item_type: 'WalletTransaction',
  }
}

function addOnOf(fee: ShownFee): object {
  const ownName = fee.fixedChargeInvoiceDisplayName || fee.addOnInvoiceDisplayName
  return {
    code: fee.addOnCode,
    name: fee.addOnName,
    description: fee.addOnDescription,
    invoice_display_name: fee.invoiceDisplayName || ownName || fee.addOnName,
    lago_item_id: fee.addOnId,
    item_type: 'AddOn',
  }
}

/**
 * Only keys shown on invoices; units of tuples that become equal are added (docs/rules/filters-and-groups.md#groups).
 */
function breakdownsOf(fee: ShownFee): StoredBreakdown[] {
  const { presentationBreakdowns: stored } = fee
  if (!Array.isArray(stored) || stored.length === 0) return []
  const keys = shownKeys(fee.chargeProperties)
  return storedBreakdowns(narrowBreakdowns(breakdownsOfRow(stored), keys))
}

function shownKeys(properties: unknown): string[] {
  if (typeof properties !== 'object' || properties === null) return []
  const keys: readonly PresentationKey[] = presentationKeys(properties as Record<string, unknown>)
  return keys.filter((key) => key.displayInInvoice).map(({ key }) => key)
}

function wireDecimal(value: string): string {
  return Decimal.of(value).toWire()
}
