import type { CouponLimits } from '../../core/coupons/coupon.ts'
import { notAllowed, notFound } from '../../core/refusal.ts'
import {
  type CouponRow,
  type CouponTargetIds,
  type CouponView,
  couponViews,
  findCoupon,
  metricIdsOfCodes,
  planIdsOfCodes,
} from '../../store/coupons.ts'
import type { Reads } from '../../store/database.ts'

/** The coupon with a code and what it is limited to; 404 `coupon_not_found`. */
export async function readCoupon(reads: Reads, code: string): Promise<CouponView> {
  const coupon = await findCoupon(reads, code)
  if (!coupon) throw notFound('coupon')
  return viewOfCoupon(reads, coupon)
}

/** A coupon with what it is limited to. */
export async function viewOfCoupon(reads: Reads, coupon: CouponRow): Promise<CouponView> {
  const [view] = await couponViews(reads, [coupon])
  if (!view) throw new Error(`coupon ${coupon.id} has no view`)
  return view
}

/**
 * The plans or metrics with the codes; 404 `plans_not_found` or `billable_metrics_not_found` if one is missing, 405
 * when there are plans and metrics.
 */
export async function findTargets(reads: Reads, limits: CouponLimits): Promise<CouponTargetIds> {
  const { planCodes, billableMetricCodes } = limits
  if (planCodes.length > 0 && billableMetricCodes.length > 0) {
    throw notAllowed('only_one_limitation_type_per_coupon_allowed')
  }
  const planIds = await planIdsOfCodes(reads, planCodes)
  if (planIds.length < planCodes.length) throw notFound('plans')
  const metricIds = await metricIdsOfCodes(reads, billableMetricCodes)
  if (metricIds.length < billableMetricCodes.length) throw notFound('billable_metrics')
  return { planIds, metricIds }
}
