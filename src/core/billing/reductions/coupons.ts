import { Decimal } from '../../amounts/decimal.ts'
import { type FeeDraft, preciseReductionCents } from '../../invoicing/fee-draft.ts'
import type { SubscriptionFacts } from '../snapshot.ts'
import type { AppliedCouponFacts, AvailableCoupons } from './applied-coupon.ts'
import type { Reduce, ReducibleInvoice, Reduction } from './reduction.ts'

/** A customer's coupons for an invoice of some of its subscriptions. */
export function availableCoupons(
  applied: readonly AppliedCouponFacts[],
  currency: string,
  subscriptions: readonly Pick<SubscriptionFacts, 'id' | 'plan' | 'charges'>[],
): AvailableCoupons {
  return {
    applied,
    currency,
    planIds: new Map(subscriptions.map(({ id, plan }) => [id, plan.id])),
    metricIds: new Map(
      subscriptions.flatMap(({ charges }) => charges.map(({ id, metric }) => [id, metric.id] as const)),
    ),
  }
}

/**
 * Takes coupons off the fees before taxes (docs/rules/reductions.md#coupons): those limited to metrics, then those
 * limited to plans, then the others, each to what the ones before it left.
 */
export const reduceByCoupons: Reduce = (invoice, { coupons }) => {
  if (!coupons) return invoice
  let reduced = invoice
  for (const coupon of inOrder(coupons.applied)) {
    if (reduced.leftCents <= 0n) break
    const { discount } = coupon
    if (discount.kind === 'fixed_amount' && discount.currency !== coupons.currency) continue
    const isMeant = targetOf(coupon.limit, coupons)
    if (reduced.fees.some(isMeant)) reduced = withCoupon(reduced, coupon, isMeant)
  }
  return reduced
}

const PLACES = ['metrics', 'plans', 'everything'] as const

function inOrder(coupons: readonly AppliedCouponFacts[]): readonly AppliedCouponFacts[] {
  return PLACES.flatMap((place) => coupons.filter(({ limit }) => limit.to === place))
}

function targetOf(
  limit: AppliedCouponFacts['limit'],
  { planIds, metricIds }: AvailableCoupons,
): (fee: FeeDraft) => boolean {
  if (limit.to === 'everything') return () => true
  if (limit.to === 'plans') return (fee) => limit.planIds.has(planIds.get(fee.subscriptionId ?? '') ?? '')
  return (fee) => limit.metricIds.has(metricIds.get(fee.chargeId ?? '') ?? '')
}

function withCoupon(
  invoice: ReducibleInvoice,
  coupon: AppliedCouponFacts,
  isMeant: (fee: FeeDraft) => boolean,
): ReducibleInvoice {
  const { leftCents } = invoice
  const base =
    coupon.limit.to === 'everything'
      ? Decimal.of(leftCents)
      : Decimal.sum(invoice.fees.filter(isMeant).map(remainderOf))
  const wanted = Decimal.of(wantedCents(coupon, base))
  // What a limited coupon leaves on its fees may have a fraction of a cent, which is not taken.
  const amountCents = Decimal.min(Decimal.min(base, wanted), Decimal.of(leftCents))
    .round(0, 'down')
    .toBigInt()
  const used: Reduction = {
    kind: 'coupon',
    sourceId: coupon.id,
    isBeforeTaxes: true,
    amountCents,
    ...(afterUse(coupon, amountCents) === null ? { endsSource: true } : {}),
  }
  const fees = amountCents === 0n ? invoice.fees : sharedOut(invoice.fees, isMeant, amountCents, base)
  return {
    ...invoice,
    fees,
    reductions: [...invoice.reductions, used],
    leftCents: leftCents - amountCents,
  }
}

function wantedCents({ discount, frequency, usedCents }: AppliedCouponFacts, base: Decimal): bigint {
  if (discount.kind === 'percentage') {
    return base.times(discount.rate).dividedBy(Decimal.of(100)).round().toBigInt()
  }
  return frequency === 'once' ? discount.amountCents - usedCents : discount.amountCents
}

/** Each targeted fee gets its part of the coupon, by what is left of it, with five decimals. */
function sharedOut(
  fees: readonly FeeDraft[],
  isMeant: (fee: FeeDraft) => boolean,
  amountCents: bigint,
  base: Decimal,
): readonly FeeDraft[] {
  const amount = Decimal.of(amountCents)
  return fees.map((fee) => {
    if (!isMeant(fee)) return fee
    const left = remainderOf(fee)
    const share = Decimal.min(amount.times(left).dividedBy(base, 5), left)
    return { ...fee, preciseCouponsAmountCents: fee.preciseCouponsAmountCents.plus(share) }
  })
}

/** What earlier reductions left of a fee, in cents; never below zero. */
function remainderOf(fee: FeeDraft): Decimal {
  return Decimal.max(Decimal.of(fee.amountCents).minus(preciseReductionCents(fee)), Decimal.zero)
}

/**
 * A coupon after an invoice used it, or null when it is used up. A use counts even when it took nothing.
 *
 * @param amountCents what the invoice took of it
 */
function afterUse(coupon: AppliedCouponFacts, amountCents: bigint): AppliedCouponFacts | null {
  const { discount, frequency, usesLeft } = coupon
  const usedCents = coupon.usedCents + amountCents
  if (frequency === 'forever') return { ...coupon, usedCents }
  if (frequency === 'recurring') {
    const left = (usesLeft ?? 0) - 1
    return left > 0 ? { ...coupon, usedCents, usesLeft: left } : null
  }
  return discount.kind === 'fixed_amount' && usedCents < discount.amountCents
    ? { ...coupon, usedCents }
    : null
}

/** A customer's coupons after an invoice: what its next invoice in the same bill may use. */
export function couponsAfter(
  coupons: readonly AppliedCouponFacts[],
  reductions: readonly Reduction[],
): readonly AppliedCouponFacts[] {
  const used = new Map(
    reductions.flatMap(({ kind, sourceId, amountCents }) =>
      kind === 'coupon' ? [[sourceId, amountCents] as const] : [],
    ),
  )
  if (used.size === 0) return coupons
  return coupons.flatMap((coupon) => {
    const amountCents = used.get(coupon.id)
    return amountCents === undefined ? [coupon] : (afterUse(coupon, amountCents) ?? [])
  })
}
