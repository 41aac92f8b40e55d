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

/** The period around an event and the money of the plan. */
export type EventContext = UsageWindow & {
  readonly zone: TimeZone
  /** Decimals of the currency. */
  readonly exponent: number
  /**
   * Whether the window began with a bill, which charged the carried quantity of recurring metrics
   * (docs/rules/in-advance.md).
   */
  readonly isRenewed: boolean
}

/** What the event store answered about an event. */
export type EventAnswer = {
  readonly withEvent: UsageGroup
  /** Only for a unique count. */
  readonly before: UsageGroup | null
}

/** The quantity that an event is charged for, and what its fee shows. */
export type EventQuantity = Pick<AdvanceStep, 'pricedQuantity' | 'displayedUnits'> & {
  /** Whether its bucket was charged for nothing in the period yet, not even for no units. */
  readonly isFirst: boolean
}

/**
 * What an event of a charge in advance adds to what the charge remembers, and the quantity that it owes for
 * (docs/rules/in-advance.md). It depends on the events before it, never on a price.
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

/** Whether a renewal charged the bucket: it charges each that had events, and one without groups even if it had none. */
function isRenewal({ charge, shownGroup }: EventPlan, answer: EventAnswer, context: EventContext): boolean {
  if (!charge.metric.recurring || !context.isRenewed) return false
  return answer.withEvent.eventsCount > 1 || Object.keys(shownGroup).length === 0
}

/**
 * The fee of one event of a charge in advance: the price with it less the price without it
 * (docs/rules/in-advance.md). The metric's rounding does not take part
 * (docs/rules/aggregation.md#rounding-of-units).
 *
 * @param step what `stepOfEvent` gave when it was the event's turn
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
 * The share of the period that is left at the event, its own day included, for a prorated charge
 * (docs/rules/in-advance.md).
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

/** One entry with the event's own value; of a seat, which has none, what its fee shows. */
function presentationOf(plan: EventPlan, step: EventQuantity): readonly PresentationBreakdown[] {
  const keys = presentationKeys(plan.charge.properties).map(({ key }) => key)
  if (keys.length === 0) return []
  const presentationBy = groupOf(plan.source.properties, keys)
  const own = plan.charge.metric.aggregation === 'sum_agg' ? plan.event.value : null
  return [{ presentationBy, units: own ?? step.displayedUnits }]
}
