import { describe, expect, it } from 'vitest'
import { creditableFee, notedInvoice, partsOf, tax } from '../../../test/support/credit-note-fixtures.ts'
import { billingPlan, billingSubscription, endedAt } from '../../../test/support/subscription-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { BillingPlan } from '../subscriptions/subscription.ts'
import { type CreditedEnd, earlyEndNote } from './early-end-note.ts'
import type { NotedInvoice } from './noted-invoice.ts'

type Case = {
  readonly plan: Partial<BillingPlan>
  readonly rate: string
  readonly from: string
  readonly to: string
  readonly billingTime?: 'calendar' | 'anniversary'
  readonly mode?: CreditedEnd['mode']
  readonly invoice?: Partial<NotedInvoice>
}

function noteOf({
  plan: changes,
  rate,
  from,
  to,
  billingTime = 'anniversary',
  mode = 'credit',
  invoice,
}: Case) {
  const plan = billingPlan({ payInAdvance: true, ...changes })
  const subscription = billingSubscription(from, { billingTime, ...endedAt(to) })
  if (subscription.terminatedAt === null) throw new Error('not ended')
  const fee = creditableFee('fee', plan.amountCents, { taxes: [tax(rate)] })
  const amount = Decimal.of(plan.amountCents)
  return earlyEndNote({
    plan,
    subscription,
    terminatedAt: subscription.terminatedAt,
    zone: 'UTC',
    cause: 'termination',
    mode,
    invoice: notedInvoice([fee], invoice),
    fee: {
      ...fee,
      planAmountCents: plan.amountCents,
      preciseAmountCents: amount,
      taxesPreciseAmountCents: amount.times(Decimal.of(rate)).dividedBy(Decimal.hundred),
    },
  })
}

describe('earlyEndNote', () => {
  it.each([
    [
      'part and tax round down',
      20_000n,
      '25',
      'monthly',
      '2025-09-18',
      [19_333, 4833, 24_166],
      '19333.33333',
    ],
    ['part and tax round up', 16_000n, '25', 'monthly', '2025-09-18', [15_467, 3867, 19_334], '15466.66666'],
    ['a week', 2999n, '23.33', 'weekly', '2025-10-06', [2571, 600, 3171], '2570.57142'],
  ] as const)('ended on the first day: %s', (_name, amountCents, rate, interval, from, figures, precise) => {
    const note = noteOf({ plan: { amountCents, interval }, rate, from, to: `${from}T16:40:00Z` })
    if (!note) throw new Error('no note')
    const { subTotalCents, taxesCents, items } = note.amounts
    expect([subTotalCents, taxesCents, note.shares.creditCents].map(Number)).toEqual(figures)
    expect(items[0]?.preciseAmountCents.toString()).toBe(precise)
    expect(Number(items[0]?.amountCents)).toBe(figures[0])
  })

  // 15 of 31 days used: 1,800 of 3,720 cents with tax; 1,920 are left.
  const march = { plan: { amountCents: 3100n }, rate: '20', from: '2024-03-01', to: '2024-03-15T10:00:00Z' }

  it.each([
    ['credit', 3720n, [1920, 0, 0, 1920]],
    ['refund', 3720n, [0, 1920, 0, 1920]],
    ['refund', 2000n, [1720, 200, 0, 1920]],
    ['refund', 0n, [1920, 0, 0, 1920]],
    ['offset', 2000n, [0, 200, 1720, 1920]],
    ['offset', 0n, [0, 0, 1920, 1920]],
  ] as const)('%s, of %i paid', (mode, paidCents, expected) => {
    const note = noteOf({ ...march, mode, invoice: { paidCents } })
    expect(note && partsOf(note)).toEqual(expected)
  })

  it('offsets what is due, and credits the rest', () => {
    const paidByCredit = { totalCents: 500n, paidCents: 0n }
    const note = noteOf({ ...march, mode: 'offset', invoice: paidByCredit })
    expect(note && partsOf(note)).toEqual([1420, 0, 500, 1920])
  })

  it('never refunds what was refunded before', () => {
    const noted = { creditCents: 0n, refundCents: 3000n, offsetCents: 0n }
    const note = noteOf({ ...march, mode: 'refund', invoice: { paidCents: 3720n, noted } })
    expect(note && partsOf(note)).toEqual([1200, 720, 0, 1920])
  })

  it('is none on a voided invoice', () => {
    expect(noteOf({ ...march, invoice: { status: 'voided' } })).toBeNull()
  })
})
