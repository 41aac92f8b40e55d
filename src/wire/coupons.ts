import { Decimal } from '../core/amounts/decimal.ts'
import { toWireCents } from '../core/amounts/json-text.ts'
import type { CouponView } from '../store/coupons.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

export function toWireCoupon(coupon: CouponView): object {
  return {
    lago_id: coupon.id,
    name: coupon.name,
    code: coupon.code,
    description: coupon.description,
    coupon_type: coupon.couponType,
    amount_cents: centsOrNull(coupon.amountCents),
    amount_currency: coupon.amountCurrency,
    percentage_rate: rateOrNull(coupon.percentageRate),
    frequency: coupon.frequency,
    frequency_duration: coupon.frequencyDuration,
    reusable: coupon.reusable,
    limited_plans: coupon.limitedPlans,
    limited_billable_metrics: coupon.limitedBillableMetrics,
    plan_codes: [...coupon.planCodes],
    billable_metric_codes: [...coupon.billableMetricCodes],
    created_at: isoSeconds(coupon.createdAt),
    expiration: coupon.expiration,
    expiration_at: isoSecondsOrNull(coupon.expirationAt),
    terminated_at: isoSecondsOrNull(coupon.terminatedAt),
  }
}

export function centsOrNull(cents: bigint | null): ReturnType<typeof toWireCents> | null {
  return cents === null ? null : toWireCents(cents)
}

export function rateOrNull(rate: string | null): string | null {
  return rate === null ? null : Decimal.of(rate).toWire()
}
