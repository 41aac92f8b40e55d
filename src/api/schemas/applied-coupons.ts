import { Type } from 'typebox'
import { COUPON_FREQUENCIES, COUPON_STATUSES } from '../../core/coupons/coupon.ts'
import { dateTime, nullableInteger, nullableText, uuid, words, wordsOrNull } from './common.ts'
import { couponTerms, nullableRate } from './coupons.ts'
import { Credit } from './invoices.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

const nullableDateTime = Type.Union([dateTime, Type.Null()])
const applied = {
  lago_id: uuid,
  lago_coupon_id: uuid,
  coupon_code: Type.String(),
  coupon_name: Type.String(),
  coupon_description: nullableText,
  coupon_status: words(...COUPON_STATUSES),
  coupon_deleted_at: nullableDateTime,
  lago_customer_id: uuid,
  external_customer_id: Type.String(),
  status: words(...COUPON_STATUSES),
  amount_cents: nullableInteger,
  amount_cents_remaining: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Of a fixed amount used once; null for others.',
  }),
  amount_currency: nullableText,
  percentage_rate: nullableRate,
  frequency: words(...COUPON_FREQUENCIES),
  frequency_duration: nullableInteger,
  frequency_duration_remaining: nullableInteger,
  expiration_at: nullableDateTime,
  created_at: dateTime,
  terminated_at: nullableDateTime,
}

export const AppliedCouponInput = Type.Object({
  applied_coupon: Type.Object({
    external_customer_id: Type.String(),
    coupon_code: Type.String(),
    ...couponTerms,
    frequency: Type.Optional(wordsOrNull(...COUPON_FREQUENCIES)),
  }),
})
export const AppliedCoupon = Type.Object({ applied_coupon: Type.Object(applied) })
export const AppliedCoupons = Type.Object({
  applied_coupons: Type.Array(Type.Object({ ...applied, credits: Type.Array(Credit) })),
  meta: PaginationMeta,
})

const filters = {
  status: Type.Optional(words(...COUPON_STATUSES)),
  'coupon_code[]': Type.Optional(Type.Array(Type.String())),
}
export const AppliedCouponsOfCustomerQuery = Type.Object({ ...PageQuery.properties, ...filters })
export const AppliedCouponsQuery = Type.Object({
  ...AppliedCouponsOfCustomerQuery.properties,
  external_customer_id: Type.Optional(Type.String()),
})
