import type { EffectiveEntitlement, PlanEntitlement } from '../core/entitlements/resolve.ts'
import type { EntitledPlanRow, EntitledSubscriptionRow } from '../store/entitlement-owners.ts'
import { toWirePlanEntitlement, toWireSubscriptionEntitlement } from './entitlements.ts'
import { isoMillisOrNull, isoSeconds, isoSecondsOrNull } from './times.ts'

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

/** A subscription as the announcement of changed entitlements shows it. */
export function toWireEntitledSubscription(
  subscription: EntitledSubscriptionRow,
  entitlements: readonly EffectiveEntitlement[],
): object {
  return {
    lago_id: subscription.id,
    external_id: subscription.externalId,
    lago_customer_id: subscription.customerId,
    name: subscription.name,
    status: subscription.status,
    billing_time: subscription.billingTime,
    subscription_at: isoSeconds(subscription.subscriptionAt),
    started_at: isoMillisOrNull(subscription.startedAt),
    ending_at: isoSecondsOrNull(subscription.endingAt),
    terminated_at: isoSecondsOrNull(subscription.terminatedAt),
    canceled_at: isoSecondsOrNull(subscription.canceledAt),
    created_at: isoSeconds(subscription.createdAt),
    entitlements: entitlements.map(toWireSubscriptionEntitlement),
  }
}
