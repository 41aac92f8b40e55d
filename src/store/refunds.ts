import type { Selectable, Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { PaymentDisputes, Refunds } from './rows.ts'
import { anyOf, ts } from './values.ts'

export type RefundRow = Selectable<Refunds>
export type DisputeRow = Selectable<PaymentDisputes>

export type RefundReason = 'credit_note' | 'duplicate' | 'activation_expired' | 'voided_invoice'

/** Writes a refund that is to be sent. */
export async function insertRefund(
  tx: Tx,
  refund: {
    readonly organizationId: string
    readonly id: string
    readonly paymentId: string
    readonly creditNoteId: string | null
    readonly reason: RefundReason
    readonly amountCents: bigint
    readonly amountCurrency: string
    readonly idempotencyKey: string
  },
  now: Instant,
): Promise<RefundRow> {
  return tx
    .insertInto('refunds')
    .values({ ...refund, state: 'created', createdAt: ts(now), updatedAt: ts(now) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findRefund(reads: Reads, id: string): Promise<RefundRow | undefined> {
  return reads.selectFrom('refunds').selectAll().where('id', '=', id).executeTakeFirst()
}

/** A refund, locked; the caller has locked its customer. */
export async function lockRefund(tx: Tx, id: string): Promise<RefundRow> {
  return tx.selectFrom('refunds').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirstOrThrow()
}

export async function updateRefund(tx: Tx, id: string, set: Updateable<Refunds>): Promise<RefundRow> {
  return tx.updateTable('refunds').set(set).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
}

/** The refunds of payments, the first one first. */
export async function refundsOfPayments(reads: Reads, paymentIds: readonly string[]): Promise<RefundRow[]> {
  if (paymentIds.length === 0) return []
  return reads
    .selectFrom('refunds')
    .selectAll()
    .where('paymentId', '=', anyOf(paymentIds))
    .orderBy('id')
    .execute()
}

/** The refunds of a credit note, the first one first. */
export async function refundsOfNote(reads: Reads, creditNoteId: string): Promise<RefundRow[]> {
  return reads
    .selectFrom('refunds')
    .selectAll()
    .where('creditNoteId', '=', creditNoteId)
    .orderBy('id')
    .execute()
}

/** A refund of a connection by the id of its provider. */
export async function findRefundThere(
  reads: Reads,
  providerId: string,
  providerRefundId: string,
): Promise<RefundRow | undefined> {
  return reads
    .selectFrom('refunds as r')
    .innerJoin('payments as p', 'p.id', 'r.paymentId')
    .selectAll('r')
    .where('p.paymentProviderId', '=', providerId)
    .where('r.providerRefundId', '=', providerRefundId)
    .executeTakeFirst()
}

/** One page of refunds, the latest first, and the total count. */
export async function listRefunds(reads: Reads, slice: Slice): Promise<Listed<RefundRow>> {
  return pageOf(reads.selectFrom('refunds').selectAll().orderBy('createdAt', 'desc').orderBy('id'), slice)
}

/**
 * Opens a dispute about a payment, or notes how it ended. Returns its status before, null when it is a new one, and
 * whether this is news: an end is taken back neither by an opening nor by an end that is older. The caller has locked
 * the payment.
 */
export async function noteDispute(
  tx: Tx,
  dispute: {
    readonly organizationId: string
    readonly paymentId: string
    readonly providerDisputeId: string
    readonly amountCents: bigint
    readonly status: 'open' | 'won' | 'lost'
    readonly reason: string | null
    /** When it came to be so, by the provider's clock. */
    readonly toldAt: Instant
  },
  now: Instant,
): Promise<{ readonly before: string | null; readonly isNews: boolean }> {
  const { status, toldAt } = dispute
  const known = await tx
    .selectFrom('paymentDisputes')
    .select(['id', 'status', 'toldAt'])
    .where('paymentId', '=', dispute.paymentId)
    .where('providerDisputeId', '=', dispute.providerDisputeId)
    .executeTakeFirst()
  const closedAt = status === 'open' ? null : ts(now)
  if (!known) {
    const row = { ...dispute, toldAt: ts(toldAt), id: newId(), openedAt: ts(now), closedAt }
    await tx.insertInto('paymentDisputes').values(row).execute()
    return { before: null, isNews: true }
  }
  const isOlder = known.status !== 'open' && toldAt < known.toldAt
  if (status === 'open' || status === known.status || isOlder) return { before: known.status, isNews: false }
  await tx
    .updateTable('paymentDisputes')
    .set({ status, toldAt: ts(toldAt), closedAt })
    .where('id', '=', known.id)
    .execute()
  return { before: known.status, isNews: true }
}
