import { Decimal } from '../../src/core/amounts/decimal.ts'
import type { AvailableProgressiveInvoice } from '../../src/core/billing/reductions/available.ts'
import { type FeeDraft, subscriptionFeeDraft } from '../../src/core/invoicing/fee-draft.ts'
import type { RatedCharge } from '../../src/core/rating/charge.ts'

/** No progressive invoice to credit. */
export const PROGRESSIVE: ReadonlyMap<string, AvailableProgressiveInvoice> = new Map()

/** A usage fee of whole cents on subscription `s`, of the charge of its own name. */
export function feeOf(key: string, cents: bigint): FeeDraft {
  const amount = Decimal.of(cents)
  return {
    ...subscriptionFeeDraft({
      key,
      subscriptionId: 's',
      amountCents: cents,
      preciseAmountCents: amount,
      unitAmount: amount,
      planAmountCents: 0n,
      payInAdvance: false,
      period: { from: 0, to: 1 } as never,
    }),
    feeType: 'charge',
    chargeId: key,
  }
}

/** A charge of that name, on the metric of that name, without filters. */
export function chargeOf(id: string): RatedCharge {
  return { id, rootId: id, filters: [], metric: { id } } as unknown as RatedCharge
}
