import { toWireCents } from '../core/amounts/json-text.ts'
import type { AppliedCouponView } from '../store/applied-coupons.ts'
import { centsOrNull, rateOrNull } from './coupons.ts'
import { toWireCredit } from './invoices.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

/** An applied coupon by itself. */
export function toWireAppliedCoupon(applied: AppliedCouponView): object {
  const isOnceFixed = applied.frequency === 'once' && applied.amountCents !== null
  const usesLeft = applied.frequencyDuration === null ? null : applied.frequencyDuration - applied.uses
  return {
    lago_id: applied.id,
    lago_coupon_id: applied.couponId,
    coupon_code: applied.couponCode,
    coupon_name: applied.couponName,
    coupon_description: applied.couponDescription,
    coupon_status: applied.couponStatus,
    coupon_deleted_at: isoSecondsOrNull(applied.couponDeletedAt),
    lago_customer_id: applied.customerId,
    external_customer_id: applied.externalCustomerId,
    status: applied.status,
    amount_cents: centsOrNull(applied.amountCents),
    amount_cents_remaining: isOnceFixed ? toWireCents((applied.amountCents ?? 0n) - applied.usedCents) : null,
    amount_currency: applied.amountCurrency,
    percentage_rate: rateOrNull(applied.percentageRate),
    frequency: applied.frequency,
    frequency_duration: applied.frequencyDuration,
    frequency_duration_remaining: usesLeft === null ? null : Math.max(usesLeft, 0),
    expiration_at: isoSecondsOrNull(applied.expirationAt),
    created_at: isoSeconds(applied.createdAt),
    terminated_at: isoSecondsOrNull(applied.terminatedAt),
  }
}

/** An applied coupon in lists, with every use of it. */
export function toWireAppliedCouponWithCredits(applied: AppliedCouponView): object {
  return { ...toWireAppliedCoupon(applied), credits: applied.credits.map(toWireCredit) }
}
