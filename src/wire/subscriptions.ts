import { toWireCents } from '../core/amounts/json-text.ts'
import { localDate } from '../core/calendar/zone.ts'
import { downgradeDate } from '../core/subscriptions/change.ts'
import type { ListedSubscription, SubscriptionDetails } from '../store/subscription-views.ts'
import { toWireSubscriptionEntitlement } from './entitlements.ts'
import { toWireSelectedSection } from './invoice-custom-sections.ts'
import { toWireApplicableThreshold, toWirePlan } from './plans.ts'
import { isoMillisOrNull, isoSeconds, isoSecondsOrNull } from './times.ts'

/** A subscription in lists and invoices (docs/rules/subscriptions.md). */
export function toWireSubscription(view: ListedSubscription): object {
  const { row, plan, customer } = view
  return {
    lago_id: row.id,
    external_id: row.externalId,
    lago_customer_id: row.customerId,
    external_customer_id: customer.externalId,
    billing_entity_code: view.billingEntityCode,
    name: row.name,
    plan_code: plan.code,
    plan_amount_cents: toWireCents(plan.amountCents),
    plan_amount_currency: plan.amountCurrency,
    status: row.status,
    billing_time: row.billingTime,
    subscription_at: isoSeconds(row.subscriptionAt),
    // An upgrade that waited for its payment shows when it was asked for.
    started_at: isoMillisOrNull(row.gatedAt ?? row.startedAt),
    activated_at: isoSecondsOrNull(row.activatedAt),
    trial_ended_at: isoSecondsOrNull(row.trialEndedAt),
    ending_at: isoSecondsOrNull(row.endingAt),
    terminated_at: isoSecondsOrNull(row.terminatedAt),
    canceled_at: isoSecondsOrNull(row.canceledAt),
    created_at: isoSeconds(row.createdAt),
    previous_plan_code: view.previousPlanCode,
    next_plan_code: view.successor?.planCode ?? null,
    downgrade_plan_date: downgradePlanDate(view),
    ...currentPeriod(view),
    on_termination_credit_note: row.onTerminationCreditNote,
    on_termination_invoice: row.onTerminationInvoice,
    progressive_billing_disabled: row.progressiveBillingDisabled,
    consolidate_invoice: row.consolidateInvoice,
    purchase_order_number: row.purchaseOrderNumber,
    cancellation_reason: row.cancellationReason,
    payment_method: {
      payment_method_id: row.paymentMethodId,
      payment_method_type: row.paymentMethodType,
    },
    activation_rules: view.activationRules.map(toWireRule),
  }
}

function toWireRule(rule: ListedSubscription['activationRules'][number]): object {
  return {
    lago_id: rule.id,
    type: rule.type,
    timeout_hours: rule.timeoutHours,
    status: rule.status,
    expires_at: isoSecondsOrNull(rule.expiresAt),
    created_at: isoSeconds(rule.createdAt),
    updated_at: isoSeconds(rule.updatedAt),
  }
}

/** The same with the details of a single subscription. */
export function toWireSubscriptionDetails(details: SubscriptionDetails): object {
  return {
    ...toWireSubscription(details),
    plan: toWirePlan(details.wholePlan, details.planEntitlements),
    entitlements: details.entitlements.map(toWireSubscriptionEntitlement),
    applicable_usage_thresholds: details.thresholds.map(toWireApplicableThreshold),
    applied_invoice_custom_sections: details.sections.map(toWireSelectedSection),
  }
}

function currentPeriod({ currentPeriod: window }: ListedSubscription): object {
  return {
    current_billing_period_started_at: isoSecondsOrNull(window?.from ?? null),
    current_billing_period_ending_at: isoSecondsOrNull(window?.to ?? null),
  }
}

/** When a pending downgrade takes effect, or did; null when there is none. */
function downgradePlanDate(view: ListedSubscription): string | null {
  const { row, successor, zone, moment } = view
  if (successor?.status === 'pending') return moment === null ? null : downgradeDate(moment)
  if (row.endedBy !== 'downgrade' || successor?.startedAt == null) return null
  return localDate(successor.startedAt, zone)
}
