import { Decimal } from '../amounts/decimal.ts'
import { type CalendarDate, daysBetween } from '../calendar/calendar-date.ts'
import { instant } from '../calendar/instant.ts'
import { localDate } from '../calendar/zone.ts'
import type { Movement } from '../pricing/charge-model.ts'
import { type ChargeWindow, PRORATED_SCALE, type ProratedUsage } from './proration.ts'
import { compareEvents, type UsageEvent, type UsageGroup } from './usage.ts'

/** An effective operation, with the days billed for an add within the window. */
type EffectiveOperation = { readonly event: UsageEvent; readonly days: number }

/**
 * A recurring unique count, prorated by whole days: each add is billed from its day (or the window's first) through
 * the day of its removal, or to the window's end (docs/rules/proration.md#prorated-usage).
 */
export function prorateUniqueCount(group: UsageGroup, window: ChargeWindow): ProratedUsage {
  const duration = Decimal.of(window.chargesDurationDays)
  const operations = valuesOf(group.events).flatMap((events) => effectiveOperations(events, window))
  const days = operations.reduce((sum, operation) => sum + operation.days, 0)
  return {
    full: group.total,
    prorated: Decimal.of(days).dividedBy(duration, PRORATED_SCALE, 'ceil'),
    movements: movementsOf(operations, duration),
  }
}

/** The events of each counted value, in order. */
function valuesOf(events: readonly UsageEvent[]): readonly (readonly UsageEvent[])[] {
  const byValue = new Map<string | null, UsageEvent[]>()
  for (const event of [...events].sort(compareEvents)) {
    const same = byValue.get(event.uniqueValue)
    if (same) same.push(event)
    else byValue.set(event.uniqueValue, [event])
  }
  return [...byValue.values()]
}

/** The effective operations on one value: no repetitions, and no removal undone on the same local day. */
function effectiveOperations(
  events: readonly UsageEvent[],
  window: ChargeWindow,
): readonly EffectiveOperation[] {
  const dates = events.map((event) => localDate(event.at, window.zone))
  const lastAddOn = new Map<CalendarDate | undefined, number>()
  events.forEach((event, index) => {
    if (event.operation === 'add') lastAddOn.set(dates[index], index)
  })
  const kept = events.filter(
    (event, index) => event.operation === 'add' || (lastAddOn.get(dates[index]) ?? -1) < index,
  )
  const changes = kept.filter((event, index) => event.operation !== (kept[index - 1]?.operation ?? 'remove'))
  return changes.map((event, index) => ({ event, days: paidDays(event, changes[index + 1], window) }))
}

function paidDays(event: UsageEvent, next: UsageEvent | undefined, window: ChargeWindow): number {
  if (event.operation === 'remove') return 0
  const end = next?.at ?? window.to
  if (end < window.from) return 0
  const first = instant(Math.max(event.at, window.from))
  const counted = daysBetween(localDate(first, window.zone), localDate(end, window.zone)) + 1
  return Math.min(counted, window.chargesDurationDays)
}

/**
 * The movements of the prorated graduated model: adds that are billed nothing are left out, and so are removals that
 * would bring the quantity below zero (docs/rules/pricing-models.md#graduated-and-prorated).
 */
function movementsOf(operations: readonly EffectiveOperation[], duration: Decimal): readonly Movement[] {
  const movements: Movement[] = []
  let position = 0
  for (const { event, days } of [...operations].sort(compareOperations)) {
    if (event.operation === 'add' && days > 0) {
      position += 1
      const share = Decimal.of(days).dividedBy(duration, PRORATED_SCALE, 'ceil')
      movements.push({ units: Decimal.one, prorated: share })
    } else if (event.operation === 'remove' && position > 0) {
      position -= 1
      movements.push({ units: Decimal.one.negated(), prorated: Decimal.zero })
    }
  }
  return movements
}

/** By timestamp, then by value. */
function compareOperations(a: EffectiveOperation, b: EffectiveOperation): number {
  if (a.event.at !== b.event.at) return a.event.at - b.event.at
  const left = a.event.uniqueValue ?? ''
  const right = b.event.uniqueValue ?? ''
  return left < right ? -1 : left > right ? 1 : compareEvents(a.event, b.event)
}
