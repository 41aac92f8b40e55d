import type { Instant } from '../../core/calendar/instant.ts'
import type { ReceivedEvent } from '../../core/metering/event-check.ts'
import { exactJson } from '../../core/metering/exact-json.ts'
import { evaluateExpression } from '../../core/metering/expression.ts'
import type { EventProperties } from '../../core/metering/property-value.ts'
import type { EntryErrors, FieldErrors } from '../../core/problems.ts'
import { invalid, type Refusal } from '../../core/refusal.ts'
import type { UsageDefinitions } from '../../store/events/definitions.ts'
import type { ArrivedEvent } from '../../store/events/ingest.ts'
import { expressionOf } from './usage-catalogue.ts'

/** A stored event, as returned in the response. */
export type StoredEvent = ArrivedEvent & { readonly createdAt: Instant }

/** One request, whose events are stored all or none. */
export type Unit = {
  readonly organizationId: string
  readonly events: readonly ReceivedEvent[]
  /** The ids of the events, assigned on arrival. */
  readonly ids: readonly string[]
  /** True when errors are reported by the event's position in the request. */
  readonly isBatch: boolean
  readonly now: Instant
  readonly resolve: (stored: readonly StoredEvent[]) => void
  readonly reject: (error: unknown) => void
}

export type PreparedUnit = { readonly unit: Unit; readonly events: readonly ArrivedEvent[] }

const DUPLICATE: FieldErrors = { transaction_id: ['value_already_exist'] }

/**
 * A request's events as they will be stored: the metric's expression overwrites its property
 * (docs/rules/aggregation.md#expressions). Returns the problem when an expression cannot be evaluated.
 */
export function prepareUnit(unit: Unit, definitions: UsageDefinitions): PreparedUnit | Refusal {
  const messages = new Map<number, string>()
  const events = unit.events.map((event, index): ArrivedEvent => {
    const calculated = calculate(event, definitions)
    if (typeof calculated === 'string') messages.set(index, calculated)
    const properties = typeof calculated === 'string' ? event.properties : calculated
    return {
      id: unit.ids[index] ?? '',
      transactionId: event.transactionId,
      externalSubscriptionId: event.externalSubscriptionId,
      code: event.code,
      at: event.at,
      properties,
      propertiesJson: exactJson(properties),
      preciseTotalAmountCents: event.preciseTotalAmountCents,
    }
  })
  if (messages.size === 0) return { unit, events }
  return invalid(unit.isBatch ? byIndex(messages) : (messages.get(0) ?? ''))
}

/** The properties with the expression's value, or the evaluator's message. */
function calculate(event: ReceivedEvent, definitions: UsageDefinitions): EventProperties | string {
  const metric = definitions.metrics.get(event.code)
  const expression = metric ? expressionOf(metric) : null
  if (!metric || !expression || metric.fieldName === null) return event.properties
  const result = evaluateExpression(expression, event)
  if (!result.ok) return result.message
  return { ...event.properties, [metric.fieldName]: result.value.toString() }
}

/** Error messages of failed expressions, by the event's position in the request. */
export function expressionFailures(
  events: ReadonlyMap<number, ReceivedEvent>,
  definitions: UsageDefinitions,
): ReadonlyMap<number, string> {
  const messages = new Map<number, string>()
  for (const [index, event] of events) {
    const calculated = calculate(event, definitions)
    if (typeof calculated === 'string') messages.set(index, calculated)
  }
  return messages
}

/** The error for a request with duplicate events (docs/rules/events.md#accepted-once). */
export function duplicateRefusal(prepared: PreparedUnit, taken: ReadonlySet<string>): Refusal {
  if (!prepared.unit.isBatch) return invalid(DUPLICATE)
  const places = prepared.events.flatMap((event, index) => (taken.has(event.id) ? [index] : []))
  return invalid(byIndex(new Map(places.map((index) => [index, DUPLICATE]))))
}

/** The duplicate keys of a request; events without a subscription have none. */
export function claimsOf(unit: Unit): string[] {
  const claims: string[] = []
  for (const { transactionId, externalSubscriptionId } of unit.events) {
    if (externalSubscriptionId !== null) claims.push(`${transactionId}\u0000${externalSubscriptionId}`)
  }
  return claims
}

function byIndex(details: ReadonlyMap<number, EntryErrors>): Readonly<Record<string, EntryErrors>> {
  return Object.fromEntries([...details].map(([index, detail]) => [String(index), detail]))
}
