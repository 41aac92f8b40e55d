import { addMs, type Instant } from '../core/calendar/instant.ts'
import { usageKey } from '../core/invoicing/fee-draft.ts'
import type { GroupedBy, PropertyValues } from '../core/metering/usage.ts'
import type { ProgressiveInvoice } from '../core/progressive-billing/credit.ts'
import type { BilledSoFar } from '../core/progressive-billing/progressive-check.ts'
import { ZONE_CHANGE_MAX_MS } from '../core/subscriptions/open-window.ts'
import type { Window } from '../core/subscriptions/windows.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

export type LatestProgressiveInvoice = {
  readonly invoiceId: string
  readonly amounts: ProgressiveInvoice
  /** The charges that it billed, copies under the charge that they are copies of. */
  readonly rootChargeIds: ReadonlySet<string>
  /**
   * Recurring metrics whose quantity it billed for a subscription before this one. An upgrade goes on with them in the
   * new plan and leaves them out of the old one's last bill (subscriptions-and-invoicing §2.6).
   */
  readonly carriedMetricIds: ReadonlySet<string>
  /** Cents by `usageKey`. */
  readonly feesByUsage: ReadonlyMap<string, bigint>
}

/**
 * The newest progressive invoice of a subscription (by its external id) whose charges window covers the start of
 * another one, with what has to be known to credit it; voided ones do not count. A first window that moved east with
 * the customer's zone begins before its progressive invoices do.
 */
export async function latestProgressiveInvoice(
  reads: Reads,
  subscription: { readonly id: string; readonly externalId: string },
  window: Window,
  exceptInvoiceId: string | null,
): Promise<LatestProgressiveInvoice | undefined> {
  let query = reads
    .selectFrom('invoices as i')
    .innerJoin('invoiceSubscriptions as l', 'l.invoiceId', 'i.id')
    .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
    .select(['i.id', 'i.feesAmountCents', 'i.couponsAmountCents', 'l.subscriptionId'])
    .where('i.invoiceType', '=', 'progressive_billing')
    .where('i.status', 'in', ['finalized', 'failed'])
    .where('s.externalId', '=', subscription.externalId)
    .where((eb) =>
      eb.or([
        eb('l.chargesFrom', '<=', ts(window.from)),
        eb('l.subscriptionId', '=', subscription.id)
          .and('l.chargesFrom', '<', ts(addMs(window.from, ZONE_CHANGE_MAX_MS)))
          .and('l.chargesFrom', '<=', ts(window.to)),
      ]),
    )
    .where('l.chargesTo', '>=', ts(window.from))
    .orderBy('i.issuingDate', 'desc')
    .orderBy('i.createdAt', 'desc')
    .orderBy('i.id', 'desc')
    .limit(1)
  if (exceptInvoiceId !== null) query = query.where('i.id', '<>', exceptInvoiceId)
  const invoice = await query.executeTakeFirst()
  if (!invoice) return undefined
  const fees = await reads
    .selectFrom('fees as f')
    .innerJoin('charges as c', 'c.id', 'f.chargeId')
    .innerJoin('billableMetrics as m', 'm.id', 'c.billableMetricId')
    .leftJoin('chargeFilters as v', 'v.id', 'f.chargeFilterId')
    .select((eb) => eb.fn.coalesce('c.parentId', 'c.id').as('rootChargeId'))
    .select(['v.values as filterValues', 'f.groupedBy', 'f.amountCents'])
    .select(['c.billableMetricId', 'c.prorated', 'm.isRecurring'])
    .where('f.invoiceId', '=', invoice.id)
    .execute()
  const taken = await takenCredits(reads, invoice.id, exceptInvoiceId)
  const isEarlier = invoice.subscriptionId !== subscription.id
  const carried = fees.filter((fee) => isEarlier && fee.isRecurring && !fee.prorated)
  return {
    invoiceId: invoice.id,
    amounts: {
      feesCents: invoice.feesAmountCents,
      couponsCents: invoice.couponsAmountCents,
      progressiveCreditsCents: taken,
      creditNotesCents: 0n,
    },
    rootChargeIds: new Set(fees.map((fee) => fee.rootChargeId)),
    carriedMetricIds: new Set(carried.map((fee) => fee.billableMetricId)),
    feesByUsage: new Map(
      fees.map(({ rootChargeId, filterValues, groupedBy, amountCents }) => [
        usageKey({
          rootChargeId,
          filterValues: filterValues as PropertyValues | null,
          groupedBy: groupedBy as GroupedBy,
        }),
        amountCents,
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
    .selectFrom('invoiceReductions as r')
    .innerJoin('invoices as i', 'i.id', 'r.invoiceId')
    .select((eb) => eb.fn.sum<string | null>('r.amountCents').as('sum'))
    .where('r.kind', '=', 'progressive_billing')
    .where('r.sourceId', '=', invoiceId)
    .where('i.status', 'not in', ['voided', 'closed', 'deleted'])
  if (exceptInvoiceId !== null) query = query.where('i.id', '<>', exceptInvoiceId)
  const row = await query.executeTakeFirst()
  return BigInt(row?.sum ?? '0')
}

/**
 * The newest progressive invoice of a subscription in a charges window and its fees, in cents: what the thresholds
 * have billed so far (metering-and-rating §6.2). Those of the subscription before an upgrade are left out, because
 * its last bill counts as invoiced already.
 */
export async function progressivelyBilled(
  reads: Reads,
  subscriptionId: string,
  window: Window,
): Promise<BilledSoFar | undefined> {
  return (
    reads
      .selectFrom('invoices as i')
      .innerJoin('invoiceSubscriptions as l', 'l.invoiceId', 'i.id')
      .select(['i.id as invoiceId', 'i.feesAmountCents as feesCents'])
      .where('i.invoiceType', '=', 'progressive_billing')
      .where('i.status', 'in', ['finalized', 'failed'])
      .where('l.subscriptionId', '=', subscriptionId)
      // Of this period, also when the customer's zone changed in it: the window before may end inside this one then.
      .where('l.chargesFrom', '>', ts(addMs(window.from, -ZONE_CHANGE_MAX_MS)))
      .where('l.chargesFrom', '<=', ts(window.to))
      .where('l.chargesTo', '>=', ts(window.from))
      .orderBy('i.createdAt', 'desc')
      .orderBy('i.id', 'desc')
      .limit(1)
      .executeTakeFirst()
  )
}

/** Whether a progressive invoice was made for this already (§6.3). */
export async function hasProgressiveInvoice(reads: Reads, key: string): Promise<boolean> {
  const row = await reads
    .selectFrom('invoices')
    .select('id')
    .where('progressiveKey', '=', key)
    .executeTakeFirst()
  return row !== undefined
}

/** Writes which thresholds made a progressive invoice, and marks it, so that it is made once. */
export async function markProgressiveInvoice(
  tx: Tx,
  invoice: {
    readonly organizationId: string
    readonly id: string
    readonly key: string
    readonly lifetimeCents: bigint
    readonly thresholdIds: readonly string[]
    readonly now: Instant
  },
): Promise<void> {
  await tx.updateTable('invoices').set({ progressiveKey: invoice.key }).where('id', '=', invoice.id).execute()
  await tx
    .insertInto('appliedUsageThresholds')
    .values(
      invoice.thresholdIds.map((usageThresholdId) => ({
        organizationId: invoice.organizationId,
        id: newId(),
        invoiceId: invoice.id,
        usageThresholdId,
        lifetimeUsageAmountCents: invoice.lifetimeCents,
        createdAt: ts(invoice.now),
      })),
    )
    .execute()
}
