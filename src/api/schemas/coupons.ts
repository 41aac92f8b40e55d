import { Type } from 'typebox'
import { COUPON_EXPIRATIONS, COUPON_FREQUENCIES, COUPON_TYPES } from '../../core/coupons/coupon.ts'
import { dateTime, nullableInteger, nullableText, uuid, words } from './common.ts'
import { PaginationMeta } from './pagination.ts'

const nullableDateTime = Type.Union([dateTime, Type.Null()])
const RATE = '^[0-9]+.?[0-9]*$'
export const nullableRate = Type.Union([Type.String({ pattern: RATE, description: 'Percent.' }), Type.Null()])

const CouponObject = Type.Object({
  lago_id: uuid,
  name: Type.String(),
  code: Type.String(),
  description: nullableText,
  coupon_type: words(...COUPON_TYPES),
  amount_cents: nullableInteger,
  amount_currency: nullableText,
  percentage_rate: nullableRate,
  frequency: words(...COUPON_FREQUENCIES),
  frequency_duration: nullableInteger,
  reusable: Type.Boolean(),
  limited_plans: Type.Boolean(),
  limited_billable_metrics: Type.Boolean(),
  plan_codes: Type.Array(Type.String()),
  billable_metric_codes: Type.Array(Type.String()),
  created_at: dateTime,
  expiration: words(...COUPON_EXPIRATIONS),
  expiration_at: nullableDateTime,
  terminated_at: nullableDateTime,
})

const codes = Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()]))
export const couponTerms = {
  amount_cents: Type.Optional(nullableInteger),
  amount_currency: Type.Optional(nullableText),
  percentage_rate: Type.Optional(nullableRate),
  frequency_duration: Type.Optional(nullableInteger),
}
const others = {
  ...couponTerms,
  description: Type.Optional(nullableText),
  reusable: Type.Optional(Type.Boolean()),
  expiration_at: Type.Optional(nullableDateTime),
  applies_to: Type.Optional(
    Type.Union([
      Type.Object(
        { plan_codes: codes, billable_metric_codes: codes },
        { description: 'Plans or metrics, not both; the complete list.' },
      ),
      Type.Null(),
    ]),
  ),
}
const mandatory = {
  name: Type.String(),
  code: Type.String(),
  coupon_type: words(...COUPON_TYPES),
  frequency: words(...COUPON_FREQUENCIES),
  expiration: words(...COUPON_EXPIRATIONS),
}

export const CouponCreateInput = Type.Object({ coupon: Type.Object({ ...mandatory, ...others }) })
export const CouponUpdateInput = Type.Object({
  coupon: Type.Object({ ...Type.Partial(Type.Object(mandatory)).properties, ...others }),
})
export const Coupon = Type.Object({ coupon: CouponObject })
export const Coupons = Type.Object({ coupons: Type.Array(CouponObject), meta: PaginationMeta })
