import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { RatedCharge } from '../rating/charge.ts'
import type { IssuingSettings } from '../subscriptions/issuing-dates.ts'
import type { BillingPlan, BillingSubscription } from '../subscriptions/subscription.ts'
import type { Window } from '../subscriptions/windows.ts'
import type { Tax } from '../taxes/tax.ts'
import type { SpendableWallet } from '../wallets/spend.ts'
import type { FixedChargeFacts } from './fixed-charges.ts'
import type { AppliedCouponFacts } from './reductions/applied-coupon.ts'

/** Why a subscription is on an invoice. */
export type InvoicingReason =
  | 'subscription_starting'
  | 'subscription_periodic'
  | 'subscription_terminating'
  | 'in_advance_charge'
  | 'in_advance_charge_periodic'
  | 'progressive_billing'

/** The customer being billed. */
export type CustomerFacts = {
  readonly id: string
  readonly externalId: string
  /** Its sequence number within the organization, part of its invoice numbers. */
  readonly sequentialId: bigint
  /** The billing entity that the customer belongs to. */
  readonly billingEntityId: string
  readonly zone: TimeZone
  /** True while VIES checks its VAT number: its taxes are unknown, and its invoices wait. */
  readonly awaitsTaxes: boolean
  /** True for a partner, who issues its invoices itself. */
  readonly isSelfBilled: boolean
  /** What happens to a zero invoice; `inherit` defers to the billing entity that issues it. */
  readonly zeroInvoices: 'inherit' | 'finalize' | 'skip'
  readonly issuing: IssuingSettings
}

/** A billing entity that issues invoices. */
export type BillingEntityFacts = {
  readonly id: string
  readonly zone: TimeZone
  readonly numberPrefix: string
  readonly numbering: 'per_customer' | 'per_billing_entity'
  readonly keepsZeroInvoices: boolean
}

/** A plan as billing sees it; for a subscription with overrides, its own copy. */
export type PlanFacts = BillingPlan & { readonly id: string; readonly currency: string }

export type CommitmentFacts = {
  readonly id: string
  readonly amountCents: bigint
  readonly invoiceDisplayName: string | null
}

/** How a subscription shares its start or end with another one of the same external id. */
export type SharedInstants = {
  /** Another one starts at the exact instant this one ends; usage at that instant belongs to the other. */
  readonly isFollowedAtOnce: boolean
  /**
   * Set when another one ended at the exact instant this one starts and its final bill already covered that instant:
   * usage at that instant that arrived before this id is already billed.
   */
  readonly usageAfter: string | null
}

/** A started subscription, with everything that billing and rating need. */
export type SubscriptionFacts = {
  readonly id: string
  readonly externalId: string
  /** Its own billing entity; null when the customer's entity bills it. */
  readonly billingEntityId: string | null
  readonly purchaseOrderNumber: string | null
  readonly isConsolidated: boolean
  /** Subscriptions with different payment methods never share an invoice. */
  readonly paymentMethod: { readonly type: string; readonly id: string | null }
  readonly plan: PlanFacts
  readonly charges: readonly RatedCharge[]
  readonly commitment: CommitmentFacts | null
  readonly billing: BillingSubscription
  /** Null when it shares neither start nor end with another one of the same external id. */
  readonly shared: SharedInstants | null
  /** Metrics that its successor's plan also charges; empty unless an upgrade ended it. */
  readonly successorMetricIds: ReadonlySet<string>
}

/** What a subscription gets from its plan. */
export type PlanParts = Pick<SubscriptionFacts, 'plan' | 'charges' | 'commitment'>

/** An earlier, valid invoice of a subscription, with the windows it billed. */
export type BilledPeriod = {
  readonly invoiceId: string
  readonly invoiceType: string
  readonly reason: InvoicingReason
  readonly isPeriodic: boolean
  readonly billingAt: Instant
  /** The customer's zone when the invoice was created. */
  readonly zone: TimeZone
  readonly subscription: Window | null
  readonly charges: Window | null
  readonly fixedCharges: Window | null
}

/** An earlier subscription fee on an invoice that is neither deleted nor voided. */
export type BilledSubscriptionFee = {
  readonly invoiceId: string
  readonly createdAt: Instant
  readonly period: Window | null
  readonly zone: TimeZone
  /** Whether its invoice is closed, so that nobody pays it. */
  readonly isClosed: boolean
}

/** What earlier invoices billed for a subscription. */
export type BillingHistory = {
  /** Newest first. */
  readonly periods: readonly BilledPeriod[]
  /** Newest first. */
  readonly subscriptionFees: readonly BilledSubscriptionFee[]
}

/** Taxes by the id of what they apply to, each list in order of creation. */
export type TaxesByOwner = {
  readonly charges: ReadonlyMap<string, readonly Tax[]>
  readonly plans: ReadonlyMap<string, readonly Tax[]>
  readonly customers: ReadonlyMap<string, readonly Tax[]>
  readonly billingEntities: ReadonlyMap<string, readonly Tax[]>
  readonly minimumCommitments: ReadonlyMap<string, readonly Tax[]>
  readonly addOns: ReadonlyMap<string, readonly Tax[]>
  /** Those that lines of a one-off invoice name themselves, by the key of the fee. */
  readonly lines: ReadonlyMap<string, readonly Tax[]>
  readonly fixedCharges: ReadonlyMap<string, readonly Tax[]>
}

/** A usage fee that was paid before it was on any invoice. */
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

/** Paid fees that may go on paid-fees invoices, with their subscriptions. */
export type PaidFees = {
  readonly fees: readonly PaidFee[]
  readonly subscriptions: ReadonlyMap<string, SubscriptionFacts>
}

/**
 * Everything that the bills of some customers depend on, except what was used and billed in their windows. Plain
 * values, read in one go.
 */
export type BillingSnapshot = {
  readonly customers: ReadonlyMap<string, CustomerFacts>
  readonly billingEntities: ReadonlyMap<string, BillingEntityFacts>
  readonly subscriptions: ReadonlyMap<string, SubscriptionFacts>
  /** By subscription id. */
  readonly histories: ReadonlyMap<string, BillingHistory>
  /** Of their plans, by the id of the subscription; absent when there are none. */
  readonly fixedCharges: ReadonlyMap<string, readonly FixedChargeFacts[]>
  readonly taxes: TaxesByOwner
  /** By customer id. */
  readonly paidFees: ReadonlyMap<string, PaidFees>
  /** The active coupons of each customer by its id, oldest first. */
  readonly coupons: ReadonlyMap<string, readonly AppliedCouponFacts[]>
  /** The active wallets of each customer with something to spend, by its id. */
  readonly wallets: ReadonlyMap<string, readonly SpendableWallet[]>
}
