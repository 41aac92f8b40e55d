import { Decimal } from '../amounts/decimal.ts'
import type { TimeZone } from '../calendar/zone.ts'
import { type AdvanceState, advanceUsage } from '../metering/advance-state.ts'
import { eventValues } from '../metering/event-values.ts'
import { emptyGroup, groupId, groupPart, type PresentationBreakdown } from '../metering/grouping.ts'
import { type MeasureContext, type MeasuredUsage, measure } from '../metering/measure.ts'
import { windowDays } from '../metering/proration.ts'
import type { Aggregation, GroupedBy, UsageEvent, UsageGroup } from '../metering/usage.ts'
import { type PricedUsage, plainUsage } from '../pricing/charge-model.ts'
import { freeAllowanceOf } from '../pricing/percentage.ts'
import { type Pricing, priceUsage } from '../pricing/price-usage.ts'
import { majorUnits, type RatedFee, zeroFee } from '../pricing/rated-fee.ts'
import { runningTotalsOf } from '../pricing/running-totals.ts'
import type { Window } from '../subscriptions/windows.ts'
import type { RatedCharge, RatedFilter } from './charge.ts'
import type { BucketPlan } from './usage-plan.ts'

/**
 * Why usage is rated: `billing` prices a closed period (a renewed charge in advance at its full quantity), `current`
 * shows the open one (a charge in advance at what was charged so far).
 */
export type RatingPurpose = 'billing' | 'current'

export type RatingContext = {
  readonly purpose: RatingPurpose
  /** Both ends inclusive. */
  readonly window: Window
  /** `D`: days of the full period. */
  readonly durationDays: number
  readonly endedByUpgrade: boolean
  readonly zone: TimeZone
  /** Decimals of the currency. */
  readonly exponent: number
  /** The state of a charge in advance in the period, by filter and group. */
  readonly advanceStateOf: (
    charge: RatedCharge,
    filter: RatedFilter | null,
    groupedBy: GroupedBy,
  ) => AdvanceState | null
}

/** The event store's answer for one bucket. */
export type BucketAnswer = {
  readonly groups: readonly UsageGroup[]
  readonly presentation: readonly UsageGroup[]
}

/** A priced group of a bucket, which becomes a fee or a row of a usage response. */
export type RatedUsage = {
  readonly charge: RatedCharge
  readonly filter: RatedFilter | null
  readonly groupedBy: GroupedBy
  readonly fee: RatedFee
  readonly eventsCount: number
  readonly totalAggregatedUnits: Decimal
  readonly presentation: readonly PresentationBreakdown[]
  /** The usage that was priced, for projections. */
  readonly usage: PricedUsage
  readonly pricing: Pricing
}

/**
 * The priced groups of one bucket (docs/rules/pricing-models.md and docs/rules/in-advance.md and
 * docs/rules/invoices.md#what-is-on-it). A bucket without events gives one empty group, because tiers may have a flat
 * amount at zero.
 */
export function rateBucket(
  charge: RatedCharge,
  bucket: BucketPlan,
  answer: BucketAnswer,
  context: RatingContext,
): readonly RatedUsage[] {
  const groups = answer.groups.length > 0 ? answer.groups : [nothing(emptyGroup(bucket.groupKeys))]
  const pricing: Pricing = {
    model: charge.model,
    properties: bucket.properties,
    exponent: context.exponent,
    conversionRate: charge.pricingUnit?.conversionRate ?? null,
  }
  return groups.map((group) => {
    const measured = measureFor(charge, bucket, group, context)
    const usage = pricedUsage(charge, bucket, group, measured, context)
    const fee = priceUsage(pricing, usage, measured.units)
    const units = shownUnits(fee, usage, measured, context)
    return {
      charge,
      filter: bucket.filter,
      groupedBy: group.groupedBy,
      fee: { ...fee, units },
      eventsCount: measured.eventsCount,
      // A zero fee has no level either (docs/rules/aggregation.md).
      totalAggregatedUnits: units.equals(measured.units) ? measured.totalAggregatedUnits : units,
      presentation: presentationOf(charge, bucket, group.groupedBy, answer.presentation, context),
      usage,
      pricing,
    }
  })
}

/** A bucket without usage, for a fee that somebody adds by hand. */
export function nothingUsed(
  charge: RatedCharge,
  filter: RatedFilter | null,
  groupedBy: GroupedBy,
  exponent: number,
): RatedUsage {
  const properties = filter?.properties ?? charge.properties
  const conversionRate = charge.pricingUnit?.conversionRate ?? null
  const pricing: Pricing = { model: charge.model, properties, exponent, conversionRate }
  const usage = plainUsage(Decimal.zero)
  return {
    charge,
    filter,
    groupedBy,
    fee: zeroFee(pricing),
    eventsCount: 0,
    totalAggregatedUnits: Decimal.zero,
    presentation: [],
    usage,
    pricing,
  }
}

/**
 * The units shown on the fee (docs/rules/invoices.md#what-is-on-it). Current usage shows the actual quantity even
 * when its prorated sum is negative and costs nothing (docs/rules/proration.md#prorated-usage); on a bill that is a
 * zero fee.
 */
function shownUnits(
  fee: RatedFee,
  usage: PricedUsage,
  measured: MeasuredUsage,
  { purpose }: RatingContext,
): Decimal {
  const isOnlyShare = purpose === 'current' && usage.units.isNegative() && measured.units.isPositive()
  return isOnlyShare ? measured.units : fee.units
}

function measureContext(charge: RatedCharge, context: RatingContext): MeasureContext {
  const { metric } = charge
  const isRenewal = charge.payInAdvance && context.purpose === 'billing'
  return {
    from: context.window.from,
    to: context.window.to,
    chargesDurationDays: context.durationDays,
    endedByUpgrade: context.endedByUpgrade,
    zone: context.zone,
    aggregation: metric.aggregation,
    recurring: metric.recurring,
    prorated: charge.prorated && !isRenewal,
    roundingFunction: metric.roundingFunction,
    roundingPrecision: metric.roundingPrecision,
    initialLevel: null,
  }
}

function measureFor(
  charge: RatedCharge,
  bucket: BucketPlan,
  group: UsageGroup,
  context: RatingContext,
): MeasuredUsage {
  const base = measureContext(charge, context)
  if (charge.metric.aggregation === 'weighted_sum_agg') {
    // Events before the period count, however late they arrive (docs/rules/events.md#late-events).
    return measure(group, { ...base, initialLevel: group.carried })
  }
  const measured = measure(group, base)
  if (!charge.payInAdvance || context.purpose !== 'current') return measured
  const state = context.advanceStateOf(charge, bucket.filter, group.groupedBy)
  return chargedSoFar(group, context, base, measured, state)
}

/** Current usage of a charge in advance: what has been charged, not a new rating (docs/rules/in-advance.md). */
function chargedSoFar(
  group: UsageGroup,
  context: RatingContext,
  base: MeasureContext,
  measured: MeasuredUsage,
  state: AdvanceState | null,
): MeasuredUsage {
  const exact = measure(group, { ...base, roundingFunction: null })
  const share = { days: windowDays(base), durationDays: context.durationDays }
  const prorating = base.prorated && base.recurring ? { share, prorated: exact.pricedUnits } : null
  const shown = advanceUsage(exact.units, state, prorating, base)
  return {
    ...measured,
    units: shown.units,
    pricedUnits: shown.pricedUnits,
    totalAggregatedUnits: shown.units,
  }
}

function pricedUsage(
  charge: RatedCharge,
  bucket: BucketPlan,
  group: UsageGroup,
  measured: MeasuredUsage,
  context: RatingContext,
): PricedUsage {
  const { aggregation } = charge.metric
  const values = eventValues(aggregation, transactionsOf(aggregation, group, context), measured.units)
  const hasTotals = charge.model === 'percentage' && WITH_RUNNING_TOTALS.includes(aggregation)
  return {
    units: measured.pricedUnits,
    fullUnits: charge.payInAdvance && context.purpose === 'current' ? measured.pricedUnits : measured.units,
    eventsCount: measured.eventsCount,
    runningTotals: hasTotals ? runningTotalsOf(freeAllowanceOf(bucket.properties), values) : [],
    eventValues: values,
    movements: charge.model === 'graduated' ? measured.movements : undefined,
    preciseTotalAmount: majorUnits(group.preciseTotalAmountCents, context.exponent),
    flatAtZero: true,
  }
}

/** The aggregations whose events add up to a running total (docs/rules/pricing-models.md#percentage). */
const WITH_RUNNING_TOTALS: readonly Aggregation[] = ['count_agg', 'sum_agg', 'unique_count_agg']

/**
 * The events that a percentage treats as transactions. Events before the period only set a weighted sum's initial
 * level; they were transactions of their own period.
 */
function transactionsOf(
  aggregation: Aggregation,
  { events }: UsageGroup,
  { window }: RatingContext,
): readonly UsageEvent[] {
  return aggregation === 'weighted_sum_agg' ? events.filter(({ at }) => at >= window.from) : events
}

function presentationOf(
  charge: RatedCharge,
  bucket: BucketPlan,
  groupedBy: GroupedBy,
  answers: readonly UsageGroup[],
  context: RatingContext,
): readonly PresentationBreakdown[] {
  if (bucket.presentation.length === 0) return []
  const keys = bucket.presentation.map(({ key }) => key)
  const own = groupId(groupedBy)
  return answers
    .filter((part) => groupId(groupPart(part.groupedBy, bucket.groupKeys)) === own)
    .map((part) => ({
      presentationBy: groupPart(part.groupedBy, keys),
      units: measure(part, { ...measureContext(charge, context), initialLevel: part.carried }).units,
    }))
}

function nothing(groupedBy: GroupedBy): UsageGroup {
  return {
    groupedBy,
    eventsCount: 0,
    total: Decimal.zero,
    carried: Decimal.zero,
    momentMs: Decimal.zero,
    preciseTotalAmountCents: Decimal.zero,
    lastEventAt: null,
    events: [],
  }
}
