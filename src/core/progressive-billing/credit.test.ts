import { describe, expect, it } from 'vitest'
import { progressiveCredit, progressiveFeeCredit } from './credit.ts'

const invoice = (fees: bigint, coupons = 0n, taken = 0n, notes = 0n) => ({
  feesCents: fees,
  couponsCents: coupons,
  takenCents: taken,
  creditNotesCents: notes,
})

describe('progressiveCredit', () => {
  it.each([
    ['rows 81 and 83: one progressive invoice', invoice(20_000n), 40_000n, 20_000n, 0n],
    [
      'row 82: what another invoice credited of it is not credited again',
      invoice(60_000n, 0n, 20_000n),
      60_000n,
      40_000n,
      0n,
    ],
    ['coupons and credit notes were not paid', invoice(1000n, 100n, 0n, 250n), 5000n, 650n, 0n],
    ['never below zero', invoice(100n, 100n, 50n), 5000n, 0n, 0n],
    ['billed more than the period came to', invoice(1000n), 800n, 800n, 200n],
    ['nothing left to bill', invoice(1000n), 0n, 0n, 1000n],
  ])('%s', (_, newest, charges, creditCents, creditNoteCents) => {
    expect(progressiveCredit(newest, charges)).toEqual({ creditCents, creditNoteCents })
  })

  it('credits a fee with at most itself', () => {
    expect([progressiveFeeCredit(30n, 50n), progressiveFeeCredit(70n, 50n)]).toEqual([30n, 50n])
  })
})
