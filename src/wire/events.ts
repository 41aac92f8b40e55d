import type { EventFaults } from '../core/metering/event-faults.ts'
import type { FieldErrors } from '../core/problems.ts'
import type { ListedEvent } from '../store/events/event-list.ts'
import { isoMillis, isoSeconds } from './times.ts'

/**
 * The JSON text of an event (docs/rules/events.md). Built as text, because properties are returned with their digits
 * as sent, and the hot route serializes its response only once.
 */
export function toWireEventJson(event: ListedEvent): string {
  const { externalSubscriptionId: subscription, preciseTotalAmountCents: precise } = event
  return (
    `{"lago_id":"${event.id}","transaction_id":${JSON.stringify(event.transactionId)}` +
    `,"lago_customer_id":null,"code":${JSON.stringify(event.code)}` +
    `,"timestamp":"${isoMillis(event.at)}","lago_subscription_id":null` +
    `,"external_subscription_id":${subscription === null ? 'null' : JSON.stringify(subscription)}` +
    `,"precise_total_amount_cents":${precise === null ? 'null' : `"${precise.toWire()}"`}` +
    `,"properties":${event.propertiesJson},"created_at":"${isoSeconds(event.createdAt)}"}`
  )
}

/** The JSON text of the webhook `event.error` about one event (docs/rules/events.md#reports-of-bad-events). */
export function toWireEventErrorJson(event: ListedEvent, details: FieldErrors): string {
  const error = { status: 422, error: 'Unprocessable entity', message: JSON.stringify(details) }
  return `${JSON.stringify(error).slice(0, -1)},"event":${toWireEventJson(event)}}`
}

/**
 * The lists of the webhook `events.errors` (docs/rules/events.md#reports-of-bad-events); group keys are no longer
 * checked.
 */
export function toWireEventFaults(faults: EventFaults): object {
  return {
    invalid_code: faults.invalidCode,
    missing_aggregation_property: faults.missingAggregationProperty,
    missing_group_key: null,
    invalid_filter_values: faults.invalidFilterValues,
  }
}
