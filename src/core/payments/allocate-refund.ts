import { lesserCents } from '../amounts/cents.ts'

/** A payment that can be given back, and how much of it still can. Amounts are cents. */
export type Refundable = { readonly paymentId: string; readonly leftCents: bigint }

/** Which payment gives back how much, and what no provider can give back. */
export type RefundShares = {
  readonly shares: readonly { readonly paymentId: string; readonly amountCents: bigint }[]
  readonly restCents: bigint
}

/**
 * Shares a refund out over payments in their order, the latest first (docs/rules/provider-payments.md#refunds): each
 * gives back what is left of it. The rest was paid by hand, and is given back by hand.
 */
export function allocateRefund(amountCents: bigint, payments: readonly Refundable[]): RefundShares {
  let rest = amountCents
  const shares = payments.flatMap(({ paymentId, leftCents }) => {
    const share = lesserCents(leftCents, rest)
    if (share <= 0n) return []
    rest -= share
    return [{ paymentId, amountCents: share }]
  })
  return { shares, restCents: rest }
}

/** A refund as far as the state of its credit note depends on it. */
export type NoteRefund = { readonly paymentId: string; readonly state: string; readonly amountCents: bigint }

/**
 * How far the refund of a credit note has come, from the refunds of its payments in the order in which they were made:
 * failed when the last one of any payment failed, pending while one is under way or a part is left to be paid by hand.
 */
export function refundStatusOf(
  amountCents: bigint,
  refunds: readonly NoteRefund[],
): 'pending' | 'succeeded' | 'failed' {
  const last = [...new Map(refunds.map((refund) => [refund.paymentId, refund])).values()]
  if (last.some(({ state }) => state === 'failed')) return 'failed'
  const paidBack = last.filter(({ state }) => state === 'succeeded')
  return paidBack.reduce((sum, refund) => sum + refund.amountCents, 0n) >= amountCents
    ? 'succeeded'
    : 'pending'
}
