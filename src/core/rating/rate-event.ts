import { Decimal } from '../amounts/decimal.ts'
import type { TimeZone } from '../calendar/zone.ts'
import { type AdvanceEvent, type AdvanceState, type AdvanceStep, advance } from '../metering/advance-state.ts'
import { eventValues } from '../metering/event-values.ts'
import { groupOf, type PresentationBreakdown, presentationKeys } from '../metering/grouping.ts'
import { measure } from '../metering/measure.ts'
import { daysLeft } from '../metering/proration.ts'
import type { UsageGroup } from '../metering/usage.ts'
import type { PricedUsage } from '../pricing/charge-model.ts'
import { freeAllowanceOf } from '../pricing/percentage.ts'
import { priceInAdvance, usageAroundEvent } from '../pricing/price-in-advance.ts'
import { majorUnits } from '../pricing/rated-fee.ts'
import { runningTotalsOf } from '../pricing/running-totals.ts'
import type { UsageWindow } from '../subscriptions/windows.ts'
import type { EventPlan } from './event-plan.ts'
import type { RatedUsage } from './rate-usage.ts'

/** The period around an event and the plan's currency. */
export type EventContext = UsageWindow & {
  readonly zone: TimeZone
  /** Decimals of the currency. */
  readonly exponent: number
  /**
   * Whether the window started with a bill that charged the carried quantity of recurring metrics
   * (docs/rules/in-advance.md).
   */
  readonly isRenewed: boolean
}

/** The event store's answers for an event. */
export type EventAnswer = {
  readonly withEvent: UsageGroup
  /** Only for a unique count. */
  readonly before: UsageGroup | null
}

/** The quantity charged for an event, and the units shown on its fee. */
export type EventQuantity = Pick<AdvanceStep, 'pricedQuantity' | 'displayedUnits'> & {
  /** Whether this is the first charge of its bucket in the period, zero units included. */
  readonly isFirst: boolean
}

/**
 * The new state of a charge in advance after an event, and the quantity charged for it (docs/rules/in-advance.md).
 * Depends on the events before it, never on a price.
 */
export function stepOfEvent(
  plan: EventPlan,
  answer: EventAnswer,
  state: AdvanceState | null,
  context: EventContext,
): AdvanceStep & EventQuantity {
  const step = advance(state, advanceEvent(plan, answer), shareOf(plan, context))
  return { ...step, isFirst: state === null && !isRenewal(plan, answer, context) }
}

/** Whether a renewal charged the bucket: it charges every bucket with events, and an ungrouped one even without. */
function isRenewal({ charge, shownGroup }: EventPlan, answer: EventAnswer, context: EventContext): boolean {
  if (!charge.metric.recurring || !context.isRenewed) return false
  return answer.withEvent.eventsCount > 1 || Object.keys(shownGroup).length === 0
}

/**
 * The fee of one event of a charge in advance: the price with it minus the price without it
 * (docs/rules/in-advance.md). The metric's rounding is not applied (docs/rules/aggregation.md#rounding-of-units).
 *
 * @param step the result of `stepOfEvent` for this event, in its turn
 */
export function rateEvent(
  plan: EventPlan,
  answer: EventAnswer,
  step: EventQuantity,
  context: EventContext,
): RatedUsage {
  const { charge, event } = plan
  const total = pricedTotal(plan, answer.withEvent, context)
  const pricing = {
    model: charge.model,
    properties: plan.properties,
    exponent: context.exponent,
    conversionRate: charge.pricingUnit?.conversionRate ?? null,
  }
  const usage = usageAroundEvent(total, {
    added: step.pricedQuantity,
    shownUnits: step.displayedUnits,
    isFirst: step.isFirst,
    preciseTotalAmount: majorUnits(event.preciseTotalAmountCents, context.exponent),
  })
  const fee = priceInAdvance(pricing, usage)
  return {
    charge,
    filter: plan.filter,
    groupedBy: plan.shownGroup,
    fee,
    eventsCount: 1,
    totalAggregatedUnits: fee.units,
    presentation: presentationOf(plan, step),
    usage: total,
    pricing,
  }
}

function advanceEvent({ charge, event }: EventPlan, answer: EventAnswer): AdvanceEvent {
  const { aggregation } = charge.metric
  if (aggregation === 'sum_agg') return { aggregation, value: event.value ?? Decimal.zero }
  if (aggregation !== 'unique_count_agg') return { aggregation: 'count_agg' }
  const active = answer.before?.total ?? Decimal.zero
  const isChange = !answer.withEvent.total.equals(active)
  return {
    aggregation,
    operation: event.operation,
    wasActive: event.operation === 'add' ? !isChange : isChange,
  }
}

/**
 * For a prorated charge, the share of the period left at the event, including its own day (docs/rules/in-advance.md).
 */
function shareOf({ charge, source }: EventPlan, { window, durationDays, zone }: EventContext) {
  if (!charge.prorated || !charge.metric.recurring) return null
  return {
    days: daysLeft(source.at, { to: window.to, chargesDurationDays: durationDays, zone }),
    durationDays,
  }
}

function pricedTotal(
  { charge, properties }: EventPlan,
  group: UsageGroup,
  context: EventContext,
): PricedUsage {
  const { metric } = charge
  const measured = measure(group, {
    from: context.window.from,
    to: context.window.to,
    chargesDurationDays: context.durationDays,
    endedByUpgrade: false,
    zone: context.zone,
    aggregation: metric.aggregation,
    recurring: metric.recurring,
    prorated: false,
    roundingFunction: null,
    roundingPrecision: null,
    initialLevel: null,
  })
  const values = eventValues(metric.aggregation, group.events, measured.units)
  return {
    units: measured.units,
    fullUnits: measured.units,
    eventsCount: measured.eventsCount,
    runningTotals: charge.model === 'percentage' ? runningTotalsOf(freeAllowanceOf(properties), values) : [],
    eventValues: values,
    movements: undefined,
    preciseTotalAmount: majorUnits(group.preciseTotalAmountCents, context.exponent),
    flatAtZero: true,
  }
}

/** One entry with the event's own value, or the units on the fee for a unique count, which has none. */
function presentationOf(plan: EventPlan, step: EventQuantity): readonly PresentationBreakdown[] {
  const keys = presentationKeys(plan.charge.properties).map(({ key }) => key)
  if (keys.length === 0) return []
  const presentationBy = groupOf(plan.source.properties, keys)
  const own = plan.charge.metric.aggregation === 'sum_agg' ? plan.event.value : null
  return [{ presentationBy, units: own ?? step.displayedUnits }]
}
