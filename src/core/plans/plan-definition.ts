import type { FixedChargeSettings } from '../fixed-charges/settings.ts'
import type { Metadata } from '../input/metadata.ts'
import { isSameValue } from '../input/same-value.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import type { FilterSettings } from './charge-filters.ts'
import type { ChargeSettings } from './charge-settings.ts'
import type { ThresholdSettings } from './plan-parts.ts'
import type { PlanSettings } from './plan-settings.ts'

type Coded = { readonly code: string }

/** A charge with what its definition names. */
export type DefinedCharge = ChargeSettings & {
  readonly id: string
  readonly billableMetricId: string
  readonly metric: Coded
  readonly filters: readonly FilterSettings[]
  readonly taxes: readonly Coded[]
  readonly pricingUnit: Coded | null
}

/** A fixed charge with what its definition names. */
export type DefinedFixedCharge = FixedChargeSettings & {
  readonly id: string
  readonly addOnId: string
  readonly addOnCode: string
  readonly taxes: readonly Coded[]
}

/** A plan with all its parts, stored or as a request would leave it. */
export type DefinedPlan = PlanSettings & {
  readonly metadata: Metadata | null
  readonly taxes: readonly Coded[]
  readonly thresholds: readonly ThresholdSettings[]
  readonly minimumCommitment: {
    readonly amountCents: bigint
    readonly invoiceDisplayName: string | null
    readonly taxes: readonly Coded[]
  } | null
  readonly charges: readonly DefinedCharge[]
  readonly fixedCharges: readonly DefinedFixedCharge[]
}

export type FilterDefinition = {
  readonly values: FilterSettings['values']
  readonly invoice_display_name: string | null
  readonly properties: ChargeProperties
}

export type ChargeDefinition = {
  readonly id: string
  readonly billable_metric_id: string
  readonly billable_metric_code: string
  readonly code: string | null
  readonly invoice_display_name: string | null
  readonly charge_model: string
  readonly pay_in_advance: boolean
  readonly prorated: boolean
  readonly invoiceable: boolean
  readonly regroup_paid_fees: string | null
  readonly min_amount_cents: number
  readonly accepts_target_wallet: boolean
  readonly properties: ChargeProperties
  readonly applied_pricing_unit?: { readonly code: string; readonly conversion_rate: string }
  readonly tax_codes: readonly string[]
  readonly filters: readonly FilterDefinition[]
}

export type FixedChargeDefinition = {
  readonly id: string
  readonly add_on_id: string
  readonly add_on_code: string
  readonly code: string | null
  readonly invoice_display_name: string | null
  readonly charge_model: string
  readonly pay_in_advance: boolean
  readonly prorated: boolean
  readonly units: string
  readonly properties: ChargeProperties
  readonly tax_codes: readonly string[]
}

/** A plan as `PUT /plans/:code` takes it, whole: nothing is absent that the plan could have. */
export type PlanDefinition = {
  readonly name: string
  readonly code: string
  readonly invoice_display_name: string | null
  readonly description: string | null
  readonly interval: string
  readonly amount_cents: number
  readonly amount_currency: string
  readonly pay_in_advance: boolean
  readonly trial_period: string | null
  readonly bill_charges_monthly: boolean | null
  readonly bill_fixed_charges_monthly: boolean | null
  readonly metadata: Metadata | null
  readonly tax_codes: readonly string[]
  readonly minimum_commitment: {
    readonly amount_cents: number
    readonly invoice_display_name: string | null
    readonly tax_codes: readonly string[]
  } | null
  readonly usage_thresholds: readonly {
    readonly amount_cents: number
    readonly threshold_display_name: string | null
    readonly recurring: boolean
  }[]
  readonly charges: readonly ChargeDefinition[]
  readonly fixed_charges: readonly FixedChargeDefinition[]
}

/** The definition of a plan. Amounts are in minor units; every amount that is accepted fits into a JSON number. */
export function definitionOf(plan: DefinedPlan): PlanDefinition {
  const commitment = plan.minimumCommitment
  return {
    name: plan.name,
    code: plan.code,
    invoice_display_name: plan.invoiceDisplayName,
    description: plan.description,
    interval: plan.interval,
    amount_cents: Number(plan.amountCents),
    amount_currency: plan.amountCurrency,
    pay_in_advance: plan.payInAdvance,
    trial_period: plan.trialPeriod,
    bill_charges_monthly: plan.billChargesMonthly,
    bill_fixed_charges_monthly: plan.billFixedChargesMonthly,
    metadata: plan.metadata,
    tax_codes: codesOf(plan.taxes),
    minimum_commitment: commitment && {
      amount_cents: Number(commitment.amountCents),
      invoice_display_name: commitment.invoiceDisplayName,
      tax_codes: codesOf(commitment.taxes),
    },
    usage_thresholds: plan.thresholds.map((threshold) => ({
      amount_cents: Number(threshold.amountCents),
      threshold_display_name: threshold.thresholdDisplayName,
      recurring: threshold.isRecurring,
    })),
    charges: plan.charges.map(chargeDefinition),
    fixed_charges: plan.fixedCharges.map(fixedChargeDefinition),
  }
}

/** Whether two definitions are of the same plan; the order of their parts counts. */
export function isSameDefinition(a: PlanDefinition, b: PlanDefinition): boolean {
  return isSameValue(a, b)
}

/**
 * A definition to be restored on a plan as it is now. A charge that is gone takes the id of the one that stands under
 * its code since, if that is on the same metric and of the same model, so that it is changed and not replaced.
 */
export function definitionOn(definition: PlanDefinition, present: PlanDefinition): PlanDefinition {
  return {
    ...definition,
    charges: withPresentIds(
      definition.charges,
      present.charges,
      (a, b) => a.billable_metric_id === b.billable_metric_id,
    ),
    fixed_charges: withPresentIds(
      definition.fixed_charges,
      present.fixed_charges,
      (a, b) => a.add_on_id === b.add_on_id,
    ),
  }
}

type Identified = { readonly id: string; readonly code: string | null; readonly charge_model: string }

function withPresentIds<T extends Identified>(
  wanted: readonly T[],
  present: readonly T[],
  isAlike: (a: T, b: T) => boolean,
): T[] {
  const named = new Set(wanted.map(({ id }) => id))
  return wanted.map((each) => {
    if (present.some(({ id }) => id === each.id)) return each
    const successor = present.find(
      (other) =>
        other.code === each.code &&
        other.charge_model === each.charge_model &&
        !named.has(other.id) &&
        isAlike(other, each),
    )
    return successor ? { ...each, id: successor.id } : each
  })
}

function chargeDefinition(charge: DefinedCharge): ChargeDefinition {
  const { pricingUnit, conversionRate } = charge
  return {
    id: charge.id,
    billable_metric_id: charge.billableMetricId,
    billable_metric_code: charge.metric.code,
    code: charge.code,
    invoice_display_name: charge.invoiceDisplayName,
    charge_model: charge.chargeModel,
    pay_in_advance: charge.payInAdvance,
    prorated: charge.prorated,
    invoiceable: charge.invoiceable,
    regroup_paid_fees: charge.regroupPaidFees,
    min_amount_cents: Number(charge.minAmountCents),
    accepts_target_wallet: charge.acceptsTargetWallet,
    properties: charge.properties,
    ...(pricingUnit && conversionRate !== null
      ? { applied_pricing_unit: { code: pricingUnit.code, conversion_rate: conversionRate } }
      : {}),
    tax_codes: codesOf(charge.taxes),
    filters: charge.filters.map((filter) => ({
      values: filter.values,
      invoice_display_name: filter.invoiceDisplayName,
      properties: filter.properties,
    })),
  }
}

function fixedChargeDefinition(charge: DefinedFixedCharge): FixedChargeDefinition {
  return {
    id: charge.id,
    add_on_id: charge.addOnId,
    add_on_code: charge.addOnCode,
    code: charge.code,
    invoice_display_name: charge.invoiceDisplayName,
    charge_model: charge.chargeModel,
    pay_in_advance: charge.payInAdvance,
    prorated: charge.prorated,
    units: charge.units,
    properties: charge.properties,
    tax_codes: codesOf(charge.taxes),
  }
}

function codesOf(taxes: readonly Coded[]): string[] {
  return taxes.map(({ code }) => code).sort()
}
