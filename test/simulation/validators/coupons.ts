import { Decimal } from '../../../src/core/amounts/decimal.ts'
import type { Book, Fault, Wire } from '../book.ts'

/**
 * No coupon gives more than it has: an amount for one use is spent once, what recurs on so many invoices; what is left
 * is told, and the fees of each invoice carry what was taken off it.
 */
export function validateCoupons(book: Book): Fault[] {
  const uses = book.appliedCoupons.flatMap((applied) =>
    wrongUses(applied).map((says) => ({
      validator: 'coupons',
      where: `${applied.coupon_code} of ${applied.external_customer_id}`,
      says,
    })),
  )
  return [...uses, ...book.invoices.flatMap(wrongShares)]
}

function wrongUses(applied: Wire): string[] {
  const credits: readonly Wire[] = applied.credits
  const used = credits.reduce((sum, credit) => sum + credit.amount_cents, 0)
  const { frequency, amount_cents: amount, amount_cents_remaining: left } = applied
  const faults: string[] = []
  if (frequency === 'once' && amount !== null && used > amount) faults.push(`${used} of ${amount} are used`)
  if (frequency === 'once' && amount !== null && left !== amount - used) {
    faults.push(`${left} of ${amount} are left after ${used}`)
  }
  if (frequency === 'once' && amount === null && credits.length > 1) faults.push(`${credits.length} uses`)
  if (frequency === 'recurring' && credits.length > applied.frequency_duration) {
    faults.push(`${credits.length} uses of ${applied.frequency_duration}`)
  }
  return faults
}

/** Shares have five decimals each, so their sum may be off by as little as that for each fee. */
function wrongShares(invoice: Wire): Fault[] {
  const fees: readonly Wire[] = invoice.fees
  const shares = Decimal.sum(fees.map((fee) => Decimal.of(String(fee.precise_coupons_amount_cents))))
  const taken = Decimal.of(invoice.coupons_amount_cents).plus(
    Decimal.of(invoice.progressive_billing_credit_amount_cents),
  )
  const off = shares.minus(taken)
  const most = Decimal.of(`${fees.length}e-5`)
  const isOff = off.compare(most) > 0 || off.compare(Decimal.zero.minus(most)) < 0
  if (!isOff) return []
  const says = `the shares of its fees come to ${shares.toString()}, and ${taken.toString()} is taken off`
  return [{ validator: 'coupons', where: `invoice ${invoice.number}`, says }]
}
