import { Decimal } from '../amounts/decimal.ts'
import { roundUnits, type UnitsRounding } from './measure.ts'
import { PRORATED_SCALE } from './proration.ts'

/**
 * What a pay-in-advance charge remembers for one filter and group within a period: the quantity now, the
 * highest quantity that was charged, and its prorated counterpart. A new period starts without one
 * (docs/rules/in-advance.md).
 */
export type AdvanceState = {
  readonly current: Decimal
  readonly max: Decimal
  readonly maxProrated: Decimal
}

/** States of several groups or periods as one; null when there is none. */
export function sumStates(states: readonly AdvanceState[]): AdvanceState | null {
  if (states.length === 0) return null
  return {
    current: Decimal.sum(states.map(({ current }) => current)),
    max: Decimal.sum(states.map(({ max }) => max)),
    maxProrated: Decimal.sum(states.map(({ maxProrated }) => maxProrated)),
  }
}

/** One event as the state sees it. */
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
 * `days / duration` of a period: from the event to the period's end for one event, from its start for a
 * total.
 */
export type PeriodShare = { readonly days: number; readonly durationDays: number }

/** What one event adds. */
export type AdvanceStep = {
  /** `q`: the units that the event is charged for; never negative. */
  readonly quantity: Decimal
  /** `q` by the share of the period, rounded up at 5 decimals; `q` itself when the charge is not prorated. */
  readonly pricedQuantity: Decimal
  /** What the fee shows as its units. */
  readonly displayedUnits: Decimal
  readonly state: AdvanceState
}

/**
 * The quantity that an event is charged for in advance, and the state afterwards: the high-water mark of
 * metering-and-rating §3.12. Decreases are never refunded, and coming back up to the mark is free.
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
  // A first negative sum is remembered as it is, so that the way back to zero is not free (Lago's rule).
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

/** A count only rises: its state tells no more than that the bucket was charged before (docs/api/differences.md). */
function appliedUnits(event: AdvanceEvent): Decimal {
  if (event.aggregation === 'sum_agg') return event.value
  return event.aggregation === 'unique_count_agg' ? appliedOperation(event) : Decimal.one
}

/** Only an add of something inactive and a remove of something active change the count. */
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
  /** The units that are shown: the real quantity now. */
  readonly units: Decimal
  /** The quantity that has been charged. */
  readonly pricedUnits: Decimal
}

/**
 * Current usage of a pay-in-advance charge: what has been charged, not a fresh rating
 * (docs/rules/in-advance.md), with the metric's rounding on both numbers
 * (docs/rules/aggregation.md#rounding-of-units).
 *
 * @param total the full units, carried quantity included, not rounded
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
