import { readApplication, readAppliedTerms } from '../../core/coupons/application.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted, invalid, notAllowed, notFound } from '../../core/refusal.ts'
import {
  type AppliedCouponView,
  hadCoupon,
  insertAppliedCoupon,
  overlapsActiveCoupon,
  readAppliedCoupon,
} from '../../store/applied-coupons.ts'
import { type CouponRow, holdActiveCoupon } from '../../store/coupons.ts'
import { findCustomer, lockCustomerByExternalId } from '../../store/customers.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { toWireAppliedCoupon } from '../../wire/applied-coupons.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Gives a coupon to a customer (docs/rules/coupons.md#applying-a-coupon); values of the request replace those of the
 * coupon. 404 for an unknown customer, an unknown coupon or one that is no longer active; 405 `plan_overlapping`;
 * 422 when the customer had it and it is not reusable, or for invalid fields.
 */
export async function applyCoupon(
  context: Context,
  caller: Caller,
  input: Input,
): Promise<AppliedCouponView> {
  const { externalCustomerId, couponCode } = accepted(readApplication(input))
  return inTransaction(context.database, caller, async (tx) => {
    if (!(await findCustomer(tx, externalCustomerId))) throw notFound('customer')
    // The catalogue is locked before customers.
    const coupon = await holdActiveCoupon(tx, couponCode)
    if (!coupon || isExpired(coupon, caller)) throw notFound('coupon')
    const customer = await lockCustomerByExternalId(tx, externalCustomerId)
    if (!customer) throw notFound('customer')
    const terms = accepted(readAppliedTerms(input, coupon))
    if (await overlapsActiveCoupon(tx, customer.id, coupon.id)) throw notAllowed('plan_overlapping')
    if (!coupon.reusable && (await hadCoupon(tx, customer.id, coupon.id))) {
      throw invalid({ coupon: ['coupon_is_not_reusable'] })
    }
    const id = newId()
    await insertAppliedCoupon(tx, {
      organizationId: caller.organizationId,
      id,
      couponId: coupon.id,
      customerId: customer.id,
      ...terms,
      ...stamps(caller.now),
    })
    const applied = await readAppliedCoupon(tx, id)
    await logActivity(tx, caller, 'applied_coupon.created', id, toWireAppliedCoupon(applied))
    return applied
  })
}

/** Whether a coupon has passed its expiration, even if the due work has not terminated it yet. */
function isExpired({ expirationAt }: CouponRow, { now }: Caller): boolean {
  return expirationAt !== null && expirationAt <= now
}
