import type { AppliedCouponFacts } from '../../core/billing/reductions/applied-coupon.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { readAppliedTerms } from '../../core/coupons/application.ts'
import { describedCoupon, type PreviewCoupon, unusedCoupon } from '../../core/coupons/preview-coupons.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { limitOfCoupon } from '../../store/billing/coupon-facts.ts'
import { findCoupon } from '../../store/coupons.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import type { InvoiceCreditView } from '../../store/invoice-credits.ts'

/** What a preview takes off, and the names of coupons that the customer does not have. */
export type PreviewedCoupons = {
  readonly facts: readonly AppliedCouponFacts[]
  /** By the id in the facts. */
  readonly items: ReadonlyMap<string, InvoiceCreditView['item']>
}

/**
 * The coupons of a preview (docs/rules/invoices.md#previews): those that the customer has, otherwise those that the
 * request names by their codes or describes. 404 `coupon_not_found` for a code that is neither, 422 for terms that
 * cannot be read.
 *
 * @param own the active coupons of the customer
 */
export async function previewCoupons(
  reads: Reads,
  asked: readonly PreviewCoupon[],
  own: readonly AppliedCouponFacts[],
  planIds: readonly string[],
  now: Instant,
): Promise<PreviewedCoupons> {
  const wished: (readonly [AppliedCouponFacts, InvoiceCreditView['item']])[] = []
  // Read even when they are not used, so that nonsense is refused whatever the customer has.
  for (const coupon of asked) wished.push(await couponOf(reads, coupon, planIds, now))
  if (own.length > 0) return { facts: own, items: new Map() }
  return {
    facts: wished.map(([facts]) => facts),
    items: new Map(wished.map(([{ id }, item]) => [id, item])),
  }
}

async function couponOf(
  reads: Reads,
  asked: PreviewCoupon,
  planIds: readonly string[],
  now: Instant,
): Promise<readonly [AppliedCouponFacts, InvoiceCreditView['item']]> {
  const type = 'coupon' as const
  const coupon = await findCoupon(reads, asked.code)
  const isActive = coupon?.status === 'active' && (coupon.expirationAt === null || coupon.expirationAt > now)
  if (coupon && isActive) {
    const terms = accepted(readAppliedTerms(asked.input, coupon))
    const { id, code, name, description } = coupon
    return [
      unusedCoupon(newId(), terms, await limitOfCoupon(reads, coupon, planIds)),
      { id, type, code, name, description },
    ]
  }
  const described = accepted(describedCoupon(asked))
  if (!described) throw notFound('coupon')
  const { name, terms } = described
  return [
    unusedCoupon(newId(), terms, { to: 'everything' }),
    { id: null, type, code: asked.code, name, description: null },
  ]
}
