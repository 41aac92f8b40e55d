import type { Decimal } from '../amounts/decimal.ts'
import type { GroupedBy, PropertyValues } from '../metering/usage.ts'
import { priceAdjustedAmount } from '../pricing/adjusted.ts'
import type { ChargeModelName } from '../pricing/models.ts'
import { minorUnits } from '../pricing/rated-fee.ts'
import type { Window } from '../subscriptions/windows.ts'
import { type FeeDraft, usageKey } from './fee-draft.ts'

/** What a person changes on a fee: its units, the price of one unit, or only its name. */
export type FeeChange = {
  /** Null when only the name changes. */
  readonly units: Decimal | null
  /** In currency units, whatever the charge is priced in; null to price the units as the charge does. */
  readonly unitAmount: Decimal | null
  /** Null for the name that the fee has anyway. */
  readonly invoiceDisplayName: string | null
}

/** A change that a draft keeps while it is rebuilt. */
export type AdjustedFee = FeeChange & {
  readonly id: string
  /** `adjustedKey` of the fee. */
  readonly key: string
  /** The window of the fee; a fee for another window is not adjusted. Null until it was on the draft once. */
  readonly period: Window | null
}

/** What a fee of a subscription bills. */
export type BilledItem =
  | { readonly kind: 'subscription' | 'commitment' }
  | { readonly kind: 'true_up'; readonly rootChargeId: string }
  | {
      readonly kind: 'charge'
      /** `rootId` of the charge. */
      readonly rootChargeId: string
      /** Null for usage that matches no filter. */
      readonly filterValues: PropertyValues | null
      readonly groupedBy: GroupedBy
    }
  | { readonly kind: 'fixed_charge'; readonly rootFixedChargeId: string }

/** The money of a fee for some units. */
export type FeeAmounts = Pick<
  FeeDraft,
  | 'units'
  | 'amountCents'
  | 'preciseAmountCents'
  | 'unitAmount'
  | 'amountDetails'
  | 'eventsCount'
  | 'pricingUnit'
>

/**
 * Identifies what a fee bills over the rebuilds of its draft, in which the fee itself gets a new id. Copies of a charge
 * in overridden plans share the key of the original.
 */
export function adjustedKey(subscriptionId: string, item: BilledItem): string {
  switch (item.kind) {
    case 'charge':
      return JSON.stringify([subscriptionId, item.kind, usageKey(item)])
    case 'true_up':
      return JSON.stringify([subscriptionId, item.kind, item.rootChargeId])
    case 'fixed_charge':
      return JSON.stringify([subscriptionId, item.kind, item.rootFixedChargeId])
    default:
      return JSON.stringify([subscriptionId, item.kind])
  }
}

/** Whether the model can price units alone: not where the price follows from single events or from days. */
export function isPricedByUnits(charge: {
  readonly model: ChargeModelName
  readonly prorated: boolean
}): boolean {
  return charge.model !== 'percentage' && !(charge.model === 'graduated' && charge.prorated)
}

/**
 * A fee with a person's change. With units and the price of one, the amount is their product, rounded once; with units
 * alone they are priced by `priceUnits`.
 *
 * @param exponent decimals of the currency
 */
export function changedFee(
  fee: FeeDraft,
  change: FeeChange,
  exponent: number,
  priceUnits: (units: Decimal) => FeeAmounts,
): FeeDraft {
  const { units, unitAmount } = change
  const named = { ...fee, invoiceDisplayName: change.invoiceDisplayName ?? fee.invoiceDisplayName }
  if (units === null) return named
  const amounts = unitAmount === null ? priceUnits(units) : atPrice(fee, units, unitAmount, exponent)
  const totalAggregatedUnits = fee.totalAggregatedUnits && units
  return { ...named, ...amounts, totalAggregatedUnits, presentation: [] }
}

/** A fee as the draft that is rebuilt keeps it; unchanged when nobody has adjusted it for this window. */
export function withAdjustment(
  fee: FeeDraft,
  adjusted: AdjustedFee | undefined,
  exponent: number,
  priceUnits: (units: Decimal) => FeeAmounts,
): FeeDraft {
  if (!adjusted || !isFor(adjusted, fee)) return fee
  return { ...changedFee(fee, adjusted, exponent, priceUnits), adjustedFeeId: adjusted.id }
}

function isFor({ period }: AdjustedFee, fee: FeeDraft): boolean {
  return period === null || (fee.period?.from === period.from && fee.period.to === period.to)
}

/**
 * The amounts of a fee that no charge prices, for some units: each costs what the fee says that one does, which for the
 * price of a plan is the prorated price.
 *
 * @param exponent decimals of the currency
 */
export function multiplied(fee: FeeDraft, units: Decimal, exponent: number): FeeAmounts {
  return atPrice(fee, units, fee.unitAmount, exponent)
}

function atPrice(fee: FeeDraft, units: Decimal, unitAmount: Decimal, exponent: number): FeeAmounts {
  return {
    ...priceAdjustedAmount(units, minorUnits(unitAmount, exponent), exponent),
    // The credit of a termination reads the price of the plan from its fee.
    amountDetails: fee.feeType === 'subscription' ? fee.amountDetails : {},
    eventsCount: fee.eventsCount,
    pricingUnit: null,
  }
}
