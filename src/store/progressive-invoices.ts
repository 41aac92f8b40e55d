import { type Instant, instant } from '../core/calendar/instant.ts'
import { usageKey } from '../core/invoicing/fee-draft.ts'
import type { ProgressiveInvoice } from '../core/progressive-billing/credit.ts'
import type { Reads } from './database.ts'
import { ts } from './values.ts'

export type LatestProgressiveInvoice = {
  readonly invoiceId: string
  readonly amounts: ProgressiveInvoice
  readonly chargeIds: ReadonlySet<string>
  /** Cents by `usageKey`. */
  readonly feesByUsage: ReadonlyMap<string, bigint>
}

/**
 * The newest progressive invoice of a subscription (by its external id) whose charges window covers an instant, with
 * what has to be known to credit it; voided ones do not count.
 */
export async function latestProgressiveInvoice(
  reads: Reads,
  externalSubscriptionId: string,
  chargesFrom: Instant,
  exceptInvoiceId: string | null,
): Promise<LatestProgressiveInvoice | undefined> {
  let query = reads
    .selectFrom('invoices as i')
    .innerJoin('invoiceSubscriptions as l', 'l.invoiceId', 'i.id')
    .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
    .select(['i.id', 'i.feesAmountCents', 'i.couponsAmountCents'])
    .where('i.invoiceType', '=', 'progressive_billing')
    .where('i.status', 'in', ['finalized', 'failed'])
    .where('s.externalId', '=', externalSubscriptionId)
    .where('l.chargesFrom', '<=', ts(chargesFrom))
    .where('l.chargesTo', '>=', ts(chargesFrom))
    .orderBy('i.issuingDate', 'desc')
    .orderBy('i.createdAt', 'desc')
    .orderBy('i.id', 'desc')
    .limit(1)
  if (exceptInvoiceId !== null) query = query.where('i.id', '<>', exceptInvoiceId)
  const invoice = await query.executeTakeFirst()
  if (!invoice) return undefined
  const fees = await reads
    .selectFrom('fees')
    .select(['chargeId', 'chargeFilterId', 'groupedBy', 'amountCents'])
    .where('invoiceId', '=', invoice.id)
    .execute()
  const taken = await takenCredits(reads, invoice.id, exceptInvoiceId)
  return {
    invoiceId: invoice.id,
    amounts: {
      feesCents: invoice.feesAmountCents,
      couponsCents: invoice.couponsAmountCents,
      progressiveCreditsCents: taken,
      creditNotesCents: 0n,
    },
    chargeIds: new Set(fees.map((fee) => fee.chargeId).filter((id) => id !== null)),
    feesByUsage: new Map(
      fees.map((fee) => [
        usageKey({ ...fee, groupedBy: fee.groupedBy as Record<string, string | null> }),
        fee.amountCents,
      ]),
    ),
  }
}

/** What other invoices took of this one as a credit already; those of voided, closed and deleted ones are free. */
async function takenCredits(
  reads: Reads,
  invoiceId: string,
  exceptInvoiceId: string | null,
): Promise<bigint> {
  let query = reads
    .selectFrom('invoiceCredits as c')
    .innerJoin('invoices as i', 'i.id', 'c.invoiceId')
    .select((eb) => eb.fn.sum<string | null>('c.amountCents').as('sum'))
    .where('c.progressiveInvoiceId', '=', invoiceId)
    .where('i.status', 'not in', ['voided', 'closed', 'deleted'])
  if (exceptInvoiceId !== null) query = query.where('i.id', '<>', exceptInvoiceId)
  const row = await query.executeTakeFirst()
  return BigInt(row?.sum ?? '0')
}

/** Fees of the newest progressive invoice in a charges window: what the thresholds have billed so far. */
export async function progressivelyBilled(
  reads: Reads,
  externalSubscriptionId: string,
  window: { readonly from: Instant; readonly to: Instant },
): Promise<{ invoiceId: string; feesCents: bigint } | undefined> {
  const latest = await latestProgressiveInvoice(reads, externalSubscriptionId, instant(window.from), null)
  return latest && { invoiceId: latest.invoiceId, feesCents: latest.amounts.feesCents }
}
