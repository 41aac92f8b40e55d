import { Decimal } from '../../core/amounts/decimal.ts'
import type { SubscriptionFacts } from '../../core/billing/snapshot.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { ExactNumber } from '../../core/input/exact-number.ts'
import { type Input, isInput } from '../../core/input/fields.ts'
import { tidyId } from '../../core/input/ids.ts'
import { timestampOf } from '../../core/metering/event-check.ts'
import { evaluateExpression } from '../../core/metering/expression.ts'
import { parseExpression } from '../../core/metering/expression-parser.ts'
import { type EventProperties, isStorable, numericValue, textOf } from '../../core/metering/property-value.ts'
import type { RawEvent } from '../../core/metering/reference.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import type { UsageWindow } from '../../core/subscriptions/windows.ts'
import { type BillableMetricRow, findBillableMetric } from '../../store/billable-metrics.ts'
import { type CustomerSnapshot, readCustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { findActiveSubscription } from '../../store/usage-subjects.ts'
import type { Caller } from '../context.ts'
import { openAt } from '../usage/open-subscription.ts'

/** An event to be estimated, not stored, with the subscription it would belong to. */
export type EstimatedEvent = {
  readonly snapshot: CustomerSnapshot
  readonly subscription: SubscriptionFacts
  readonly open: UsageWindow
  readonly event: RawEvent
  readonly metric: BillableMetricRow
  /** Charges in advance on the event's code. */
  readonly charges: readonly RatedCharge[]
}

/** Greater than any id, so that the event is the newest at its instant. */
const NEWEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const NUMERIC: readonly string[] = ['sum_agg', 'max_agg', 'latest_agg']

/**
 * Reads an event to be estimated as of now (docs/rules/usage.md#estimates). Errors in this order: 404
 * `subscription_not_found`; 422 `timestamp: invalid_format`; 404 `billable_metric_not_found`; 422 `properties:
 * value_is_not_valid_number`.
 */
export async function readEstimatedEvent(
  reads: Reads,
  caller: Caller,
  input: Input,
): Promise<EstimatedEvent> {
  const { snapshot, subscription } = await subscriptionOf(reads, input)
  const { timestamp } = input
  if (timestamp !== undefined && timestamp !== null && timestampOf(timestamp) === undefined) {
    throw invalid({ timestamp: ['invalid_format'] })
  }
  const code = idOf(input.code)
  const metric = await findBillableMetric(reads, code)
  if (!metric) throw notFound('billable_metric')
  const event = eventOf(input, metric, subscription.externalId, caller.now)
  return {
    ...(await openAt(reads, snapshot, subscription, caller.now)),
    event,
    metric,
    charges: subscription.charges.filter((charge) => charge.payInAdvance && charge.metric.code === code),
  }
}

async function subscriptionOf(reads: Reads, input: Input) {
  const externalId = idOf(input.external_subscription_id)
  const found = externalId === '' ? undefined : await findActiveSubscription(reads, externalId)
  if (!found) throw notFound('subscription')
  const snapshot = await readCustomerSnapshot(reads, found.customerId, [found.id])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) throw notFound('subscription')
  return { snapshot, subscription }
}

function idOf(value: unknown): string {
  return typeof value === 'string' ? tidyId(value) : ''
}

function eventOf(input: Input, metric: BillableMetricRow, externalId: string, now: Instant): RawEvent {
  const given = isInput(input.properties) && isStorable(input.properties) ? input.properties : {}
  const properties = calculated(given, metric, now)
  if (!isNumericEnough(properties, metric)) throw invalid({ properties: ['value_is_not_valid_number'] })
  return {
    id: NEWEST_ID,
    transactionId: idOf(input.transaction_id) || newId(),
    code: metric.code,
    externalSubscriptionId: externalId,
    at: now,
    properties,
    preciseTotalAmountCents: decimalOf(input.precise_total_amount_cents),
  }
}

/** The metric's expression overwrites its property, as on a stored event (docs/rules/aggregation.md#expressions). */
function calculated(properties: EventProperties, metric: BillableMetricRow, at: Instant): EventProperties {
  const expression = metric.expression ? parseExpression(metric.expression) : undefined
  if (!expression || metric.fieldName === null) return properties
  const result = evaluateExpression(expression, { code: metric.code, at, properties })
  if (!result.ok) throw invalid(result.message)
  return { ...properties, [metric.fieldName]: result.value.toString() }
}

/** A missing value counts as zero; a given one must be a number. */
function isNumericEnough(properties: EventProperties, metric: BillableMetricRow): boolean {
  if (!NUMERIC.includes(metric.aggregationType) || metric.fieldName === null) return true
  const text = textOf(properties, metric.fieldName)
  return text === null || numericValue(text) !== undefined
}

function decimalOf(value: unknown): Decimal | null {
  if (typeof value === 'string') return Decimal.parse(value) ?? null
  if (typeof value !== 'number' && !(value instanceof ExactNumber)) return null
  return Decimal.parse(value.toString()) ?? null
}
