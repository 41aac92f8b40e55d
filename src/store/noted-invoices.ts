import { sql } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { CreditableFee } from '../core/credit-notes/note-amounts.ts'
import type { BoughtCredits, NotedInvoice } from '../core/credit-notes/noted-invoice.ts'
import type { Tax } from '../core/taxes/tax.ts'
import type { Reads } from './database.ts'
import type { FeeTaxRow } from './fees.ts'
import type { InvoiceRow } from './invoices.ts'
import { anyOf, groupedBy } from './values.ts'

/** An invoice as its credit notes see it: with its fees, their taxes and what was credited of them. */
export async function readNotedInvoice(reads: Reads, invoice: InvoiceRow): Promise<NotedInvoice> {
  const [fees, noted, purchase] = await Promise.all([
    readCreditableFees(reads, [invoice.id]),
    readNotedAmounts(reads, [invoice.id]),
    invoice.invoiceType === 'credit' ? soldCredits(reads, invoice) : null,
  ])
  const none = { creditCents: 0n, refundCents: 0n, offsetCents: 0n, taxRoundingCents: Decimal.zero }
  const { taxRoundingCents, ...shares } = noted.get(invoice.id) ?? none
  return {
    id: invoice.id,
    invoiceType: invoice.invoiceType,
    status: invoice.status,
    currency: invoice.currency,
    fees: fees.get(invoice.id) ?? [],
    feesCents: invoice.feesAmountCents,
    reductionsCents: invoice.couponsAmountCents + invoice.progressiveBillingCreditAmountCents,
    subTotalIncludingTaxesCents: invoice.subTotalIncludingTaxesAmountCents,
    totalCents: invoice.totalAmountCents,
    paidCents: invoice.totalPaidAmountCents,
    noted: shares,
    taxRoundingCents,
    purchase,
  }
}

/** The credits that an invoice sold, and what is left of them in the wallet. */
async function soldCredits(reads: Reads, { id, paymentStatus }: InvoiceRow): Promise<BoughtCredits> {
  const row = await reads
    .selectFrom('walletTransactions as t')
    .innerJoin('wallets as w', 'w.id', 't.walletId')
    .select(['w.status', 't.remainingAmountCents'])
    .where('t.invoiceId', '=', id)
    .where('t.transactionStatus', '=', 'purchased')
    .executeTakeFirst()
  return {
    isUsable: row?.status === 'active',
    isPaid: paymentStatus === 'succeeded',
    remainingCents: row?.remainingAmountCents ?? 0n,
  }
}

type NotedAmountsRow = {
  readonly invoiceId: string
  readonly creditCents: bigint
  readonly refundCents: bigint
  readonly offsetCents: bigint
  readonly rounding: string
}

/** What the final credit notes of invoices come to, by invoice id; absent without notes. */
export async function readNotedAmounts(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<ReadonlyMap<string, NotedInvoice['noted'] & { readonly taxRoundingCents: Decimal }>> {
  const { rows } = await sql<NotedAmountsRow>`
    select invoice_id, sum(credit_amount_cents)::bigint as credit_cents,
      sum(refund_amount_cents)::bigint as refund_cents, sum(offset_amount_cents)::bigint as offset_cents,
      sum(taxes_amount_cents - precise_taxes_amount_cents) as rounding
    from credit_notes
    where invoice_id = ${anyOf(invoiceIds)} and status = 'finalized'
    group by invoice_id`.execute(reads)
  return new Map(
    rows.map(({ invoiceId, rounding, creditCents, refundCents, offsetCents }) => [
      invoiceId,
      { creditCents, refundCents, offsetCents, taxRoundingCents: Decimal.of(rounding) },
    ]),
  )
}

/** A fee to credit; its coupons and its progressive credits apart. */
export type CreditableFeeRow = CreditableFee & { readonly preciseCouponsCents: Decimal }

/** The fees of invoices with their taxes and what credit notes gave back of them, by invoice id, oldest first. */
export async function readCreditableFees(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly CreditableFeeRow[]>> {
  const ids = anyOf(invoiceIds)
  const [fees, taxes, credited] = await Promise.all([
    reads
      .selectFrom('fees')
      .select(['id', 'invoiceId', 'amountCents', 'preciseCouponsAmountCents'])
      .select('preciseProgressiveCreditAmountCents')
      .where('invoiceId', '=', ids)
      .where('deletedAt', 'is', null)
      .orderBy('createdAt')
      .orderBy('id')
      .execute(),
    reads
      .selectFrom('feeTaxes as t')
      .innerJoin('fees as f', 'f.id', 't.feeId')
      .selectAll('t')
      .where('f.invoiceId', '=', ids)
      .orderBy('t.createdAt')
      .orderBy('t.id')
      .execute(),
    reads
      .selectFrom('creditNoteItems as i')
      .innerJoin('creditNotes as n', 'n.id', 'i.creditNoteId')
      .select((eb) => ['i.feeId', eb.fn.sum<string>('i.amountCents').as('cents')])
      .where('n.invoiceId', '=', ids)
      .groupBy('i.feeId')
      .execute(),
  ])
  const taxesOf = groupedBy(taxes, ({ feeId }) => feeId)
  const creditedOf = new Map(credited.map(({ feeId, cents }) => [feeId, BigInt(cents)]))
  const creditable = fees.map((fee) => {
    const coupons = Decimal.of(fee.preciseCouponsAmountCents)
    return {
      invoiceId: fee.invoiceId ?? '',
      id: fee.id,
      amountCents: fee.amountCents,
      preciseReductionCents: coupons.plus(Decimal.of(fee.preciseProgressiveCreditAmountCents)),
      preciseCouponsCents: coupons,
      taxes: (taxesOf.get(fee.id) ?? []).map(taxOfFee),
      creditedCents: creditedOf.get(fee.id) ?? 0n,
    }
  })
  return groupedBy(creditable, ({ invoiceId }) => invoiceId)
}

function taxOfFee(row: FeeTaxRow): Tax {
  return {
    id: row.taxId ?? row.taxCode,
    code: row.taxCode,
    name: row.taxName,
    description: row.taxDescription,
    rate: Decimal.of(row.taxRate),
  }
}
