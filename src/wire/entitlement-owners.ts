import type { PlanEntitlement } from '../core/entitlements/resolve.ts'
import type { EntitledPlanRow } from '../store/entitlement-owners.ts'
import { toWirePlanEntitlement } from './entitlements.ts'
import { isoSeconds } from './times.ts'

/** A plan as the announcement of changed entitlements shows it: its own fields and what it entitles to. */
export function toWireEntitledPlan(plan: EntitledPlanRow, entitlements: readonly PlanEntitlement[]): object {
  return {
    lago_id: plan.id,
    name: plan.name,
    invoice_display_name: plan.invoiceDisplayName,
    created_at: isoSeconds(plan.createdAt),
    code: plan.code,
    interval: plan.interval,
    description: plan.description,
    amount_cents: Number(plan.amountCents),
    amount_currency: plan.amountCurrency,
    trial_period: plan.trialPeriod === null ? null : Number(plan.trialPeriod),
    pay_in_advance: plan.payInAdvance,
    bill_charges_monthly: plan.billChargesMonthly,
    bill_fixed_charges_monthly: plan.billFixedChargesMonthly,
    parent_id: plan.parentId,
    pending_deletion: plan.isPendingDeletion,
    entitlements: entitlements.map(toWirePlanEntitlement),
  }
}
