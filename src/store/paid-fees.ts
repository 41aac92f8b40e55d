import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { anyOf, ts } from './values.ts'

/** A fee that was paid before any invoice carried it. */
export type PaidFee = {
  readonly id: string
  readonly subscriptionId: string
  readonly currency: string
  readonly amountCents: bigint
  readonly taxesAmountCents: bigint
}

/**
 * Paid fees of subscriptions (by external id) that no invoice carries yet (subscriptions-and-invoicing §7.9), locked,
 * oldest first. `windowEndBefore` leaves out fees of a window that is still open.
 */
export async function unbilledPaidFees(
  tx: Tx,
  asked: {
    readonly customerId: string
    readonly externalSubscriptionIds: readonly string[]
    readonly paidBy: Instant
    readonly windowEndBefore: Instant | null
  },
): Promise<PaidFee[]> {
  if (asked.externalSubscriptionIds.length === 0) return []
  let query = tx
    .selectFrom('fees as f')
    .innerJoin('subscriptions as s', 's.id', 'f.subscriptionId')
    .select(['f.id', 's.id as subscriptionId', 'f.currency', 'f.amountCents', 'f.taxesAmountCents'])
    .where('f.customerId', '=', asked.customerId)
    .where('s.externalId', 'in', [...asked.externalSubscriptionIds])
    .where('f.invoiceId', 'is', null)
    .where('f.deletedAt', 'is', null)
    .where('f.paymentStatus', '=', 'succeeded')
    .where('f.succeededAt', '<=', ts(asked.paidBy))
    .orderBy('f.createdAt')
    .orderBy('f.id')
    .forUpdate('f')
  if (asked.windowEndBefore !== null) {
    const end = asked.windowEndBefore
    query = query.where((eb) => eb.or([eb('f.chargesTo', 'is', null), eb('f.chargesTo', '<=', ts(end))]))
  }
  return query.execute()
}

/** Subscriptions of a customer with these external ids that have started. */
export async function startedSubscriptionIds(
  reads: Reads,
  customerId: string,
  externalIds: readonly string[],
): Promise<string[]> {
  if (externalIds.length === 0) return []
  const rows = await reads
    .selectFrom('subscriptions')
    .select('id')
    .where('customerId', '=', customerId)
    .where('externalId', 'in', [...externalIds])
    .where('startedAt', 'is not', null)
    .execute()
  return rows.map((row) => row.id)
}

export async function attachFees(
  tx: Tx,
  feeIds: readonly string[],
  invoiceId: string,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('fees')
    .set({ invoiceId, updatedAt: ts(now) })
    .where('id', '=', anyOf(feeIds))
    .execute()
}

/** The tax lines of fees, summed by tax as the fees have them. */
export async function taxLinesOfFees(reads: Reads, feeIds: readonly string[]) {
  const rows = await reads
    .selectFrom('feeTaxes as t')
    .innerJoin('fees as f', 'f.id', 't.feeId')
    .select(['t.taxId', 't.taxCode', 't.taxName', 't.taxDescription', 't.taxRate'])
    .select((eb) => [
      eb.fn.sum<string>('t.amountCents').as('amount'),
      eb.fn.sum<string>('f.amountCents').as('base'),
    ])
    .where('t.feeId', '=', anyOf(feeIds))
    .groupBy(['t.taxId', 't.taxCode', 't.taxName', 't.taxDescription', 't.taxRate'])
    .orderBy('t.taxCode')
    .execute()
  return rows.map((row) => ({
    tax: {
      id: row.taxId ?? '',
      code: row.taxCode,
      name: row.taxName,
      description: row.taxDescription,
      rate: Decimal.of(row.taxRate),
    },
    amountCents: BigInt(row.amount),
    feesAmountCents: Decimal.of(row.base),
  }))
}
