import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { RatedCharge } from '../rating/charge.ts'
import type { IssuingSettings } from '../subscriptions/issuing-dates.ts'
import type { BillingPlan, BillingSubscription } from '../subscriptions/subscription.ts'
import type { Window } from '../subscriptions/windows.ts'
import type { Tax } from '../taxes/tax.ts'

/** Why a subscription stands on an invoice. */
export type InvoicingReason =
  | 'subscription_starting'
  | 'subscription_periodic'
  | 'subscription_terminating'
  | 'in_advance_charge'
  | 'in_advance_charge_periodic'
  | 'progressive_billing'

/** Who is billed. */
export type CustomerFacts = {
  readonly id: string
  readonly externalId: string
  /** Its number among the organization's customers, which its invoices carry. */
  readonly sequentialId: bigint
  /** The billing entity that the customer belongs to. */
  readonly billingEntityId: string
  readonly zone: TimeZone
  /** True for a partner, whose invoices it issues to itself. */
  readonly isSelfBilled: boolean
  /** What becomes of an invoice of zero; `inherit` asks the billing entity that issues it. */
  readonly zeroInvoices: 'inherit' | 'finalize' | 'skip'
  readonly issuing: IssuingSettings
}

/** Who bills: a billing entity that issues invoices. */
export type BillingEntityFacts = {
  readonly id: string
  readonly zone: TimeZone
  readonly numberPrefix: string
  readonly numbering: 'per_customer' | 'per_billing_entity'
  readonly keepsZeroInvoices: boolean
}

/** A plan as billing sees it; of a subscription with its own prices, the copy. */
export type PlanFacts = BillingPlan & { readonly id: string; readonly currency: string }

export type CommitmentFacts = {
  readonly id: string
  readonly amountCents: bigint
  readonly invoiceDisplayName: string | null
}

/** How a subscription shares an instant with another one of its external id. */
export type SharedInstants = {
  /** Another one starts at the very instant at which it ended: usage of that instant belongs to the other. */
  readonly isFollowedAtOnce: boolean
  /**
   * Set when another one ended at the very instant at which it starts, and the final bill took in that instant before
   * this one was there: usage of the instant that arrived before this id is billed already.
   */
  readonly usageAfter: string | null
}

/** A subscription that has started, with all that billing and rating ask of it. */
export type SubscriptionFacts = {
  readonly id: string
  readonly externalId: string
  /** The billing entity of its own; null when the customer's one bills it. */
  readonly billingEntityId: string | null
  readonly purchaseOrderNumber: string | null
  readonly isConsolidated: boolean
  /** Subscriptions that are paid in different ways never share an invoice. */
  readonly paymentMethod: { readonly type: string; readonly id: string | null }
  readonly plan: PlanFacts
  readonly charges: readonly RatedCharge[]
  readonly commitment: CommitmentFacts | null
  readonly billing: BillingSubscription
  /** Null when it shares neither its start nor its end with another one of its external id. */
  readonly shared: SharedInstants | null
  /** Metrics that the plan of its successor charges too; empty unless an upgrade ended it. */
  readonly successorMetricIds: ReadonlySet<string>
}

/** What a subscription has from its plan. */
export type PlanParts = Pick<SubscriptionFacts, 'plan' | 'charges' | 'commitment'>

/** An earlier invoice of a subscription that counts, with the windows that it billed. */
export type BilledPeriod = {
  readonly invoiceId: string
  readonly invoiceType: string
  readonly reason: InvoicingReason
  readonly isPeriodic: boolean
  readonly billingAt: Instant
  /** The zone of the customer when the invoice was made. */
  readonly zone: TimeZone
  readonly subscription: Window | null
  readonly charges: Window | null
}

/** An earlier subscription fee on an invoice that was neither deleted nor voided. */
export type BilledSubscriptionFee = {
  readonly invoiceId: string
  readonly createdAt: Instant
  readonly period: Window | null
  readonly zone: TimeZone
  /** On a closed invoice, which nobody pays. */
  readonly isClosed: boolean
}

/** What earlier invoices say about a subscription. */
export type BillingHistory = {
  /** Newest first. */
  readonly periods: readonly BilledPeriod[]
  /** Newest first. */
  readonly subscriptionFees: readonly BilledSubscriptionFee[]
}

/** The taxes of the things that may have some, by their ids; each list in the order of creation. */
export type TaxesByOwner = {
  readonly charges: ReadonlyMap<string, readonly Tax[]>
  readonly plans: ReadonlyMap<string, readonly Tax[]>
  readonly customers: ReadonlyMap<string, readonly Tax[]>
  readonly billingEntities: ReadonlyMap<string, readonly Tax[]>
  readonly minimumCommitments: ReadonlyMap<string, readonly Tax[]>
  readonly addOns: ReadonlyMap<string, readonly Tax[]>
  /** Those that lines of a one-off invoice name themselves, by the key of the fee. */
  readonly lines: ReadonlyMap<string, readonly Tax[]>
}

/** A usage fee that was paid before any invoice carried it. */
export type PaidFee = {
  readonly id: string
  readonly subscriptionId: string
  readonly currency: string
  readonly amountCents: bigint
  readonly taxesAmountCents: bigint
  /** The end of the charges window that it belongs to. */
  readonly chargesTo: Instant | null
  readonly taxes: readonly { readonly tax: Tax; readonly amountCents: bigint }[]
}

/** Paid fees that paid-fees invoices may regroup, with the subscriptions that they belong to. */
export type PaidFees = {
  readonly fees: readonly PaidFee[]
  readonly subscriptions: ReadonlyMap<string, SubscriptionFacts>
}

/**
 * Everything that the bills of some customers depend on except what was used and billed in their windows: plain
 * values, read at once. The same snapshot gives the same bills.
 */
export type BillingSnapshot = {
  readonly customers: ReadonlyMap<string, CustomerFacts>
  readonly billingEntities: ReadonlyMap<string, BillingEntityFacts>
  readonly subscriptions: ReadonlyMap<string, SubscriptionFacts>
  /** By the id of the subscription. */
  readonly histories: ReadonlyMap<string, BillingHistory>
  readonly taxes: TaxesByOwner
  /** By the id of the customer. */
  readonly paidFees: ReadonlyMap<string, PaidFees>
}
