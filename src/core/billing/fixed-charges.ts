import type { Decimal } from '../amounts/decimal.ts'
import { addMs, type Instant, SECOND_MS } from '../calendar/instant.ts'
import type { FixedPricing } from '../fixed-charges/price.ts'
import type { RecordedUnits } from '../fixed-charges/units.ts'
import { ZONE_CHANGE_MAX_MS } from '../subscriptions/open-window.ts'
import type { Window } from '../subscriptions/windows.ts'

/** A fixed charge of a subscription's plan, with the units that the subscription has had of it. */
export type FixedChargeFacts = FixedPricing & {
  readonly id: string
  /** That of the original fixed charge, in a copy of its plan. */
  readonly rootId: string
  readonly addOnId: string
  readonly payInAdvance: boolean
  readonly prorated: boolean
  /** In the order in which they were recorded. */
  readonly records: readonly RecordedUnits[]
}

/** A fee that a fixed charge in advance has been billed. */
export type BilledFixedFee = {
  /** False for one of the subscription that this one followed. */
  readonly isOwn: boolean
  readonly rootId: string
  readonly addOnId: string
  readonly units: Decimal
  readonly amountCents: bigint
  readonly period: Window
  readonly billedAt: Instant
}

/**
 * Whether two windows are of the same period, which their ends tell: they moved with a customer that moved to another
 * zone, and an upgrade that waited for its payment begins later than the window that was paid.
 */
export function isSamePeriod(one: Window, other: Window): boolean {
  return Math.abs(one.to - other.to) < ZONE_CHANGE_MAX_MS
}

/** A fixed charge of a plan with the units that a subscription starts with. */
export type PlannedFixedCharge = Omit<FixedChargeFacts, 'records'> & { readonly units: Decimal }

/** A fixed charge as a subscription has it from its start on. */
export function startingUnits(
  { units, ...charge }: PlannedFixedCharge,
  startedAt: Instant,
): FixedChargeFacts {
  // A second later, as units are recorded when a subscription starts.
  return { ...charge, records: [{ units, appliesAt: addMs(startedAt, SECOND_MS), createdAt: startedAt }] }
}
