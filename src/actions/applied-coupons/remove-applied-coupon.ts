import { notFound } from '../../core/refusal.ts'
import {
  type AppliedCouponView,
  endAppliedCoupons,
  lockAppliedCoupon,
  readAppliedCoupon,
} from '../../store/applied-coupons.ts'
import { lockCustomerByExternalId } from '../../store/customers.ts'
import { isId } from '../../store/ids.ts'
import { inTransaction } from '../../store/transaction.ts'
import { toWireAppliedCoupon } from '../../wire/applied-coupons.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Takes a coupon away from a customer; invoices that used it keep their credit. One that has ended already stays as
 * it is. Returns the applied coupon; 404 `customer_not_found` or `applied_coupon_not_found`.
 */
export async function removeAppliedCoupon(
  context: Context,
  caller: Caller,
  externalCustomerId: string,
  id: string,
): Promise<AppliedCouponView> {
  return inTransaction(context.database, caller, async (tx) => {
    const customer = await lockCustomerByExternalId(tx, externalCustomerId)
    if (!customer) throw notFound('customer')
    const applied = isId(id) ? await lockAppliedCoupon(tx, customer.id, id) : undefined
    if (!applied) throw notFound('applied_coupon')
    await endAppliedCoupons(tx, [{ id, at: caller.now }], 'removal')
    const removed = await readAppliedCoupon(tx, id)
    await logActivity(tx, caller, 'applied_coupon.deleted', id, toWireAppliedCoupon(removed))
    return removed
  })
}
