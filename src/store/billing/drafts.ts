import type { BillRequest } from '../../core/billing/bill-request.ts'
import type { InvoicingReason } from '../../core/billing/snapshot.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { Reads, Tx } from '../database.ts'
import type { InvoiceRow } from '../invoices.ts'
import { anyOf, json, ts, tsOrNull } from '../values.ts'
import type { NewInvoiceRow } from './bill-rows.ts'

/**
 * The requests to rebuild drafts, each for its original billing instant; with `finalizedAt` they are finalized too.
 */
export async function requestsOfDrafts(
  reads: Reads,
  drafts: readonly InvoiceRow[],
  finalizedAt: Instant | null,
): Promise<readonly BillRequest[]> {
  const periods = await reads
    .selectFrom('invoiceSubscriptions')
    .select(['invoiceId', 'subscriptionId', 'invoicingReason'])
    .where('invoiceId', '=', anyOf(drafts.map(({ id }) => id)))
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return drafts.map((draft) => ({
    customerId: draft.customerId,
    at: draft.billingAt,
    entries: periods
      .filter(({ invoiceId }) => invoiceId === draft.id)
      .map(({ subscriptionId, invoicingReason }) => ({
        subscriptionId,
        reason: invoicingReason as Extract<InvoicingReason, BillRequest['entries'][number]['reason']>,
      })),
    skipCharges: false,
    createdAt: draft.createdAt,
    draft: {
      invoiceId: draft.id,
      billingEntityId: draft.billingEntityId,
      currency: draft.currency,
      purchaseOrderNumber: draft.purchaseOrderNumber,
      zone: draft.timezone,
      issuingOn: draft.issuingDate,
      paymentDueOn: draft.paymentDueDate,
      finalizedAt,
    },
  }))
}

/** Deletes the parts of drafts before they are rebuilt. */
export async function clearDrafts(tx: Tx, ids: readonly string[]): Promise<void> {
  const own = anyOf(ids)
  await tx.deleteFrom('fees').where('invoiceId', '=', own).execute()
  await tx.deleteFrom('invoiceSubscriptions').where('invoiceId', '=', own).execute()
  await tx.deleteFrom('invoiceTaxes').where('invoiceId', '=', own).execute()
  await tx.deleteFrom('invoiceReductions').where('invoiceId', '=', own).execute()
  await tx.deleteFrom('appliedCustomSections').where('invoiceId', '=', own).execute()
  await tx.deleteFrom('unbilledFees').where('invoiceId', '=', own).execute()
}

/** Overwrites the header of a draft; its id, creation time and client data stay. */
export async function replaceDraft(tx: Tx, row: NewInvoiceRow): Promise<void> {
  const isDraft = row.status === 'draft'
  await tx
    .updateTable('invoices')
    .set({
      status: row.status,
      number: row.number,
      sequentialId: row.sequentialId,
      entitySequentialId: row.entitySequentialId,
      finalizedAt: tsOrNull(row.finalizedAt),
      paymentStatus: row.paymentStatus,
      taxStatus: row.taxStatus,
      ...(isDraft ? {} : datesOf(row)),
      feesAmountCents: row.feesAmountCents,
      progressiveBillingCreditAmountCents: row.progressiveBillingCreditAmountCents,
      couponsAmountCents: row.couponsAmountCents,
      subTotalExcludingTaxesAmountCents: row.subTotalExcludingTaxesAmountCents,
      taxesAmountCents: row.taxesAmountCents,
      taxesRate: row.taxesRate,
      subTotalIncludingTaxesAmountCents: row.subTotalIncludingTaxesAmountCents,
      creditNotesAmountCents: row.creditNotesAmountCents,
      prepaidCreditAmountCents: row.prepaidCreditAmountCents,
      prepaidGrantedCreditAmountCents: row.prepaidGrantedCreditAmountCents,
      prepaidPurchasedCreditAmountCents: row.prepaidPurchasedCreditAmountCents,
      totalAmountCents: row.totalAmountCents,
      readyToBeRefreshed: false,
      updatedAt: ts(row.updatedAt),
    })
    .where('id', '=', row.id)
    .execute()
}

function datesOf(row: NewInvoiceRow) {
  return {
    issuingDate: row.issuingDate,
    paymentDueDate: row.paymentDueDate,
    netPaymentTerm: row.netPaymentTerm,
    issuingSettings: json(row.issuingSettings),
  }
}
