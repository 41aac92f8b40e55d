import { Decimal } from '../../src/core/amounts/decimal.ts'
import type { AppliedCouponFacts } from '../../src/core/billing/reductions/applied-coupon.ts'
import { couponsAfter, reduceByCoupons } from '../../src/core/billing/reductions/coupons.ts'
import { type FeeDraft, subscriptionFeeDraft } from '../../src/core/invoicing/fee-draft.ts'
import { cents, decimal, list, type Row, shown } from './cells.ts'

/**
 * Coupons on an invoice. Fees are amounts, each on a metric and a subscription of its own; coupons are written
 * `400`, `10 %`, `10 % on fee 2`, `400 on plan of fee 1` and begin unused; `400 recurring` has two uses left.
 */
export function couponFigures(row: Row): Row {
  const fees = list(row.Fees).map((text, n) => feeOf(String(n + 1), cents(text)))
  const applied = list(row.Coupons).map(couponOf)
  const names = new Map(fees.map(({ key }) => [key, key]))
  const feesCents = fees.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const reduced = reduceByCoupons(
    { periods: [], fees, creditNotes: [], reductions: [], leftCents: feesCents },
    { progressive: new Map(), coupons: { applied, currency: 'EUR', planIds: names, metricIds: names } },
  )
  const creditOf = new Map(reduced.reductions.map(({ sourceId, amountCents }) => [sourceId, amountCents]))
  const left = new Set(couponsAfter(applied, reduced.reductions).map(({ id }) => id))
  return {
    Credits: applied.map(({ id }) => shown(creditOf.get(id) ?? 0n)).join('; '),
    'Shares of the fees': reduced.fees.map((fee) => shown(fee.preciseCouponsAmountCents)).join('; '),
    'Fees less coupons': shown(reduced.leftCents),
    'Coupons left': applied.map(({ id }) => (left.has(id) ? 'yes' : 'no')).join('; '),
  }
}

function feeOf(key: string, amountCents: bigint): FeeDraft {
  const amount = Decimal.of(amountCents)
  const fee = subscriptionFeeDraft({
    key,
    subscriptionId: key,
    amountCents,
    preciseAmountCents: amount,
    unitAmount: amount,
    planAmountCents: amountCents,
    payInAdvance: false,
    period: { from: 0, to: 1 } as never,
  })
  return { ...fee, feeType: 'charge', chargeId: key }
}

function couponOf(text: string, n: number): AppliedCouponFacts {
  const parts = /^([\d,.]+)( %)?( recurring| forever)?(?: on (plan of )?fee (\d+))?$/.exec(text)
  if (!parts) throw new Error(`no coupon: ${text}`)
  const [, amount, percent, frequency = ' once', plan, fee] = parts
  const target = new Set(fee === undefined ? [] : [fee])
  return {
    id: String(n),
    discount: percent
      ? { kind: 'percentage', rate: decimal(amount) }
      : { kind: 'fixed_amount', amountCents: cents(amount), currency: 'EUR' },
    frequency: frequency.trim() as AppliedCouponFacts['frequency'],
    usedCents: 0n,
    usesLeft: frequency === ' recurring' ? 2 : null,
    limit:
      fee === undefined
        ? { to: 'everything' }
        : plan
          ? { to: 'plans', planIds: target }
          : { to: 'metrics', metricIds: target },
  }
}
