import type { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import type { FixedPricing } from '../fixed-charges/price.ts'
import type { RecordedUnits } from '../fixed-charges/units.ts'
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
