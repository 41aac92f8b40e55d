import type { CouponInput, CouponSettings } from '../../core/coupons/coupon.ts'
import { type CouponView, insertCoupon, replaceCouponTargets } from '../../store/coupons.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { tsOrNull } from '../../store/values.ts'
import { toWireCoupon } from '../../wire/coupons.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'
import { findTargets, readCoupon } from './read-coupon.ts'

/**
 * Creates a coupon (docs/rules/coupons.md). 422 when its code is taken; 404 when a plan or metric that it is limited
 * to does not exist.
 */
export async function createCoupon(
  context: Context,
  caller: Caller,
  { settings, limits }: CouponInput,
): Promise<CouponView> {
  const { organizationId, now } = caller
  const id = newId()
  return inTransaction(context.database, caller, async (tx) => {
    const targets = await findTargets(tx, limits ?? { planCodes: [], billableMetricCodes: [] })
    await insertCoupon(tx, {
      ...couponColumns(settings),
      organizationId,
      id,
      limitedPlans: targets.planIds.length > 0,
      limitedBillableMetrics: targets.metricIds.length > 0,
      ...stamps(now),
    })
    await replaceCouponTargets(tx, organizationId, id, targets)
    if (settings.expirationAt !== null) {
      await scheduleItem(tx, organizationId, {
        kind: 'coupon_expiry',
        subjectId: id,
        dueAt: settings.expirationAt,
      })
    }
    const coupon = await readCoupon(tx, settings.code)
    await logActivity(tx, caller, 'coupon.created', id, toWireCoupon(coupon))
    return coupon
  })
}

/** The settings of a coupon as its columns. */
export function couponColumns(settings: CouponSettings) {
  return {
    code: settings.code,
    name: settings.name,
    description: settings.description,
    couponType: settings.couponType,
    amountCents: settings.amountCents,
    amountCurrency: settings.amountCurrency,
    percentageRate: settings.percentageRate,
    frequency: settings.frequency,
    frequencyDuration: settings.frequencyDuration,
    expiration: settings.expiration,
    expirationAt: tsOrNull(settings.expirationAt),
    reusable: settings.reusable,
  }
}
