import { Fields, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import { type CouponSettings, type CouponTerms, readTerms } from './coupon.ts'

/** Whom a coupon is applied to, and which one. */
export type CouponApplication = { readonly externalCustomerId: string; readonly couponCode: string }

/** Reads who gets which coupon; an absent or unusable id is one that nobody has. 422 for values of a wrong type. */
export function readApplication(input: Input): Outcome<CouponApplication> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const externalCustomerId = fields.id('external_customer_id') ?? ''
  const couponCode = fields.id('coupon_code') ?? ''
  return problems.outcome({ externalCustomerId, couponCode })
}

/** The terms of an applied coupon: those of the request, otherwise the coupon's. 422 with every invalid field. */
export function readAppliedTerms(input: Input, coupon: CouponSettings): Outcome<CouponTerms> {
  const problems = new Problems()
  const terms = readTerms(new Fields(input, problems), coupon)
  return problems.outcome(terms)
}
