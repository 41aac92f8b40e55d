import { Decimal } from '../../src/core/amounts/decimal.ts'
import { totalOfShares } from '../../src/core/credit-notes/credit-note.ts'
import type { NoteContent } from '../../src/core/credit-notes/early-end-note.ts'
import type { CreditableFee } from '../../src/core/credit-notes/note-amounts.ts'
import type { NotedInvoice } from '../../src/core/credit-notes/noted-invoice.ts'
import type { Tax } from '../../src/core/taxes/tax.ts'

export const tax = (rate: number | string, code = `vat${rate}`): Tax => ({
  id: code,
  code,
  name: code,
  description: null,
  rate: Decimal.of(rate),
})

/** A fee of whole cents with one tax of 20 % and no reductions. */
export function creditableFee(
  id: string,
  amountCents: bigint,
  of: Partial<CreditableFee> = {},
): CreditableFee {
  return {
    id,
    amountCents,
    preciseReductionCents: Decimal.zero,
    taxes: [tax(20)],
    creditedCents: 0n,
    ...of,
  }
}

/** A final, unpaid invoice of some fees; its amounts follow from them. */
export function notedInvoice(fees: readonly CreditableFee[], of: Partial<NotedInvoice> = {}): NotedInvoice {
  const feesCents = fees.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  const reductionsCents = Decimal.sum(fees.map((fee) => fee.preciseReductionCents))
    .round()
    .toBigInt()
  const taxes = fees.map((fee) =>
    Decimal.of(fee.amountCents)
      .minus(fee.preciseReductionCents)
      .times(Decimal.sum(fee.taxes.map(({ rate }) => rate)))
      .dividedBy(Decimal.hundred),
  )
  const totalCents = feesCents - reductionsCents + Decimal.sum(taxes).round().toBigInt()
  return {
    id: 'invoice',
    invoiceType: 'subscription',
    status: 'finalized',
    currency: 'EUR',
    fees,
    feesCents,
    reductionsCents,
    subTotalIncludingTaxesCents: totalCents,
    totalCents,
    paidCents: 0n,
    noted: { creditCents: 0n, refundCents: 0n, offsetCents: 0n },
    taxRoundingCents: Decimal.zero,
    purchase: null,
    ...of,
  }
}

/** The invoice after a final note on it. */
export function withNote(invoice: NotedInvoice, { amounts, shares }: NoteContent): NotedInvoice {
  const taken = new Map<string, bigint>()
  for (const { feeId, amountCents } of amounts.items) taken.set(feeId, (taken.get(feeId) ?? 0n) + amountCents)
  const { noted } = invoice
  return {
    ...invoice,
    fees: invoice.fees.map((fee) => ({
      ...fee,
      creditedCents: fee.creditedCents + (taken.get(fee.id) ?? 0n),
    })),
    noted: {
      creditCents: noted.creditCents + shares.creditCents,
      refundCents: noted.refundCents + shares.refundCents,
      offsetCents: noted.offsetCents + shares.offsetCents,
    },
    taxRoundingCents: invoice.taxRoundingCents.plus(
      Decimal.of(amounts.taxesCents).minus(amounts.preciseTaxesCents),
    ),
  }
}

/** Credit, refund, offset and total of a note, as numbers. */
export function partsOf({ shares }: NoteContent): readonly number[] {
  const { creditCents, refundCents, offsetCents } = shares
  return [creditCents, refundCents, offsetCents, totalOfShares(shares)].map(Number)
}
