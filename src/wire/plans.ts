import { Decimal } from '../core/amounts/decimal.ts'
import { toWireCents } from '../core/amounts/json-text.ts'
import type { PlanEntitlement } from '../core/entitlements/resolve.ts'
import type { UsageThresholdRow } from '../store/plan-parts.ts'
import type { PlanWithParts } from '../store/plans.ts'
import { toWireCharge } from './charges.ts'
import { toWirePlanEntitlement } from './entitlements.ts'
import { toWireFixedCharge } from './fixed-charges.ts'
import { toWireTax } from './taxes.ts'
import { isoSeconds } from './times.ts'

/**
 * A plan (docs/rules/plans.md). Entitlements are omitted when not given; so are a missing commitment and metadata.
 */
export function toWirePlan(
  plan: PlanWithParts,
  entitlements: readonly PlanEntitlement[] | undefined,
): Readonly<Record<string, unknown>> {
  return {
    ...toWireListedPlan(plan, entitlements),
    fixed_charges: plan.fixedCharges.map(toWireFixedCharge),
  }
}

/** A plan in a list: without fixed charges. */
export function toWireListedPlan(
  plan: PlanWithParts,
  entitlements: readonly PlanEntitlement[] | undefined,
): Readonly<Record<string, unknown>> {
  return {
    lago_id: plan.id,
    name: plan.name,
    invoice_display_name: plan.invoiceDisplayName,
    description: plan.description,
    created_at: isoSeconds(plan.createdAt),
    code: plan.code,
    interval: plan.interval,
    amount_cents: toWireCents(plan.amountCents),
    amount_currency: plan.amountCurrency,
    trial_period: plan.trialPeriod === null ? null : Decimal.of(plan.trialPeriod).toNumber(),
    pay_in_advance: plan.payInAdvance,
    bill_charges_monthly: plan.billChargesMonthly,
    bill_fixed_charges_monthly: plan.billFixedChargesMonthly,
    customers_count: 0,
    active_subscriptions_count: 0,
    draft_invoices_count: 0,
    parent_id: plan.parentId,
    pending_deletion: plan.isPendingDeletion,
    ...(plan.metadata === null ? {} : { metadata: plan.metadata }),
    ...(plan.minimumCommitment === null ? {} : { minimum_commitment: toWireCommitment(plan) }),
    charges: plan.charges.map(toWireCharge),
    taxes: plan.taxes.map(toWireTax),
    usage_thresholds: plan.thresholds.map(toWireUsageThreshold),
    applicable_usage_thresholds: plan.applicableThresholds.map(toWireApplicableThreshold),
    ...(entitlements === undefined ? {} : { entitlements: entitlements.map(toWirePlanEntitlement) }),
  }
}

/** A threshold of a plan or a subscription (docs/rules/progressive-billing.md#thresholds). */
export function toWireUsageThreshold(threshold: UsageThresholdRow): object {
  return {
    lago_id: threshold.id,
    ...toWireApplicableThreshold(threshold),
    created_at: isoSeconds(threshold.createdAt),
    updated_at: isoSeconds(threshold.updatedAt),
  }
}

export function toWireApplicableThreshold(threshold: UsageThresholdRow): object {
  return {
    threshold_display_name: threshold.thresholdDisplayName,
    amount_cents: toWireCents(threshold.amountCents),
    recurring: threshold.isRecurring,
  }
}

function toWireCommitment(plan: PlanWithParts): object | null {
  const commitment = plan.minimumCommitment
  return (
    commitment && {
      lago_id: commitment.id,
      plan_code: plan.code,
      invoice_display_name: commitment.invoiceDisplayName,
      amount_cents: toWireCents(commitment.amountCents),
      interval: plan.interval,
      created_at: isoSeconds(commitment.createdAt),
      updated_at: isoSeconds(commitment.updatedAt),
      taxes: commitment.taxes.map(toWireTax),
    }
  )
}
