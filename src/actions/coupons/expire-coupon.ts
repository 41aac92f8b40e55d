import { lockCouponById, updateCoupon } from '../../store/coupons.ts'
import { ts } from '../../store/values.ts'
import type { DueAction } from '../due/due-action.ts'

/**
 * Due work: terminates a coupon at its expiration. Nobody can be given it any more; whoever has it keeps it
 * (docs/rules/coupons.md#expiration).
 */
export const expireCoupon: DueAction = async (_context, tx, caller, couponId) => {
  const { now } = caller
  const coupon = await lockCouponById(tx, couponId)
  if (coupon?.status !== 'active' || coupon.deletedAt !== null) return
  if (coupon.expirationAt === null || coupon.expirationAt > now) return
  await updateCoupon(tx, couponId, { status: 'terminated', terminatedAt: ts(now), updatedAt: ts(now) })
}
