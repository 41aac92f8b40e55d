import { describe, expect, it } from 'vitest'
import { allocateRefund, refundStatusOf } from './allocate-refund.ts'

describe('a refund', () => {
  it('is taken from the latest payment first, and the rest is left to be paid by hand', () => {
    // An invoice of 1000: 400 by hand and 600 by a provider, of which 700 go back.
    expect(allocateRefund(700n, [{ paymentId: 'stripe', leftCents: 600n }])).toEqual({
      shares: [{ paymentId: 'stripe', amountCents: 600n }],
      restCents: 100n,
    })
    const two = [
      { paymentId: 'second', leftCents: 300n },
      { paymentId: 'first', leftCents: 500n },
    ]
    expect(allocateRefund(400n, two).shares).toEqual([
      { paymentId: 'second', amountCents: 300n },
      { paymentId: 'first', amountCents: 100n },
    ])
  })

  it('skips payments of which nothing is left', () => {
    expect(allocateRefund(5n, [{ paymentId: 'a', leftCents: 0n }])).toEqual({ shares: [], restCents: 5n })
  })

  it('has succeeded when everything came back, and failed when the last try of a payment did', () => {
    const refund = (paymentId: string, state: string, amountCents: bigint) => ({
      paymentId,
      state,
      amountCents,
    })
    expect(refundStatusOf(700n, [refund('a', 'succeeded', 600n)])).toBe('pending')
    expect(refundStatusOf(600n, [refund('a', 'succeeded', 600n)])).toBe('succeeded')
    expect(refundStatusOf(600n, [refund('a', 'failed', 600n)])).toBe('failed')
    expect(refundStatusOf(600n, [refund('a', 'failed', 600n), refund('a', 'pending', 600n)])).toBe('pending')
    expect(refundStatusOf(600n, [refund('a', 'failed', 600n), refund('a', 'succeeded', 600n)])).toBe(
      'succeeded',
    )
  })
})
