import { Decimal } from '../amounts/decimal.ts'
import { storedCents } from '../amounts/json-text.ts'
import type { FixedPrice } from '../fixed-charges/price.ts'
import { groupId } from '../metering/grouping.ts'
import type { GroupedBy, PropertyValues } from '../metering/usage.ts'
import { valuesKey } from '../plans/charge-filters.ts'
import type { PricingUnitAmounts, RatedFee } from '../pricing/rated-fee.ts'
import type { PricingUnit } from '../rating/charge.ts'
import type { RatedUsage } from '../rating/rate-usage.ts'
import type { Window } from '../subscriptions/windows.ts'

export const FEE_TYPES = ['charge', 'add_on', 'subscription', 'credit', 'commitment', 'fixed_charge'] as const
export type FeeType = (typeof FEE_TYPES)[number]

export type PresentationRow = {
  readonly presentationBy: GroupedBy
  readonly units: Decimal
}

/** A fee before it is stored: everything but taxes, which the invoice adds. Amounts as on `RatedFee`. */
export type FeeDraft = {
  /** Identifies the fee within its bill so that fees can refer to each other; ids are assigned on insert. */
  readonly key: string
  readonly feeType: FeeType
  readonly subscriptionId: string | null
  readonly chargeId: string | null
  readonly chargeFilterId: string | null
  readonly minimumCommitmentId: string | null
  readonly addOnId: string | null
  readonly fixedChargeId: string | null
  /** `key` of the fee whose charge this one tops up to its minimum. */
  readonly trueUpParentKey: string | null
  readonly invoiceDisplayName: string | null
  /** A text of its own; null shows nothing. */
  readonly description: string | null
  readonly units: Decimal
  readonly totalAggregatedUnits: Decimal | null
  readonly eventsCount: number | null
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  /** Price of one unit in currency units. */
  readonly unitAmount: Decimal
  /** Its share of progressive billing credits in cents, with 5 decimals. */
  readonly preciseProgressiveCreditCents: Decimal
  /** Its share of coupons in cents, with 5 decimals. */
  readonly preciseCouponsAmountCents: Decimal
  readonly amountDetails: Readonly<Record<string, unknown>>
  readonly groupedBy: GroupedBy
  readonly presentation: readonly PresentationRow[]
  readonly pricingUnit: (PricingUnitAmounts & { readonly unit: PricingUnit }) | null
  readonly payInAdvance: boolean
  readonly invoiceable: boolean
  /** The period that the fee covers, both ends inclusive; null when it covers none. */
  readonly period: Window | null
  /** The charges window it belongs to. */
  readonly chargesWindow: Window | null
  readonly event: { readonly id: string; readonly transactionId: string } | null
}

type Needed =
  | 'key'
  | 'feeType'
  | 'subscriptionId'
  | 'units'
  | 'amountCents'
  | 'preciseAmountCents'
  | 'unitAmount'

/** A fee of which only what differs from the plainest one is given. One literal, so that all fees share a shape. */
function feeDraft(fee: Pick<FeeDraft, Needed> & Partial<FeeDraft>): FeeDraft {
  return {
    key: fee.key,
    feeType: fee.feeType,
    subscriptionId: fee.subscriptionId,
    chargeId: fee.chargeId ?? null,
    chargeFilterId: fee.chargeFilterId ?? null,
    minimumCommitmentId: fee.minimumCommitmentId ?? null,
    addOnId: fee.addOnId ?? null,
    fixedChargeId: fee.fixedChargeId ?? null,
    trueUpParentKey: fee.trueUpParentKey ?? null,
    invoiceDisplayName: fee.invoiceDisplayName ?? null,
    description: fee.description ?? null,
    units: fee.units,
    totalAggregatedUnits: fee.totalAggregatedUnits ?? null,
    eventsCount: fee.eventsCount ?? null,
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents,
    unitAmount: fee.unitAmount,
    preciseProgressiveCreditCents: Decimal.zero,
    preciseCouponsAmountCents: Decimal.zero,
    amountDetails: fee.amountDetails ?? {},
    groupedBy: fee.groupedBy ?? {},
    presentation: fee.presentation ?? [],
    pricingUnit: fee.pricingUnit ?? null,
    payInAdvance: fee.payInAdvance ?? false,
    invoiceable: fee.invoiceable ?? true,
    period: fee.period ?? null,
    chargesWindow: fee.chargesWindow ?? null,
    event: fee.event ?? null,
  }
}

/** The subscription fee for a window (docs/rules/proration.md). */
export function subscriptionFeeDraft(fee: {
  readonly key: string
  readonly subscriptionId: string
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  /** Amount in currency units. */
  readonly unitAmount: Decimal
  readonly planAmountCents: bigint
  readonly payInAdvance: boolean
  readonly period: Window
}): FeeDraft {
  return feeDraft({
    key: fee.key,
    feeType: 'subscription',
    subscriptionId: fee.subscriptionId,
    units: Decimal.one,
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents,
    unitAmount: fee.unitAmount,
    amountDetails: { plan_amount_cents: storedCents(fee.planAmountCents) },
    payInAdvance: fee.payInAdvance,
    period: fee.period,
  })
}

/** The fee for one priced group of usage (docs/rules/rounding.md and docs/rules/invoices.md#what-is-on-it). */
export function chargeFeeDraft(fee: {
  readonly key: string
  readonly subscriptionId: string
  readonly rated: RatedUsage
  readonly payInAdvance: boolean
  readonly period: Window
  readonly chargesWindow: Window
}): FeeDraft {
  const { rated } = fee
  const { pricingUnit } = rated.charge
  return feeDraft({
    key: fee.key,
    feeType: 'charge',
    subscriptionId: fee.subscriptionId,
    chargeId: rated.charge.id,
    chargeFilterId: rated.filter?.id ?? null,
    units: rated.fee.units,
    totalAggregatedUnits: rated.totalAggregatedUnits,
    eventsCount: rated.eventsCount,
    amountCents: rated.fee.amountCents,
    preciseAmountCents: rated.fee.preciseAmountCents,
    unitAmount: rated.fee.unitAmount,
    amountDetails: rated.fee.amountDetails,
    groupedBy: rated.groupedBy,
    presentation: rated.presentation,
    pricingUnit:
      rated.fee.pricingUnit && pricingUnit ? { ...rated.fee.pricingUnit, unit: pricingUnit } : null,
    payInAdvance: fee.payInAdvance,
    invoiceable: rated.charge.invoiceable,
    period: fee.period,
    chargesWindow: fee.chargesWindow,
  })
}

/**
 * The fee that tops a charge up to its minimum (docs/rules/commitments.md#minimum-of-a-charge); it keeps the parent's
 * group and dates.
 */
export function trueUpFeeDraft(
  key: string,
  parent: FeeDraft,
  trueUp: RatedFee,
  unit: PricingUnit | null,
): FeeDraft {
  return {
    ...parent,
    key,
    trueUpParentKey: parent.key,
    chargeFilterId: null,
    units: trueUp.units,
    totalAggregatedUnits: Decimal.one,
    eventsCount: 0,
    amountCents: trueUp.amountCents,
    preciseAmountCents: trueUp.preciseAmountCents,
    unitAmount: trueUp.unitAmount,
    amountDetails: {},
    presentation: [],
    pricingUnit: trueUp.pricingUnit && unit ? { ...trueUp.pricingUnit, unit } : null,
  }
}

/** The fee that tops a plan up to its minimum commitment (docs/rules/commitments.md#minimum-commitment-of-a-plan). */
export function commitmentFeeDraft(fee: {
  readonly key: string
  readonly subscriptionId: string
  readonly commitmentId: string
  readonly displayName: string | null
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly unitAmount: Decimal
  readonly period: Window
}): FeeDraft {
  return feeDraft({
    key: fee.key,
    feeType: 'commitment',
    subscriptionId: fee.subscriptionId,
    minimumCommitmentId: fee.commitmentId,
    invoiceDisplayName: fee.displayName ?? 'Minimum commitment',
    units: Decimal.one,
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents,
    unitAmount: fee.unitAmount,
    period: fee.period,
  })
}

/** The fee of a line of a one-off invoice (docs/rules/invoices.md#one-off-invoices). */
export function oneOffFeeDraft(fee: {
  readonly key: string
  readonly addOnId: string
  readonly invoiceDisplayName: string | null
  readonly description: string | null
  readonly units: Decimal
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly unitAmount: Decimal
  readonly period: Window
}): FeeDraft {
  return feeDraft({ ...fee, feeType: 'add_on', subscriptionId: null })
}

/** The fee of a fixed charge for a window (docs/rules/fixed-charges.md). */
export function fixedChargeFeeDraft(fee: {
  readonly key: string
  readonly subscriptionId: string
  readonly fixedChargeId: string
  readonly addOnId: string
  readonly price: FixedPrice
  readonly payInAdvance: boolean
  readonly period: Window
}): FeeDraft {
  const { price, ...rest } = fee
  return feeDraft({ ...rest, ...price, feeType: 'fixed_charge', totalAggregatedUnits: price.units })
}

/** The fee of credits that are bought (docs/rules/wallets.md#buying-credits). */
export function creditFeeDraft(fee: {
  readonly key: string
  readonly units: Decimal
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly unitAmount: Decimal
}): FeeDraft {
  return feeDraft({ ...fee, feeType: 'credit', subscriptionId: null })
}

/** The total of a fee's reductions before taxes, in cents. */
export function preciseReductionCents(
  fee: Pick<FeeDraft, 'preciseProgressiveCreditCents' | 'preciseCouponsAmountCents'>,
): Decimal {
  return fee.preciseProgressiveCreditCents.plus(fee.preciseCouponsAmountCents)
}

/**
 * Whether a charge fee has any units or amount; otherwise it is not stored (docs/rules/invoices.md#what-is-on-it).
 */
export function isWorthStoring(fee: FeeDraft): boolean {
  return !fee.units.isZero() || fee.amountCents !== 0n || (fee.eventsCount ?? 0) > 0
}

/**
 * Identifies what a fee bills: charge, filter and group. Fees with equal keys bill the same usage. Overridden copies
 * of a charge, and their filters with the same values, share the key of the original.
 */
export function usageKey(usage: {
  /** `rootId` of the charge. */
  readonly rootChargeId: string
  /** Null for usage that matches no filter. */
  readonly filterValues: PropertyValues | null
  readonly groupedBy: GroupedBy
}): string {
  const filter = usage.filterValues && valuesKey(usage.filterValues)
  return JSON.stringify([usage.rootChargeId, filter, groupId(usage.groupedBy)])
}
