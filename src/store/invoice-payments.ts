import type { Instant } from '../core/calendar/instant.ts'
import type { InvoicePaymentStatus } from '../core/invoicing/payment-status.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { insertRows } from './insert-rows.ts'
import { anyOf, ts } from './values.ts'

/**
 * An entry of the ledger of an invoice: a status that was stated without any money, money that was received, money of
 * it that a bank took back, or what a credit note takes off the amount that is due. Amounts are cents above zero.
 */
export type LedgerEntry = { readonly invoiceId: string } & (
  | { readonly kind: 'status'; readonly status: InvoicePaymentStatus }
  | {
      readonly kind: 'payment' | 'reversal'
      readonly amountCents: bigint
      readonly paymentId: string
      readonly paidAt: Instant
    }
  | { readonly kind: 'offset'; readonly amountCents: bigint; readonly creditNoteId: string }
)

/**
 * Adds entries to the ledgers of invoices, which the caller has locked. A trigger derives the invoices' payment status
 * and paid total; more than the total of an invoice violates `no_more_than_the_total_is_paid`.
 */
export async function addLedgerEntries(
  tx: Tx,
  organizationId: string,
  entries: readonly LedgerEntry[],
  now: Instant,
): Promise<void> {
  const rows = entries.map((entry) => ({
    organizationId,
    id: newId(),
    invoiceId: entry.invoiceId,
    kind: entry.kind,
    status: entry.kind === 'status' ? entry.status : 'succeeded',
    amountCents: centsOf(entry),
    paymentId: 'paymentId' in entry ? entry.paymentId : null,
    creditNoteId: entry.kind === 'offset' ? entry.creditNoteId : null,
    paidAt: 'paidAt' in entry ? entry.paidAt : now,
    createdAt: now,
  }))
  await insertRows(tx, 'invoicePayments', rows)
}

function centsOf(entry: LedgerEntry): bigint {
  if (entry.kind === 'status') return 0n
  return entry.kind === 'reversal' ? -entry.amountCents : entry.amountCents
}

/** What a payment has paid of each invoice, less what was taken back; only invoices that have something of it. */
export async function sharesOfPayment(
  reads: Reads,
  paymentId: string,
): Promise<readonly { readonly invoiceId: string; readonly amountCents: bigint }[]> {
  const rows = await reads
    .selectFrom('invoicePayments')
    .select((eb) => ['invoiceId', eb.fn.sum<string>('amountCents').as('cents')])
    .where('paymentId', '=', paymentId)
    .groupBy('invoiceId')
    .orderBy('invoiceId')
    .execute()
  return rows
    .map(({ invoiceId, cents }) => ({ invoiceId, amountCents: BigInt(cents) }))
    .filter(({ amountCents }) => amountCents > 0n)
}

/** Gives the fees of invoices the payment status of their invoice. */
export async function stateFeePayment(
  tx: Tx,
  invoiceIds: readonly string[],
  status: InvoicePaymentStatus,
  now: Instant,
): Promise<void> {
  if (invoiceIds.length === 0) return
  await tx
    .updateTable('fees')
    .set({
      paymentStatus: status,
      succeededAt: status === 'succeeded' ? ts(now) : null,
      failedAt: status === 'failed' ? ts(now) : null,
      updatedAt: ts(now),
    })
    .where('invoiceId', '=', anyOf(invoiceIds))
    .execute()
}
