import { Decimal } from '../core/amounts/decimal.ts'
import type { AlertView, TriggeredAlertRow } from '../store/alerts.ts'
import { toWireBillableMetric } from './billable-metrics.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

type AlertThreshold = { readonly code: string | null; readonly value: string; readonly recurring: boolean }

/** An alert (docs/rules/alerts.md). */
export function toWireAlert({ row, metric, walletCode }: AlertView): object {
  return {
    lago_id: row.id,
    lago_organization_id: row.organizationId,
    subscription_external_id: row.externalSubscriptionId,
    external_subscription_id: row.externalSubscriptionId,
    lago_wallet_id: row.walletId,
    wallet_code: walletCode,
    alert_type: row.alertType,
    code: row.code,
    name: row.name,
    direction: row.direction,
    previous_value: decimalText(row.previousValue),
    last_processed_at: isoSecondsOrNull(row.lastProcessedAt),
    thresholds: thresholdsOf(row.thresholds),
    created_at: isoSeconds(row.createdAt),
    billable_metric: metric && toWireBillableMetric(metric),
  }
}

/**
 * The webhook for an alert that crossed thresholds; `value` of a recurring one is the level reached. That of an alert
 * which a customer set in the portal says so in `set_by`.
 */
export function toWireTriggeredAlert(
  triggered: TriggeredAlertRow,
  { row, metric }: AlertView,
  externalCustomerId: string,
): object {
  return {
    lago_id: triggered.id,
    lago_organization_id: triggered.organizationId,
    lago_alert_id: row.id,
    lago_subscription_id: triggered.subscriptionId,
    external_subscription_id: row.externalSubscriptionId,
    lago_wallet_id: triggered.walletId,
    external_customer_id: externalCustomerId,
    billable_metric_code: metric?.code ?? null,
    alert_name: row.name,
    alert_code: row.code,
    alert_type: row.alertType,
    current_value: decimalText(triggered.currentValue),
    previous_value: decimalText(triggered.previousValue),
    crossed_thresholds: thresholdsOf(triggered.crossedThresholds),
    triggered_at: isoSeconds(triggered.triggeredAt),
    subscription_external_id: row.externalSubscriptionId,
    customer_external_id: externalCustomerId,
    ...(row.customerId === null ? {} : { set_by: 'customer' }),
  }
}

function thresholdsOf(stored: unknown): object[] {
  return (stored as readonly AlertThreshold[]).map(({ code, value, recurring }) => ({
    code,
    value: decimalText(value),
    recurring,
  }))
}

function decimalText(text: string): string {
  return Decimal.of(text).toWire()
}
