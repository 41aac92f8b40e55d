import { describe, expect, it } from 'vitest'
import { at, billingPlan, billingSubscription, endedAt } from '../../../test/support/subscription-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { BillingPlan, BillingSubscription } from './subscription.ts'
import { type BilledFee, creditNoteShares, type EarlyEnd, unusedAmount } from './unused-amount.ts'

const anniversary = { billingTime: 'anniversary' } as const

/** A fee of whole cents without coupons, taxed at one rate. */
function billedFee(plan: BillingPlan, amountCents: bigint, rate: number): BilledFee {
  const amount = Decimal.of(amountCents)
  return {
    planAmountCents: plan.amountCents,
    amountCents,
    preciseAmountCents: amount,
    preciseCouponsAmountCents: Decimal.zero,
    taxesPreciseAmountCents: amount.times(Decimal.of(rate)).dividedBy(Decimal.hundred),
    taxRates: [Decimal.of(rate)],
    creditedAmountCents: Decimal.zero,
  }
}

type Case = {
  readonly plan: Partial<BillingPlan> & { readonly trialDays?: number }
  readonly subscription: BillingSubscription
  readonly feeCents: bigint
  readonly rate?: number
  readonly zone?: string
  readonly fee?: Partial<BilledFee>
}

function earlyEnd({
  plan: changes,
  subscription,
  feeCents,
  rate = 0,
  zone = 'UTC',
  fee = {},
}: Case): EarlyEnd {
  const plan = billingPlan({ payInAdvance: true, ...changes })
  if (subscription.terminatedAt === null) throw new Error('not ended')
  const cause = subscription.endedBy === 'upgrade' ? 'upgrade' : 'termination'
  const { terminatedAt } = subscription
  return {
    plan,
    subscription,
    terminatedAt,
    zone,
    cause,
    fee: { ...billedFee(plan, feeCents, rate), ...fee },
  }
}

/** Unused days, taxes and total. */
function unused(of: Case) {
  const found = unusedAmount(earlyEnd(of))
  return found && [found.unusedDays, found.taxesAmountCents, found.totalAmountCents]
}

describe('unusedAmount', () => {
  it.each([
    ['calendar, UTC', 'calendar', 'UTC', 3750n, [20, 714n, 4285n]],
    ['calendar, Los Angeles', 'calendar', 'America/Los_Angeles', 3929n, [21, 750n, 4500n]],
    ['anniversary', 'anniversary', 'UTC', 5000n, [27, 964n, 5785n]],
  ] as const)('of a subscription that lived a moment: %s', (_name, billingTime, zone, feeCents, expected) => {
    const subscription = billingSubscription('2023-02-08', {
      billingTime,
      ...endedAt('2023-02-08T00:00:00Z'),
    })
    expect(unused({ plan: { amountCents: 5000n }, subscription, feeCents, rate: 20, zone })).toEqual(expected)
  })

  it('counts the day of a termination as used and the day of an upgrade as unused', () => {
    const january = (cause: 'upgrade' | 'termination') =>
      billingSubscription('2024-01-01', endedAt('2024-02-12T06:00:00Z', cause))
    const plan = { amountCents: 2900n }
    expect(unused({ plan, subscription: january('upgrade'), feeCents: 2900n })).toEqual([18, 0n, 1800n])
    expect(unused({ plan, subscription: january('termination'), feeCents: 2900n })).toEqual([17, 0n, 1700n])
    const oneDay = billingSubscription('2024-02-01T03:00:00Z', endedAt('2024-02-01T18:00:00Z'))
    expect(unused({ plan, subscription: oneDay, feeCents: 2900n })).toEqual([28, 0n, 2800n])
    const last = billingSubscription('2023-06-29', {
      ...anniversary,
      ...endedAt('2023-09-28T05:00:00Z', 'upgrade'),
    })
    expect(unused({ plan: {}, subscription: last, feeCents: 1000n })).toEqual([1, 0n, 32n])
  })

  it.each([
    ['calendar', 871n, 1000n, '2024-03-05', 806n],
    ['calendar', 968n, 1500n, '2024-03-12T10:00:00Z', 1210n],
    ['anniversary', 1000n, 1000n, '2024-03-05', 968n],
    ['anniversary', 1161n, 1500n, '2024-03-12T10:00:00Z', 1451n],
  ] as const)('in a chain of upgrades, %s, %i of %i', (billingTime, feeCents, amountCents, from, total) => {
    const subscription = billingSubscription(from, {
      ...{ billingTime, subscriptionAt: at('2024-03-05') },
      ...endedAt('2024-03-12T11:00:00Z', 'upgrade'),
    })
    expect(unused({ plan: { amountCents }, subscription, feeCents, rate: 25 })?.[2]).toBe(total)
  })

  it('makes the rounded parts add up to the total', () => {
    const subscription = billingSubscription('2023-02-01', endedAt('2023-02-08T00:00:00Z'))
    const found = unused({ plan: { amountCents: 10_000n }, subscription, feeCents: 10_000n, rate: 20 })
    expect(found).toEqual([20, 1429n, 8572n])
  })

  it('leaves everything after a trial unused', () => {
    const subscription = billingSubscription('2024-03-04T21:00:00Z', endedAt('2024-03-11T23:00:00Z'))
    const plan = { amountCents: 3500n, trialDays: 7 }
    expect(unused({ plan, subscription, feeCents: 2371n })).toEqual([21, 0n, 2371n])
  })

  it('takes off coupons and what was credited before, and never exceeds the fee', () => {
    const subscription = billingSubscription('2024-04-01', endedAt('2024-04-15'))
    const plan = { amountCents: 3000n }
    const fee = { preciseCouponsAmountCents: Decimal.of(600), creditedAmountCents: Decimal.of(500) }
    const found = unusedAmount(earlyEnd({ plan, subscription, feeCents: 3000n, rate: 10, fee }))
    expect(found?.itemAmountCents.toString()).toBe('1000')
    expect(found?.preciseCouponsAdjustmentCents.toString()).toBe('200')
    expect(found?.totalAmountCents).toBe(880n)
    expect(unused({ plan, subscription, feeCents: 400n })?.[2]).toBe(400n)
    expect(
      unused({ plan, subscription, feeCents: 3000n, fee: { creditedAmountCents: Decimal.of(1500) } }),
    ).toBeNull()
    expect(unused({ plan, subscription, feeCents: 0n })).toBeNull()
  })

  it('uses the price of the fee and not the price of today', () => {
    const subscription = billingSubscription('2024-04-01', endedAt('2024-04-15'))
    const fee = { planAmountCents: 3000n }
    expect(unused({ plan: { amountCents: 9000n }, subscription, feeCents: 3000n, fee })?.[2]).toBe(1500n)
  })

  it('cuts the item at five decimals', () => {
    const subscription = billingSubscription('2023-02-08', endedAt('2023-02-08'))
    const found = unusedAmount(earlyEnd({ plan: { amountCents: 5000n }, subscription, feeCents: 3750n }))
    expect(found?.itemAmountCents.toString()).toBe('3571.42857')
  })
})

describe('creditNoteShares', () => {
  // 15 of 31 days used: 1,800 of 3,720 cents with tax; the invoice has two such lines.
  const subscription = billingSubscription('2024-03-01', endedAt('2024-03-15T10:00:00Z'))
  const end = earlyEnd({ plan: { amountCents: 3100n }, subscription, feeCents: 3100n, rate: 20 })
  const shares = (paid: bigint, mode: 'credit' | 'refund' | 'offset', of = end) => {
    const total = unusedAmount(of)?.totalAmountCents ?? 0n
    const invoice = { subTotalIncludingTaxesAmountCents: 7440n, totalPaidAmountCents: paid }
    const found = creditNoteShares(of, total, invoice, mode)
    return [found.creditAmountCents, found.refundAmountCents, found.offsetAmountCents]
  }

  it.each([
    [7440n, 0n, 1920n],
    [5580n, 930n, 990n],
    [930n, 1920n, 0n],
  ])('of %i paid', (paid, rest, refund) => {
    expect(unusedAmount(end)?.totalAmountCents).toBe(1920n)
    expect(shares(paid, 'refund')).toEqual([rest, refund, 0n])
    expect(shares(paid, 'offset')).toEqual([0n, refund, rest])
    expect(shares(paid, 'credit')).toEqual([1920n, 0n, 0n])
  })

  it('counts used days from the start of a subscription within the period', () => {
    // 14 of 28 days used, 6,000 cents with tax of 9,000 billed for 21 days.
    const late = billingSubscription('2025-02-08', endedAt('2025-02-21'))
    const of = earlyEnd({ plan: { amountCents: 10_000n }, subscription: late, feeCents: 7500n, rate: 20 })
    const invoice = { subTotalIncludingTaxesAmountCents: 9000n, totalPaidAmountCents: 7500n }
    const total = unusedAmount(of)?.totalAmountCents ?? 0n
    expect(total).toBe(3000n)
    expect(creditNoteShares(of, total, invoice, 'refund')).toEqual({
      creditAmountCents: 1500n,
      refundAmountCents: 1500n,
      offsetAmountCents: 0n,
    })
  })

  it('credits an upgrade whatever is stored', () => {
    expect(shares(7440n, 'refund', { ...end, cause: 'upgrade' })).toEqual([2040n, 0n, 0n])
  })
})
