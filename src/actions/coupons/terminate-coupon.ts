import { notFound } from '../../core/refusal.ts'
import { type CouponView, lockCoupon, updateCoupon } from '../../store/coupons.ts'
import { cancelItem } from '../../store/due-items.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { toWireCoupon } from '../../wire/coupons.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'
import { viewOfCoupon } from './read-coupon.ts'

/**
 * Ends a coupon now, as its expiration would: nobody can be given it any more, and whoever has it keeps it
 * (docs/rules/coupons.md#expiration). A coupon that has ended stays as it is. Returns the coupon; 404 for an unknown
 * code.
 */
export async function terminateCoupon(context: Context, caller: Caller, code: string): Promise<CouponView> {
  const { now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockCoupon(tx, code)
    if (!stored) throw notFound('coupon')
    if (stored.status === 'terminated') return viewOfCoupon(tx, stored)
    await cancelItem(tx, 'coupon_expiry', stored.id)
    const change = { status: 'terminated', terminatedAt: ts(now), updatedAt: ts(now) }
    const view = await viewOfCoupon(tx, await updateCoupon(tx, stored.id, change))
    await logActivity(tx, caller, 'coupon.updated', stored.id, toWireCoupon(view))
    return view
  })
}
