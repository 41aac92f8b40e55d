import type { Decimal } from '../../amounts/decimal.ts'

/** What a coupon takes off: an amount in cents of a currency, or a percentage (`10` is 10 %). */
export type CouponDiscount =
  | { readonly kind: 'fixed_amount'; readonly amountCents: bigint; readonly currency: string }
  | { readonly kind: 'percentage'; readonly rate: Decimal }

/** An active coupon of a customer. */
export type AppliedCouponFacts = {
  readonly id: string
  readonly discount: CouponDiscount
  readonly frequency: 'once' | 'recurring' | 'forever'
  /** What valid invoices have used of it so far, in cents. */
  readonly usedCents: bigint
  /** How many invoices it may still reduce; null unless it is recurring. */
  readonly usesLeft: number | null
  /** The fees it applies to; plans include overridden copies. */
  readonly limit:
    | { readonly to: 'everything' }
    | { readonly to: 'plans'; readonly planIds: ReadonlySet<string> }
    | { readonly to: 'metrics'; readonly metricIds: ReadonlySet<string> }
}

/** The coupons that an invoice may use, oldest first, and what its fees belong to. */
export type AvailableCoupons = {
  readonly applied: readonly AppliedCouponFacts[]
  readonly currency: string
  /** By subscription id. */
  readonly planIds: ReadonlyMap<string, string>
  /** By charge id. */
  readonly metricIds: ReadonlyMap<string, string>
}
