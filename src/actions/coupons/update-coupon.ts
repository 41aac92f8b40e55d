import { readCouponChange } from '../../core/coupons/coupon.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import {
  type CouponView,
  isCouponApplied,
  lockCoupon,
  replaceCouponTargets,
  updateCoupon as writeCoupon,
} from '../../store/coupons.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { toWireCoupon } from '../../wire/coupons.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'
import { couponColumns } from './create-coupon.ts'
import { findTargets, viewOfCoupon } from './read-coupon.ts'

/**
 * Updates a coupon; once it was applied to a customer, only its name, description and expiration change
 * (docs/rules/coupons.md#changing-a-coupon). 404 for an unknown code, 422 for invalid fields.
 */
export async function updateCoupon(
  context: Context,
  caller: Caller,
  code: string,
  input: Input,
): Promise<CouponView> {
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockCoupon(tx, code)
    if (!stored) throw notFound('coupon')
    const isApplied = await isCouponApplied(tx, stored.id)
    const { settings, limits } = accepted(readCouponChange(input, stored, isApplied, now))
    const targets = limits && (await findTargets(tx, limits))
    const coupon = await writeCoupon(tx, stored.id, {
      ...couponColumns(settings),
      ...(targets && {
        limitedPlans: targets.planIds.length > 0,
        limitedBillableMetrics: targets.metricIds.length > 0,
      }),
      updatedAt: ts(now),
    })
    if (targets) await replaceCouponTargets(tx, organizationId, stored.id, targets)
    if (settings.expirationAt === null) await cancelItem(tx, 'coupon_expiry', stored.id)
    else if (stored.status === 'active') {
      const dueAt = settings.expirationAt
      await scheduleItem(tx, organizationId, { kind: 'coupon_expiry', subjectId: stored.id, dueAt })
    }
    const view = await viewOfCoupon(tx, coupon)
    await logActivity(tx, caller, 'coupon.updated', stored.id, toWireCoupon(view))
    return view
  })
}
