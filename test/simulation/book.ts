import type { RawEvent } from '../../src/core/metering/reference.ts'
import type { Life } from './life.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
export type Wire = any

/** An event that was accepted, in the order of its acceptance. */
export type AcceptedEvent = {
  /** Its id is its place in that order. */
  readonly raw: RawEvent
  /** The subscriptions as they were when it was accepted. */
  readonly subscriptions: readonly Wire[]
}

/** A number of units that a subscription got for its next period. */
export type UnitsChange = {
  readonly subscriptionId: string
  /** The code of the fixed charge. */
  readonly code: string
  readonly units: string
  readonly at: number
}

/** What a customer saw at one moment. */
export type Look = {
  /** Index of the step. */
  readonly step: number
  readonly now: number
  /** How many events had been accepted. */
  readonly accepted: number
  readonly subscriptions: readonly Wire[]
  /** `customer_usage` by external id of each active subscription. */
  readonly usage: Readonly<Record<string, Wire>>
}

/** Everything that the server returned in one play of a life. */
export type Book = {
  readonly life: Life
  /** Status of each step, and the code of a refusal. */
  readonly answers: readonly string[]
  readonly plans: ReadonlyMap<string, Wire>
  readonly metrics: ReadonlyMap<string, Wire>
  readonly customers: readonly Wire[]
  readonly events: readonly AcceptedEvent[]
  /** The event log as the server lists it. */
  readonly listedEvents: readonly Wire[]
  readonly subscriptions: readonly Wire[]
  /** Without those that were voided. */
  readonly invoices: readonly Wire[]
  readonly voided: readonly Wire[]
  readonly appliedCoupons: readonly Wire[]
  readonly wallets: readonly { readonly wallet: Wire; readonly transactions: readonly Wire[] }[]
  readonly creditNotes: readonly Wire[]
  readonly payments: readonly Wire[]
  readonly unitsChanges: readonly UnitsChange[]
  /** How previews differed from the bills that were made a second later. */
  readonly wrongPreviews: readonly string[]
  /** How many events had been accepted when the figures of an invoice became final, by its id. */
  readonly finalAfter: ReadonlyMap<string, number>
  /** Fees of charges in advance that are not invoiced one by one. */
  readonly looseFees: readonly Wire[]
  readonly looks: readonly Look[]
  readonly now: number
}

/** A violation: where, and both figures. */
export type Fault = { readonly validator: string; readonly where: string; readonly says: string }
