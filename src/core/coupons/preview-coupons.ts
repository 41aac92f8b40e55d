import { Decimal } from '../amounts/decimal.ts'
import type { AppliedCouponFacts } from '../billing/reductions/applied-coupon.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import { COUPON_TYPES, type CouponTerms, readTerms } from './coupon.ts'

/** A coupon that a preview is to apply: one of the organization by its code, or one that is described. */
export type PreviewCoupon = { readonly code: string; readonly input: Input }

const NAME_LENGTH_MAX = 255

/** Reads the coupons of a preview: each has a code of its own. Errors are added to `problems`. */
export function readPreviewCoupons(raw: unknown, problems: Problems): readonly PreviewCoupon[] {
  if (!Array.isArray(raw)) return []
  const coupons = raw.map((each: unknown): PreviewCoupon => {
    if (!isInput(each)) problems.add('coupons', 'value_is_invalid')
    const input = isInput(each) ? each : {}
    return { input, code: isInput(each) ? (new Fields(input, problems).mandatoryId('code') ?? '') : '' }
  })
  if (new Set(coupons.map(({ code }) => code)).size < coupons.length && !problems.any) {
    problems.add('coupons', 'value_is_duplicated')
  }
  return coupons
}

/** A coupon that exists only in a preview. */
export type DescribedCoupon = { readonly name: string; readonly terms: CouponTerms }

/**
 * The terms of a coupon that is described and not stored: 422 with every invalid field; null when only a code was
 * given, which describes nothing.
 */
export function describedCoupon({ code, input }: PreviewCoupon): Outcome<DescribedCoupon | null> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const couponType = fields.word('coupon_type', COUPON_TYPES)
  if (couponType === undefined || couponType === null) return problems.outcome(null)
  const isRecurring = !fields.isBlank('frequency_duration')
  const terms = readTerms(fields, { couponType, frequency: isRecurring ? 'recurring' : 'once' })
  return problems.outcome({ name: fields.text('name', NAME_LENGTH_MAX) || code, terms })
}

/** A coupon as a bill sees it that nobody has used. */
export function unusedCoupon(
  id: string,
  terms: CouponTerms,
  limit: AppliedCouponFacts['limit'],
): AppliedCouponFacts {
  const { amountCents, amountCurrency, percentageRate, frequency, frequencyDuration } = terms
  return {
    id,
    discount:
      percentageRate === null
        ? { kind: 'fixed_amount', amountCents: amountCents ?? 0n, currency: amountCurrency ?? '' }
        : { kind: 'percentage', rate: Decimal.of(percentageRate) },
    frequency,
    usedCents: 0n,
    usesLeft: frequencyDuration,
    limit,
  }
}
