import { ALERT_KINDS, type AlertType } from '../../core/alerts/check-alert.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import { lifetimeTotal } from '../../core/progressive-billing/progressive-check.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import type { AlertRow } from '../../store/alerts.ts'
import type { Reads } from '../../store/database.ts'
import type { SubscriptionActivity } from '../progressive-billing/bill-passed-thresholds.ts'
import { rateSubscription } from '../usage/rate-subscription.ts'

const FULL_USAGE: AlertType = 'billable_metric_lifetime_usage_units'

/**
 * The current value of each alert of a subscription, by alert id (docs/rules/alerts.md#what-is-watched); amounts in
 * cents. Absent when the plan does not charge the alert's metric, or prorates it and the alert is on usage since the
 * start.
 */
export async function alertValues(
  reads: Reads,
  activity: SubscriptionActivity,
  alerts: readonly AlertRow[],
): Promise<ReadonlyMap<string, Decimal>> {
  const wanted = alerts.filter((alert) => alert.alertType === FULL_USAGE)
  const full = wanted.length === 0 ? [] : await fullUsage(reads, activity, wanted)
  const values = new Map<string, Decimal>()
  for (const alert of alerts) {
    const value = watchedValue(alert, activity, full)
    if (value !== undefined) values.set(alert.id, value)
  }
  return values
}

function watchedValue(
  alert: AlertRow,
  { rated, figures }: SubscriptionActivity,
  full: readonly RatedUsage[],
): Decimal | undefined {
  const type = alert.alertType as AlertType
  if (ALERT_KINDS[type].needsMetric) {
    const own = (type === FULL_USAGE ? full : rated).filter(
      ({ charge }) => charge.metric.id === alert.billableMetricId,
    )
    return greatest(
      own.map(({ fee }) =>
        type === 'billable_metric_current_usage_amount' ? Decimal.of(fee.amountCents) : fee.units,
      ),
    )
  }
  return Decimal.of(type === 'lifetime_usage_amount' ? lifetimeTotal(figures) : figures.currentCents)
}

/** Usage since the start of the subscription, for the metrics that the alerts watch. */
async function fullUsage(
  reads: Reads,
  { snapshot, subscription, open }: SubscriptionActivity,
  alerts: readonly AlertRow[],
): Promise<readonly RatedUsage[]> {
  const isProrated = (metricId: string) =>
    subscription.charges.some((charge) => charge.metric.id === metricId && charge.prorated)
  const isWatched = ({ metric }: RatedCharge) =>
    alerts.some((alert) => alert.billableMetricId === metric.id) && !isProrated(metric.id)
  return rateSubscription(reads, {
    subscription,
    charges: subscription.charges.filter(isWatched),
    window: { from: subscription.billing.startedAt, to: open.window.to },
    durationDays: open.durationDays,
    zone: snapshot.customer.zone,
    purpose: 'current',
  })
}

function greatest(values: readonly Decimal[]): Decimal | undefined {
  return values.reduce<Decimal | undefined>(
    (found, value) => (found === undefined ? value : Decimal.max(found, value)),
    undefined,
  )
}
