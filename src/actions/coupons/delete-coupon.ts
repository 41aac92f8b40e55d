import { notFound } from '../../core/refusal.ts'
import { customersWithCoupon, endCouponEverywhere } from '../../store/applied-coupons.ts'
import {
  type CouponView,
  lockCoupon,
  replaceCouponTargets,
  updateCoupon as writeCoupon,
} from '../../store/coupons.ts'
import { lockCustomersById } from '../../store/customers.ts'
import { cancelItem } from '../../store/due-items.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { toWireCoupon } from '../../wire/coupons.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'
import { viewOfCoupon } from './read-coupon.ts'

/**
 * Soft-deletes a coupon, which invoices still show: it is taken away from all customers, and its code can be reused
 * immediately (docs/rules/coupons.md#deleting-a-coupon). Returns the coupon; 404 when there is none.
 */
export async function deleteCoupon(context: Context, caller: Caller, code: string): Promise<CouponView> {
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockCoupon(tx, code)
    if (!stored) throw notFound('coupon')
    // Nobody is given the coupon while it is locked.
    await lockCustomersById(tx, await customersWithCoupon(tx, stored.id))
    await endCouponEverywhere(tx, stored.id, now)
    await replaceCouponTargets(tx, organizationId, stored.id, { planIds: [], metricIds: [] })
    await cancelItem(tx, 'coupon_expiry', stored.id)
    const coupon = await writeCoupon(tx, stored.id, { deletedAt: ts(now), updatedAt: ts(now) })
    const view = await viewOfCoupon(tx, coupon)
    await logActivity(tx, caller, 'coupon.deleted', stored.id, toWireCoupon(view))
    return view
  })
}
