import { Decimal } from '../../core/amounts/decimal.ts'
import { toWireCents } from '../../core/amounts/json-text.ts'
import { hasReached, ownTypeOf } from '../../core/portal/own-alert.ts'
import type { OwnAlertView } from '../../store/portal-alerts.ts'
import { isoSecondsOrNull } from '../times.ts'

/** An alert of a customer, with the figure of the last look at it. */
export function toWireOwnAlert(view: OwnAlertView): object {
  const { figure } = view
  const amount = Decimal.of(view.amount)
  return {
    ...subjectOf(view),
    name: view.name,
    currency: view.currency,
    amount_cents: centsOf(amount),
    present_cents: figure === null ? null : centsOf(Decimal.of(figure)),
    is_reached: figure !== null && hasReached(ownTypeOf(view.alertType), amount, Decimal.of(figure)),
    raised_at: isoSecondsOrNull(view.raisedAt),
  }
}

/** The same as the activity log keeps it: what the customer has set. */
export function toWireLoggedAlert(view: OwnAlertView, externalCustomerId: string): object {
  return {
    ...subjectOf(view),
    external_customer_id: externalCustomerId,
    alert_type: view.alertType,
    name: view.name,
    currency: view.currency,
    amount_cents: centsOf(Decimal.of(view.amount)),
  }
}

function subjectOf({ id, subscriptionId, walletId }: OwnAlertView): object {
  return { id, subscription_id: subscriptionId, wallet_id: walletId }
}

/** Alerts of customers watch amounts, which are whole cents. */
function centsOf(value: Decimal): number | bigint {
  return toWireCents(value.toBigInt())
}
