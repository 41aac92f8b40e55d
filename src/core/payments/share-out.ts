import { lesserCents } from '../amounts/cents.ts'
import { dueCents, type OwedInvoice } from './payment-input.ts'

type Owing = Pick<
  OwedInvoice,
  'status' | 'totalAmountCents' | 'totalPaidAmountCents' | 'offsetAmountCents'
> & {
  readonly id: string
}

/** What of a payment is for which invoice, and what is left over. Amounts are cents; the shares are above zero. */
export type PaymentShares = {
  readonly shares: readonly { readonly invoiceId: string; readonly amountCents: bigint }[]
  readonly excessCents: bigint
}

/**
 * Pays invoices in their order what each still owes; what is left over was paid too much
 * (docs/rules/provider-payments.md#paid-too-much). Nothing is owed for a closed or voided one.
 */
export function shareOut(amountCents: bigint, invoices: readonly Owing[]): PaymentShares {
  let left = amountCents
  const shares = invoices.flatMap((invoice) => {
    const owed = invoice.status === 'closed' ? 0n : dueCents(invoice)
    const share = lesserCents(owed, left)
    if (share <= 0n) return []
    left -= share
    return [{ invoiceId: invoice.id, amountCents: share }]
  })
  return { shares, excessCents: left }
}
