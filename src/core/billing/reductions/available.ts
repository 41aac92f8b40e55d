import type { ProgressiveInvoice } from '../../progressive-billing/credit.ts'
import type { RatedCharge } from '../../rating/charge.ts'
import type { SpendableWallet } from '../../wallets/spend.ts'
import type { AvailableCoupons } from './applied-coupon.ts'

/** The newest progressive invoice of a charges window, with the facts needed to credit it. */
export type ProgressiveInvoiceFacts = {
  readonly invoiceId: string
  readonly amounts: ProgressiveInvoice
  /** The charges that it billed, with overridden copies under the id of their original charge. */
  readonly rootChargeIds: ReadonlySet<string>
  /**
   * Recurring metrics whose quantity it billed for a subscription before this one. An upgrade carries them into the
   * new plan and leaves them out of the old plan's last bill.
   */
  readonly carriedMetricIds: ReadonlySet<string>
  /** Cents by `usageKey`. */
  readonly feesByUsage: ReadonlyMap<string, bigint>
}

/** A progressive invoice that a bill may credit, with the charges that the bill prices. */
export type AvailableProgressiveInvoice = {
  readonly invoice: ProgressiveInvoiceFacts
  readonly charges: readonly RatedCharge[]
}

/** The wallets that may pay an invoice, and what decides which of its fees they pay. */
export type AvailableWallets = {
  readonly wallets: readonly SpendableWallet[]
  readonly currency: string
  /** By charge id. */
  readonly charges: ReadonlyMap<string, { readonly metricId: string; readonly acceptsTargetWallet: boolean }>
}

/** Credits and discounts that may be applied to an invoice. */
export type AvailableReductions = {
  /** By subscription id. */
  readonly progressive: ReadonlyMap<string, AvailableProgressiveInvoice>
  /** Absent for an invoice that uses no coupons. */
  readonly coupons?: AvailableCoupons
  /** Absent for an invoice that uses no prepaid credits. */
  readonly wallets?: AvailableWallets
}
