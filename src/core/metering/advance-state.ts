import { Decimal } from '../amounts/decimal.ts'
import { roundUnits, type UnitsRounding } from './measure.ts'
import { PRORATED_SCALE } from './proration.ts'

/**
 * What a pay-in-advance charge remembers per filter and group within a period: the current quantity, the highest
 * quantity charged, and its prorated counterpart. A new period starts without a state (docs/rules/in-advance.md).
 */
export type AdvanceState = {
  readonly current: Decimal
  readonly max: Decimal
  readonly maxProrated: Decimal
}

/** The sum of several states; null when there are none. */
export function sumStates(states: readonly AdvanceState[]): AdvanceState | null {
  if (states.length === 0) return null
  return {
    current: Decimal.sum(states.map(({ current }) => current)),
    max: Decimal.sum(states.map(({ max }) => max)),
    maxProrated: Decimal.sum(states.map(({ maxProrated }) => maxProrated)),
  }
}

/** An event as applied to the state. */
export type AdvanceEvent =
  | { readonly aggregation: 'count_agg' }
  | { readonly aggregation: 'custom_agg' }
  | { readonly aggregation: 'sum_agg'; readonly value: Decimal }
  | {
      readonly aggregation: 'unique_count_agg'
      readonly operation: 'add' | 'remove'
      /** Whether the counted value was active just before this event. */
      readonly wasActive: boolean
    }

/**
 * `days / duration` of a period: from the event to the end of the period for an event, from the start of the period
 * for a total.
 */
export type PeriodShare = { readonly days: number; readonly durationDays: number }

/** The effect of one event. */
export type AdvanceStep = {
  /** `q`: the units charged for the event; never negative. */
  readonly quantity: Decimal
  /** `q` times the share of the period, rounded up to 5 decimals; `q` itself when the charge is not prorated. */
  readonly pricedQuantity: Decimal
  /** The units shown on the fee. */
  readonly displayedUnits: Decimal
  readonly state: AdvanceState
}

/**
 * The quantity charged for an event in advance, and the new state. The state is a high-water mark: decreases are
 * never refunded, and rising back to the mark is free (docs/rules/in-advance.md).
 *
 * @param share the event's share of the period when the charge is prorated, else null
 */
export function advance(
  state: AdvanceState | null,
  event: AdvanceEvent,
  share: PeriodShare | null,
): AdvanceStep {
  const applied = appliedUnits(event)
  return state ? raise(state, applied, share) : begin(event, applied, share)
}

/** The first event of the period: it creates the state. */
function begin(event: AdvanceEvent, applied: Decimal, share: PeriodShare | null): AdvanceStep {
  const quantity = Decimal.max(applied, Decimal.zero)
  // A negative first sum is kept as it is, so that rising back to zero is not free (Lago's rule).
  const level = event.aggregation === 'sum_agg' ? applied : quantity
  const pricedQuantity = prorated(quantity, share)
  const state = { current: level, max: level, maxProrated: pricedQuantity }
  return { quantity, pricedQuantity, displayedUnits: quantity, state }
}

function raise(state: AdvanceState, applied: Decimal, share: PeriodShare | null): AdvanceStep {
  const current = state.current.plus(applied)
  if (current.compare(state.max) <= 0) {
    const displayedUnits = Decimal.max(applied, Decimal.zero)
    return {
      quantity: Decimal.zero,
      pricedQuantity: Decimal.zero,
      displayedUnits,
      state: { ...state, current },
    }
  }
  const quantity = current.minus(state.max)
  const pricedQuantity = prorated(quantity, share)
  const max = Decimal.max(current, quantity)
  const maxProrated = state.maxProrated.plus(pricedQuantity)
  return { quantity, pricedQuantity, displayedUnits: quantity, state: { current, max, maxProrated } }
}

/** A count only rises, so its state only records that the bucket was charged before (docs/api/differences.md). */
function appliedUnits(event: AdvanceEvent): Decimal {
  if (event.aggregation === 'sum_agg') return event.value
  return event.aggregation === 'unique_count_agg' ? appliedOperation(event) : Decimal.one
}

/** Only adding an inactive value or removing an active one changes the count. */
function appliedOperation(event: { operation: 'add' | 'remove'; wasActive: boolean }): Decimal {
  if (event.operation === 'add') return event.wasActive ? Decimal.zero : Decimal.one
  return event.wasActive ? Decimal.one.negated() : Decimal.zero
}

function prorated(quantity: Decimal, share: PeriodShare | null): Decimal {
  if (!share) return quantity
  return quantity
    .times(Decimal.of(share.days))
    .dividedBy(Decimal.of(share.durationDays), PRORATED_SCALE, 'ceil')
}

/** Current usage of a pay-in-advance charge. */
export type AdvanceUsage = {
  /** The units shown: the actual current quantity. */
  readonly units: Decimal
  /** The quantity charged so far. */
  readonly pricedUnits: Decimal
}

/**
 * Current usage of a pay-in-advance charge: what has been charged, not a new rating (docs/rules/in-advance.md), with
 * the metric's rounding applied to both numbers (docs/rules/aggregation.md#rounding-of-units).
 *
 * @param total the full units including the carried quantity, unrounded
 * @param prorating for a prorated charge: the period's share `days(from, to) / D` and the prorated
 * aggregation
 */
export function advanceUsage(
  total: Decimal,
  state: AdvanceState | null,
  prorating: { readonly share: PeriodShare; readonly prorated: Decimal } | null,
  rounding: UnitsRounding,
): AdvanceUsage {
  const priced = prorating ? proratedCharge(total, state, prorating) : chargedQuantity(total, state)
  return {
    units: roundUnits(Decimal.max(total, Decimal.zero), rounding),
    pricedUnits: roundUnits(Decimal.max(priced, Decimal.zero), rounding),
  }
}

function chargedQuantity(total: Decimal, state: AdvanceState | null): Decimal {
  return state ? total.minus(state.current).plus(state.max) : total
}

function proratedCharge(
  total: Decimal,
  state: AdvanceState | null,
  prorating: { readonly share: PeriodShare; readonly prorated: Decimal },
): Decimal {
  const isPartial = prorating.share.days < prorating.share.durationDays
  if (!state) return isPartial ? prorating.prorated : total
  const carried = total.minus(Decimal.max(state.current, Decimal.zero))
  return (isPartial ? prorated(carried, prorating.share) : carried).plus(state.maxProrated)
}
